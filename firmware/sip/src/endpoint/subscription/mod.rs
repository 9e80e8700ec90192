//! Subscriptions of ours (RFC 6665 section 4.1, spec section 13.10): made, refreshed, made again when the notifier or the
//! connection loses them, ended.
//!
//! The first NOTIFY makes the dialog; NOTIFYs of other branches of a fork are refused (section 4.5.2), so that one
//! subscription has one source. What ends a subscription and may pass is tried again by itself, slower and slower.

mod notify;
mod outcome;
mod send;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::Endpoint;
use crate::api::{Body, Event, FlowId, HeaderLine, SubscriptionId, SubscriptionState};
use crate::dialog::Dialog;

/// Subscriptions at a time: a box watches its mailbox, its profile and a few rooms.
const MAX_SUBSCRIPTIONS: usize = 32;
/// The least interval that is believed, in seconds: with less, the notifier would be asked all the time.
const MIN_EXPIRES: u32 = 10;
/// First and longest wait after a failure, in milliseconds.
const RETRY: (u64, u64) = (5_000, 300_000);
/// A subscription that stood so long was no failure.
const STABLE: Duration = Duration::from_mins(1);

/// All subscriptions.
pub(super) type Subscriptions = BTreeMap<SubscriptionId, Subscription>;

/// What the owner asked for.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub body: Option<Body>,
    /// Event package, with parameters if any.
    pub event: String,
    /// Seconds.
    pub expires: u32,
    pub headers: Vec<HeaderLine>,
    pub target: String,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    /// SUBSCRIBE with Expires 0 is out; the last NOTIFY is waited for.
    Ending { until: Instant },
    /// There is no connection.
    NoFlow,
    /// SUBSCRIBE is out; timer N (section 4.1.2.4) waits for the first NOTIFY.
    NotifyWait { until: Instant },
    /// Served by the notifier.
    Standing { expires: Instant, refresh: Instant, since: Instant },
    /// To be made again.
    Waiting { at: Instant },
}

/// One subscription.
#[derive(Debug)]
pub(super) struct Subscription {
    /// Empty between two subscriptions.
    call_id: String,
    /// Number of our last SUBSCRIBE.
    cseq: u32,
    dialog: Option<Dialog>,
    /// Failures in a row.
    failures: u32,
    flow: Option<FlowId>,
    /// Seconds the notifier granted in its last 2xx.
    granted: Option<u32>,
    local_tag: String,
    /// A SUBSCRIBE is not answered yet.
    running: bool,
    stage: Stage,
    /// What the owner believes: the notifier serves it (`Some(true)`) or has to ask (`Some(false)`).
    told: Option<bool>,
    too_brief: u8,
    /// The owner wants it to go on.
    wanted: bool,
    wish: Wish,
}

impl Subscription {
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.stage {
            Stage::Ending { until } | Stage::NotifyWait { until } => Some(until),
            Stage::NoFlow => None,
            Stage::Standing { expires, refresh, .. } => {
                let asks = !self.running && self.flow.is_some();
                Some(if asks { refresh.min(expires) } else { expires })
            }
            Stage::Waiting { at } => Some(at),
        }
    }

    /// Served from now on for this long.
    fn stands(&mut self, now: Instant, seconds: u32) {
        let since = match self.stage {
            Stage::Standing { since, .. } => since,
            _ => now,
        };
        let all = Duration::from_secs(seconds.max(MIN_EXPIRES).into());
        // Spec section 13.10: after 90 % of the time.
        self.stage = Stage::Standing { expires: now + all, refresh: now + all * 9 / 10, since };
    }
}

impl Endpoint {
    pub(super) fn subscribe(&mut self, now: Instant, flow: Option<FlowId>, id: SubscriptionId, wish: Wish) {
        if self.subscriptions.contains_key(&id) {
            return;
        }
        if self.subscriptions.len() >= MAX_SUBSCRIPTIONS {
            let state = SubscriptionState::Terminated { reason: "too many subscriptions".into(), retry_in_ms: None };
            return self.core.event(Event::Subscription { subscription: id, state });
        }
        let subscription = Subscription {
            call_id: String::new(),
            cseq: 0,
            dialog: None,
            failures: 0,
            flow,
            granted: None,
            local_tag: String::new(),
            running: false,
            stage: Stage::NoFlow,
            told: None,
            too_brief: 0,
            // Without any time it is a question (section 4.4.3): answered once.
            wanted: wish.expires > 0,
            wish,
        };
        self.subscriptions.insert(id, subscription);
        self.start_subscription(now, id);
    }

    pub(super) fn unsubscribe(&mut self, now: Instant, id: SubscriptionId) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else { return };
        subscription.wanted = false;
        match subscription.stage {
            Stage::NoFlow | Stage::Waiting { .. } => self.subscription_over(id, "unsubscribed"),
            Stage::Standing { .. } if subscription.flow.is_none() => self.subscription_over(id, "unsubscribed"),
            Stage::Standing { .. } => self.end_subscription(now, id),
            // Without a dialog there is nothing to end yet: done at the first NOTIFY (section 4.1.2.3).
            Stage::NotifyWait { .. } | Stage::Ending { .. } => {}
        }
    }

    /// Ends every subscription, as far as the connection lets us.
    pub(crate) fn unsubscribe_all(&mut self, now: Instant) {
        let ids: Vec<_> = self.subscriptions.keys().copied().collect();
        for id in ids {
            self.unsubscribe(now, id);
        }
    }

    /// Over for good.
    fn subscription_over(&mut self, id: SubscriptionId, reason: &str) {
        let Some(subscription) = self.subscriptions.remove(&id) else { return };
        self.core.auth.forget(&subscription.call_id);
        let state = SubscriptionState::Terminated { reason: reason.into(), retry_in_ms: None };
        self.core.event(Event::Subscription { subscription: id, state });
    }

    /// Over, and made again after `wait`; `None` = after a time of our own that grows from failure to failure.
    fn subscribe_later(&mut self, now: Instant, id: SubscriptionId, reason: &str, wait: Option<Duration>) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else { return };
        if !subscription.wanted {
            return self.subscription_over(id, reason);
        }
        if matches!(subscription.stage, Stage::Standing { since, .. } if now.duration_since(since) >= STABLE) {
            subscription.failures = 0;
        }
        let most = (RETRY.0 << subscription.failures.min(6)).min(RETRY.1);
        let own = Duration::from_millis(self.core.random.millis(most / 2, most));
        // At once, but not again and again.
        let wait = wait.map_or(own, |asked| if subscription.failures == 0 { asked } else { asked.max(own) });
        subscription.failures += 1;
        let call_id = std::mem::take(&mut subscription.call_id);
        (subscription.dialog, subscription.told) = (None, None);
        subscription.stage = Stage::Waiting { at: now + wait };
        self.core.auth.forget(&call_id);
        let retry_in_ms = Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        let state = SubscriptionState::Terminated { reason: reason.into(), retry_in_ms };
        self.core.event(Event::Subscription { subscription: id, state });
    }

    pub(super) fn subscriptions_due(&mut self, now: Instant) {
        let due = |s: &Subscription| s.deadline().is_some_and(|at| at <= now);
        let due: Vec<_> = self.subscriptions.iter().filter(|(_, s)| due(s)).map(|(id, _)| *id).collect();
        for id in due {
            let Some(stage) = self.subscriptions.get(&id).map(|subscription| subscription.stage) else { continue };
            match stage {
                Stage::Ending { .. } => self.subscription_over(id, "unsubscribed"),
                Stage::NoFlow => {}
                Stage::NotifyWait { .. } => self.subscribe_later(now, id, "no notification came", None),
                Stage::Standing { expires, .. } if expires <= now => {
                    self.subscribe_later(now, id, "expired", Some(Duration::ZERO));
                }
                Stage::Standing { .. } => self.refresh_subscription(now, id),
                Stage::Waiting { .. } => self.start_subscription(now, id),
            }
        }
    }

    pub(super) fn subscriptions_lost_flow(&mut self, flow: FlowId) {
        let lost: Vec<_> = self.subscriptions.iter().filter(|(_, s)| s.flow == Some(flow)).map(|(id, _)| *id).collect();
        for id in lost {
            let Some(subscription) = self.subscriptions.get_mut(&id) else { continue };
            (subscription.flow, subscription.running) = (None, false);
            match subscription.stage {
                Stage::Ending { .. } => self.subscription_over(id, "unsubscribed"),
                Stage::NotifyWait { .. } if !subscription.wanted => self.subscription_over(id, "connection lost"),
                Stage::NotifyWait { .. } => subscription.stage = Stage::NoFlow,
                Stage::NoFlow | Stage::Standing { .. } | Stage::Waiting { .. } => {}
            }
        }
    }

    /// On another connection: what stands is refreshed at once, since our Contact was reached over the old one.
    pub(super) fn subscriptions_use_flow(&mut self, now: Instant, flow: FlowId) {
        let idle: Vec<_> = self.subscriptions.iter().filter(|(_, s)| s.flow.is_none()).map(|(id, _)| *id).collect();
        for id in idle {
            let Some(subscription) = self.subscriptions.get_mut(&id) else { continue };
            subscription.flow = Some(flow);
            match subscription.stage {
                Stage::NoFlow => self.start_subscription(now, id),
                Stage::Standing { .. } => self.refresh_subscription(now, id),
                Stage::Ending { .. } | Stage::NotifyWait { .. } | Stage::Waiting { .. } => {}
            }
        }
    }
}
