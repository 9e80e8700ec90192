//! Deadlines of a session: ringing, a lost flow, and the session interval of RFC 4028.

use std::time::{Duration, Instant};

use super::{Session, State, cause};
use crate::api::{Cause, Failure, HeaderLine, Originator};
use crate::endpoint::core::{Core, Purpose};
use crate::message::headers::delta_seconds;
use crate::message::params::Params;
use crate::message::{Headers, Request, Response};
use crate::transaction::timing::GIVE_UP;
use crate::transaction::{Outcome, TransactionEvent};

#[derive(Clone, Copy, Debug)]
struct Interval {
    /// When to refresh, or when to give the peer up.
    at: Instant,
    ours: bool,
    seconds: u32,
}

/// What a session waits for.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    flow: Option<Instant>,
    interval: Option<Interval>,
    ring: Option<Instant>,
}

impl Timers {
    /// The least session interval of RFC 4028 section 4.
    pub(super) const MIN_SE: u32 = 90;
    /// How long a called user may let it ring (spec section 14.1: 60 s).
    pub(super) const CALLED_PATIENCE: Duration = Duration::from_mins(1);
    /// How long we let the other side ring: no proxy keeps an INVITE much longer (timer C, RFC 3261 section 16.6).
    pub(super) const CALLER_PATIENCE: Duration = Duration::from_mins(3);
    /// How long an established session waits for another flow: a transaction of the peer would give up by then.
    const FLOW_PATIENCE: Duration = GIVE_UP;

    pub(super) fn ring_limit(&mut self, at: Instant) {
        self.ring = Some(at);
    }

    pub(super) fn ring_over(&mut self) {
        self.ring = None;
    }

    pub(super) fn flow_lost(&mut self, now: Instant) {
        self.flow = self.flow.or(Some(now + Self::FLOW_PATIENCE));
    }

    pub(super) fn flow_found(&mut self) {
        self.flow = None;
    }

    fn deadline(&self) -> Option<Instant> {
        self.ring.into_iter().chain(self.flow).chain(self.interval.map(|i| i.at)).min()
    }

    /// `Min-SE` for a 422 when a request asks for less than we allow (RFC 4028 section 9).
    pub(crate) fn too_short(request: &Request) -> Option<HeaderLine> {
        let (seconds, _) = session_expires(&request.headers)?;
        let knows = request.headers.lists("Supported", "timer");
        (knows && seconds < Self::MIN_SE).then(|| HeaderLine::new("Min-SE", Self::MIN_SE.to_string()))
    }

    /// Session-Expires for a request of ours inside the session.
    pub(super) fn interval_to_ask(&self) -> Option<String> {
        let interval = self.interval?;
        Some(format!("{};refresher={}", interval.seconds, if interval.ours { "uac" } else { "uas" }))
    }

    /// Answers the interval a request asks for (RFC 4028 section 9, table 2).
    pub(super) fn answer_interval(&mut self, now: Instant, request: &Request, response: &mut Response) {
        self.interval = None;
        let Some((seconds, refresher)) = session_expires(&request.headers) else { return };
        let seconds = seconds.max(Self::MIN_SE);
        let knows = request.headers.lists("Supported", "timer") || request.headers.lists("Require", "timer");
        let ours = !knows || refresher.as_deref() == Some("uas");
        let name = if ours { "uas" } else { "uac" };
        response.headers.push("Session-Expires", format!("{seconds};refresher={name}"));
        if knows {
            response.headers.push("Require", "timer");
        }
        self.start(now, seconds, ours);
    }

    /// Takes the interval of a 2xx to a request of ours (RFC 4028 section 7.2).
    fn take_interval(&mut self, now: Instant, headers: &Headers) {
        self.interval = None;
        if let Some((seconds, refresher)) = session_expires(headers) {
            self.start(now, seconds.max(Self::MIN_SE), refresher.as_deref() != Some("uas"));
        }
    }

    /// The refresher acts after half the interval, the other gives up a little before its end (section 10).
    fn start(&mut self, now: Instant, seconds: u32, ours: bool) {
        let wait = if ours { seconds / 2 } else { seconds - (seconds / 3).min(32) };
        self.interval = Some(Interval { at: now + Duration::from_secs(wait.into()), ours, seconds });
    }
}

/// Session-Expires: seconds and refresher.
fn session_expires(headers: &Headers) -> Option<(u32, Option<String>)> {
    let value = headers.get("Session-Expires")?;
    let (seconds, params) = value.split_at(value.find(';').unwrap_or(value.len()));
    let params = Params::parse(params).ok()?;
    Some((delta_seconds(seconds.trim())?, params.get("refresher").map(str::to_ascii_lowercase)))
}

impl Session {
    /// What a 2xx tells about the peer.
    pub(super) fn learn(&mut self, now: Instant, response: &Response, take_interval: bool) {
        self.learn_allow(&response.headers);
        if take_interval {
            self.timers.take_interval(now, &response.headers);
        }
    }

    /// What a request that we accept tells about the peer.
    pub(super) fn learn_request(&mut self, request: &Request) {
        self.learn_allow(&request.headers);
        if let Some(dialog) = &mut self.dialog {
            dialog.refresh_target(&request.headers);
        }
    }

    fn learn_allow(&mut self, headers: &Headers) {
        if headers.get("Allow").is_some() {
            self.peer_allows_update = headers.lists("Allow", "UPDATE");
        }
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        [self.timers.deadline(), self.ack_deadline(), self.offer_deadline(), self.tones.deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// An offer that waits for a flow has no deadline.
    fn offer_deadline(&self) -> Option<Instant> {
        self.flow.and_then(|_| self.offer.deadline())
    }

    pub(crate) fn handle_timeout(&mut self, core: &mut Core, now: Instant) {
        self.on_answered_timeout(core, now);
        self.on_offer_timeout(core, now);
        self.next_tone(core, now);
        if self.timers.ring.is_some_and(|at| at <= now) {
            self.timers.ring_over();
            self.on_ring_timeout(core, now);
        }
        if self.timers.flow.take_if(|at| *at <= now).is_some() {
            self.end(core, cause::connection());
        }
        if let Some(interval) = self.timers.interval.take_if(|i| i.at <= now) {
            self.on_interval(core, now, interval);
        }
    }

    fn on_ring_timeout(&mut self, core: &mut Core, now: Instant) {
        let failure = |cause, reason| cause::without_status(Originator::System, cause, reason);
        match &self.state {
            State::Calling { .. } => {
                self.give_up_calling(core, now, failure(Cause::NoAnswer, "nobody answered"));
            }
            State::Ringing(ringing) => {
                let expired = ringing.request.headers.seconds("Expires").is_some_and(|s| s <= 60);
                let (status, cause) = if expired { (487, Cause::Expires) } else { (408, Cause::NoAnswer) };
                self.refuse_ringing(core, now, status, &[]);
                self.end(core, failure(cause, "the call was not answered in time"));
            }
            State::Established | State::Over => {}
        }
    }

    fn on_interval(&mut self, core: &mut Core, now: Instant, interval: Interval) {
        if !interval.ours {
            let reason = "the peer did not refresh the session";
            return self.hang_up(core, now, cause::without_status(Originator::System, Cause::Expires, reason));
        }
        // If the refresh stays without an answer, its transaction ends the session.
        self.timers.start(now, interval.seconds, true);
        let asked = self.timers.interval_to_ask().unwrap_or_default();
        if !self.peer_allows_update {
            return self.reinvite_to_refresh(core, now);
        }
        self.send(core, now, Purpose::Refresh, "UPDATE", |core, flow, request| {
            request.headers.push("Contact", core.contact(flow));
            request.headers.push("Supported", Core::supported(true));
            request.headers.push("Session-Expires", asked);
        });
    }

    pub(super) fn on_refresh_outcome(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent) {
        let response = match &event.outcome {
            Outcome::FlowLost => return,
            Outcome::Timeout => return self.hang_up(core, now, cause::timeout()),
            Outcome::Response(response) => response,
        };
        match response.status {
            200..300 => self.learn(now, response, true),
            401 | 407 => drop::<Option<Failure>>(self.on_challenge(core, now, event, response)),
            408 | 481 => self.dialog_gone(core, response),
            _ => {}
        }
    }
}
