//! The vocabulary of the conference client: what it is asked, what it learns, what it asks for and what it tells.
#![allow(missing_docs, reason = "the sentence above a variant tells its fields")]

mod command;
mod event;
mod http;
mod media;
mod network;
mod operation;
mod remote_track;
mod state;

use roombox_sip::agent::AgentConfig;
use roombox_sip::api as sip;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::ConnectionParameters;

/// Why a call ended, with the named cause and the SIP status behind it.
pub use roombox_sip::api::{Cause as CallCause, Failure as CallFailure, FlowError, Originator};

/// Who of a call is on hold.
pub use roombox_sip::api::HoldState;

pub use crate::replace::Strictness;
pub use command::{BalancerCommand, Command, ContentHint, Device, PresentCommand, TransferTo};
pub use event::{Asked, Event};
pub use http::{HttpId, HttpRequest, HttpResponse};
pub use media::{Encoding, MediaFact, MediaRequest, ReceiveQuality, Stream};
pub use network::NetworkEvent;
pub use operation::{NoParameters, OperationKind, OperationOutcome, ParametersId, ProbeId};
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
    /// The owner's answer to [`Output::AskParameters`].
    Parameters { id: ParametersId, outcome: Result<Box<ConnectionParameters>, NoParameters> },
    /// What became of a [`SipRequest::Probe`].
    Probed { id: ProbeId, outcome: Result<(), FlowError> },
    /// Told by the SIP user agent.
    Sip(sip::Event),
}

/// What comes out.
#[derive(Clone, Debug)]
pub enum Output {
    /// The owner is asked for the parameters of the next attempt.
    AskParameters { id: ParametersId },
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
    /// Become a user agent with these settings; only asked for while stopped.
    Configure { config: Box<AgentConfig>, seed: u64 },
    /// Open a flow to this server beside the user agent's own, close it again, and tell with [`Input::Probed`] whether it
    /// came up. It is closed by the driver in any case.
    Probe { id: ProbeId, server: sip::ServerTarget },
    /// Register now, also after a failure that waits for a person.
    Register,
    /// Connect (and register where the account says so).
    Start,
    /// Unregister and disconnect.
    Stop,
    /// Give the registration back but stay connected.
    Unregister,
    /// Give the present connection up and open a new one.
    Reconnect,
}
