//! The vocabulary between the SIP core and whoever drives it: inputs, commands, outputs and events.
#![allow(missing_docs, reason = "the sentence above a variant tells its fields")]

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// One connection (WebSocket, TLS, TCP) or one UDP peer. Numbered by the agent for connections it opens and by the
/// driver (from the top half of the range, see [`FlowId::accepted`]) for connections it accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FlowId(pub u64);

impl FlowId {
    /// The `n`-th connection a server accepted; never clashes with a flow opened by an agent.
    pub const fn accepted(n: u64) -> Self {
        Self(n | 1 << 63)
    }
}

/// One INVITE session (the dialog and its INVITE usage). Never reused within one endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SessionId(pub u64);

impl SessionId {
    /// The `n`-th call that came in; the owner numbers its outgoing sessions in the lower half of the range.
    pub const fn incoming(n: u64) -> Self {
        Self(n | 1 << 63)
    }
}

/// One request outside the life of a session, or one INFO inside it, awaiting its final response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequestId(pub u64);

impl RequestId {
    /// The `n`-th request of a peer; the owner numbers its own requests in the lower half of the range.
    pub const fn incoming(n: u64) -> Self {
        Self(n | 1 << 63)
    }
}

/// What carries SIP (RFC 3261 section 18, RFC 7118).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// SIP over TCP.
    Tcp,
    /// SIP over TLS.
    Tls,
    /// SIP over UDP.
    Udp,
    /// SIP over WebSocket.
    Ws,
    /// SIP over secure WebSocket.
    Wss,
}

/// Where a flow is opened to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerTarget {
    /// What carries SIP there.
    pub transport: Transport,
    /// Host name or address, without brackets for IPv6.
    pub host: String,
    /// TCP or UDP port.
    pub port: u16,
    /// HTTP path of a WebSocket (`/webrtc/wss/` at a Vinteo server); empty for the others.
    pub path: String,
}

/// One header line that the caller adds, as it goes on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderLine {
    /// Header name, in the caller's spelling.
    pub name: String,
    /// Header value, without the line end.
    pub value: String,
}

impl HeaderLine {
    /// A header line of `name` and `value`.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// A message body with its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Content-Type value.
    pub content_type: String,
    /// The bytes.
    pub content: Bytes,
}

impl Body {
    /// A session description (`application/sdp`).
    pub fn sdp(text: &str) -> Self {
        Self { content_type: "application/sdp".into(), content: Bytes::copy_from_slice(text.as_bytes()) }
    }

    /// The content as text when it is UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.content).ok()
    }
}

/// What happens on the network side, told by the driver.
#[derive(Clone, Debug)]
pub enum FlowInput {
    /// The flow that was asked for is up (or, at a server, was accepted), carried by this transport.
    Opened(Transport),
    /// One WebSocket message, one datagram, or the next piece of a stream.
    Received(Bytes),
    /// The flow is gone or never came up.
    Closed(FlowError),
}

/// Why a flow is gone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "detail")]
pub enum FlowError {
    /// The server name is in the certificate of nobody we trust, or the certificate is out of date.
    #[error("the server's certificate is not trusted: {0}")]
    Certificate(String),
    /// Closed by the other side or lost.
    #[error("connection closed: {0}")]
    Closed(String),
    /// Nobody listens there.
    #[error("connection refused: {0}")]
    Refused(String),
    /// The host name has no address.
    #[error("host name not found: {0}")]
    NameNotFound(String),
    /// The other side is not a SIP WebSocket server (HTTP status, wrong subprotocol).
    #[error("not a SIP WebSocket server: {0}")]
    Handshake(String),
    /// No answer in time.
    #[error("no answer in time: {0}")]
    Timeout(String),
    /// No network or no route.
    #[error("network unreachable: {0}")]
    Unreachable(String),
}

/// Who ended a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Originator {
    /// This side asked for it.
    Local,
    /// The other side did it.
    Remote,
    /// Neither: timeout, lost connection, protocol failure.
    System,
}

/// Why a session ended or a request failed, with the names JsSIP gives (spec section 14.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// 484.
    AddressIncomplete,
    /// 401/407 after an answer with our credentials, or no credentials.
    AuthenticationError,
    /// SDP that cannot be used.
    BadMediaDescription,
    /// Normal end of an established call (BYE).
    Bye,
    /// 486 or 600.
    Busy,
    /// Ended before it was answered, by this side or (with CANCEL) the caller.
    Canceled,
    /// The flow under it was lost.
    ConnectionError,
    /// The peer no longer knows the dialog (481) or it timed out (408).
    DialogError,
    /// Session timer or session refresh expired (RFC 4028).
    Expires,
    /// 488 or 606.
    IncompatibleSdp,
    /// Local failure in media or elsewhere.
    InternalError,
    /// Ringing too long.
    NoAnswer,
    /// The ACK for our 200 never came.
    NoAck,
    /// 404 or 604.
    NotFound,
    /// 3xx.
    Redirected,
    /// 403 or 603.
    Rejected,
    /// No final response in time, or 408.
    RequestTimeout,
    /// Any other final response.
    SipFailureCode,
    /// Answered elsewhere or 410, 430, 480.
    Unavailable,
    /// Media could not be set up or died.
    WebrtcError,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AddressIncomplete => "Address Incomplete",
            Self::AuthenticationError => "Authentication Error",
            Self::BadMediaDescription => "Bad Media Description",
            Self::Bye => "Terminated",
            Self::Busy => "Busy",
            Self::Canceled => "Canceled",
            Self::ConnectionError => "Connection Error",
            Self::DialogError => "Dialog Error",
            Self::Expires => "Expires",
            Self::IncompatibleSdp => "Incompatible SDP",
            Self::InternalError => "Internal Error",
            Self::NoAnswer => "No Answer",
            Self::NoAck => "No ACK",
            Self::NotFound => "Not Found",
            Self::Redirected => "Redirected",
            Self::Rejected => "Rejected",
            Self::RequestTimeout => "Request Timeout",
            Self::SipFailureCode => "SIP Failure Code",
            Self::Unavailable => "Unavailable",
            Self::WebrtcError => "WebRTC Error",
        })
    }
}

/// How a session or request failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Who caused it.
    pub originator: Originator,
    /// The named cause.
    pub cause: Cause,
    /// The final SIP status behind it, where there was one.
    pub status: Option<u16>,
    /// The reason phrase or a plain description.
    pub reason: String,
    /// Seconds the server asked us to wait (Retry-After), where it said so.
    pub retry_after: Option<u32>,
}

/// What the owner of an endpoint asks for. Session commands on a session that is already gone are ignored.
#[derive(Clone, Debug)]
pub enum Command {
    /// Answer a ringing incoming session with 200 and this body.
    Accept { session: SessionId, body: Option<Body>, headers: Vec<HeaderLine> },
    /// Answer a re-INVITE or UPDATE of the peer (see [`Event::Offer`]): `Ok` = 200 with the body, `Err` = status.
    AnswerOffer { session: SessionId, answer: Result<Body, u16> },
    /// Send INFO inside the session; the outcome is [`Event::Response`] with the same `request`.
    Info {
        session: SessionId,
        request: RequestId,
        headers: Vec<HeaderLine>,
        body: Option<Body>,
        content_type: Option<String>,
    },
    /// Start a session: INVITE to `target` with an offer. Events carry the same `session`.
    Invite { session: SessionId, target: String, body: Body, headers: Vec<HeaderLine> },
    /// Send 180 to a ringing incoming session (done by itself once; this repeats or adds headers).
    Ring { session: SessionId, headers: Vec<HeaderLine> },
    /// Offer again inside the session (re-INVITE); outcome [`Event::OfferAnswered`] or [`Event::OfferFailed`].
    Reinvite { session: SessionId, body: Body, headers: Vec<HeaderLine> },
    /// Refuse a ringing incoming session with this status (300..=699).
    Reject { session: SessionId, status: u16, headers: Vec<HeaderLine> },
    /// Send a request outside any session (OPTIONS, MESSAGE, NOTIFY...); outcome [`Event::Response`].
    Request { request: RequestId, method: String, target: String, headers: Vec<HeaderLine>, body: Option<Body> },
    /// Answer an [`Event::Request`] of a peer.
    Respond { request: RequestId, status: u16, reason: Option<String>, headers: Vec<HeaderLine>, body: Option<Body> },
    /// End a session in the way its state asks for: CANCEL, 480 or BYE.
    Terminate { session: SessionId, cause: Cause },
}

/// What the endpoint tells its owner.
#[derive(Clone, Debug)]
pub enum Event {
    /// An outgoing session was answered with 2xx and acknowledged; `body` is the answer.
    Accepted { session: SessionId, body: Option<Body>, headers: Vec<HeaderLine> },
    /// The session is established both ways (ACK sent or received).
    Confirmed { session: SessionId },
    /// The session is over; nothing else comes for it.
    Ended { session: SessionId, failure: Failure },
    /// A peer calls us. `offer` may be missing (offerless INVITE: answer with an offer).
    Incoming {
        session: SessionId,
        flow: FlowId,
        from_uri: String,
        from_display: Option<String>,
        to_uri: String,
        request_uri: String,
        offer: Option<Body>,
        headers: Vec<HeaderLine>,
    },
    /// INFO from the peer inside a session; already answered as RFC 6086 and spec section 3.1 ask.
    Info { session: SessionId, headers: Vec<HeaderLine>, body: Option<Body> },
    /// The peer offers again inside the session; answer with [`Command::AnswerOffer`].
    Offer { session: SessionId, body: Option<Body> },
    /// Our re-INVITE was answered; `body` is the answer. Comes too when the peer's INVITE had no offer, ours went out in
    /// the 2xx, and its ACK brought the answer; at the start of a session it then precedes [`Event::Confirmed`].
    OfferAnswered { session: SessionId, body: Option<Body> },
    /// Our re-INVITE failed; the session goes on as it was.
    OfferFailed { session: SessionId, failure: Failure },
    /// 18x for an outgoing session; `body` is early media where the peer sent any.
    Progress { session: SessionId, status: u16, body: Option<Body> },
    /// A request outside any session that the owner must answer with [`Command::Respond`].
    Request {
        request: RequestId,
        flow: FlowId,
        method: String,
        from_uri: String,
        to_uri: String,
        headers: Vec<HeaderLine>,
        body: Option<Body>,
    },
    /// The outcome of [`Command::Request`] or [`Command::Info`].
    Response { request: RequestId, outcome: Result<FinalResponse, Failure> },
    /// The connection or the registration changed (only from [`crate::agent::UserAgent`]).
    Agent(AgentEvent),
}

/// A final response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalResponse {
    /// 200..=699.
    pub status: u16,
    /// Reason phrase as received (a Vinteo server refuses inside a 2xx by it: spec section 3.1).
    pub reason: String,
    /// All headers as received.
    pub headers: Vec<HeaderLine>,
    /// Body, if any.
    pub body: Option<Body>,
}

/// Connection and registration of the user agent (spec sections 1.5, 14.2, 14.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentEvent {
    /// A flow is being opened.
    Connecting { server: ServerTarget, attempt: u32 },
    /// A flow is up.
    Connected { server: ServerTarget },
    /// The flow is gone or did not come up; `retry_in_ms` until the next attempt, `None` when stopped.
    Disconnected { error: FlowError, retry_in_ms: Option<u64> },
    /// Registered; the server granted this many seconds.
    Registered { expires: u32 },
    /// Registration failed; `retry_in_ms` until the next attempt, `None` when it waits for a person (wrong password).
    RegistrationFailed { failure: Failure, retry_in_ms: Option<u64> },
    /// The registration is gone because it was asked for.
    Unregistered,
}

/// What the endpoint or agent wants done.
#[derive(Clone, Debug)]
pub enum Output {
    /// Close this flow.
    CloseFlow(FlowId),
    /// Tell the owner.
    Event(Event),
    /// Open a flow to a server; the answer is [`FlowInput::Opened`] or [`FlowInput::Closed`].
    OpenFlow { flow: FlowId, server: ServerTarget },
    /// Send one SIP message (one WebSocket message, one datagram, or bytes of a stream).
    Send { flow: FlowId, bytes: Bytes },
}
