//! The vocabulary of the conference client: what it is asked, what it learns, what it asks for and what it tells.
#![allow(missing_docs, reason = "the sentence above a variant tells its fields")]

use roombox_sip::api as sip;
use serde::{Deserialize, Serialize};

/// Why a call ended, with the named cause and the SIP status behind it.
pub use roombox_sip::api::{Cause as CallCause, Failure as CallFailure, FlowError, Originator};

/// One call as the room knows it. Numbered by the client, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CallId(pub u64);

/// What the owner (the appliance) asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Answer the ringing incoming call.
    Answer { call: CallId },
    /// Call this SIP URI. With `keep` it is called again after every end, for ever, until [`Command::Leave`]; without,
    /// only after a loss and a limited number of times (spec section 6.2).
    Join { target: String, keep: bool },
    /// End the call or the attempt, and stop redialling.
    Leave,
    /// Tell the server what the microphone and camera really do (INFO mediastate).
    MediaState { microphone: bool, camera: bool },
    /// Refuse the ringing incoming call.
    Reject { call: CallId },
    /// The account goes to work: connect, register, recover for ever.
    Start,
    /// Leave, unregister, disconnect.
    Stop,
}

/// What the client needs from media, done by the driver; each is answered by a [`MediaFact`] with the same call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaRequest {
    /// Set the peer's answer.
    AcceptAnswer { call: CallId, sdp: String },
    /// Close the peer connection.
    Close { call: CallId },
    /// Answer the peer's offer (also for a re-INVITE of a running call).
    CreateAnswer { call: CallId, offer: String },
    /// Make an offer. `restart_ice`: new credentials on the running connection.
    CreateOffer { call: CallId, restart_ice: bool },
}

/// What media reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaFact {
    /// The answer to [`MediaRequest::CreateAnswer`].
    AnswerReady { call: CallId, sdp: String },
    /// The peer's answer is set.
    AnswerAccepted { call: CallId },
    /// ICE and DTLS stand: media can flow.
    Connected { call: CallId },
    /// ICE lost its path; it may come back.
    Disconnected { call: CallId },
    /// A request failed, or the connection failed for good.
    Failed { call: CallId, reason: String },
    /// The offer asked for.
    OfferReady { call: CallId, sdp: String },
}

/// What goes in.
#[derive(Clone, Debug)]
pub enum Input {
    /// Asked by the owner.
    Command(Command),
    /// Told by media.
    Media(MediaFact),
    /// Told by the SIP user agent.
    Sip(sip::Event),
}

/// What comes out.
#[derive(Clone, Debug)]
pub enum Output {
    /// For the owner, the event stream and the recorder.
    Event(Event),
    /// For media.
    Media(MediaRequest),
    /// For the SIP user agent.
    Sip(SipRequest),
}

/// What the client asks of the SIP user agent.
#[derive(Clone, Debug)]
pub enum SipRequest {
    /// A session or request command.
    Command(sip::Command),
    /// Connect (and register where the account says so).
    Start,
    /// Unregister and disconnect.
    Stop,
    /// Give the present connection up and open a new one.
    Reconnect,
}

/// State of the connection to the server (spec section 1.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum ConnectionState {
    /// Not asked to connect.
    Idle,
    /// A connection is being opened; `attempt` counts from 1 since the last success.
    Connecting { attempt: u32 },
    /// The socket is up; a registration is under way.
    Connected,
    /// Ready for calls: registered, or connected as a guest.
    Established,
    /// Lost or refused; comes back by itself after `retry_in_ms`, or needs a person when that is absent.
    Disconnected { reason: String, retry_in_ms: Option<u64>, needs_person: bool },
}

/// Why the connection is not established.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "stage", content = "failure")]
pub enum ConnectionFailure {
    /// The connection was lost or did not come up.
    Flow(sip::FlowError),
    /// The registration was refused or not answered.
    Registration(CallFailure),
    /// The server is connected but does not answer requests (spec section 5.3).
    Telephony,
}

/// State of the call (spec section 2.9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum CallState {
    /// No call.
    Idle,
    /// Joined in intent; dialled as soon as the connection is established.
    Waiting { target: String },
    /// An incoming call rings.
    Ringing { call: CallId, from: String },
    /// INVITE sent or being prepared.
    Connecting { call: CallId, target: String },
    /// Confirmed; `room` as the server named it.
    InCall { call: CallId, target: String, room: Option<String>, participant: Option<String>, media_connected: bool },
    /// The call was lost and is dialled again after `retry_in_ms`; 0 = as soon as the connection is established.
    /// `attempt` counts failures in a row from 1.
    Redialling { target: String, attempt: u32, retry_in_ms: u64, reason: String },
}

/// What the client tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event", content = "data")]
pub enum Event {
    /// A call ended.
    CallEnded { call: CallId, failure: sip::Failure, will_redial: bool },
    /// The call changed state.
    Call(CallState),
    /// The connection changed state.
    Connection(ConnectionState),
    /// The connection or registration failed in this way; told before the state changes.
    ConnectionFailed(ConnectionFailure),
    /// Registered; the server granted `expires` seconds.
    Registered { expires: u32 },
    /// A vendor message of the conference server, by its name in the spec (section 3), with its values.
    Vendor { name: String, data: serde_json::Value },
}
