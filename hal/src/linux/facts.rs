//! Looks at the machine; opens nothing that another program may be using.

use std::fs;

use crate::board::{Board, nearest};
use crate::facts::MachineFacts;

use super::{audio_devices, cameras, displays, gpio, present};

/// Names of the machine: a device tree's, else that of the firmware of a PC.
const MODELS: [&str; 2] = ["/proc/device-tree/model", "/sys/class/dmi/id/product_name"];
const KERNEL: &str = "/proc/sys/kernel/osrelease";

/// What there is, and what of this board is not.
pub fn facts(board: &Board) -> MachineFacts {
    let model = MODELS.iter().find_map(|path| text(path)).unwrap_or_default();
    let (cameras, sound, displays) = (cameras(), audio_devices(), displays());
    let mut missing = present::missing_devices(board, &cameras, &sound);
    missing.extend(present::missing_display(board, &displays));
    missing.extend(gpio::missing_lines(board));
    MachineFacts {
        nearest_board: nearest(&model).to_owned(),
        model,
        kernel: text(KERNEL).unwrap_or_default(),
        cameras,
        sound,
        displays,
        gpio: gpio::chips(),
        missing,
    }
}

/// Device trees end their texts with a zero.
fn text(path: &str) -> Option<String> {
    let bytes = fs::read(path).ok()?;
    let text = String::from_utf8_lossy(&bytes).trim_matches(|c: char| c == '\0' || c.is_whitespace()).to_owned();
    (!text.is_empty()).then_some(text)
}
