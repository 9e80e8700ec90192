//! Capture, codecs, peer connection, composition and outputs on GStreamer.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this crate owns threads and time of the media"
)]

pub mod api;
pub mod engine;
mod error;
pub mod peer;
mod pipeline;
mod relay;

pub use error::MediaError;
