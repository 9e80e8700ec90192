//! Capture, codecs, peer connection, composition and outputs on `GStreamer`.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this crate owns threads and time of the media"
)]

pub mod api;
mod attention;
mod bandwidth;
mod call;
mod capture;
pub mod codec;
mod compose;
mod decode;
mod encode;
pub mod engine;
mod error;
mod keys;
pub mod memory;
mod output;
mod pace;
mod paint;
mod passage;
pub mod peer;
mod pipeline;
pub mod pipelines;
mod plug;
mod presentation;
mod receive;
mod relay;
mod report;
mod rooms;
mod sound;
mod supervise;
mod sync_marks;
mod tasks;

#[cfg(test)]
extern crate self as roombox_media;

pub use error::MediaError;
pub use sound::delay::{can_be_measured, echo_delay};
