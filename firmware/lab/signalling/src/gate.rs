//! Who may come in: digest for registered users, guests by permission.

use std::time::Instant;

use roombox_sip::api::{Body, HeaderLine};
use roombox_sip::digest::server::{Asked, Refusal};
use roombox_sip::digest::{Asker, Verifier};
use roombox_sip::message::headers::same_name;

use crate::users::Users;

/// The realm of challenges.
const REALM: &str = "roombox-lab";

/// What becomes of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Let in.
    Admitted,
    /// Refused with this status and these headers; `wrong` = after a wrong password or name.
    Refused { status: u16, headers: Vec<HeaderLine>, wrong: bool },
}

/// Checks passwords.
#[derive(Debug)]
pub(crate) struct Gate {
    guests: bool,
    users: Users,
    verifier: Verifier,
}

/// A request at the gate.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) uri: &'a str,
    /// The user it claims to come from.
    pub(crate) user: &'a str,
    pub(crate) headers: &'a [HeaderLine],
    pub(crate) body: Option<&'a Body>,
}

impl Gate {
    pub(crate) fn new(users: Users, guests: bool, seed: u64) -> Self {
        Self { guests, users, verifier: Verifier::new(REALM, seed) }
    }

    /// A REGISTER: only known users, each for itself.
    pub(crate) fn register(&mut self, now: Instant, request: &Request<'_>) -> Verdict {
        self.check(now, request, Asker::Server, 401)
    }

    /// A call: known users prove who they are, all others are guests.
    pub(crate) fn call(&mut self, now: Instant, request: &Request<'_>) -> Verdict {
        if self.users.knows(request.user) {
            return self.check(now, request, Asker::Proxy, 407);
        }
        if self.guests { Verdict::Admitted } else { refused(403, Vec::new(), false) }
    }

    fn check(&mut self, now: Instant, request: &Request<'_>, asker: Asker, status: u16) -> Verdict {
        let body = request.body.map_or(&[][..], |body| &body.content);
        let claim = Asked { method: request.method, uri: request.uri, body };
        let answers = request.headers.iter().filter(|line| same_name(&line.name, asker.answer_header()));
        let mut best = Refusal::Absent;
        for answer in answers {
            let users = &self.users;
            match self.verifier.verify(now, claim, &answer.value, |user| users.credentials(user)) {
                Ok(user) if user == request.user => return Verdict::Admitted,
                Ok(_) => return refused(403, Vec::new(), true),
                Err(refusal) => best = refusal,
            }
        }
        let challenge = self.verifier.challenge(now, best == Refusal::Stale);
        let lines = challenge.into_iter().map(|value| HeaderLine::new(asker.challenge_header(), value)).collect();
        refused(status, lines, best == Refusal::Wrong)
    }
}

fn refused(status: u16, headers: Vec<HeaderLine>, wrong: bool) -> Verdict {
    Verdict::Refused { status, headers, wrong }
}
