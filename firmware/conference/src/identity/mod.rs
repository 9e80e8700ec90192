//! Who we are and where the server is: parameters of a connection, names, headers and what errors are called
//! (spec sections 1.1, 1.6, 1.7 and 11).

mod error_kind;
mod error_values;
mod naming;
mod parameters;
mod user_agent;

pub use error_kind::{ErrorKind, is_handshake_failure};
pub use error_values::{ErrorValues, error_link};
pub use naming::{GUESTS, display_name, guest_number, sip_uri};
pub use parameters::{ConnectionParameters, Identity, ParameterError, Parameters};
pub use user_agent::{Dialect, user_agent};

/// What a browser says of a WebSocket that did not come up or broke (RFC 6455 section 7.1.5).
pub(crate) const ABNORMAL_CLOSE: u16 = 1006;
