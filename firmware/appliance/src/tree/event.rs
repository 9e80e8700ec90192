//! What the event stream carries.
//!
//! | `event` | `data` |
//! |---|---|
//! | `button` | `name`, `action` |
//! | `call` | `state` (`idle`, `waiting`, `ringing`, `connecting`, `in-call`, `redialling`) and its fields |
//! | `call-ended` | `call`, `failure` (`originator`, `cause`, `status`, `reason`, `retry_after`), `will_redial` |
//! | `camera`, `microphone` | `wanted`, `fact`, `pending`, `device` |
//! | `cause-raised` | `code`, `sentence`, `who`, `detail` |
//! | `cause-cleared` | `code` |
//! | `connection` | `state` (`idle`, `connecting`, `connected`, `established`, `disconnected`) and its fields |
//! | `incoming` | `call`, `from`; null when nothing rings any more |
//! | `media` | `fact` and its fields |
//! | `registered` | `expires` |
//! | `speaker` | `working`, `name`, `reason` |
//! | `vendor` | `name`, `data` |
//! | `volume` | `level` |

use roombox_conference::api::{CallId, CallState, ConnectionState};
use roombox_hal::buttons::ButtonAction;
use serde::{Deserialize, Serialize};

use super::{
    cause::{Cause, CauseCode},
    status::{CameraStatus, DeviceFact, Incoming, MicrophoneStatus},
};
use crate::api::MediaFact;

/// One event, `{"event": "call", "data": {…}}` in JSON. Whoever sends it out adds `"time"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event", content = "data")]
pub enum Event {
    /// A button was pressed, on the box or through a command.
    Button {
        /// Name in the board file.
        name: String,
        /// What it asks for.
        action: ButtonAction,
    },
    /// The call changed state.
    Call(CallState),
    /// A call ended.
    CallEnded {
        /// Which.
        call: CallId,
        /// Named cause (RFC 3261 status families, spec section 14.5).
        failure: roombox_conference::api::CallFailure,
        /// It is dialled again by itself.
        will_redial: bool,
    },
    /// The camera changed: intent, fact or device.
    Camera(CameraStatus),
    /// This cause is there no more.
    CauseCleared {
        /// Which.
        code: CauseCode,
    },
    /// Something is wrong from now on.
    CauseRaised(Cause),
    /// The connection to the server changed state.
    Connection(ConnectionState),
    /// A call rings, or rings no more.
    Incoming(Option<Incoming>),
    /// Something about the media of the call.
    Media(MediaFact),
    /// The microphone changed: intent, fact or device.
    Microphone(MicrophoneStatus),
    /// Registered with the server.
    Registered {
        /// Seconds granted.
        expires: u32,
    },
    /// The speaker changed.
    Speaker(DeviceFact),
    /// A message of the conference server, by its name in the spec (section 3).
    Vendor {
        /// Name.
        name: String,
        /// Values.
        data: serde_json::Value,
    },
    /// The speaker volume changed.
    Volume {
        /// 0..=100.
        level: u8,
    },
}
