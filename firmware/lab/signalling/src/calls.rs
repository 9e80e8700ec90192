//! The table of calls, and what the endpoint says about them.

use std::collections::BTreeMap;

use roombox_conference::vendor::{InviteHeaders, MediaState, Secret};
use roombox_sip::api::{Body, Command, Event, FlowId, HeaderLine, SessionId};
use roombox_sip::message::uri::SipUri;
use serde::{Deserialize, Serialize};

use crate::events::LabEvent;
use crate::gate::{Request, Verdict};
use crate::machine::Signalling;
use crate::media::MediaRequest;
use crate::presentation::Presentation;

/// One call, or one half of a call that is passed on.
#[derive(Debug)]
pub(crate) struct Call {
    /// Number in the reports.
    pub(crate) number: u64,
    pub(crate) user: String,
    /// Name shown to people.
    pub(crate) name: String,
    pub(crate) flow: FlowId,
    /// What microphone and camera do, as the participant says.
    pub(crate) media_state: MediaState,
    pub(crate) way: Way,
}

impl Call {
    pub(crate) fn is_in_room(&self) -> bool {
        matches!(self.way, Way::Room(_))
    }
}

/// Name of the waiting room (spec section 2.4).
pub(crate) const PURGATORY: &str = "purgatory";

/// A participant's part in a conference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "role")]
pub enum Role {
    /// Takes part.
    #[default]
    Participant,
    /// Watches by a connection of its own.
    Spectator {
        /// What it hears.
        audio_id: String,
    },
    /// Watches by the call itself.
    Synthetic,
}

/// A participant in a room.
#[derive(Clone, Debug)]
pub(crate) struct Stay {
    /// Where it is.
    pub(crate) room: String,
    /// Where it wants to be.
    pub(crate) wanted: String,
    pub(crate) role: Role,
    pub(crate) token: Option<Secret>,
}

/// Where a call leads.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// Into a room.
    Room(Stay),
    /// On to another user; `answered` once the other has taken it.
    Relay { other: SessionId, answered: bool },
}

impl Way {
    /// The other half of a relayed call.
    pub(crate) fn other(&self) -> Option<SessionId> {
        match self {
            Self::Relay { other, .. } => Some(*other),
            Self::Room(_) => None,
        }
    }
}

/// All calls.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    pub(crate) by_session: BTreeMap<SessionId, Call>,
    /// By room.
    pub(crate) presentations: BTreeMap<String, Presentation>,
    pub(crate) count: u64,
}

impl Calls {
    pub(crate) fn of_user(&self, user: &str) -> Vec<SessionId> {
        self.by_session.iter().filter(|(_, call)| call.user == user).map(|(session, _)| *session).collect()
    }

    pub(crate) fn of_number(&self, number: u64) -> Option<(SessionId, &Call)> {
        self.by_session.iter().find(|(_, call)| call.number == number).map(|(session, call)| (*session, call))
    }

    pub(crate) fn in_room(&self, wanted: &str) -> Vec<SessionId> {
        let here = |call: &Call| matches!(&call.way, Way::Room(stay) if stay.room == wanted);
        self.by_session.iter().filter(|(_, call)| here(call)).map(|(session, _)| *session).collect()
    }
}

/// A call that came in.
pub(crate) struct Caller {
    pub(crate) session: SessionId,
    pub(crate) flow: FlowId,
    pub(crate) user: String,
    pub(crate) name: String,
    pub(crate) uri: String,
    pub(crate) offer: Option<Body>,
    /// What it says about itself.
    pub(crate) vendor: InviteHeaders,
}

impl Signalling {
    pub(crate) fn on_call_event(&mut self, event: Event) {
        match event {
            Event::Incoming { session, flow, from_uri, from_display, request_uri, offer, headers, .. } => {
                let user = SipUri::parse(&from_uri).ok().and_then(|uri| uri.user).unwrap_or_else(|| "guest".into());
                let display = from_display.map(|name| name.replace('_', " ")).filter(|name| !name.trim().is_empty());
                let name = display.unwrap_or_else(|| user.clone());
                let vendor = InviteHeaders::parse(&headers);
                let caller = Caller { session, flow, user, name, uri: from_uri, offer, vendor };
                self.on_incoming(caller, &request_uri, &headers);
            }
            Event::Confirmed { session } => self.on_confirmed(session),
            Event::Ended { session, failure } => self.on_ended(session, &failure),
            Event::InfoAsked { session, request, headers, body } => self.on_info(session, request, &headers, body),
            Event::Offer { session, body, .. } => self.on_offer(session, body),
            Event::OfferAnswered { session, body } => self.on_offer_answered(session, body),
            Event::OfferFailed { session, failure } => self.on_offer_failed(session, failure.status),
            Event::Progress { session, .. } => self.relay_progress(session),
            Event::Accepted { session, body, .. } => self.relay_acceptance(session, body),
            // A conference follows nobody to another.
            Event::Refer { refer, .. } => self.respond(refer, 603, Vec::new()),
            Event::Response { request, outcome } => self.on_response(request, outcome),
            // The owner of the endpoint answers INFO; the rest is not for calls.
            Event::Agent(_)
            | Event::Hold { .. }
            | Event::Info { .. }
            | Event::Message { .. }
            | Event::Notify { .. }
            | Event::ProgressAcknowledged { .. }
            | Event::Redirected { .. }
            | Event::ReferProgress { .. }
            | Event::Request { .. }
            | Event::Subscription { .. } => {}
        }
    }

    fn on_incoming(&mut self, caller: Caller, request_uri: &str, headers: &[HeaderLine]) {
        let verdict = if let Some(status) = self.config.faults.invite {
            Verdict::Refused { status, headers: Vec::new(), wrong: true }
        } else {
            let body = caller.offer.as_ref();
            let request = Request { method: "INVITE", uri: request_uri, user: &caller.user, headers, body };
            self.gate.call(self.now, &request)
        };
        if let Verdict::Refused { status, headers, wrong } = verdict {
            if wrong || status == 403 {
                self.tell(LabEvent::Refused { user: caller.user, method: "INVITE".into(), status });
            }
            return self.command(Command::Reject { session: caller.session, status, headers });
        }
        let Some(target) = SipUri::parse(request_uri).ok().and_then(|uri| uri.user) else {
            return self.command(Command::Reject { session: caller.session, status: 404, headers: Vec::new() });
        };
        let reachable = self.registrar.find(&target).map(|(flow, contact)| (flow, contact.to_owned()));
        match reachable.filter(|_| target != caller.user) {
            Some((flow, contact)) => self.pass_on(caller, target, flow, contact),
            None if self.config.users.knows(&target) && target != caller.user => {
                self.command(Command::Reject { session: caller.session, status: 480, headers: Vec::new() });
            }
            None => self.enter_room(caller, target),
        }
    }

    /// The next call number for the reports.
    pub(crate) fn number(&mut self) -> u64 {
        self.calls.count += 1;
        self.calls.count
    }

    fn on_ended(&mut self, session: SessionId, failure: &roombox_sip::api::Failure) {
        self.presentation_over(session);
        self.forget_posts(session);
        let Some(call) = self.calls.by_session.remove(&session) else { return };
        match call.way {
            Way::Room(_) => self.ask_media(MediaRequest::Leave { call: call.number }),
            Way::Relay { other, answered } => self.relay_end(other, answered, failure),
        }
        self.tell(LabEvent::CallEnded { call: call.number, user: call.user, reason: failure.cause.to_string() });
    }
}
