//! Everything a board names, brought up by one call.

use std::collections::BTreeMap;

use tokio::sync::mpsc;

use crate::board::Board;
use crate::buttons::Press;
use crate::findings::DeviceFinding;
use crate::leds::Led;
use crate::status_display::StatusDisplay;
use crate::virtual_board::VirtualBoard;

/// The parts of a box that work.
pub struct Hardware {
    /// Debounced presses; ends when no button is left. Dropping it lets go of the buttons.
    pub buttons: mpsc::Receiver<Press>,
    /// Lights by the name in the board file. Dropping one switches it off and lets go of it.
    pub leds: BTreeMap<String, Box<dyn Led>>,
    /// The small display.
    pub status_display: Option<Box<dyn StatusDisplay>>,
    /// What the board names and is not usable.
    pub findings: Vec<DeviceFinding>,
    /// The handle of the virtual board, when it is one.
    pub virtual_board: Option<VirtualBoard>,
}

/// Brings up everything the board names. Needs no async runtime; never fails as a whole.
pub fn open(board: &Board) -> Hardware {
    if board.virtual_board {
        return crate::virtual_board::open(board);
    }
    #[cfg(feature = "linux")]
    return crate::linux::open(board);
    #[cfg(not(feature = "linux"))]
    Hardware {
        buttons: mpsc::channel(1).1,
        leds: BTreeMap::new(),
        status_display: None,
        findings: Vec::new(),
        virtual_board: None,
    }
}
