//! A call comes in.

use std::time::Instant;

use roombox_sip::api::{self as sip, Body, HeaderLine, SessionId};

use super::ConferenceClient;
use crate::api::CallId;
use crate::call::{Call, Caller};
use crate::catalogue::{ConnectionEvent, Side};
use crate::config::CallWaiting;
use crate::vendor::InviteHeaders;

/// An INVITE from outside.
pub(super) struct Invitation {
    pub(super) session: SessionId,
    pub(super) uri: String,
    pub(super) display: Option<String>,
    pub(super) offer: Option<Body>,
    pub(super) headers: Vec<HeaderLine>,
    pub(super) replaces: Option<SessionId>,
}

impl ConferenceClient {
    pub(super) fn invited(&mut self, now: Instant, invitation: Invitation) {
        let Invitation { session, uri, display, offer, headers, replaces } = invitation;
        let replaces = replaces.and_then(|session| self.calls.of_session(session));
        if replaces.is_none() && self.is_busy() {
            self.context.sip(sip::Command::Reject { session, status: 486, headers: Vec::new() });
            return;
        }
        let presentation = InviteHeaders::parse(&headers).presentation_call;
        let offer = offer.as_ref().and_then(Body::text).map(str::to_owned);
        let answered_by_itself = self.calls.is_empty() && self.auto_answers(&uri);
        let caller = Caller { session, uri, display, offer, presentation, replaces };
        let call = Call::ring(&mut self.context, caller);
        let peer = call.peer().to_owned();
        self.context.tell(ConnectionEvent::NewRtcSession { originator: Side::Remote, call: call.id(), peer });
        self.incoming.rings(&mut self.context, &call);
        let id = call.id();
        self.begin(now, call);
        match replaces {
            Some(former) => self.take_place(now, id, former),
            None if answered_by_itself => self.answer(now, id),
            None => {}
        }
    }

    fn is_busy(&self) -> bool {
        let policy = &self.context.config.sessions;
        match policy.call_waiting {
            CallWaiting::Busy => !self.calls.is_empty(),
            CallWaiting::Ring => self.calls.len() >= policy.limit,
        }
    }

    fn auto_answers(&self, uri: &str) -> bool {
        let (on, from) = (self.context.config.auto_answer, &self.context.config.sessions.auto_answer_from);
        on && (from.is_empty() || from.allows(uri))
    }

    /// Answers a ringing call; whoever is talked to is put on hold.
    pub(super) fn answer(&mut self, now: Instant, call: CallId) {
        let Some(leg) = self.calls.get_mut(call).filter(|leg| leg.call.is_ringing()) else { return };
        leg.call.answer(&mut self.context, now);
        self.incoming.answered(call);
        self.calls.set_others_aside(&mut self.context, call);
    }

    /// The other side of a call hands it on: the new one is that call now, with all that is planned for it. The user agent
    /// has made sure that the caller knows the call it replaces.
    fn take_place(&mut self, now: Instant, call: CallId, replaced: CallId) {
        if self.calls.is_kept(replaced) {
            self.calls.keep(call);
        }
        let Some(leg) = self.calls.get_mut(call) else { return };
        leg.call.answer(&mut self.context, now);
        self.incoming.answered(call);
    }
}
