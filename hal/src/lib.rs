//! What a box is made of: buttons, lights, a status display, cameras, sound, screens.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "hardware needs files, threads and time")]

pub mod board;
pub mod buttons;
pub mod leds;
pub mod status_display;
