//! Where the composed picture goes, and pictures of it for whoever asks.

mod display;
mod sink;
mod snapshot;

pub(crate) use display::Display;
pub(crate) use sink::Output;
pub(crate) use snapshot::rgb;
