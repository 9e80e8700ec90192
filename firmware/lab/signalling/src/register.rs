//! REGISTER (RFC 3261 section 10.3).

use roombox_sip::api::{Body, FlowId, HeaderLine, RequestId};
use roombox_sip::message::headers::Headers;
use roombox_sip::message::uri::SipUri;

use crate::events::LabEvent;
use crate::gate::{Request, Verdict};
use crate::machine::Signalling;
use crate::registrar::{Asked, Registration};

impl Signalling {
    pub(crate) fn on_register(
        &mut self,
        request: RequestId,
        flow: FlowId,
        (request_uri, to_uri): (&str, &str),
        lines: &[HeaderLine],
        body: Option<&Body>,
    ) {
        let Some(user) = SipUri::parse(to_uri).ok().and_then(|uri| uri.user) else {
            return self.respond(request, 404, Vec::new());
        };
        let verdict = if let Some(status) = self.config.faults.register {
            Verdict::Refused { status, headers: Vec::new(), wrong: true }
        } else {
            let asking = Request { method: "REGISTER", uri: request_uri, user: &user, headers: lines, body };
            self.gate.register(self.now, &asking)
        };
        if let Verdict::Refused { status, headers, wrong } = verdict {
            if wrong {
                self.tell(LabEvent::Refused { user, method: "REGISTER".into(), status });
            }
            return self.respond(request, status, headers);
        }
        let mut headers = Headers::default();
        headers.extend(lines);
        match self.bind(&user, flow, &headers) {
            Some(registration) => self.registered(request, user, registration),
            None => self.respond(request, 400, Vec::new()),
        }
    }

    /// `None` when the contacts cannot be read.
    fn bind(&mut self, user: &str, flow: FlowId, headers: &Headers) -> Option<Registration> {
        let expires = headers.seconds("Expires");
        let all = headers.get("Contact").is_some_and(|value| value.trim() == "*");
        let contacts = if all { None } else { Some(headers.addresses("Contact").ok()?) };
        // Section 10.2.2: a star is for taking everything back only.
        if all && expires != Some(0) {
            return None;
        }
        let most = self.config.faults.expires;
        let asked = Asked { user, flow, contacts: contacts.as_deref(), expires, most };
        Some(self.registrar.register(self.now, &asked))
    }

    fn registered(&mut self, request: RequestId, user: String, registration: Registration) {
        let contacts = registration.contacts.into_iter().map(|value| HeaderLine::new("Contact", value));
        self.respond(request, 200, contacts.collect());
        if let Some(expires) = registration.new {
            self.tell(LabEvent::Registered { user, expires });
        } else if registration.gone {
            self.tell(LabEvent::Unregistered { user, reason: "asked".into() });
        }
    }
}
