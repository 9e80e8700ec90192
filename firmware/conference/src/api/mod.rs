//! The vocabulary of the conference client: what it is asked, what it learns, what it asks for and what it tells.
#![allow(missing_docs, reason = "the sentence above a variant tells its fields")]

mod command;
mod event;
mod http;
mod media;
mod network;
mod remote_track;
mod state;

use roombox_sip::api as sip;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a call ended, with the named cause and the SIP status behind it.
pub use roombox_sip::api::{Cause as CallCause, Failure as CallFailure, FlowError, Originator};

pub use crate::replace::Strictness;
pub use command::{BalancerCommand, Command, ContentHint, Device, PresentCommand, TransferTo};
pub use event::{Asked, Event};
pub use http::{HttpId, HttpRequest, HttpResponse};
pub use media::{Encoding, MediaFact, MediaRequest, ReceiveQuality, Stream};
pub use network::NetworkEvent;
pub use remote_track::{RemoteTrack, TrackKind, TrackSource};
pub use state::{CallState, ConnectionFailure, ConnectionState};

/// One call as the room knows it. Numbered by the client, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct CallId(pub u64);

/// What goes in.
#[derive(Clone, Debug)]
pub enum Input {
    /// Asked by the owner.
    Command(Command),
    /// What became of an [`HttpRequest`]; a transport failure in plain words.
    Http { id: HttpId, outcome: Result<HttpResponse, String> },
    /// Told by media.
    Media(MediaFact),
    /// Told by the system.
    Network(NetworkEvent),
    /// Told by the SIP user agent.
    Sip(sip::Event),
}

/// What comes out.
#[derive(Clone, Debug)]
pub enum Output {
    /// For the owner, the event stream and the recorder.
    Event(Event),
    /// For the HTTP client.
    Http(HttpRequest),
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
