//! How the brain of the room behaves, in virtual time.
#![allow(clippy::disallowed_methods, reason = "a test takes one moment of the clock as the start of its virtual time")]
#![allow(clippy::unwrap_used, reason = "a broken expectation is a failed test")]
#![allow(missing_docs, reason = "test names are sentences")]

mod bench;
mod calls;
mod causes;
mod devices;
mod house;
mod in_call;
mod presenting;
mod quality;
mod random_walk;
mod sharing;
mod shown;
mod tones;
mod tree;
mod tv;
