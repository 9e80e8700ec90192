//! The display: KMS or a window.

use roombox_hal::board::ScreenWiring;

use crate::{
    error::MediaError,
    pipelines::{Chain, screen},
    plug::Plug,
};

/// Behind a connector of the board.
const DISPLAY: &str = "display";

/// Where the picture is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    /// For people.
    pub(crate) name: &'static str,
    pub(crate) chain: Chain,
}

/// Of a virtual board: it is there or not, and shows nothing.
const VIRTUAL: &str = "virtual screen";

impl Output {
    /// From the board file; `None` where the picture is composed for snapshots only.
    pub(crate) fn of(wiring: &ScreenWiring) -> Result<Option<Self>, MediaError> {
        let name = if wiring.output.as_deref() == Some("window") { "window" } else { DISPLAY };
        Ok(screen::display(wiring)?.map(|chain| Self { name, chain }))
    }

    /// The screen of a virtual board.
    pub(crate) fn of_virtual_board() -> Self {
        Self { name: VIRTUAL, chain: screen::nowhere() }
    }

    /// Where it is plugged in, unless that is a virtual board.
    pub(crate) fn plug(&self) -> Plug {
        if self.name == DISPLAY { Plug::Connector } else { Plug::Real }
    }
}
