//! `presentation:` our second video stream (spec section 4).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Fault;
use crate::api::CallId;

events! {
    /// `presentation:` events. `track` names the picture source, as media calls it.
    PresentationEvent {
        /// Stopping.
        "presentation:end" End { call: CallId, track: Option<String> },
        /// Stopped.
        "presentation:ended" Ended { call: CallId, track: Option<String> },
        /// Did not start, or broke down. The call goes on.
        "presentation:failed" Failed { call: CallId, kind: PresentationFault, error: Fault },
        /// The server permits it; it is put on the call.
        "presentation:start" Start { call: CallId, track: Option<String> },
        /// The other side has it.
        "presentation:started" Started { call: CallId, track: Option<String> },
        /// Another picture source is on.
        "presentation:updated" Updated { call: CallId, track: Option<String> },
        /// Another picture source is being put on.
        "presentation:updating" Updating { call: CallId, track: Option<String> },
    }
}

/// At which step a presentation failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PresentationFault {
    /// No call, no connection, or the call ended meanwhile.
    NoCall,
    /// The INFO that asks or tells was not answered, or with an error.
    NotAnswered,
    /// The server said no.
    Refused,
    /// The new offer failed; `PresentationReinviteError` of old.
    Renegotiation,
    /// The picture could not be put on a sender; `PresentationTrackError` of old.
    Track,
}
