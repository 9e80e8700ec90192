//! What becomes of a SUBSCRIBE (RFC 6665 section 4.1.2).

use std::time::{Duration, Instant};

use super::{MIN_EXPIRES, Stage};
use crate::api::{Cause, Failure, SubscriptionId};
use crate::endpoint::Endpoint;
use crate::endpoint::core::Core;
use crate::message::Response;
use crate::session::cause;
use crate::transaction::{Outcome, TransactionEvent};

/// Answers "too brief" in a row: a notifier that keeps raising its wish is not followed for ever.
const MAX_TOO_BRIEF: u8 = 3;
/// A refresh that failed for now is tried again after this.
const REFRESH_AGAIN: Duration = Duration::from_secs(30);

/// Will it be refused again whenever it is asked?
fn is_hopeless(failure: &Failure) -> bool {
    failure.cause == Cause::AuthenticationError
        || matches!(
            failure.status,
            Some(400 | 402..=407 | 410 | 414..=416 | 420 | 484 | 485 | 489 | 501 | 603 | 604 | 606)
        )
}

impl Endpoint {
    pub(in crate::endpoint) fn on_subscribe_outcome(
        &mut self,
        now: Instant,
        event: &TransactionEvent,
        id: SubscriptionId,
    ) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else { return };
        // Of an earlier try: it has been dealt with.
        if event.request.headers.get("Call-ID") != Some(subscription.call_id.as_str()) {
            return;
        }
        let result = match &event.outcome {
            // Told by the loss of the flow itself.
            Outcome::FlowLost => return,
            Outcome::Timeout => Err(cause::timeout()),
            Outcome::Response(response) if response.status < 200 => return,
            Outcome::Response(response) if Core::is_challenge(response.status) => {
                match self.core.answer_challenge(now, event, response, subscription.cseq) {
                    Ok((_, request)) => {
                        subscription.cseq = request.headers.cseq().map_or(subscription.cseq, |cseq| cseq.number);
                        return;
                    }
                    Err(error) => Err(Failure { reason: error.to_string(), ..cause::of_response(response) }),
                }
            }
            Outcome::Response(response) if response.status >= 300 => {
                if response.status == 423 && self.ask_longer(now, id, response) {
                    return;
                }
                Err(cause::of_response(response))
            }
            Outcome::Response(response) => Ok(response),
        };
        match result {
            Ok(response) => self.subscription_granted(now, id, response),
            Err(failure) => self.subscription_refused(now, id, &failure),
        }
    }

    fn subscription_granted(&mut self, now: Instant, id: SubscriptionId, response: &Response) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else { return };
        subscription.running = false;
        subscription.too_brief = 0;
        let seconds = response.headers.seconds("Expires").unwrap_or(subscription.wish.expires);
        subscription.granted = Some(seconds);
        // A refresh needs no NOTIFY to be believed: the notifier has just answered in this dialog.
        if matches!(subscription.stage, Stage::Standing { .. }) {
            subscription.failures = 0;
            subscription.stands(now, seconds);
        }
    }

    /// 423: the interval is raised to Min-Expires.
    fn ask_longer(&mut self, now: Instant, id: SubscriptionId, response: &Response) -> bool {
        let Some(subscription) = self.subscriptions.get_mut(&id) else { return false };
        let least = response.headers.seconds("Min-Expires").unwrap_or(0).max(MIN_EXPIRES);
        if !subscription.wanted || least <= subscription.wish.expires || subscription.too_brief >= MAX_TOO_BRIEF {
            return false;
        }
        subscription.too_brief += 1;
        subscription.wish.expires = least;
        if subscription.dialog.is_some() {
            self.refresh_subscription(now, id);
        } else {
            self.start_subscription(now, id);
        }
        true
    }

    fn subscription_refused(&mut self, now: Instant, id: SubscriptionId, failure: &Failure) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else { return };
        subscription.running = false;
        let asked = failure.asked_wait();
        match subscription.stage {
            Stage::Ending { .. } => self.subscription_over(id, "unsubscribed"),
            _ if is_hopeless(failure) => self.subscription_over(id, &failure.reason),
            // Section 4.1.2.2: after 481 a new subscription; after anything else this one lives until it expires.
            Stage::Standing { .. } if failure.status == Some(481) => {
                self.subscribe_later(now, id, &failure.reason, Some(asked.unwrap_or_default()));
            }
            Stage::Standing { expires, since, .. } => {
                let refresh = now + asked.unwrap_or_default().max(REFRESH_AGAIN);
                subscription.stage = Stage::Standing { expires, refresh, since };
            }
            Stage::NotifyWait { .. } => self.subscribe_later(now, id, &failure.reason, asked),
            Stage::NoFlow | Stage::Waiting { .. } => {}
        }
    }
}
