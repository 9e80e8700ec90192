//! The built-in conference server: registrar, conference rooms with real pictures and sound, and faults on request.
//!
//! [`Lab::start`] serves boxes, browsers and tests. Every user that calls anything but another registered user lands in
//! the conference room of that name. A room's picture is a moving test card that carries the frame code of
//! [`roombox_testcard::code`] (source [`PICTURE_SOURCE`]) and shows every participant as a tile; its sound is all other
//! participants and, if wanted, a tone. What participants send is looked at: see [`LabEvent::Media`]. What one presents is
//! offered to the others; spectators get picture and sound by a connection of their own. What happens when is told by
//! orders ([`LabHandle::order`]) or by a [`Script`].
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a server of its own: it owns its sockets, time and threads"
)]

mod config;
mod error;
mod handle;
mod http;
mod identity;
mod media;
mod script;
mod server;
mod users;

pub use config::{LabConfig, LabSound, LabTls};
pub use error::LabError;
pub use handle::{Lab, LabHandle};
pub use roombox_lab_signalling::{
    Dialect, DialectError, FaultError, Faults, Form, LabEvent, MediaReport, Order, Permission, Presenting, Purgatory,
    Role, Rules, SeenCode, Users, UsersError, VideoReport,
};
pub use script::{Act, Action, Pattern, Play, Script, ScriptError, Step, StepReport, Turn};
pub use users::read_users;

/// Number that the frame code in a lab's picture carries as `source`.
pub const PICTURE_SOURCE: u8 = 1;
/// WebSocket path under which a lab is reached unless told otherwise (spec section 1.1).
pub const DEFAULT_PATH: &str = "/webrtc/wss/";
