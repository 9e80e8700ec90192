//! The vendor dialect and the event catalogue: what is read, written and told.
#![allow(clippy::disallowed_methods, reason = "a test takes one moment of the clock as the start of its virtual time")]
#![allow(clippy::unwrap_used, reason = "a broken expectation is a failed test")]
#![allow(missing_docs, reason = "test names are sentences")]

mod catalogue;
mod features;
mod mutation;
mod requests;
mod rows;
mod scenarios;
mod server;
mod sources;
mod statistics;
mod subscriptions;
#[path = "../../examples/tables/mod.rs"]
mod tables;
