//! NOTIFY for our subscriptions (RFC 6665 section 4.1.3).

use std::time::{Duration, Instant};

use super::Stage;
use crate::api::{Event, FlowId, HeaderLine, SubscriptionId, SubscriptionState};
use crate::dialog::Dialog;
use crate::endpoint::Endpoint;
use crate::message::{Request, Response};
use crate::subscription_state::{Notified, Standing};
use crate::transaction::TransactionId;

/// The package of an Event header, without parameters.
fn package(event: &str) -> &str {
    event.split(';').next().unwrap_or_default().trim()
}

impl Endpoint {
    /// A NOTIFY with a tag of ours; `false`: for no subscription.
    pub(in crate::endpoint) fn on_notify(
        &mut self,
        now: Instant,
        flow: FlowId,
        transaction: TransactionId,
        request: &Request,
        (local_tag, remote_tag): (&str, &str),
    ) -> bool {
        let call_id = request.headers.get("Call-ID").unwrap_or_default();
        let found = self.subscriptions.iter_mut().find(|(_, s)| s.call_id == call_id && s.local_tag == local_tag);
        let Some((id, subscription)) = found.filter(|_| request.method == "NOTIFY") else { return false };
        let id = *id;
        let number = request.headers.cseq().map_or(0, |cseq| cseq.number);
        let event = request.headers.get("Event").unwrap_or_default();
        let state = Notified::of(&request.headers);
        let late =
            subscription.dialog.as_ref().is_some_and(|dialog| dialog.remote_cseq.is_some_and(|last| number < last));
        let status = match &subscription.dialog {
            _ if package(event) != package(&subscription.wish.event) => 489,
            // Another branch of a fork.
            Some(dialog) if dialog.remote_tag != remote_tag => 481,
            Some(_) if late => 500,
            _ if state.is_none() => 400,
            _ => 200,
        };
        let Some(state) = state.filter(|_| status == 200) else {
            let allowed = (status == 489).then(|| HeaderLine::new("Allow-Events", package(&subscription.wish.event)));
            self.core.refuse(now, transaction, request, status, allowed.as_slice());
            return true;
        };
        if let Some(dialog) = &mut subscription.dialog {
            dialog.take_remote_cseq(number);
            dialog.refresh_target(&request.headers);
        } else {
            subscription.dialog = dialog_of(request, local_tag, subscription.cseq);
        }
        subscription.flow = Some(flow);
        self.core.respond(now, transaction, Response::to(request, 200, None, None));
        self.notified(now, id, &state, request);
        true
    }

    fn notified(&mut self, now: Instant, id: SubscriptionId, state: &Notified, request: &Request) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else { return };
        let active = state.standing == Standing::Active;
        if state.standing != Standing::Terminated {
            let waiting = matches!(subscription.stage, Stage::NotifyWait { .. });
            let seconds = state.expires.or(subscription.granted).unwrap_or(subscription.wish.expires);
            let stands = waiting || matches!(subscription.stage, Stage::Standing { .. }) && state.expires.is_some();
            if stands {
                subscription.stands(now, seconds);
            }
            if subscription.told.replace(active) != Some(active) {
                let state =
                    if active { SubscriptionState::Active { expires: seconds } } else { SubscriptionState::Pending };
                self.core.event(Event::Subscription { subscription: id, state });
            }
            if stands && !subscription.wanted {
                self.end_subscription(now, id);
            }
        }
        let headers = request.headers.lines().to_vec();
        self.core.event(Event::Notify { subscription: id, headers, body: request.typed_body() });
        if state.standing == Standing::Terminated {
            self.terminated(now, id, state);
        }
    }

    /// What the reasons of section 4.1.3 ask for.
    fn terminated(&mut self, now: Instant, id: SubscriptionId, state: &Notified) {
        let reason = state.reason.as_deref().unwrap_or("terminated");
        let asked = state.retry_after.map(|seconds| Duration::from_secs(seconds.into()));
        match reason {
            "deactivated" | "timeout" => self.subscribe_later(now, id, reason, Some(Duration::ZERO)),
            "invariant" | "noresource" | "rejected" => self.subscription_over(id, reason),
            _ => self.subscribe_later(now, id, reason, asked),
        }
    }
}

/// The dialog that the first NOTIFY makes (section 4.4.1).
fn dialog_of(notify: &Request, local_tag: &str, cseq: u32) -> Option<Dialog> {
    let dialog = Dialog::of_called(notify, local_tag)?;
    let local = notify.headers.get("To")?.into();
    Some(Dialog { local, local_cseq: cseq, ..dialog })
}
