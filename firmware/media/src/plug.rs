//! Where devices are plugged in. Those of a virtual board can be pulled out and can hang, as real ones do by themselves.

use std::time::Duration;

use roombox_hal::{Part, linux, virtual_board::VirtualBoard};
use tokio::time::sleep;

/// How often it is looked whether a TV is plugged in: its driver tells nobody who only draws.
const LOOK: Duration = Duration::from_secs(1);

/// Where a device is plugged in.
#[derive(Clone, Debug)]
pub(crate) enum Plug {
    /// It fails by itself when it is pulled out.
    Real,
    /// At a connector of a display driver.
    Connector,
    /// At a virtual board.
    Virtual(VirtualBoard, Part),
}

impl Plug {
    /// That of a part: virtual where there is a virtual board.
    pub(crate) fn new(board: Option<&VirtualBoard>, part: Part) -> Self {
        board.map_or(Self::Real, |board| Self::Virtual(board.clone(), part))
    }

    pub(crate) fn is_in(&self) -> bool {
        match self {
            Self::Real => true,
            Self::Connector => {
                let connectors = linux::displays();
                connectors.is_empty() || connectors.iter().any(|connector| connector.connected)
            }
            Self::Virtual(board, part) => board.is_plugged(*part),
        }
    }

    /// It runs and gives or takes nothing.
    pub(crate) fn hangs(&self) -> bool {
        matches!(self, Self::Virtual(board, part) if board.hangs(*part))
    }

    /// Resolves when the device is pulled out.
    pub(crate) async fn pulled(&self) {
        self.until(false).await;
    }

    /// Resolves when the device is put in.
    pub(crate) async fn put_in(&self) {
        self.until(true).await;
    }

    async fn until(&self, wanted: bool) {
        match self {
            Self::Real => std::future::pending().await,
            Self::Connector => {
                while self.is_in() != wanted {
                    sleep(LOOK).await;
                }
            }
            Self::Virtual(board, part) => {
                // The board is held here, so that its changes never end.
                let _ = board.changes().wait_for(|_| board.is_plugged(*part) == wanted).await;
            }
        }
    }
}
