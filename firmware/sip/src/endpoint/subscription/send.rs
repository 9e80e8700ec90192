//! SUBSCRIBE: the first, the refreshing and the last.

use std::time::Instant;

use super::{Stage, Wish};
use crate::api::{FlowId, SubscriptionId};
use crate::endpoint::Endpoint;
use crate::endpoint::core::{Core, Owner};
use crate::message::Request;
use crate::session::uac::initial_request;
use crate::transaction::timing::GIVE_UP;

impl Endpoint {
    /// Subscribes from the beginning.
    pub(super) fn start_subscription(&mut self, now: Instant, id: SubscriptionId) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else { return };
        let Some(flow) = subscription.flow else {
            subscription.stage = Stage::NoFlow;
            return;
        };
        let core = &mut self.core;
        (subscription.call_id, subscription.local_tag) = (core.random.token(22), core.random.tag());
        (subscription.cseq, subscription.dialog, subscription.granted) = (1, None, None);
        subscription.stage = Stage::NotifyWait { until: now + GIVE_UP };
        subscription.running = true;
        let wish = &subscription.wish;
        let mut request =
            initial_request(core, "SUBSCRIBE", &wish.target, &subscription.call_id, &subscription.local_tag);
        fill(core, flow, wish, wish.expires, &mut request);
        request.set_body(wish.body.as_ref());
        core.send(now, flow, request, Owner::Subscription(id));
    }

    /// Asks for more time.
    pub(super) fn refresh_subscription(&mut self, now: Instant, id: SubscriptionId) {
        let expires = self.subscriptions.get(&id).map_or(0, |subscription| subscription.wish.expires);
        self.subscribe_again(now, id, expires);
    }

    /// Asks for no more news.
    pub(super) fn end_subscription(&mut self, now: Instant, id: SubscriptionId) {
        self.subscribe_again(now, id, 0);
        if let Some(subscription) = self.subscriptions.get_mut(&id) {
            subscription.stage = Stage::Ending { until: now + GIVE_UP };
        }
    }

    fn subscribe_again(&mut self, now: Instant, id: SubscriptionId, expires: u32) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else { return };
        let (Some(dialog), Some(flow)) = (&mut subscription.dialog, subscription.flow) else { return };
        dialog.local_cseq = subscription.cseq;
        let mut request = dialog.next_request("SUBSCRIBE");
        subscription.cseq = dialog.local_cseq;
        subscription.running = true;
        fill(&self.core, flow, &subscription.wish, expires, &mut request);
        self.core.send(now, flow, request, Owner::Subscription(id));
    }
}

fn fill(core: &Core, flow: FlowId, wish: &Wish, expires: u32, request: &mut Request) {
    request.headers.extend(&wish.headers);
    request.headers.extend(&[crate::api::HeaderLine::new("Event", wish.event.clone())]);
    request.headers.push("Expires", expires.to_string());
    request.headers.push("Contact", core.contact(flow));
    request.headers.push("Allow", core.allow());
}
