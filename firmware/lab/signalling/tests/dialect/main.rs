//! The dialect of the lab in virtual time: the real conference client against the lab's signalling.
#![allow(clippy::disallowed_methods, reason = "virtual time needs some first instant")]

mod admission;
mod messages;
mod presentation;
mod spectators;
mod world;
