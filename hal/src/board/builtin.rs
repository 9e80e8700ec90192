//! The board files that come inside the program, so that `--board virtual` needs no file.

macro_rules! board_files {
    ($($name:literal),+ $(,)?) => {
        /// Names of the board files inside, without `.toml`; `_base` is there to be extended only.
        pub const BUILTIN_NAMES: &[&str] = &[$($name),+];

        /// Text of a board file inside, by name with or without `.toml`.
        pub fn builtin(name: &str) -> Option<&'static str> {
            match name.strip_suffix(".toml").unwrap_or(name) {
                $($name => Some(include_str!(concat!("../../../board-configs/", $name, ".toml"))),)+
                _ => None,
            }
        }
    };
}

board_files! {
    "_base",
    "generic-x86",
    "jetson-agx-orin",
    "jetson-orin-nano",
    "raspberrypi-cm4",
    "raspberrypi4",
    "raspberrypi5",
    "virtual",
}
