//! What the owner asks for.

use super::{Body, Cause, HeaderLine, RequestId, SessionId, SubscriptionId};

/// What the owner of an endpoint asks for. Session commands on a session that is already gone are ignored.
#[derive(Clone, Debug)]
pub enum Command {
    /// Answer a ringing incoming session with 200 and this body.
    Accept { session: SessionId, body: Option<Body>, headers: Vec<HeaderLine> },
    /// Answer a re-INVITE or UPDATE of the peer (see [`super::Event::Offer`]): `Ok` = 200 with the body, `Err` = status.
    AnswerOffer { session: SessionId, answer: Result<Body, u16> },
    /// Send INFO inside the session; the outcome is [`super::Event::Response`] with the same `request`.
    Info {
        session: SessionId,
        request: RequestId,
        headers: Vec<HeaderLine>,
        body: Option<Body>,
        content_type: Option<String>,
    },
    /// Send these tones (`0-9A-D#*R`, `,` = a pause of 2 s) one after another as INFO (spec section 14.9); outcome
    /// [`super::Event::Response`] of the last one, or of the first that failed. Durations are clamped to 70..=6000 ms,
    /// gaps to at least 50 ms.
    Dtmf { session: SessionId, request: RequestId, tones: String, duration_ms: u32, gap_ms: u32 },
    /// Do what an [`super::Event::Refer`] asks: answer 202, call the new session with this body (`None` = no offer), and
    /// report its progress by NOTIFY. To refuse, use [`Command::Respond`].
    FollowRefer { refer: RequestId, session: SessionId, body: Option<Body>, headers: Vec<HeaderLine> },
    /// Hold or resume: offers the last description again with other directions (RFC 3264 section 8.4); facts come as
    /// [`super::Event::Hold`]. Whoever makes descriptions of their own for a hold uses [`Command::Reinvite`] instead.
    Hold { session: SessionId, hold: bool },
    /// Start a session: INVITE to `target`. Without a body the peer offers (in a reliable 1xx or the 2xx) and
    /// [`super::Event::Offer`] asks for the answer. Events carry the same `session`.
    Invite { session: SessionId, target: String, body: Option<Body>, headers: Vec<HeaderLine>, options: InviteOptions },
    /// Is media of the peer arriving? The third fact of a hold; told by whoever sees media.
    MediaSeen { session: SessionId, flowing: bool },
    /// Send a provisional response, 101..=199, to a ringing incoming session. `reliable` (or a peer that requires it) sends
    /// it by RFC 3262 and the peer's PRACK comes as [`super::Event::ProgressAcknowledged`].
    Progress { session: SessionId, status: u16, body: Option<Body>, headers: Vec<HeaderLine>, reliable: bool },
    /// Transfer: ask the peer to call somebody else (RFC 3515). 2xx or refusal come as [`super::Event::Response`], the
    /// progress as [`super::Event::ReferProgress`]. The session itself goes on until somebody ends it: usually the one who
    /// transfers, blind after the 2xx, attended (both sessions) after the last progress of 200; after any other the session
    /// is still there to talk on. A header `Refer-Sub: false` asks for no progress (RFC 4488).
    Refer { session: SessionId, request: RequestId, to: ReferTo, headers: Vec<HeaderLine> },
    /// Send 180 to a ringing incoming session (done by itself once; this repeats or adds headers).
    Ring { session: SessionId, headers: Vec<HeaderLine> },
    /// Offer again inside the session (re-INVITE); outcome [`super::Event::OfferAnswered`] or [`super::Event::OfferFailed`].
    Reinvite { session: SessionId, body: Body, headers: Vec<HeaderLine> },
    /// Refuse a ringing incoming session with this status (300..=699).
    Reject { session: SessionId, status: u16, headers: Vec<HeaderLine> },
    /// Send a request outside any session (OPTIONS, MESSAGE, NOTIFY...); outcome [`super::Event::Response`].
    Request { request: RequestId, method: String, target: String, headers: Vec<HeaderLine>, body: Option<Body> },
    /// Answer an [`super::Event::Request`], or refuse an [`super::Event::Refer`], of a peer.
    Respond { request: RequestId, status: u16, reason: Option<String>, headers: Vec<HeaderLine>, body: Option<Body> },
    /// Send a request of any other method (MESSAGE, OPTIONS…) inside a session; outcome [`super::Event::Response`]. Methods
    /// with commands of their own fail at once. Only 481 ends the session (RFC 5057), as for [`Command::Info`].
    Send { session: SessionId, request: RequestId, method: String, headers: Vec<HeaderLine>, body: Option<Body> },
    /// Subscribe to an event package (RFC 6665) and stay subscribed, over lost connections too; `expires` 0 asks once. Told by [`super::Event::Subscription`] and
    /// [`super::Event::Notify`]. `expires` in seconds.
    Subscribe {
        subscription: SubscriptionId,
        target: String,
        event: String,
        expires: u32,
        headers: Vec<HeaderLine>,
        body: Option<Body>,
    },
    /// End a session in the way its state asks for: CANCEL, 480 or BYE.
    Terminate { session: SessionId, cause: Cause },
    /// End a subscription.
    Unsubscribe { subscription: SubscriptionId },
    /// Offer again by UPDATE (RFC 3311), also before the session is answered; outcome as for [`Command::Reinvite`]. A peer
    /// that does not allow UPDATE gets a re-INVITE once the session is established.
    Update { session: SessionId, body: Body, headers: Vec<HeaderLine> },
}

/// Reliable provisional responses (RFC 3262) of one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reliable {
    /// Neither offered nor accepted.
    Off,
    /// Used when the other side asks for it.
    #[default]
    Supported,
    /// `Require: 100rel`.
    Required,
}

/// What is special about one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InviteOptions {
    /// Hide who calls (RFC 3323, spec section 13.4).
    pub anonymous: bool,
    /// Reliable provisional responses; `None` = as the endpoint is configured.
    pub reliable: Option<Reliable>,
    /// Take the place of this dialog of the called side (RFC 3891): the value of a Replaces header.
    pub replaces: Option<String>,
    /// Session interval to ask for (RFC 4028), in seconds, raised to 90; `None` = as the endpoint is configured.
    pub session_expires: Option<u32>,
}

/// Whom a peer is asked to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferTo {
    /// The peer of another session of ours, in our place (attended transfer).
    Session(SessionId),
    /// This URI (blind transfer).
    Uri(String),
}

impl Command {
    /// A call with an offer and nothing special about it.
    pub fn invite(session: SessionId, target: impl Into<String>, body: Body, headers: Vec<HeaderLine>) -> Self {
        Self::Invite { session, target: target.into(), body: Some(body), headers, options: InviteOptions::default() }
    }
}
