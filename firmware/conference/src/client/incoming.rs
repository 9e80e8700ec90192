//! A call comes in.

use std::time::Instant;

use roombox_sip::api::{self as sip, Body};

use super::ConferenceClient;
use crate::call::{Call, Caller};

impl ConferenceClient {
    pub(super) fn incoming(
        &mut self,
        now: Instant,
        session: sip::SessionId,
        uri: String,
        display: Option<String>,
        offer: Option<&Body>,
    ) {
        if !self.calls.is_empty() {
            self.context.sip(sip::Command::Reject { session, status: 486, headers: Vec::new() });
            return;
        }
        let offer = offer.and_then(Body::text).map(str::to_owned);
        let mut call = Call::ring(&mut self.context, Caller { session, uri, display, offer });
        if self.context.config.auto_answer {
            call.answer(&mut self.context, now);
        }
        self.begin(now, call);
    }
}
