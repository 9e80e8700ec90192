//! Requests of others outside a call (spec sections 3.1 and 14.11).

use std::time::Instant;

use roombox_sip::api::{Body, Command, HeaderLine, RequestId};

use super::ConferenceClient;
use crate::catalogue::{ConnectionEvent, Side};
use crate::vendor;

/// A request that waits for our answer.
pub(super) struct Outside {
    pub(super) request: RequestId,
    pub(super) method: String,
    pub(super) from: String,
    pub(super) headers: Vec<HeaderLine>,
    pub(super) body: Option<Body>,
}

impl ConferenceClient {
    pub(super) fn outside(&mut self, now: Instant, asked: Outside) {
        let Outside { request, method, from, headers, body } = asked;
        let status = match method.as_str() {
            "MESSAGE" => {
                let text = body.as_ref().and_then(Body::text).map(str::to_owned);
                self.context.tell(ConnectionEvent::NewMessage { originator: Side::Remote, from, text });
                200
            }
            "NOTIFY" => {
                self.notified(now, from, &headers);
                200
            }
            _ => 405,
        };
        self.context.sip(Command::Respond { request, status, reason: None, headers: Vec::new(), body: None });
    }

    fn notified(&mut self, now: Instant, from: String, headers: &[HeaderLine]) {
        let event = headers.iter().find(|line| ["event", "o"].contains(&&*line.name.to_ascii_lowercase()));
        let name = event.map(|line| line.value.split(';').next().unwrap_or_default().trim().to_owned());
        self.context.tell(ConnectionEvent::SipEvent { name, from });
        if let Some(message) = vendor::parse_notify(headers) {
            message.tell(&mut self.context);
            self.with_every_call(now, |leg, context| leg.notified(context, now, &message));
        }
    }
}
