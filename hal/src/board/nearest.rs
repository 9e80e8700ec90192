//! Which board inside the program a machine is most like.

/// Parts of model names as device trees have them, with their boards; the first that fits.
const MODELS: [(&str, &str); 7] = [
    ("Raspberry Pi 5", "raspberrypi5"),
    ("Raspberry Pi Compute Module 5", "raspberrypi5"),
    ("Raspberry Pi Compute Module 4", "raspberrypi-cm4"),
    ("Raspberry Pi 4", "raspberrypi4"),
    ("Raspberry Pi 400", "raspberrypi4"),
    ("Orin Nano", "jetson-orin-nano"),
    ("AGX Orin", "jetson-agx-orin"),
];
/// Needs nothing that only one kind of board has.
const ANY: &str = "generic-x86";

/// The board for a machine that calls itself `model`.
pub fn nearest(model: &str) -> &'static str {
    MODELS.iter().find(|(part, _)| model.contains(part)).map_or(ANY, |(_, board)| board)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::builtin;

    #[test]
    fn machines_find_their_boards_and_every_board_is_there() {
        assert_eq!(nearest("Raspberry Pi 4 Model B Rev 1.5"), "raspberrypi4");
        assert_eq!(nearest("Raspberry Pi Compute Module 4 Rev 1.1"), "raspberrypi-cm4");
        assert_eq!(nearest("Raspberry Pi 5 Model B Rev 1.0"), "raspberrypi5");
        assert_eq!(nearest("NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super"), "jetson-orin-nano");
        assert_eq!(nearest("NVIDIA Jetson AGX Orin Developer Kit"), "jetson-agx-orin");
        assert_eq!(nearest("20L5CTO1WW"), ANY);
        assert!(MODELS.iter().all(|(_, board)| builtin(board).is_some()) && builtin(ANY).is_some());
    }
}
