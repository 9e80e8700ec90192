//! INVITE sessions: one dialog with its calls, offers and end.
//!
//! A session that is over is dropped at once; what is left on the wire (a BYE on its way, a 2xx that comes again) is dealt
//! with without it.

pub(crate) mod cause;
mod dtmf;
mod inbound;
mod offer;
pub(crate) mod requests;
mod terminate;
mod timer;
pub(crate) mod uac;
mod uas;

use std::collections::BTreeMap;
use std::time::Instant;

use bytes::Bytes;

use crate::api::{Body, Event, Failure, FlowId, RequestId, SessionId};
use crate::dialog::Dialog;
use crate::dtmf::Queue;
use crate::endpoint::core::{Core, Owner, Purpose};
use crate::message::{Request, Response};
use crate::transaction::{Outcome, TransactionEvent, TransactionId};
pub(crate) use offer::Offer;
pub(crate) use timer::Timers;
pub(crate) use uas::{Answered, Ringing};

/// Where a session stands.
#[derive(Debug)]
pub(crate) enum State {
    /// We called; no final response yet. `progress`: a provisional one came.
    Calling { invite: TransactionId, progress: bool },
    /// The dialog stands.
    Established,
    /// A call came in and waits for its owner.
    Ringing(Ringing),
    /// Over: to be dropped.
    Over,
}

/// One session.
#[derive(Debug)]
pub(crate) struct Session {
    /// The last ACK we sent, with the CSeq number it is for.
    ack: Option<(u32, Bytes)>,
    /// The 2xx we sent and that waits for its ACK.
    answered: Option<Answered>,
    pub call_id: String,
    /// Ended by the owner, who has been told; BYE goes out once the ACK is here (RFC 3261 section 15).
    closing: bool,
    dialog: Option<Dialog>,
    /// Early dialogs by the peer's tag, until one of them is answered.
    early: BTreeMap<String, Dialog>,
    pub flow: Option<FlowId>,
    /// We made the Call-ID (decides who waits longer after a collision).
    is_caller: bool,
    pub id: SessionId,
    /// What we last sent as our description, for a refresh by re-INVITE.
    local_sdp: Option<Body>,
    pub local_tag: String,
    offer: Offer,
    peer_allows_update: bool,
    state: State,
    timers: Timers,
    tones: Queue,
}

impl Session {
    fn new(id: SessionId, flow: FlowId, call_id: String, local_tag: String, state: State) -> Self {
        Self {
            ack: None,
            answered: None,
            call_id,
            closing: false,
            dialog: None,
            early: BTreeMap::new(),
            flow: Some(flow),
            is_caller: matches!(state, State::Calling { .. }),
            id,
            local_sdp: None,
            local_tag,
            offer: Offer::default(),
            peer_allows_update: false,
            state,
            timers: Timers::default(),
            tones: Queue::default(),
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// The session is over for its owner and for us.
    fn end(&mut self, core: &mut Core, failure: Failure) {
        if !self.closing && !self.is_over() {
            core.event(Event::Ended { session: self.id, failure });
        }
        self.state = State::Over;
    }

    /// Does a request with these tags belong here?
    pub(crate) fn owns(&self, call_id: &str, local_tag: &str, remote_tag: &str) -> bool {
        let remote = self.dialog.as_ref().map(|d| d.remote_tag.as_str());
        self.call_id == call_id
            && self.local_tag == local_tag
            && remote.map_or_else(|| self.early.contains_key(remote_tag), |tag| tag == remote_tag)
    }

    /// The outcome of one of our requests.
    pub(crate) fn on_outcome(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent, purpose: Purpose) {
        match purpose {
            Purpose::Invite => self.on_invite_outcome(core, now, event),
            Purpose::Reinvite => self.on_reinvite_outcome(core, now, event),
            Purpose::Probe => self.on_probe_outcome(core, now, event),
            Purpose::Refresh => self.on_refresh_outcome(core, now, event),
            Purpose::Request(request) => self.on_inside_outcome(core, now, event, request),
            Purpose::Tone => self.on_tone_outcome(core, now, event),
        }
    }

    /// Answers a challenge to a request inside the dialog. `Some(failure)`: it cannot be answered.
    fn on_challenge(
        &mut self,
        core: &mut Core,
        now: Instant,
        event: &TransactionEvent,
        response: &Response,
    ) -> Option<Failure> {
        let last = self.dialog.as_ref().map_or(0, |dialog| dialog.local_cseq);
        match core.answer_challenge(now, event, response, last) {
            Ok((new, request)) => {
                self.resent(event.id, new, &request);
                None
            }
            Err(error) => Some(Failure { reason: error.to_string(), ..cause::of_response(response) }),
        }
    }

    /// A request went out again with a new number, in a new transaction.
    fn resent(&mut self, old: TransactionId, new: TransactionId, request: &Request) {
        let number = request.headers.cseq().map_or(0, |cseq| cseq.number);
        if let Some(dialog) = &mut self.dialog {
            dialog.local_cseq = dialog.local_cseq.max(number);
        }
        if let State::Calling { invite, progress } = &mut self.state
            && *invite == old
        {
            // The new transaction may be cancelled only after a provisional response of its own.
            (*invite, *progress) = (new, false);
        }
        self.offer.resent(old, new);
    }

    /// Sends a request inside the dialog; `None` without a dialog or flow.
    fn send(
        &mut self,
        core: &mut Core,
        now: Instant,
        purpose: Purpose,
        method: &str,
        fill: impl FnOnce(&Core, FlowId, &mut Request),
    ) -> Option<TransactionId> {
        let flow = self.flow?;
        let mut request = self.dialog.as_mut()?.next_request(method);
        fill(core, flow, &mut request);
        Some(core.send(now, flow, request, Owner::Session(self.id, purpose)))
    }

    /// The flow is gone. An established session waits for another one; a session not yet answered dies with its
    /// transaction (RFC 3261 section 17.1.4).
    pub(crate) fn flow_lost(&mut self, core: &mut Core, now: Instant) {
        self.flow = None;
        match self.state {
            State::Established if !self.closing => self.timers.flow_lost(now),
            _ => self.end(core, cause::connection()),
        }
        self.offer.flow_lost();
    }

    /// Goes on over another flow, and asks the peer whether it still knows the dialog.
    pub(crate) fn move_to(&mut self, core: &mut Core, now: Instant, flow: FlowId) {
        self.flow = Some(flow);
        self.timers.flow_found();
        self.send(core, now, Purpose::Probe, "OPTIONS", |core, flow, request| {
            request.headers.push("Contact", core.contact(flow));
            request.headers.push("Accept", "application/sdp");
        });
        self.next_offer(core, now);
    }

    /// The peer was heard on this flow inside the dialog, so it is where it listens now.
    pub(crate) fn heard_on(&mut self, flow: FlowId) {
        self.flow = Some(flow);
        self.timers.flow_found();
    }

    fn on_probe_outcome(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent) {
        match &event.outcome {
            Outcome::Response(response) if Core::is_challenge(response.status) => {
                drop(self.on_challenge(core, now, event, response));
            }
            Outcome::Response(response) if matches!(response.status, 408 | 481) => self.dialog_gone(core, response),
            Outcome::Timeout => self.hang_up(core, now, cause::timeout()),
            Outcome::Response(_) | Outcome::FlowLost => {}
        }
    }

    /// The peer does not know the dialog any more (RFC 3261 section 12.2.1.2).
    fn dialog_gone(&mut self, core: &mut Core, response: &Response) {
        let failure = Failure { cause: crate::api::Cause::DialogError, ..cause::of_response(response) };
        self.end(core, failure);
    }

    fn report(core: &mut Core, request: RequestId, outcome: Result<crate::api::FinalResponse, Failure>) {
        core.event(Event::Response { request, outcome });
    }
}
