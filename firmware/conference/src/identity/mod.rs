//! Who we are and where the server is: parameters of a connection, names, headers and what errors are called
//! (spec sections 1.1, 1.6, 1.7 and 11).

mod error_kind;
mod naming;
mod parameters;
mod user_agent;

pub use error_kind::{ErrorKind, is_handshake_failure};
pub use naming::{GUESTS, display_name, guest_number, sip_uri};
pub use parameters::{ConnectionParameters, Identity, ParameterError, Parameters};
pub use user_agent::{Dialect, user_agent};
