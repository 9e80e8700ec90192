//! Calls between registered users: each half is a session of its own, what one side says is said to the other.

use roombox_sip::api::{Body, Cause, Command, Failure, FlowId, HeaderLine, SessionId};
use roombox_sip::endpoint::Input;
use roombox_sip::message::name_addr::NameAddr;

use crate::calls::{Call, Caller, Way};
use crate::events::LabEvent;
use crate::machine::Signalling;

/// Not acceptable here: for offers that cannot be passed on.
const NOT_ACCEPTABLE: u16 = 488;
/// Temporarily unavailable: for a call that failed without a status.
const UNAVAILABLE: u16 = 480;

impl Signalling {
    /// Calls the user behind `contact` on behalf of the caller.
    pub(crate) fn pass_on(&mut self, caller: Caller, target: String, flow: FlowId, contact: String) {
        let Some(body) = caller.offer else {
            let (session, headers) = (caller.session, Vec::new());
            return self.command(Command::Reject { session, status: NOT_ACCEPTABLE, headers });
        };
        let (number, second) = (self.number(), self.number());
        let onward = SessionId(second);
        let mut identity = NameAddr::new(caller.uri);
        identity.display = Some(caller.name.clone());
        let headers = vec![HeaderLine::new("P-Asserted-Identity", identity.to_string())];
        let half = |number, user: String, name, flow, other| {
            let way = Way::Relay { other, answered: false };
            Call { number, user, name, flow, media_state: caller.vendor.media_state, way }
        };
        let first = half(number, caller.user.clone(), caller.name, caller.flow, onward);
        let other = half(second, target.clone(), target.clone(), flow, caller.session);
        self.calls.by_session.insert(caller.session, first);
        self.calls.by_session.insert(onward, other);
        self.tell(LabEvent::CallStarted { call: number, user: caller.user, room: target });
        let command = Command::invite(onward, contact, body, headers);
        self.feed(Input::CommandOn { flow, command });
    }

    /// The other half of a relayed call.
    pub(crate) fn other_half(&self, session: SessionId) -> Option<SessionId> {
        self.calls.by_session.get(&session)?.way.other()
    }

    pub(crate) fn relay_progress(&mut self, session: SessionId) {
        if let Some(other) = self.other_half(session) {
            self.command(Command::Ring { session: other, headers: Vec::new() });
        }
    }

    pub(crate) fn relay_acceptance(&mut self, session: SessionId, body: Option<Body>) {
        let Some(other) = self.other_half(session) else { return };
        for half in [session, other] {
            if let Some(Call { way: Way::Relay { answered, .. }, .. }) = self.calls.by_session.get_mut(&half) {
                *answered = true;
            }
        }
        self.command(Command::Accept { session: other, body, headers: Vec::new() });
    }

    /// An offer of one side goes to the other; its answer comes back by [`Signalling::relay_answer`].
    pub(crate) fn relay_offer(&mut self, session: SessionId, other: SessionId, body: Option<Body>) {
        match body {
            Some(body) => self.command(Command::Reinvite { session: other, body, headers: Vec::new() }),
            None => self.command(Command::AnswerOffer { session, answer: Err(NOT_ACCEPTABLE) }),
        }
    }

    pub(crate) fn relay_answer(&mut self, other: SessionId, body: Option<Body>) {
        self.command(Command::AnswerOffer { session: other, answer: body.ok_or(NOT_ACCEPTABLE) });
    }

    pub(crate) fn relay_refusal(&mut self, session: SessionId, status: Option<u16>) {
        if let Some(other) = self.other_half(session) {
            let answer = Err(status.unwrap_or(NOT_ACCEPTABLE));
            self.command(Command::AnswerOffer { session: other, answer });
        }
    }

    /// One half is over, so the other is too: refused while it rings, ended once it was answered.
    pub(crate) fn relay_end(&mut self, other: SessionId, answered: bool, failure: &Failure) {
        let rings_here = other.0 >= SessionId::incoming(0).0 && !answered;
        match failure.status.filter(|_| rings_here) {
            Some(status) => self.command(Command::Reject { session: other, status, headers: Vec::new() }),
            None if rings_here => {
                self.command(Command::Reject { session: other, status: UNAVAILABLE, headers: Vec::new() });
            }
            None => self.terminate(other, Cause::Bye),
        }
    }
}
