//! The built-in conference server: registrar, conference rooms with real pictures and sound, and faults on request.
//!
//! [`Lab::start`] serves boxes, browsers and tests. Every user that calls anything but another registered user lands in
//! the conference room of that name. A room's picture is a moving test card that carries the frame code of
//! [`roombox_testcard::code`] (source [`PICTURE_SOURCE`]) and shows every participant as a tile; its sound is all other
//! participants and, if wanted, a tone. What participants send is looked at: see [`LabEvent::Media`].
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a server of its own: it owns its sockets, time and threads"
)]

mod config;
mod error;
mod handle;
mod identity;
mod media;
mod server;
mod users;

pub use config::{LabConfig, LabSound, LabTls};
pub use error::LabError;
pub use handle::{Lab, LabHandle};
pub use roombox_lab_signalling::{
    Dialect, DialectError, FaultError, Faults, Form, LabEvent, MediaReport, Order, Permission, Presenting, Purgatory,
    Role, Rules, SeenCode, Users, UsersError, VideoReport,
};
pub use users::read_users;

/// Number that the frame code in a lab's picture carries as `source`.
pub const PICTURE_SOURCE: u8 = 1;
/// WebSocket path under which a lab is reached unless told otherwise (spec section 1.1).
pub const DEFAULT_PATH: &str = "/webrtc/wss/";
