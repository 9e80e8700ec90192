//! (skeleton)
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this crate owns threads and time of the media"
)]
