//! The local control socket: a UNIX stream socket (mode 0660) that carries JSON, one object a line, UTF-8.
//!
//! # Requests
//!
//! | `method` | `params` | result |
//! |---|---|---|
//! | `status` | `{"path"?: "call.state"}` | that branch of the status tree |
//! | `watch` | `{"path"?: …}` | `{"subscribed": true}`, then an `item` now and after every change |
//! | `command` | one command of the appliance, for example `{"command": "join", "target": "100"}` | what was done |
//! | `events` | `{"filter"?: PREFIX, "history"?: bool}` | `{"subscribed": true}`, then an `item` for each event |
//! | `statistics` | – | media and network statistics |
//!
//! ```text
//! → {"id": 1, "method": "status", "params": {"path": "connection"}}
//! ← {"id": 1, "result": {"state": "established"}}
//! → {"id": 2, "method": "events", "params": {"filter": "call"}}
//! ← {"id": 2, "result": {"subscribed": true}}
//! ← {"id": 2, "item": {"time": "2026-11-21T09:30:00.000Z", "event": "call.in-call", "data": {…}}}
//! → {"id": 3, "method": "command", "params": {"command": "answer"}}
//! ← {"id": 3, "error": {"code": "no-incoming-call", "message": "Nobody is calling."}}
//! ```
//!
//! `id` is any number the client chooses; replies carry it and may overtake each other. A line that is no request gets
//! an error with `"id": null`. Lines over 64 KiB end the connection. A client that does not read loses events (it gets
//! one `events.lost` with their count) and never holds the house up.

pub(crate) mod client;
pub(crate) mod path;
pub(crate) mod protocol;
pub(crate) mod server;
#[cfg(test)]
mod tests;
