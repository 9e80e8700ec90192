//! What a box is made of: buttons, lights, a status display, cameras, sound, screens.
//!
//! [`open`] brings up everything a [`board::Board`] names. What is absent or broken becomes a [`DeviceFinding`]; the
//! box runs with what is left.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "hardware needs files, threads and time")]

pub mod audio;
pub mod board;
pub mod buttons;
pub mod cameras;
pub mod facts;
pub mod findings;
mod hardware;
pub mod leds;
#[cfg(feature = "linux")]
pub mod linux;
#[cfg(feature = "linux")]
mod raspberry_pi;
pub mod screens;
pub mod status_display;
pub mod virtual_board;

pub use findings::{DeviceFinding, DeviceProblem, Part};
pub use hardware::{Hardware, open};
pub use virtual_board::VirtualBoard;
