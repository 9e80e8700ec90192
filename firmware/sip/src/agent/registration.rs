//! Registration (RFC 3261 section 10, RFC 5626, spec section 14.3).

use std::time::{Duration, Instant};

use super::{RegistrationConfig, RegistrationState, UserAgent};
use crate::api::{AgentEvent, Cause, Failure, FlowId};
use crate::endpoint;
use crate::endpoint::core::{Core, Owner, RegisterOutcome};
use crate::ident::Random;
use crate::machine::Machine;
use crate::message::headers::delta_seconds;
use crate::message::name_addr::NameAddr;
use crate::message::{Request, Response};
use crate::session::cause;
use crate::session::uac::initial_request;

/// The least interval we agree to: a server that grants less would be asked all the time (spec section 14.3).
const MIN_EXPIRES: u32 = 10;
/// First and longest wait after a refusal that may pass (RFC 5626 section 4.5 names 30 s and 30 min; a room waits for a
/// person, so it is looked at sooner).
const RETRY: (u64, u64) = (5_000, 120_000);
/// Between two unanswered 423: they cannot go on for ever.
const MAX_TOO_BRIEF: u8 = 3;

/// What we know about our registration.
#[derive(Debug)]
pub(super) struct Registration {
    call_id: Option<String>,
    config: Option<RegistrationConfig>,
    cseq: u32,
    expires: u32,
    failures: u32,
    instance: Option<String>,
    /// What the REGISTER on its way is for.
    pending: Option<Pending>,
    state: RegistrationState,
    /// When to refresh or try again.
    next: Option<Instant>,
    too_brief: u8,
    wanted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    Register,
    /// The owner changed its mind while it was on its way.
    RegisterThenUnregister,
    Unregister,
}

impl Registration {
    pub(super) fn new(config: Option<RegistrationConfig>, instance: Option<String>) -> Self {
        Self {
            call_id: None,
            expires: config.as_ref().map_or(0, |c| c.expires),
            config,
            cseq: 0,
            failures: 0,
            instance,
            pending: None,
            state: RegistrationState::None,
            next: None,
            too_brief: 0,
            wanted: false,
        }
    }

    pub(super) fn state(&self) -> RegistrationState {
        self.state
    }

    /// The owner wants to be registered, whatever happened before.
    pub(super) fn wanted(&mut self) {
        self.wanted = self.config.is_some();
        (self.failures, self.too_brief) = (0, 0);
    }

    /// Is no REGISTER on its way?
    pub(super) fn is_idle(&self) -> bool {
        self.pending.is_none()
    }

    pub(super) fn connection_lost(&mut self) {
        (self.pending, self.next) = (None, None);
        if self.state != RegistrationState::NeedsPerson {
            self.state = RegistrationState::None;
        }
    }

    pub(super) fn due(&self, now: Instant) -> bool {
        self.deadline().is_some_and(|at| at <= now)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.next.filter(|_| self.is_idle())
    }

    fn request(&mut self, core: &mut Core, flow: FlowId, expires: u32) -> Option<Request> {
        let config = self.config.as_ref()?;
        let call_id = self.call_id.get_or_insert_with(|| core.random.token(22)).clone();
        let tag = core.random.tag();
        let mut request = initial_request(core, "REGISTER", &config.registrar, &call_id, &tag);
        self.cseq += 1;
        request.headers.set("CSeq", format!("{} REGISTER", self.cseq));
        request.headers.set("To", format!("<{}>", core.config.aor));
        request.headers.extend(&config.headers);
        request.headers.push("Expires", expires.to_string());
        let instance =
            self.instance.as_ref().map(|id| format!(";reg-id=1;+sip.instance=\"<{id}>\"")).unwrap_or_default();
        request.headers.push("Contact", format!("<{}>{instance};expires={expires}", core.contact_uri(flow)));
        request.headers.push("Allow", core.allow());
        request.headers.push("Supported", "path,gruu,outbound");
        Some(request)
    }

    /// Seconds the server granted for our Contact; `None` when it does not list it.
    fn granted(&self, core: &Core, response: &Response) -> Option<u32> {
        let ours = |contact: &NameAddr| {
            let instance = contact.params.get("+sip.instance").map(|i| i.trim_matches(['<', '>']));
            (instance.is_some() && instance == self.instance.as_deref())
                || contact.uri.contains(&format!("{}@{}", core.contact_user, core.contact_host))
        };
        let contact = response.headers.addresses("Contact").ok()?.into_iter().find(ours)?;
        let own = contact.params.get("expires").and_then(delta_seconds);
        Some(own.or_else(|| response.headers.seconds("Expires")).unwrap_or(self.expires).max(MIN_EXPIRES))
    }

    /// Uniform in [half, all but 32 s); short ones 5 s before the end (spec section 14.3).
    fn refresh_in(expires: u32, random: &mut Random) -> Duration {
        let all = u64::from(expires) * 1000;
        let wait = if expires > 64 { random.millis(all / 2, all - 32_000) } else { all.saturating_sub(5_000) };
        Duration::from_millis(wait)
    }

    /// Doubles from try to try; the server's own wish goes first.
    fn retry_in(&self, failure: &Failure, random: &mut Random) -> Duration {
        // An account that is barred or unknown may be mended at the server, but not within seconds.
        let barred = matches!(failure.cause, Cause::Rejected | Cause::NotFound);
        let ceiling = if barred { RETRY.1 } else { (RETRY.0 << self.failures.min(8)).min(RETRY.1) };
        let own = random.millis(ceiling / 2, ceiling);
        let asked = failure.retry_after.map(|s| u64::from(s.min(3600)) * 1000);
        Duration::from_millis(asked.unwrap_or(0).max(own))
    }
}

impl UserAgent {
    /// Sends REGISTER if one is wanted and none is on its way; `false` when this agent does not register.
    pub(super) fn register_if_wanted(&mut self, now: Instant) -> bool {
        let registration = &mut self.registration;
        let up = self.connection.state() == super::ConnectionState::Connected;
        if !registration.wanted || !up {
            return registration.wanted;
        }
        if registration.is_idle() {
            let expires = registration.expires;
            if registration.state != RegistrationState::Registered {
                registration.state = RegistrationState::Registering;
            }
            self.send_register(now, expires, Pending::Register);
        }
        true
    }

    fn send_register(&mut self, now: Instant, expires: u32, pending: Pending) {
        let Some(flow) = self.connection.flow() else { return };
        let core = &mut self.endpoint.core;
        if let Some(request) = self.registration.request(core, flow, expires) {
            self.registration.pending = Some(pending);
            self.registration.next = None;
            core.send(now, flow, request, Owner::Register);
        }
    }

    /// Gives the registration back.
    pub(super) fn unregister(&mut self, now: Instant) {
        let registration = &mut self.registration;
        registration.wanted = false;
        registration.next = None;
        match registration.pending {
            Some(Pending::Register) => registration.pending = Some(Pending::RegisterThenUnregister),
            Some(_) => {}
            None if registration.state == RegistrationState::Registered => {
                self.send_register(now, 0, Pending::Unregister);
            }
            None => registration.state = RegistrationState::None,
        }
    }

    pub(super) fn on_register_outcome(&mut self, now: Instant, outcome: RegisterOutcome) {
        self.registration.cseq = self.registration.cseq.max(outcome.cseq);
        let Some(pending) = self.registration.pending.take() else { return };
        match (pending, outcome.result) {
            (Pending::Unregister, _) => self.unregistered(now),
            (Pending::RegisterThenUnregister, Ok(response)) if (200..300).contains(&response.status) => {
                self.send_register(now, 0, Pending::Unregister);
            }
            (Pending::RegisterThenUnregister, _) => self.unregistered(now),
            (Pending::Register, Ok(response)) => self.on_register_response(now, &response),
            (Pending::Register, Err(failure)) => self.registration_failed(now, failure),
        }
    }

    fn unregistered(&mut self, now: Instant) {
        self.registration.state = RegistrationState::None;
        self.tell(AgentEvent::Unregistered);
        // A new wish may have come meanwhile.
        self.register_if_wanted(now);
    }

    fn on_register_response(&mut self, now: Instant, response: &Response) {
        match response.status {
            200..300 => self.registered(now, response),
            423 if self.registration.too_brief < MAX_TOO_BRIEF => {
                let least = response.headers.seconds("Min-Expires").unwrap_or(0);
                self.registration.too_brief += 1;
                self.registration.expires = self.registration.expires.max(least).max(MIN_EXPIRES);
                self.send_register(now, self.registration.expires, Pending::Register);
            }
            _ => self.registration_failed(now, cause::of_response(response)),
        }
    }

    fn registered(&mut self, now: Instant, response: &Response) {
        // A registrar that does not list our Contact has still said 2xx to what we asked for.
        let asked = self.registration.expires;
        let expires = self.registration.granted(&self.endpoint.core, response).unwrap_or(asked);
        let wait = Registration::refresh_in(expires, &mut self.endpoint.core.random);
        let registration = &mut self.registration;
        let first = registration.state != RegistrationState::Registered;
        (registration.failures, registration.too_brief) = (0, 0);
        registration.state = RegistrationState::Registered;
        registration.next = Some(now + wait);
        if first {
            self.tell(AgentEvent::Registered { expires });
            self.use_flow(now);
        }
    }

    fn use_flow(&mut self, now: Instant) {
        if let Some(flow) = self.connection.flow() {
            self.endpoint.handle_input(now, endpoint::Input::UseFlow(flow));
        }
    }

    fn registration_failed(&mut self, now: Instant, failure: Failure) {
        let retry = if failure.cause == Cause::AuthenticationError {
            self.registration.state = RegistrationState::NeedsPerson;
            self.registration.wanted = false;
            None
        } else {
            self.registration.state = RegistrationState::Waiting;
            let wait = self.registration.retry_in(&failure, &mut self.endpoint.core.random);
            self.registration.failures += 1;
            self.registration.next = Some(now + wait);
            Some(wait)
        };
        let retry_in_ms = retry.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        self.tell(AgentEvent::RegistrationFailed { failure, retry_in_ms });
        // Calls do not depend on a registration: those that lost their flow go on.
        self.use_flow(now);
    }
}
