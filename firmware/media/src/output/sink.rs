//! The display: KMS or a window.

use roombox_hal::board::ScreenWiring;

use crate::{
    error::MediaError,
    pipelines::{Chain, screen},
};

/// Where the picture is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    /// For people.
    pub(crate) name: &'static str,
    pub(crate) chain: Chain,
}

impl Output {
    /// From the board file; `None` where the picture is composed for snapshots only.
    pub(crate) fn of(wiring: &ScreenWiring) -> Result<Option<Self>, MediaError> {
        let name = if wiring.output.as_deref() == Some("window") { "window" } else { "display" };
        Ok(screen::display(wiring)?.map(|chain| Self { name, chain }))
    }
}
