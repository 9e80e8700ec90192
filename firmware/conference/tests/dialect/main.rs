//! The vendor dialect and the event catalogue: what is read, written and told.
#![allow(clippy::unwrap_used, reason = "a broken expectation is a failed test")]
#![allow(missing_docs, reason = "test names are sentences")]

mod catalogue;
mod mutation;
mod requests;
mod server;
