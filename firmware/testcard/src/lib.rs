//! A moving test card whose frames can be told apart by a program, and tones that can be found in sound.
//!
//! Pure functions over picture planes and samples; knows neither `GStreamer` nor any clock.

pub mod code;
pub mod tone;
