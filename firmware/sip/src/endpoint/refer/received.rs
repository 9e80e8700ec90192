//! Transfers that others ask for: NOTIFY with the progress of the call (RFC 3515 section 2.4.4, spec section 14.9).

use std::time::{Duration, Instant};

use super::{EXPIRES, fragment};
use crate::api::{Failure, RequestId, SessionId};
use crate::endpoint::Endpoint;
use crate::endpoint::core::Owner;
use crate::message::{Request, Response};
use crate::transaction::{TransactionEvent, TransactionId};

#[derive(Debug)]
pub(super) struct Received {
    call: SessionId,
    /// The number of the REFER, as `id` in Event.
    cseq: u32,
    pub home: SessionId,
    /// One NOTIFY at a time, so that none overtakes another; news of meanwhile wait, the newest only.
    in_flight: bool,
    last: (u16, String),
    /// The subscription ends with the NOTIFY on its way.
    over: bool,
    /// The last news are not sent yet.
    unsent: bool,
    pub until: Instant,
}

impl Received {
    pub(super) fn new(home: SessionId, cseq: u32, call: SessionId, until: Instant) -> Self {
        let last = (100, String::new());
        Self { call, cseq, home, in_flight: false, last, over: false, unsent: false, until }
    }

    /// When the promised time is over; a NOTIFY on its way is waited for.
    pub(super) fn deadline(&self) -> Option<Instant> {
        (!self.in_flight).then_some(self.until)
    }
}

impl Endpoint {
    /// Passes on what happened to the calls that others asked for.
    pub(in crate::endpoint) fn report_news(&mut self, now: Instant) {
        while let Some((call, status, reason)) = self.core.watch.next() {
            let refer = self.refers.received.iter().find(|(_, r)| r.call == call).map(|(id, _)| *id);
            if let Some(refer) = refer {
                self.report(now, refer, status, &reason);
            }
        }
    }

    pub(super) fn report(&mut self, now: Instant, refer: RequestId, status: u16, reason: &str) {
        if let Some(received) = self.refers.received.get_mut(&refer) {
            received.last = (status, reason.into());
            received.unsent = true;
        }
        self.notify(now, refer, None);
    }

    /// Sends the last news unless a NOTIFY is on its way; `why` ends the subscription before the call has its answer.
    fn notify(&mut self, now: Instant, refer: RequestId, why: Option<&str>) {
        let Some(received) = self.refers.received.get_mut(&refer).filter(|r| !r.in_flight && !r.over) else { return };
        let home = received.home;
        if !self.has_flow(home) {
            return;
        }
        let Some(received) = self.refers.received.get_mut(&refer) else { return };
        let (status, reason) = received.last.clone();
        let left = received.until.saturating_duration_since(now).as_secs();
        let state = match (status, why) {
            (200.., _) => "terminated;reason=noresource".to_string(),
            (_, Some(why)) => format!("terminated;reason={why}"),
            (_, None) => format!("active;expires={left}"),
        };
        let event = format!("refer;id={}", received.cseq);
        received.over = status >= 200 || why.is_some();
        (received.in_flight, received.unsent) = (true, false);
        let sent = self.send_at(now, home, Owner::Report(refer), "NOTIFY", |core, flow, notify| {
            notify.headers.push("Contact", core.contact(flow));
            notify.headers.push("Event", event);
            notify.headers.push("Subscription-State", state);
            notify.set_body(Some(&fragment::body(status, &reason)));
        });
        if sent.is_none() {
            self.stop_reporting(refer);
        }
    }

    pub(in crate::endpoint) fn on_report_outcome(&mut self, now: Instant, event: &TransactionEvent, refer: RequestId) {
        let Some(home) = self.refers.received.get(&refer).map(|received| received.home) else { return };
        let Ok(outcome) = self.conclusion_at(now, home, event) else { return };
        let Some(received) = self.refers.received.get_mut(&refer) else { return };
        received.in_flight = false;
        match outcome {
            Ok(response) if response.status < 300 && !received.over => {
                if received.unsent {
                    let why = (received.until <= now).then_some("timeout");
                    self.notify(now, refer, why);
                }
            }
            // Told again on the next connection.
            Err(Failure { cause: crate::api::Cause::ConnectionError, .. }) => {
                (received.over, received.unsent) = (false, true);
            }
            // Spec section 13.6: who refuses a NOTIFY wants no more of them.
            _ => self.stop_reporting(refer),
        }
    }

    fn stop_reporting(&mut self, refer: RequestId) {
        if let Some(received) = self.refers.received.remove(&refer) {
            self.core.watch.stop(received.call);
        }
        self.tidy_refers();
    }

    pub(super) fn resume_reports(&mut self, now: Instant) {
        let unsent: Vec<_> = self.refers.received.iter().filter(|(_, r)| r.unsent).map(|(id, _)| *id).collect();
        for refer in unsent {
            self.notify(now, refer, None);
        }
    }

    /// SUBSCRIBE in the dialog of a REFER: more time, or no more news (RFC 3515 section 2.4.4).
    pub(super) fn on_refer_subscribe(
        &mut self,
        now: Instant,
        home: SessionId,
        transaction: TransactionId,
        (request, id): (&Request, Option<u32>),
    ) {
        let ours = |(_, r): &(&RequestId, &mut Received)| r.home == home && id.is_none_or(|id| r.cseq == id);
        let Some((refer, received)) = self.refers.received.iter_mut().find(ours) else {
            return self.core.refuse(now, transaction, request, 481, &[]);
        };
        let refer = *refer;
        let longest = u32::try_from(EXPIRES.as_secs()).unwrap_or(u32::MAX);
        let granted = request.headers.seconds("Expires").unwrap_or(longest).min(longest);
        received.until = now + Duration::from_secs(granted.into());
        received.unsent = true;
        let mut response = Response::to(request, 200, None, None);
        response.headers.push("Expires", granted.to_string());
        self.core.respond(now, transaction, response);
        self.notify(now, refer, (granted == 0).then_some("timeout"));
    }

    pub(super) fn received_refers_due(&mut self, now: Instant) {
        let due = |received: &Received| received.deadline().is_some_and(|at| at <= now);
        let due: Vec<_> = self.refers.received.iter().filter(|(_, r)| due(r)).map(|(id, r)| (*id, r.home)).collect();
        for (refer, home) in due {
            if self.has_flow(home) {
                self.notify(now, refer, Some("timeout"));
            } else {
                self.stop_reporting(refer);
            }
        }
    }
}
