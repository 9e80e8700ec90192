//! The brain of the room: intents (buttons, panel, command line) and facts (conference, media, board) in; commands,
//! lights, pictures and plain-word causes out. Pure: no socket, no clock, no thread, no file.

pub mod api;
mod appliance;
mod auto_present;
mod call;
mod causes;
mod config;
mod devices;
pub mod display;
mod facts;
mod in_call;
mod intents;
mod leds;
mod presenting;
mod quality;
mod session;
mod sharing;
mod told;
mod tones;
pub mod tree;
mod tv;

pub use appliance::Appliance;
pub use config::ApplianceConfig;
pub use quality::levels::{POOR_BITRATE, QUALITY_LEVELS, QualityLevel};
