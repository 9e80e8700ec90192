//! What the event stream carries.
//!
//! | `event` | `data` |
//! |---|---|
//! | `answered` | `call`, `asked` (`media-state`, `room-name`, `transfer`), `fault` |
//! | `button` | `name`, `action` |
//! | `call` | `state` (`idle`, `waiting`, `ringing`, `connecting`, `in-call`, `redialling`) and its fields |
//! | `call-hold` | `call`, `hold` (`asked`, `confirmed`, `by_peer`, `media`) |
//! | `call-ended` | `call`, `failure` (`originator`, `cause`, `status`, `reason`, `retry_after`), `will_redial` |
//! | `camera`, `microphone` | `wanted`, `fact`, `pending`, `device` |
//! | `cause-raised` | `code`, `sentence`, `who`, `detail` |
//! | `cause-cleared` | `code` |
//! | `connection` | `state` (`idle`, `connecting`, `connected`, `established`, `disconnected`) and its fields |
//! | `incoming` | `call`, `from`; null when nothing rings any more |
//! | `media` | `fact` and its fields |
//! | `operation` | `number`, `operation`, `outcome` |
//! | `quality` | `verdict` (`good`, `fair`, `poor`), `cause`; null when it is not known any more |
//! | `registered` | `expires` |
//! | `share` | `share`, `name`; null when nobody shares a screen any more |
//! | `speaker` | `working`, `name`, `reason` |
//! | `transfer` | `call`, `status`, `reason`, `last` |
//! | `vendor` | `name`, `data` |
//! | `volume` | `level` |
//!
//! Besides these every event of the conference client's catalogue comes by its own name (`call:confirmed`,
//! `presentation:started` …) with the payload that [`roombox_conference::catalogue`] tells.

use roombox_conference::api::{Asked, CallId, CallState, ConnectionState, HoldState, OperationKind, OperationOutcome};
use roombox_conference::catalogue;
use roombox_hal::buttons::ButtonAction;
use serde::{Deserialize, Serialize};

use super::{
    cause::{Cause, CauseCode},
    quality::QualityStatus,
    session::ShareStatus,
    status::{CameraStatus, DeviceFact, Incoming, MicrophoneStatus},
};
use crate::api::MediaFact;

/// One event, `{"event": "call", "data": {…}}` in JSON. Whoever sends it out adds `"time"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event", content = "data")]
pub enum Event {
    /// What became of what a call asked of the other side; `fault` is absent when it was granted.
    Answered {
        /// Which.
        call: CallId,
        /// What was asked.
        asked: Asked,
        /// Why not.
        fault: Option<catalogue::Fault>,
    },
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
    /// The facts about a hold changed.
    CallHold {
        /// Which.
        call: CallId,
        /// The facts.
        hold: HoldState,
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
    /// An operation on the connection ended.
    Operation {
        /// Counts the operations from 1.
        number: u64,
        /// What was asked for.
        operation: OperationKind,
        /// What became of it.
        outcome: OperationOutcome,
    },
    /// How good the call is changed; absent when it is not known any more.
    Quality(Option<QualityStatus>),
    /// Registered with the server.
    Registered {
        /// Seconds granted.
        expires: u32,
    },
    /// Somebody shares a screen through the panel, or nobody does any more.
    Share(Option<ShareStatus>),
    /// The speaker changed.
    Speaker(DeviceFact),
    /// How the call goes that the other side makes for us.
    Transfer {
        /// Ours that was handed on.
        call: CallId,
        /// SIP status, 100..=699.
        status: u16,
        /// Its phrase.
        reason: String,
        /// Nothing follows.
        last: bool,
    },
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
    /// An event of the conference client's catalogue; it has its own name and data.
    #[serde(untagged)]
    Catalogue(catalogue::Event),
}
