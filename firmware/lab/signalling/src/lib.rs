//! Signalling of the built-in conference server, as a pure machine: one endpoint over all connections, a registrar, and
//! calls into rooms or on to other users.
//!
//! [`Signalling`] gets news of connections, orders, HTTP requests and what media answers, and gives bytes to send, HTTP
//! answers, requests to media and [`LabEvent`]s. The lab drives it with sockets and real media, the simulator in virtual
//! time.
//!
//! It speaks the dialect of a Vinteo server (spec section 3) with the vocabulary of [`roombox_conference::vendor`], which is
//! written for both ends of the wire; nothing else of that crate is used here.

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
mod orders;
mod presentation;
mod receive;
mod register;
mod registrar;
mod relay;
mod rules;
mod status;
mod users;

pub use calls::Role;
pub use config::{Dialect, DialectError, SignallingConfig};
pub use events::{LabEvent, MediaReport, SeenCode, VideoReport};
pub use faults::{FaultError, Faults};
pub use machine::{Input, Output, Signalling};
pub use media::{DescribeError, MediaNews, MediaRequest, Purpose};
pub use orders::{Form, Order};
pub use receive::{HttpAnswer, HttpRequest, Quality};
pub use rules::{Permission, Presenting, Purgatory, Rules};
pub use status::{ParticipantStatus, SignallingStatus};
pub use users::{Users, UsersError};
