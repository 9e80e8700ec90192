//! Registration (RFC 3261 section 10, RFC 5626, spec sections 13.5 and 14.3).
//!
//! All registrations have one Call-ID with rising CSeq, and only one REGISTER is on its way at a time, over whichever flow:
//! a registrar must see them in order (RFC 3261 section 10.2).

use std::time::Instant;

use super::binding::{Granted, not_kept, run_out};
use super::outcome::{Tried, Verdict, judge};
use super::{RegistererState, RegistrationConfig, RegistrationState, UserAgent};
use crate::api::{AgentEvent, Failure, FlowChange, FlowError, FlowId};
use crate::endpoint::core::{Core, Owner, RegisterOutcome};
use crate::message::name_addr::NameAddr;
use crate::message::{Request, Response};
use crate::session::uac::initial_request;

/// What a REGISTER on its way is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Register,
    Unregister,
    /// `Contact: *`.
    UnregisterAll,
}

/// What all registrations have in common.
#[derive(Debug)]
pub(super) struct Registrar {
    call_id: Option<String>,
    pub config: Option<RegistrationConfig>,
    cseq: u32,
    /// The leg and the purpose of the REGISTER on its way.
    pending: Option<(usize, Purpose)>,
    /// Our credentials were accepted once.
    proven: bool,
    pub state: RegistererState,
    /// Everything that the registrar keeps under our address of record is to go.
    sweep: bool,
    pub wanted: bool,
}

impl Registrar {
    pub(super) fn new(config: Option<RegistrationConfig>) -> Self {
        Self {
            call_id: None,
            config,
            cseq: 0,
            pending: None,
            proven: false,
            state: RegistererState::Initial,
            sweep: false,
            wanted: false,
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.pending.is_none()
    }

    /// REGISTER without Contact and Expires.
    fn request(&mut self, core: &mut Core, registrar: Option<&str>) -> Option<Request> {
        let config = self.config.as_ref()?;
        let call_id = self.call_id.get_or_insert_with(|| core.random.token(22)).clone();
        let tag = core.random.tag();
        let mut request = initial_request(core, "REGISTER", registrar.unwrap_or(&config.registrar), &call_id, &tag);
        self.cseq += 1;
        request.headers.set("CSeq", format!("{} REGISTER", self.cseq));
        request.headers.set("To", format!("<{}>", core.config.aor));
        request.headers.extend(&config.headers);
        Some(request)
    }
}

impl UserAgent {
    /// The owner wants to be registered, whatever happened before.
    pub(super) fn register(&mut self, now: Instant) {
        self.registrar.wanted = self.registrar.config.is_some();
        for n in 0..self.legs.len() {
            self.legs[n].binding.forgive();
            self.want_registration(now, n);
        }
    }

    /// A flow is to be registered now, or when its server allows.
    pub(super) fn want_registration(&mut self, now: Instant, n: usize) {
        let leg = &mut self.legs[n];
        let Some(place) = leg.connection.servers.current().filter(|_| leg.connection.up().is_some()) else { return };
        if !self.registrar.wanted || leg.binding.leaving {
            return;
        }
        match leg.connection.servers.barred_until(now, place) {
            Some(until) if !leg.is_registered() => leg.binding.retry_at(until),
            _ => leg.binding.next = Some(now),
        }
        if !leg.is_registered() && leg.binding.next == Some(now) {
            leg.binding.state = RegistrationState::Registering;
        }
        self.next_register(now);
    }

    /// When a REGISTER has its time.
    pub(super) fn register_deadline(&self) -> Option<Instant> {
        let due = self.legs.iter().filter(|leg| leg.connection.up().is_some()).filter_map(|leg| leg.binding.next);
        let ends = self.legs.iter().filter(|leg| leg.is_registered()).filter_map(|leg| leg.binding.ends);
        due.filter(|_| self.registrar.is_idle() && self.registrar.wanted).chain(ends).min()
    }

    /// Sends the next REGISTER that has its time, unless one is on its way.
    pub(super) fn next_register(&mut self, now: Instant) {
        let up = |n: &usize| self.legs[*n].connection.up().is_some();
        let all = 0..self.legs.len();
        if !self.registrar.is_idle() {
            return;
        }
        let best = all.clone().find(up);
        if let (true, Some(n)) = (self.registrar.sweep, best) {
            return self.send_register(now, n, Purpose::UnregisterAll);
        }
        if let Some(n) = all.clone().filter(up).find(|n| self.legs[*n].binding.leaving) {
            return self.send_register(now, n, Purpose::Unregister);
        }
        let due = |n: &usize| self.legs[*n].binding.next.is_some_and(|at| at <= now);
        if let (true, Some(n)) = (self.registrar.wanted, all.filter(up).find(due)) {
            self.send_register(now, n, Purpose::Register);
        }
    }

    fn send_register(&mut self, now: Instant, n: usize, purpose: Purpose) {
        let (core, leg) = (&mut self.endpoint.core, &mut self.legs[n]);
        let Some(flow) = leg.connection.up() else { return };
        let Some(mut request) = self.registrar.request(core, leg.binding.registrar.as_deref()) else { return };
        let expires = if purpose == Purpose::Register { leg.binding.expires } else { 0 };
        request.headers.push("Expires", expires.to_string());
        if purpose == Purpose::UnregisterAll {
            request.headers.push("Contact", "*");
        } else {
            let outbound = core.config.instance_id.clone().filter(|_| !leg.binding.plain);
            let uri = core.contact_uri(flow);
            let params = outbound.map(|id| format!(";reg-id={};+sip.instance=\"<{id}>\"", leg.binding.reg_id));
            let former = leg.binding.contact.replace(uri.clone()).filter(|former| *former != uri);
            request.headers.push("Contact", format!("<{uri}>{};expires={expires}", params.unwrap_or_default()));
            // What the server has under an address of ours that is no more would ring into the void.
            if let Some(former) = former {
                request.headers.push("Contact", format!("<{former}>;expires=0"));
            }
        }
        request.headers.push("Allow", core.allow());
        request.headers.push("Supported", if leg.binding.plain { "path,gruu" } else { "path,gruu,outbound" });
        leg.binding.next = None;
        self.registrar.pending = Some((n, purpose));
        core.send(now, flow, request, Owner::Register);
    }

    /// Gives the registrations back.
    pub(super) fn unregister(&mut self, now: Instant) {
        self.registrar.wanted = false;
        let pending = self.registrar.pending;
        for (n, leg) in self.legs.iter_mut().enumerate() {
            leg.binding.next = None;
            let asking = pending == Some((n, Purpose::Register));
            leg.binding.leaving = pending != Some((n, Purpose::Unregister)) && (leg.is_registered() || asking);
            if !leg.binding.leaving && leg.binding.state != RegistrationState::Registered {
                leg.binding.state = RegistrationState::None;
            }
        }
        self.next_register(now);
    }

    /// Gives back everything that is registered under our address of record, by whomever (RFC 3261 section 10.2.2).
    pub(super) fn unregister_all(&mut self, now: Instant) {
        if self.registrar.config.is_some() {
            self.registrar.wanted = false;
            self.registrar.sweep = true;
            self.next_register(now);
        }
    }

    /// The flow of a leg is gone, and with it what was on its way.
    pub(super) fn registrar_lost(&mut self, n: usize) {
        if self.registrar.pending.is_some_and(|(leg, _)| leg == n) {
            self.registrar.pending = None;
            self.endpoint.core.register_outcome = None;
        }
        let was = self.legs[n].is_registered();
        self.legs[n].binding.flow_lost();
        if was && !self.another_registered(n) {
            self.registrar.state = RegistererState::Unregistered;
        }
    }

    pub(super) fn on_register_outcome(&mut self, now: Instant, outcome: RegisterOutcome) {
        self.registrar.cseq = self.registrar.cseq.max(outcome.cseq);
        let Some((n, purpose)) = self.registrar.pending.take() else { return };
        match purpose {
            Purpose::Register => self.on_registration(now, n, outcome),
            Purpose::Unregister => self.unregistered(now, n..n + 1),
            Purpose::UnregisterAll => {
                self.registrar.sweep = false;
                self.unregistered(now, 0..self.legs.len());
            }
        }
        self.next_register(now);
    }

    fn unregistered(&mut self, now: Instant, legs: std::ops::Range<usize>) {
        for n in legs.clone() {
            let binding = &mut self.legs[n].binding;
            (binding.leaving, binding.ends, binding.next) = (false, None, None);
            binding.state = RegistrationState::None;
        }
        if self.legs.iter().any(super::leg::Leg::is_registered) {
            return;
        }
        self.registrar.state = RegistererState::Unregistered;
        self.tell(AgentEvent::Unregistered);
        // A new wish may have come meanwhile.
        for n in legs {
            self.want_registration(now, n);
        }
    }

    fn on_registration(&mut self, now: Instant, n: usize, outcome: RegisterOutcome) {
        let binding = &mut self.legs[n].binding;
        let tried = Tried {
            unproven: outcome.authorized && !self.registrar.proven,
            outbound: !binding.plain && self.endpoint.core.config.instance_id.is_some(),
            redirects: binding.redirects,
            too_brief: binding.too_brief,
        };
        let verdict = judge(outcome.result, tried);
        if binding.leaving && !matches!(verdict, Verdict::Accepted(_)) {
            return self.unregistered(now, n..n + 1);
        }
        match verdict {
            Verdict::Accepted(response) => {
                self.registrar.proven |= outcome.authorized;
                self.on_accepted(now, n, &response);
            }
            Verdict::Longer(least) => {
                binding.too_brief += 1;
                binding.expires = binding.expires.max(least);
                binding.next = Some(now);
            }
            Verdict::Moved(registrar) => {
                binding.redirects += 1;
                binding.registrar = Some(registrar);
                binding.next = Some(now);
            }
            Verdict::WithoutOutbound => (binding.plain, binding.next) = (true, Some(now)),
            Verdict::NeedsPerson(failure) => self.needs_person(now, n, failure),
            Verdict::NextServer(failure) => self.next_server(now, n, failure),
            Verdict::Retry(failure) => self.retry(now, n, failure, false),
            Verdict::RetrySlowly(failure) => self.retry(now, n, failure, true),
        }
    }

    fn on_accepted(&mut self, now: Instant, n: usize, response: &Response) {
        let Some(flow) = self.legs[n].connection.up() else { return };
        let moved = self.learn_address(flow, response) && !self.legs[n].binding.renewed;
        match self.legs[n].binding.granted(&self.endpoint.core, flow, response) {
            Granted::For(expires, contact) => self.registered(now, n, response, (expires, contact)),
            Granted::Nothing => return self.retry(now, n, not_kept(response), false),
        }
        let binding = &mut self.legs[n].binding;
        binding.renewed = moved;
        if moved && !binding.leaving {
            binding.next = Some(now);
        }
    }

    fn registered(&mut self, now: Instant, n: usize, response: &Response, granted: (u32, Option<NameAddr>)) {
        let (expires, contact) = granted;
        let (core, leg) = (&mut self.endpoint.core, &mut self.legs[n]);
        let first = !leg.is_registered();
        leg.binding.accepted(now, expires, &mut core.random);
        leg.binding.outbound = response.headers.lists("Require", "outbound");
        if let Some(seconds) = response.headers.seconds("Flow-Timer") {
            leg.watch.flow_timer(now, seconds, &mut core.random);
        }
        if let Some(learnt) = leg.connection.up().and_then(|flow| core.flows.learnt_mut(flow)) {
            let param = |name| contact.as_ref().and_then(|c| c.params.get(name)).map(String::from);
            (learnt.pub_gruu, learnt.temp_gruu) = (param("pub-gruu"), param("temp-gruu"));
            learnt.service_route =
                response.headers.list("Service-Route").unwrap_or_default().into_iter().map(String::from).collect();
        }
        self.registrar.state = RegistererState::Registered;
        if first {
            self.tell_change(n, FlowChange::Registered { expires });
            self.use_best_flow(now);
        }
        self.open_more(now);
    }

    /// Over UDP: where the server sees us (RFC 3581). Is that another place than our Contact says?
    fn learn_address(&mut self, flow: FlowId, response: &Response) -> bool {
        let core = &mut self.endpoint.core;
        let Ok(via) = response.headers.top_via() else { return false };
        let port = via.params.get("rport").and_then(|port| port.parse::<u16>().ok());
        let (Some(port), false) = (port, core.path(flow).reliable) else { return false };
        let host = via.params.get("received").unwrap_or(&via.host);
        let host = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.into() };
        let seen = format!("{host}:{port}");
        let Some(learnt) = core.flows.learnt_mut(flow).filter(|l| l.address.as_ref() != Some(&seen)) else {
            return false;
        };
        learnt.address = Some(seen);
        true
    }

    fn needs_person(&mut self, now: Instant, n: usize, failure: Failure) {
        self.registrar.wanted = false;
        self.legs[n].binding.ends = None;
        self.legs[n].binding.state = RegistrationState::NeedsPerson;
        self.refused(now, n, failure, None);
    }

    fn retry(&mut self, now: Instant, n: usize, failure: Failure, slowly: bool) {
        let wait = self.legs[n].binding.refused(now, &failure, slowly, &mut self.endpoint.core.random);
        self.refused(now, n, failure, Some(super::millis(wait)));
    }

    fn refused(&mut self, now: Instant, n: usize, failure: Failure, retry_in_ms: Option<u64>) {
        if !self.another_registered(n) {
            self.registrar.state = RegistererState::Unregistered;
        }
        self.tell_change(n, FlowChange::RegistrationFailed { failure, retry_in_ms });
        // Calls do not depend on a registration: those that lost their flow go on.
        self.use_best_flow(now);
    }

    /// This server cannot at the moment. Another one may, unless a call would have to move for it.
    fn next_server(&mut self, now: Instant, n: usize, failure: Failure) {
        let wait = self.legs[n].binding.refused(now, &failure, false, &mut self.endpoint.core.random);
        let until = now + failure.asked_wait().unwrap_or(wait);
        let taken = self.taken(n);
        let another = self.legs[n].connection.servers.bar(now, until, &taken);
        if !another || !self.endpoint.is_calm() {
            return self.refused(now, n, failure, Some(super::millis(wait)));
        }
        self.refused(now, n, failure, Some(0));
        self.drop_flow(now, n, FlowError::Closed("the server does not register for now".into()));
        self.legs[n].connection.retry_at_once(now);
        self.open(now, n);
    }

    /// Registrations that ran out because nothing could be sent in time are told and made anew.
    pub(super) fn notice_run_out(&mut self, now: Instant) {
        for n in 0..self.legs.len() {
            if self.legs[n].binding.has_run_out(now) {
                self.legs[n].binding.retry_at(now);
                self.refused(now, n, run_out(), Some(0));
            }
        }
    }
}
