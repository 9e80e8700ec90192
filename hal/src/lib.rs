//! (skeleton)
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "hardware needs files and time")]
