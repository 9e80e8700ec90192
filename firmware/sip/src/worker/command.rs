//! What the worker is asked to do (spec section 12.1).

use serde::{Deserialize, Serialize};

use super::{CallOptions, Options};

/// A command and its data, as posted: `{"cmd": "CALL", "data": {"target": "100"}}`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "cmd", content = "data", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Command {
    /// Merge these settings into the ones there are; they count from the next `LOGIN`.
    Init(Box<Options>),
    /// Connect and register; register again if only that is missing.
    Login,
    /// End all sessions, unregister, disconnect.
    Logout,
    /// Register, if not registered.
    Register,
    /// Give the registration back but stay connected.
    Unregister,
    /// Call somebody.
    Call {
        /// A SIP URI, `user@host`, or a user of the own domain.
        target: String,
        /// What is special about this call; what is left out has the worker's defaults.
        #[serde(default)]
        options: CallOptions,
    },
    /// Answer a ringing call.
    Answer(OfSession),
    /// End a call in the way its state asks for.
    #[serde(rename = "HANGUP")]
    HangUp {
        /// Which.
        #[serde(rename = "sessionId")]
        session_id: String,
        /// The caller waited too long: the end that follows is told as `session_req_timeout`.
        #[serde(default, rename = "isTimeout")]
        is_timeout: bool,
    },
    /// Hold an established call.
    Hold(OfSession),
    /// Resume it. The wire value is `ONHOLD` indeed.
    #[serde(rename = "ONHOLD")]
    Unhold(OfSession),
    /// Stop sending sound.
    Mute(OfSession),
    /// Send sound again.
    #[serde(rename = "UNMUTE")]
    Unmute(OfSession),
    /// Send telephone keys.
    Dtmf {
        /// Where.
        #[serde(rename = "sessionId")]
        session_id: String,
        /// `0-9A-D#*`, `,` = a pause of 2 s.
        tone: String,
    },
    /// Hang up and forget the session: nothing more is told about it. The wire value is `SESSTION_DEL` indeed.
    #[serde(rename = "SESSTION_DEL")]
    SessionDel(OfSession),
    /// Nothing.
    Notify,
    /// Nothing.
    Empty,
}

/// Which session.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OfSession {
    /// The id that came with its first event.
    pub session_id: String,
}

impl OfSession {
    /// This one.
    pub fn new(session_id: impl Into<String>) -> Self {
        Self { session_id: session_id.into() }
    }
}
