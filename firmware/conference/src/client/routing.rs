//! Where each event of the SIP user agent goes.

use std::time::Instant;

use roombox_sip::api as sip;

use super::ConferenceClient;
use super::incoming::Invitation;
use super::outside::Outside;
use crate::session::Fact;

impl ConferenceClient {
    pub(super) fn sip(&mut self, now: Instant, event: sip::Event) {
        match event {
            sip::Event::Agent(event) => {
                let happened = self.connection.handle(&mut self.context, now, event);
                self.auto_connect.happened(&mut self.context, &mut self.connection, now, happened);
            }
            sip::Event::Incoming {
                session, from_uri: uri, from_display: display, offer, headers, replaces, ..
            } => {
                self.invited(now, Invitation { session, uri, display, offer, headers, replaces });
            }
            sip::Event::Refer { refer, session, refer_to, .. } => self.referred(now, refer, session, refer_to),
            sip::Event::ReferProgress { request, status, reason, last, .. } => {
                self.transfer_progress(now, request, status, reason, last);
            }
            sip::Event::Request { request, method, from_uri: from, headers, body, .. } => {
                self.outside(now, Outside { request, method, from, headers, body });
            }
            sip::Event::Response { request, outcome } => {
                let (auto_connect, connection) = (&mut self.auto_connect, &mut self.connection);
                auto_connect.handle_response(&mut self.context, connection, now, request, &outcome);
                self.with_every_call(now, |leg, context| leg.response(context, now, request, &outcome));
                self.transfer_answered(now, request, &outcome);
            }
            in_session => {
                if let Some(call) = session_of(&in_session).and_then(|session| self.calls.of_session(session)) {
                    self.with_call(now, call, |leg, context| leg.sip(context, now, &in_session));
                }
                if matches!(in_session, sip::Event::Confirmed { .. }) && self.calls.kept_stands() {
                    self.redial.call_stands(&mut self.context);
                    self.happened(now, Fact::CallStands);
                }
                if let sip::Event::Ended { session, .. } = in_session {
                    self.calls.closed(session);
                }
            }
        }
    }
}

const fn session_of(event: &sip::Event) -> Option<sip::SessionId> {
    match event {
        sip::Event::Accepted { session, .. }
        | sip::Event::Confirmed { session }
        | sip::Event::Ended { session, .. }
        | sip::Event::Hold { session, .. }
        | sip::Event::Info { session, .. }
        | sip::Event::InfoAsked { session, .. }
        | sip::Event::Message { session, .. }
        | sip::Event::Offer { session, .. }
        | sip::Event::OfferAnswered { session, .. }
        | sip::Event::OfferFailed { session, .. }
        | sip::Event::Progress { session, .. }
        | sip::Event::ProgressAcknowledged { session, .. }
        | sip::Event::Redirected { session, .. } => Some(*session),
        sip::Event::Agent(_)
        | sip::Event::Incoming { .. }
        | sip::Event::Notify { .. }
        | sip::Event::Refer { .. }
        | sip::Event::ReferProgress { .. }
        | sip::Event::Request { .. }
        | sip::Event::Response { .. }
        | sip::Event::Subscription { .. } => None,
    }
}
