//! Deadlines of a session: ringing, a lost flow, and the session interval of RFC 4028.

use std::time::{Duration, Instant};

use super::{Session, State, cause};
use crate::api::{Cause, HeaderLine, Originator};
use crate::endpoint::core::Core;
use crate::message::headers::delta_seconds;
use crate::message::params::Params;
use crate::message::{Headers, Request, Response};
use crate::transaction::TransactionId;

/// How often one peer may raise the session interval by 422; it has no reason to do so more than once.
const MAX_RAISES: u8 = 3;

#[derive(Clone, Copy, Debug)]
pub(super) struct Interval {
    /// When to refresh, or when to give the peer up.
    pub at: Instant,
    /// When the session is over unless it is refreshed.
    pub expires: Instant,
    pub ours: bool,
    seconds: u32,
}

/// What a session waits for.
#[derive(Debug)]
pub(crate) struct Timers {
    /// When a call that rings says so again.
    again: Option<Instant>,
    flow: Option<Instant>,
    pub(super) interval: Option<Interval>,
    /// The least interval that anybody on the way has asked for.
    min_se: u32,
    raises: u8,
    /// A refresh by UPDATE is on its way.
    pub(super) refresh: Option<TransactionId>,
    ring: Option<Instant>,
}

impl Default for Timers {
    fn default() -> Self {
        Self { again: None, flow: None, interval: None, min_se: Self::MIN_SE, raises: 0, refresh: None, ring: None }
    }
}

impl Timers {
    /// The least session interval of RFC 4028 section 4.
    pub(super) const MIN_SE: u32 = 90;
    /// How long we let the other side ring: no proxy keeps an INVITE much longer (timer C, RFC 3261 section 16.6).
    const CALLER_PATIENCE: Duration = Duration::from_mins(3);

    /// From one provisional response to the next.
    const RING_AGAIN: Duration = Duration::from_mins(1);

    /// How long we let it ring: as the INVITE says, or until no proxy would wait longer.
    pub(super) fn caller_patience(invite: &Request) -> Duration {
        let expires = invite.headers.seconds("Expires").map(|seconds| Duration::from_secs(seconds.into()));
        expires.map_or(Self::CALLER_PATIENCE, |expires| expires.min(Self::CALLER_PATIENCE))
    }

    pub(super) fn ring_limit(&mut self, at: Instant) {
        self.ring = Some(at);
    }

    /// The caller's proxies hear of it at least once a minute (timer C, RFC 3261 section 13.3.1.1).
    pub(super) fn ring_again(&mut self, now: Instant) {
        self.again = Some(now + Self::RING_AGAIN);
    }

    pub(super) fn ring_over(&mut self) {
        (self.ring, self.again) = (None, None);
    }

    pub(super) fn flow_lost(&mut self, until: Instant) {
        self.flow = self.flow.or(Some(until));
    }

    pub(super) fn flow_found(&mut self) {
        self.flow = None;
    }

    pub(super) fn resent(&mut self, old: TransactionId, new: TransactionId) {
        if self.refresh == Some(old) {
            self.refresh = Some(new);
        }
    }

    fn deadline(&self) -> Option<Instant> {
        self.ring.into_iter().chain(self.again).chain(self.flow).chain(self.interval.map(|i| i.at)).min()
    }

    /// `Min-SE` for a 422 when a request asks for less than we allow (RFC 4028 section 9).
    pub(crate) fn too_short(request: &Request) -> Option<HeaderLine> {
        let (seconds, _) = session_expires(&request.headers)?;
        let knows = request.headers.lists("Supported", "timer");
        (knows && seconds < Self::MIN_SE).then(|| HeaderLine::new("Min-SE", Self::MIN_SE.to_string()))
    }

    /// 422 asks for a longer interval than we knew of: is there reason to try again?
    pub(super) fn raise(&mut self, refused: &Response) -> bool {
        let Some(least) = refused.headers.seconds("Min-SE").filter(|least| *least > self.min_se) else { return false };
        self.raises += 1;
        self.min_se = least;
        self.raises <= MAX_RAISES
    }

    /// Min-SE for requests of ours.
    pub(super) fn min_se(&self) -> u32 {
        self.min_se
    }

    /// Session-Expires for a request of ours inside the session.
    pub(super) fn interval_to_ask(&self) -> Option<String> {
        let interval = self.interval?;
        let seconds = interval.seconds.max(self.min_se);
        Some(format!("{seconds};refresher={}", if interval.ours { "uac" } else { "uas" }))
    }

    /// Answers the interval a request asks for (RFC 4028 section 9, table 2); `wanted` by us if it asks for none.
    pub(super) fn answer_interval(
        &mut self,
        now: Instant,
        request: &Request,
        response: &mut Response,
        wanted: Option<u32>,
    ) {
        self.interval = None;
        self.refresh = None;
        let least = request.headers.seconds("Min-SE").unwrap_or(0).max(Self::MIN_SE);
        let knows = request.headers.lists("Supported", "timer") || request.headers.lists("Require", "timer");
        let (seconds, refresher) = match (session_expires(&request.headers), wanted) {
            (Some((seconds, refresher)), wanted) => (wanted.map_or(seconds, |ours| ours.min(seconds)), refresher),
            // Nobody on the way asks: we keep it alive ourselves.
            (None, Some(wanted)) => (wanted, Some("uas".into())),
            (None, None) => return,
        };
        let seconds = seconds.max(least);
        let ours = !knows || refresher.as_deref() == Some("uas");
        let name = if ours { "uas" } else { "uac" };
        response.headers.push("Session-Expires", format!("{seconds};refresher={name}"));
        if knows {
            response.headers.push("Require", "timer");
        }
        self.start(now, seconds, ours);
    }

    /// Takes the interval of a 2xx to a request of ours (RFC 4028 section 7.2).
    pub(super) fn take_interval(&mut self, now: Instant, headers: &Headers) {
        self.interval = None;
        self.refresh = None;
        if let Some((seconds, refresher)) = session_expires(headers) {
            self.start(now, seconds.max(Self::MIN_SE), refresher.as_deref() != Some("uas"));
        }
    }

    /// The refresher acts after half the interval, the other gives up a little before its end (section 10).
    fn start(&mut self, now: Instant, seconds: u32, ours: bool) {
        let after = |seconds: u32| now + Duration::from_secs(seconds.into());
        let at = after(if ours { seconds / 2 } else { seconds - (seconds / 3).min(32) });
        self.interval = Some(Interval { at, expires: after(seconds), ours, seconds });
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
        let tag = super::remote_tag(request, "From").unwrap_or_default();
        if let Some(dialog) = self.dialog_with(&tag) {
            dialog.refresh_target(&request.headers);
        }
    }

    pub(super) fn learn_allow(&mut self, headers: &Headers) {
        if headers.get("Allow").is_some() {
            self.peer_allows_update = headers.lists("Allow", "UPDATE");
        }
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        let stands = [self.timers.deadline(), self.ack_deadline(), self.offer_deadline()];
        let more = [self.provisionals.deadline(), self.tones.deadline()];
        stands.into_iter().chain(more).flatten().min()
    }

    /// An offer that waits for a flow has no deadline.
    fn offer_deadline(&self) -> Option<Instant> {
        self.flow.and_then(|_| self.offer.deadline())
    }

    pub(crate) fn handle_timeout(&mut self, core: &mut Core, now: Instant) {
        self.on_answered_timeout(core, now);
        self.on_provisional_timeout(core, now);
        self.on_offer_timeout(core, now);
        self.next_tone(core, now);
        if self.timers.ring.is_some_and(|at| at <= now) {
            self.timers.ring_over();
            self.on_ring_timeout(core, now);
        }
        if self.timers.again.is_some_and(|at| at <= now) {
            self.timers.ring_again(now);
            self.progress(core, now, 180, (None, &[]), false);
        }
        if self.timers.flow.take_if(|at| *at <= now).is_some() {
            self.end(core, cause::connection());
        }
        if self.timers.interval.is_some_and(|interval| interval.at <= now) {
            self.on_interval(core, now);
        }
    }

    fn on_ring_timeout(&mut self, core: &mut Core, now: Instant) {
        let failure = |cause, reason| cause::without_status(Originator::System, cause, reason);
        match &self.state {
            State::Calling { .. } => {
                self.give_up_calling(core, now, failure(Cause::NoAnswer, "nobody answered"));
            }
            State::Ringing(ringing) => {
                let expires = ringing.request.headers.seconds("Expires");
                let by_the_caller = expires.is_some_and(|s| u64::from(s) <= core.config.no_answer_timeout.as_secs());
                let (status, cause) = if by_the_caller { (487, Cause::Expires) } else { (408, Cause::NoAnswer) };
                self.refuse_ringing(core, now, status, &[]);
                self.end(core, failure(cause, "the call was not answered in time"));
            }
            State::Established | State::Over => {}
        }
    }
}
