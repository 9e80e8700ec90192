//! The three events without a prefix (spec section 9).

use super::Configuration;
use crate::api::CallId;

events! {
    /// Events without a prefix.
    UnprefixedEvent {
        /// Connected while there is no call.
        "connected-with-configuration-from-out-of-call" ConnectedWithConfigurationFromOutOfCall(Configuration),
        /// The connection was lost while there is no call.
        "disconnected-from-out-of-call" DisconnectedFromOutOfCall {},
        /// Our presentation stopped because the server wanted it.
        "stopped-presentation-by-server-command" StoppedPresentationByServerCommand { call: CallId },
    }
}
