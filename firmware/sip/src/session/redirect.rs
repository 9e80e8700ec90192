//! Redirections of our INVITE (RFC 3261 sections 8.1.3.4 and 13.2.2.2).

use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use super::Session;
use crate::api::Event;
use crate::endpoint::core::{Core, Owner, Purpose};
use crate::message::uri::SipUri;
use crate::message::{Request, Response};
use crate::transaction::TransactionEvent;

/// Places named in one response that are taken; the rest is ignored.
const MAX_TARGETS: usize = 16;

/// Where the call has been sent to.
#[derive(Debug, Default)]
pub(super) struct Redirects {
    /// Followed so far.
    followed: u8,
    /// Named, not yet called; the best first.
    next: VecDeque<String>,
    /// Called already: nobody is called twice.
    tried: BTreeSet<String>,
}

impl Session {
    /// The call was not answered there: calls the next place, if there is one left. A 6xx speaks for all places.
    pub(super) fn try_elsewhere(
        &mut self,
        core: &mut Core,
        now: Instant,
        event: &TransactionEvent,
        response: Option<&Response>,
    ) -> bool {
        self.redirects.tried.insert(event.request.uri.clone());
        match response.map(|response| response.status) {
            Some(300..=399) => self.take_redirect(core, event, response),
            Some(600..) => self.redirects.next.clear(),
            _ => {}
        }
        while let Some(target) = self.redirects.next.pop_front() {
            if self.redirects.tried.insert(target.clone()) {
                self.call_instead(core, now, event, target);
                return true;
            }
        }
        false
    }

    /// Notes the places that a 3xx names, best first, and tells the owner.
    fn take_redirect(&mut self, core: &mut Core, event: &TransactionEvent, response: Option<&Response>) {
        let Some(response) = response else { return };
        let targets = targets(&event.request, response);
        // 305 would name a proxy and 380 something else than a call.
        let callable = matches!(response.status, 300..=302);
        let followed = callable
            && self.redirects.followed < core.config.max_redirects
            && targets.iter().any(|target| !self.redirects.tried.contains(target));
        core.event(Event::Redirected { session: self.id, targets: targets.clone(), followed });
        if followed {
            self.redirects.followed += 1;
            self.redirects.next = targets.into_iter().chain(self.redirects.next.drain(..)).take(MAX_TARGETS).collect();
        }
    }

    /// The same INVITE to another place: same Call-ID and From, next number (section 8.1.3.4).
    fn call_instead(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent, target: String) {
        let mut request = super::uac::again(&event.request);
        request.uri = target;
        let flow = self.flow.unwrap_or(event.path.flow);
        let new = core.send(now, flow, request.clone(), Owner::Session(self.id, Purpose::Invite));
        self.timers.ring_over();
        self.resent(event.id, new, &request);
    }
}

/// The places that a redirection names, by falling q; from a secure place only to secure ones.
fn targets(request: &Request, response: &Response) -> Vec<String> {
    let secure = SipUri::parse(&request.uri).is_ok_and(|uri| uri.secure);
    let contacts = response.headers.addresses("Contact").unwrap_or_default();
    let mut targets: Vec<_> = contacts
        .into_iter()
        .filter_map(|contact| {
            let uri = SipUri::parse(&contact.uri).ok().filter(|uri| uri.secure || !secure)?;
            Some((thousandths(contact.params.get("q").unwrap_or("1")), without_headers(&contact.uri, &uri)))
        })
        .take(MAX_TARGETS)
        .collect();
    targets.sort_by_key(|(q, _)| std::cmp::Reverse(*q));
    targets.into_iter().map(|(_, uri)| uri).collect()
}

/// Headers in the URI would be the peer's words in our request (section 19.1.5).
fn without_headers(text: &str, uri: &SipUri) -> String {
    let headers = uri.headers.as_ref().map(|headers| format!("?{headers}")).unwrap_or_default();
    text.strip_suffix(headers.as_str()).unwrap_or(text).into()
}

/// A q value in thousandths; one that cannot be read is the least.
fn thousandths(q: &str) -> u32 {
    let (whole, fraction) = q.split_once('.').unwrap_or((q, ""));
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole.parse::<u32>(), fraction.parse::<u32>()) {
        (Ok(whole), Ok(fraction)) => (whole.min(1) * 1000 + fraction).min(1000),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q_values_are_thousandths() {
        let cases = [("1", 1000), ("1.0", 1000), ("0.7", 700), ("0.125", 125), ("0", 0), ("x", 0), ("7.9", 1000)];
        for (text, value) in cases {
            assert_eq!(thousandths(text), value, "{text}");
        }
    }
}
