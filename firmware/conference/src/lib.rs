//! The auto-connecting conference client: pure state machines, no socket, no clock, no thread.

pub mod api;
