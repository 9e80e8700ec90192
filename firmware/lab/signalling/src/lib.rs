//! Signalling of the built-in conference server, as a pure machine: one endpoint over all connections, a registrar, and
//! calls into rooms or on to other users.
//!
//! [`Signalling`] gets news of connections, orders and what media answers, and gives bytes to send, requests to media and
//! [`LabEvent`]s. The lab drives it with sockets and real media, the simulator in virtual time.

mod calls;
mod conference;
mod config;
mod dialect;
mod due;
mod events;
mod faults;
mod gate;
mod machine;
mod media;
mod register;
mod registrar;
mod relay;
mod users;

pub use config::{Dialect, DialectError, SignallingConfig};
pub use events::{LabEvent, MediaReport, SeenCode};
pub use faults::{FaultError, Faults};
pub use machine::{Input, Order, Output, Signalling, SignallingStatus};
pub use media::{DescribeError, MediaNews, MediaRequest, Purpose};
pub use users::{Users, UsersError};
