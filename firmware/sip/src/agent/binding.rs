//! What the registrar keeps for us over one flow: one contact with one `reg-id`.

use std::time::{Duration, Instant};

use super::RegistrationState;
use crate::api::{Cause, Failure, FlowId};
use crate::endpoint::core::Core;
use crate::ident::Random;
use crate::message::Response;
use crate::message::headers::delta_seconds;
use crate::message::name_addr::NameAddr;
use crate::message::uri::SipUri;

/// The least interval we agree to: a server that grants less would be asked all the time (spec section 14.3).
const MIN_EXPIRES: u32 = 10;
/// First and longest wait after a refusal that may pass, in ms (RFC 5626 section 4.5 names 30 s and 30 min; a room waits
/// for a person, so it is looked at sooner).
const RETRY: (u64, u64) = (5_000, 120_000);
/// The same after one that only the server's people can mend.
const SLOW_RETRY: (u64, u64) = (120_000, 1_800_000);

/// One registration.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "facts of a registration that do not depend on each other")]
pub(super) struct Binding {
    /// The Contact URI it was made with last.
    pub contact: Option<String>,
    /// When the registrar forgets it.
    pub ends: Option<Instant>,
    /// Seconds to ask for.
    pub expires: u32,
    pub failures: u32,
    /// To be given back.
    pub leaving: bool,
    /// When to register, refresh or try again.
    pub next: Option<Instant>,
    /// The registrar does RFC 5626.
    pub outbound: bool,
    /// A proxy on the way does not do RFC 5626 (439).
    pub plain: bool,
    pub redirects: u8,
    pub reg_id: u8,
    /// Where a 3xx sent us.
    pub registrar: Option<String>,
    /// It was made anew for another address of ours since the last refresh.
    pub renewed: bool,
    pub state: RegistrationState,
    pub too_brief: u8,
}

/// What a 2xx says about our contact.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Granted {
    /// Kept for this many seconds.
    For(u32, Option<NameAddr>),
    /// Not kept.
    Nothing,
}

impl Binding {
    pub(super) fn new(reg_id: u8, expires: u32) -> Self {
        Self {
            contact: None,
            ends: None,
            expires,
            failures: 0,
            leaving: false,
            next: None,
            outbound: false,
            plain: false,
            redirects: 0,
            reg_id,
            registrar: None,
            renewed: false,
            state: RegistrationState::None,
            too_brief: 0,
        }
    }

    /// The flow is gone: the next one begins with a clean slate, but what a person has to mend stays so.
    pub(super) fn flow_lost(&mut self) {
        let fresh = Self::new(self.reg_id, self.expires);
        let needs_person = self.state == RegistrationState::NeedsPerson;
        *self = Self { failures: self.failures, contact: self.contact.take(), ..fresh };
        if needs_person {
            self.state = RegistrationState::NeedsPerson;
        }
    }

    /// The owner asks again, whatever happened before.
    pub(super) fn forgive(&mut self) {
        (self.failures, self.too_brief, self.redirects) = (0, 0, 0);
    }

    /// Seconds the server granted, at least 10 (spec section 14.3). Ours is found by GRUU, by instance and `reg-id`, or by
    /// the user part that we made up (spec sections 13.5, 14.3). A 2xx without any Contact is believed.
    pub(super) fn granted(&self, core: &Core, flow: FlowId, response: &Response) -> Granted {
        let listed = response.headers.addresses("Contact").unwrap_or_default();
        let common = response.headers.seconds("Expires").unwrap_or(self.expires);
        if listed.is_empty() {
            return Granted::For(common.max(MIN_EXPIRES), None);
        }
        let gruu = core.flows.learnt(flow).and_then(|learnt| learnt.pub_gruu.clone());
        let found = |ours: &dyn Fn(&NameAddr) -> bool| listed.iter().find(|contact| ours(contact)).cloned();
        let contact = found(&|c| gruu.is_some() && c.params.get("pub-gruu") == gruu.as_deref() && self.is_reg_id(c))
            .or_else(|| found(&|c| is_instance(c, core.config.instance_id.as_deref()) && self.is_reg_id(c)))
            .or_else(|| found(&|c| self.contact.as_deref() == Some(&c.uri)))
            .or_else(|| found(&|c| has_user(c, &core.contact_user) && self.is_reg_id(c)));
        let Some(contact) = contact else { return Granted::Nothing };
        match contact.params.get("expires").and_then(delta_seconds).unwrap_or(common) {
            0 => Granted::Nothing,
            seconds => Granted::For(seconds.max(MIN_EXPIRES), Some(contact)),
        }
    }

    /// A registrar without RFC 5626 gives no `reg-id` back.
    fn is_reg_id(&self, contact: &NameAddr) -> bool {
        contact.params.get("reg-id").is_none_or(|id| id == self.reg_id.to_string())
    }

    /// The registrar keeps it for so long: when to refresh, uniform in [half, all but 32 s), short ones 5 s before the end
    /// (spec section 14.3).
    pub(super) fn accepted(&mut self, now: Instant, expires: u32, random: &mut Random) {
        let all = u64::from(expires) * 1000;
        let wait = if expires > 64 { random.millis(all / 2, all - 32_001) } else { all - 5_000 };
        self.forgive();
        self.next = Some(now + Duration::from_millis(wait));
        self.ends = Some(now + Duration::from_millis(all));
        self.state = RegistrationState::Registered;
    }

    /// Refused: when it is tried again. Doubles from try to try; the server's own wish makes it longer, and is spread because
    /// it may have said the same to many.
    pub(super) fn refused(&mut self, now: Instant, failure: &Failure, slowly: bool, random: &mut Random) -> Duration {
        let (first, longest) = if slowly { SLOW_RETRY } else { RETRY };
        let ceiling = (first << self.failures.min(16)).min(longest);
        let own = Duration::from_millis(random.millis(ceiling / 2, ceiling));
        let asked = failure.asked_wait().map(|wait| wait + Duration::from_millis(random.millis(0, RETRY.0)));
        let wait = own.max(asked.unwrap_or_default());
        self.failures += 1;
        self.retry_at(now + wait);
        wait
    }

    /// Not registered, tried again then.
    pub(super) fn retry_at(&mut self, at: Instant) {
        self.next = Some(at);
        self.ends = None;
        self.state = RegistrationState::Waiting;
    }

    /// Has the registrar forgotten it, with nothing that could be done in time (a suspended board, a clock that jumped)?
    pub(super) fn has_run_out(&self, now: Instant) -> bool {
        self.state == RegistrationState::Registered && self.ends.is_some_and(|at| at <= now)
    }
}

/// The registration ended by itself.
pub(super) fn run_out() -> Failure {
    crate::session::cause::without_status(
        crate::api::Originator::System,
        Cause::Expires,
        "the registration ran out before it could be refreshed",
    )
}

/// The 2xx said nothing about us.
pub(super) fn not_kept(response: &Response) -> Failure {
    Failure {
        reason: "the registrar accepts the registration but does not list our contact".into(),
        ..crate::session::cause::of_response(response)
    }
}

fn is_instance(contact: &NameAddr, instance: Option<&str>) -> bool {
    let listed = contact.params.get("+sip.instance").map(|i| i.trim_matches(['<', '>']));
    listed.is_some() && listed == instance
}

fn has_user(contact: &NameAddr, user: &str) -> bool {
    SipUri::parse(&contact.uri).is_ok_and(|uri| uri.user.as_deref() == Some(user))
}
