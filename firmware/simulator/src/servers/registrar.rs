//! Who is registered where, and how a registration can fail.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use roombox_sip::api::{FlowId, HeaderLine};
use roombox_sip::digest::{Asker, Verifier, server};
use roombox_sip::endpoint::Credentials;
use roombox_sip::message::Request;
use roombox_sip::message::name_addr::NameAddr;
use roombox_sip::message::uri::SipUri;

use super::{PASSWORD, USERS};

/// Granted at most, in seconds.
const MOST_EXPIRES: u32 = 300;

/// How REGISTERs are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 423: no less than this many seconds.
    Brief(u32),
    /// Nothing is said.
    Silence,
    /// This status, with Retry-After where there is one.
    Status(u16, Option<u32>),
}

#[derive(Debug)]
struct Binding {
    contact: String,
    contact_user: String,
    flow: FlowId,
    until: Instant,
}

/// The registrar of the proxy.
#[derive(Debug)]
pub(crate) struct Registrar {
    bindings: BTreeMap<String, Binding>,
    pub(crate) password: &'static str,
    pub(crate) refusal: Option<Refusal>,
    pub(crate) verifier: Verifier,
}

/// The login of a user, if there is one of that name.
pub(crate) fn login_of(user: &str, password: &str) -> Option<Credentials> {
    USERS.contains(&user).then(|| Credentials { username: user.into(), password: password.into() })
}

impl Registrar {
    pub(crate) fn new(seed: u64) -> Self {
        Self { bindings: BTreeMap::new(), password: PASSWORD, refusal: None, verifier: Verifier::new("proxy", seed) }
    }

    pub(crate) fn len(&self) -> usize {
        self.bindings.len()
    }

    pub(crate) fn forget_nonces(&mut self, seed: u64) {
        self.verifier = Verifier::new("proxy", seed);
    }

    pub(crate) fn flow_closed(&mut self, flow: FlowId) {
        self.bindings.retain(|_, binding| binding.flow != flow);
    }

    /// The flow and Contact behind a user or the user part of a Contact.
    pub(crate) fn find(&self, now: Instant, user: &str) -> Option<(FlowId, String)> {
        let by_contact = || self.bindings.values().find(|binding| binding.contact_user == user);
        let binding = self.bindings.get(user).or_else(by_contact).filter(|binding| binding.until > now)?;
        Some((binding.flow, binding.contact.clone()))
    }

    /// The answer to a REGISTER: status and headers; `None` = none.
    pub(crate) fn register(&mut self, now: Instant, flow: FlowId, request: &Request) -> Option<(u16, Vec<HeaderLine>)> {
        match self.refusal {
            Some(Refusal::Silence) => return None,
            Some(Refusal::Status(status, after)) => {
                let after = after.map(|seconds| HeaderLine::new("Retry-After", seconds.to_string()));
                return Some((status, after.into_iter().collect()));
            }
            Some(Refusal::Brief(_)) | None => {}
        }
        if let Some(challenge) = self.challenge(now, request) {
            return Some((401, challenge));
        }
        let asked = request.headers.seconds("Expires").unwrap_or(MOST_EXPIRES);
        if let Some(Refusal::Brief(least)) = self.refusal
            && asked > 0
            && asked < least
        {
            return Some((423, vec![HeaderLine::new("Min-Expires", least.to_string())]));
        }
        let least = if let Some(Refusal::Brief(least)) = self.refusal { least } else { 0 };
        Some(self.bind(now, flow, request, asked.min(MOST_EXPIRES.max(least))))
    }

    fn bind(&mut self, now: Instant, flow: FlowId, request: &Request, seconds: u32) -> (u16, Vec<HeaderLine>) {
        let user = |uri: &str| SipUri::parse(uri).ok().and_then(|uri| uri.user);
        let to = request.headers.address("To").ok().and_then(|to| user(&to.uri));
        let contact = request.headers.addresses("Contact").ok().and_then(|all| all.into_iter().next());
        let (Some(name), Some(mut contact)) = (to, contact) else { return (400, Vec::new()) };
        if seconds == 0 {
            self.bindings.remove(&name);
            return (200, Vec::new());
        }
        let until = now + Duration::from_secs(seconds.into());
        let contact_user = user(&contact.uri).unwrap_or_default();
        self.bindings.insert(name, Binding { contact: contact.uri.clone(), contact_user, flow, until });
        contact.params.set("expires", &seconds.to_string());
        (200, vec![HeaderLine::new("Contact", NameAddr::to_string(&contact))])
    }

    fn challenge(&mut self, now: Instant, request: &Request) -> Option<Vec<HeaderLine>> {
        let password = self.password;
        let mut stale = false;
        for answer in request.headers.all(Asker::Server.answer_header()) {
            let asked = server::Asked { method: "REGISTER", uri: &request.uri, body: &request.body };
            match self.verifier.verify(now, asked, answer, |user| login_of(user, password)) {
                Ok(_) => return None,
                Err(refusal) => stale = refusal == server::Refusal::Stale,
            }
        }
        let lines = self.verifier.challenge(now, stale);
        Some(lines.into_iter().map(|value| HeaderLine::new(Asker::Server.challenge_header(), value)).collect())
    }
}
