//! `incoming-call:` calls that ring here (spec section 10.1).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::CallId;

events! {
    /// `incoming-call:` events.
    IncomingCallEvent {
        /// Refused here.
        "incoming-call:declinedIncomingCall" Declined(Caller),
        /// The other side gave up before anybody answered.
        "incoming-call:failedIncomingCall" Failed(Caller),
        /// It rings.
        "incoming-call:ringing" Ringing(Caller),
        /// Over on this side before anybody answered: refused, or nobody came.
        "incoming-call:terminatedIncomingCall" Terminated(Caller),
    }
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Caller {
    /// The call; stands for the session object of old.
    pub call: CallId,
    /// The name the other side shows; empty when it has none.
    pub display_name: String,
    /// Host part of its address.
    pub host: String,
    /// User part of its address.
    pub incoming_number: String,
}
