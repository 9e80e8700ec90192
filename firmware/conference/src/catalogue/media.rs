//! `media:` what became of commands about the streams of a call. In the library of old these are results of functions, no
//! events.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{CallId, Stream};

events! {
    /// `media:` events.
    MediaEvent {
        /// A command about the streams has ended.
        "media:command-finished" CommandFinished { call: CallId, command: MediaCommand, outcome: MediaOutcome },
        /// A picture is sent in one encoding, though several are configured: media or the other side takes no more.
        "media:simulcast-refused" SimulcastRefused { call: CallId, stream: Stream, reason: String },
    }
}

/// Which command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MediaCommand {
    /// Steer the video balancer.
    Balance,
    /// Start or change the presentation; told only where that has no meaning now. What becomes of a presentation is told by
    /// the `presentation:` events.
    Present,
    /// Offer again.
    Renegotiate,
    /// Another source of the camera picture.
    ReplaceCamera,
    /// New ICE credentials.
    RestartIce,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "result")]
pub enum MediaOutcome {
    /// Done; the other side agreed where it had to.
    Done,
    /// It did not work; the call goes on.
    Failed {
        /// For people.
        reason: String,
    },
    /// The call does not stand, its connection is lost, or something is being negotiated already; nothing was done.
    NotReady,
}
