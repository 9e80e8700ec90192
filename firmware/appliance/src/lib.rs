//! The brain of the room: intents (buttons, panel, command line) and facts (conference, media, board) in; commands,
//! lights, pictures and plain-word causes out. Pure: no socket, no clock, no thread, no file.

pub mod api;
pub mod display;
pub mod tree;
