//! What the owner is told.

use serde::{Deserialize, Serialize};

use super::{
    Body, Failure, FinalResponse, FlowError, FlowId, HeaderLine, RequestId, ServerTarget, SessionId, SubscriptionId,
};

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
        /// The session of ours that this one takes the place of once it is accepted (RFC 3891).
        replaces: Option<SessionId>,
    },
    /// The facts about a hold changed.
    Hold { session: SessionId, hold: HoldState },
    /// INFO from the peer inside a session; already answered as RFC 6086 and spec section 3.1 ask.
    Info { session: SessionId, headers: Vec<HeaderLine>, body: Option<Body> },
    /// INFO from the peer inside a session, where [`crate::endpoint::EndpointConfig::info_by_owner`] says so: answer it with
    /// [`super::Command::Respond`] within 25 s; then it is refused with 480.
    InfoAsked { session: SessionId, request: RequestId, headers: Vec<HeaderLine>, body: Option<Body> },
    /// MESSAGE of the peer inside a session; already answered 200.
    Message { session: SessionId, headers: Vec<HeaderLine>, body: Option<Body> },
    /// NOTIFY for a subscription of ours; already answered.
    Notify { subscription: SubscriptionId, headers: Vec<HeaderLine>, body: Option<Body> },
    /// The peer offers again inside the session, in an UPDATE (RFC 3311) or in whatever else carries offers; answer with
    /// [`super::Command::AnswerOffer`].
    Offer { session: SessionId, body: Option<Body>, by_update: bool },
    /// Our re-INVITE was answered; `body` is the answer. Comes too when the peer's INVITE had no offer, ours went out in
    /// the 2xx, and its ACK brought the answer; at the start of a session it then precedes [`Event::Confirmed`].
    OfferAnswered { session: SessionId, body: Option<Body> },
    /// Our re-INVITE failed; the session goes on as it was.
    OfferFailed { session: SessionId, failure: Failure },
    /// 18x for an outgoing session; `body` is early media where the peer sent any. In a `reliable` one (RFC 3262) it is the
    /// answer for good, and the body of the 2xx repeats it or is empty.
    Progress { session: SessionId, status: u16, body: Option<Body>, headers: Vec<HeaderLine>, reliable: bool },
    /// The peer acknowledged our reliable provisional response with PRACK; `body` is its answer, if ours held an offer.
    ProgressAcknowledged { session: SessionId, body: Option<Body> },
    /// The called side named other places (3xx). `followed`: the first of them is being called in the same session.
    Redirected { session: SessionId, targets: Vec<String>, followed: bool },
    /// The peer asks us to call somebody (RFC 3515), inside `session` or outside any. Answer with
    /// [`super::Command::FollowRefer`], or refuse with [`super::Command::Respond`], within 25 s; then it is refused with 603.
    Refer {
        refer: RequestId,
        session: Option<SessionId>,
        refer_to: String,
        referred_by: Option<String>,
        headers: Vec<HeaderLine>,
    },
    /// How the call goes that we asked the peer to make; nothing comes after the `last` one. A `last` status below 200: the
    /// peer ended its news without telling how the call went. 408: no news came, or none any more. Also comes after the
    /// session has ended; never, when the peer answered with `Refer-Sub: false` (RFC 4488).
    ReferProgress { session: SessionId, request: RequestId, status: u16, reason: String, last: bool },
    /// A request outside any session that the owner must answer with [`super::Command::Respond`].
    Request {
        request: RequestId,
        flow: FlowId,
        method: String,
        request_uri: String,
        from_uri: String,
        to_uri: String,
        headers: Vec<HeaderLine>,
        body: Option<Body>,
    },
    /// The outcome of [`super::Command::Request`] or [`super::Command::Info`].
    Response { request: RequestId, outcome: Result<FinalResponse, Failure> },
    /// A subscription of ours changed.
    Subscription { subscription: SubscriptionId, state: SubscriptionState },
    /// The connection or the registration changed (only from [`crate::agent::UserAgent`]).
    Agent(AgentEvent),
}

/// What is known about the hold of a session: asked, agreed, seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldState {
    /// This side wants the peer on hold.
    pub asked: bool,
    /// The peer has agreed to be on hold: its last description sends nothing.
    pub confirmed: bool,
    /// The peer has put us on hold: by an offer, or by its answer to an offer of both ways.
    pub by_peer: bool,
    /// Media of the peer arrives; `None` = nobody has looked.
    pub media: Option<bool>,
}

/// How a subscription of ours stands (RFC 6665 section 4.1.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum SubscriptionState {
    /// The notifier serves it for this many seconds.
    Active { expires: u32 },
    /// The notifier has to ask somebody.
    Pending,
    /// Over. `retry_in_ms`: tried again by itself after that; `None` = for good.
    Terminated { reason: String, retry_in_ms: Option<u64> },
}

/// What happened to one of several flows; fields as in [`AgentEvent`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowChange {
    /// Being opened.
    Connecting { server: ServerTarget, attempt: u32 },
    /// Up.
    Connected { server: ServerTarget },
    /// Gone, or did not come up.
    Disconnected { error: FlowError, retry_in_ms: Option<u64> },
    /// Registered over it too.
    Registered { expires: u32 },
    /// Not registered over it.
    RegistrationFailed { failure: Failure, retry_in_ms: Option<u64> },
}

/// Connection and registration of the user agent (spec sections 1.5, 14.2, 14.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentEvent {
    /// A flow is being opened.
    Connecting { server: ServerTarget, attempt: u32 },
    /// A flow is up.
    Connected { server: ServerTarget },
    /// The flow is gone or did not come up; `retry_in_ms` until the next attempt, `None` when stopped. With several flows:
    /// the last one that stood.
    Disconnected { error: FlowError, retry_in_ms: Option<u64> },
    /// One of several flows changed while another one stands: calls and registration go on over that one (RFC 5626).
    Flow { reg_id: u8, change: FlowChange },
    /// Registered; the server granted this many seconds.
    Registered { expires: u32 },
    /// Registration failed; `retry_in_ms` until the next attempt, `None` when it waits for a person (wrong password).
    RegistrationFailed { failure: Failure, retry_in_ms: Option<u64> },
    /// The registration is gone because it was asked for.
    Unregistered,
}
