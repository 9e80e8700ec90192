//! Whole programs on loopback: fixtures that start the box, its lab and foreign peers, look at them and end them.
//!
//! A fixture that cannot do its work panics with what it waited for and what the program said last.
#![allow(clippy::missing_panics_doc, reason = "a panic is how a fixture fails its test")]

pub mod bench;
pub mod binary;
pub mod certificates;
pub mod checks;
pub mod clips;
pub mod control;
pub mod feed;
pub mod interop;
pub mod lab;
pub mod measure;
pub mod media;
pub mod pages;
pub mod phone;
pub mod ports;
pub mod process;
pub mod room;
pub mod setup;
pub mod wait;
