//! INVITE sessions: one dialog with its calls, offers and end.
//!
//! A session that is over is dropped at once; what is left on the wire (a BYE on its way, a 2xx that comes again) is dealt
//! with without it.

mod answer;
pub(crate) mod cause;
mod dtmf;
mod early;
mod exchange;
mod hold;
mod inbound;
mod offer;
mod own_offer;
mod peer_offer;
mod prack;
mod redirect;
mod refresh;
mod reliable;
mod replaced;
pub(crate) mod requests;
mod roam;
mod status;
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
use crate::transaction::{TransactionEvent, TransactionId};
pub(crate) use answer::on_abandoned;
use early::Early;
use exchange::Exchange;
use hold::Hold;
pub(crate) use offer::Offer;
use redirect::Redirects;
use reliable::Provisionals;
pub(crate) use reliable::without_need;
pub use status::{DialogStatus, SessionStatus, Stage};
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
    /// Ended by the owner, who has been told; BYE goes out once the ACK or a flow is here (RFC 3261 section 15).
    closing: bool,
    /// Our Contact as the peer knows it.
    contact: Option<String>,
    dialog: Option<Dialog>,
    /// Early dialogs of the caller by the peer's tag, until one of them is answered.
    early: BTreeMap<String, Early>,
    /// The first offer and answer, of the called side and of an established session.
    exchange: Exchange,
    pub flow: Option<FlowId>,
    hold: Hold,
    /// We made the Call-ID (decides who waits longer after a collision).
    is_caller: bool,
    pub id: SessionId,
    /// Our description as last agreed.
    local_sdp: Option<Body>,
    pub local_tag: String,
    offer: Offer,
    peer_allows_update: bool,
    /// Reliable provisional responses of the called side.
    provisionals: Provisionals,
    redirects: Redirects,
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
            contact: None,
            dialog: None,
            early: BTreeMap::new(),
            exchange: Exchange::None,
            flow: Some(flow),
            hold: Hold::default(),
            is_caller: matches!(state, State::Calling { .. }),
            id,
            local_sdp: None,
            local_tag,
            offer: Offer::default(),
            peer_allows_update: false,
            provisionals: Provisionals::default(),
            redirects: Redirects::default(),
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

    /// The dialog with this peer, early or not.
    fn dialog_with(&mut self, remote_tag: &str) -> Option<&mut Dialog> {
        match &mut self.dialog {
            Some(dialog) => (dialog.remote_tag == remote_tag).then_some(dialog),
            None => self.early.get_mut(remote_tag).map(|early| &mut early.dialog),
        }
    }

    /// The outcome of one of our requests.
    pub(crate) fn on_outcome(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent, purpose: Purpose) {
        match purpose {
            Purpose::Invite => self.on_invite_outcome(core, now, event),
            Purpose::Offer => self.on_own_offer_outcome(core, now, event),
            Purpose::Prack => self.on_prack_outcome(core, now, event),
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
        if let Some(dialog) = remote_tag(request, "To").and_then(|tag| self.dialog_with(&tag)) {
            dialog.local_cseq = dialog.local_cseq.max(number);
        }
        if let State::Calling { invite, progress } = &mut self.state
            && *invite == old
        {
            // The new transaction may be cancelled only after a provisional response of its own.
            (*invite, *progress) = (new, false);
            self.early.clear();
        }
        self.offer.resent(old, new);
        self.timers.resent(old, new);
    }

    /// Sends a request inside the dialog, or the early one that is agreed on; `None` without a dialog or flow.
    fn send(
        &mut self,
        core: &mut Core,
        now: Instant,
        purpose: Purpose,
        method: &str,
        fill: impl FnOnce(&Core, FlowId, &mut Request),
    ) -> Option<TransactionId> {
        let flow = self.flow?;
        let mut request = self.current_dialog()?.next_request(method);
        fill(core, flow, &mut request);
        Some(core.send(now, flow, request, Owner::Session(self.id, purpose)))
    }

    fn current_dialog(&mut self) -> Option<&mut Dialog> {
        if let Some(dialog) = &mut self.dialog {
            return Some(dialog);
        }
        let agreed = self.early.values_mut().filter(|early| early.exchange == Exchange::Done);
        agreed.max_by_key(|early| early.allows_update).map(|early| &mut early.dialog)
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

/// The tag of From or To.
fn remote_tag(request: &Request, header: &'static str) -> Option<String> {
    request.headers.address(header).ok()?.tag().map(Into::into)
}
