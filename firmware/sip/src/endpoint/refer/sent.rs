//! Transfers that we ask for: REFER out, and the news that come back.

use std::time::{Duration, Instant};

use super::{EXPIRES, MAX_REFERS, fragment, target};
use crate::api::{Event, Failure, FinalResponse, HeaderLine, ReferTo, RequestId, SessionId};
use crate::endpoint::Endpoint;
use crate::endpoint::core::Owner;
use crate::message::headers::same_name;
use crate::message::{Request, Response};
use crate::session::Session;
use crate::subscription_state::{Notified, Standing};
use crate::transaction::timing::GIVE_UP;
use crate::transaction::{TransactionEvent, TransactionId};

/// Longest promise of news that is believed; then the transfer is given up.
const MAX_EXPIRES: Duration = Duration::from_hours(1);

#[derive(Debug)]
pub(super) struct Sent {
    /// The number of the REFER, as `id` in the Event header of its NOTIFYs (RFC 3515 section 2.4.6).
    cseq: u32,
    pub home: SessionId,
    last: (u16, String),
    /// The owner knows how it ended; what still comes is only answered.
    told: bool,
    /// Until when news are waited for; `None` while the REFER itself is not answered (it has its own time).
    pub until: Option<Instant>,
}

impl Endpoint {
    /// Asks the peer of a session to call somebody.
    pub(in crate::endpoint) fn send_refer(
        &mut self,
        now: Instant,
        session: SessionId,
        request: RequestId,
        to: &ReferTo,
        headers: &[HeaderLine],
    ) {
        let outcome = self.try_refer(now, session, request, to, headers);
        match outcome {
            Ok(cseq) => {
                let last = (100, crate::message::reason::phrase(100).to_string());
                self.refers.sent.insert(request, Sent { cseq, home: session, last, told: false, until: None });
            }
            Err(failure) => self.core.event(Event::Response { request, outcome: Err(failure) }),
        }
    }

    fn try_refer(
        &mut self,
        now: Instant,
        session: SessionId,
        request: RequestId,
        to: &ReferTo,
        headers: &[HeaderLine],
    ) -> Result<u32, Failure> {
        if !self.sessions.get(&session).is_some_and(Session::is_established) {
            return Err(Failure::no_flow());
        }
        if self.refers.sent.len() >= MAX_REFERS {
            return Err(Failure::not_sent("too many transfers are under way"));
        }
        let refer_to = match to {
            ReferTo::Uri(uri) => target::blind(uri),
            ReferTo::Session(other) => {
                let other = self.sessions.get(other).filter(|other| other.is_established());
                other.and_then(Session::dialog).map(target::attended)
            }
        };
        let refer_to = refer_to.ok_or_else(|| Failure::not_sent("there is nobody at the other end of the transfer"))?;
        let silent = headers.iter().any(|line| same_name(&line.name, "Refer-Sub"));
        let sent = self.send_at(now, session, Owner::Refer(request), "REFER", |core, flow, refer| {
            // The order of spec section 13.6.
            refer.headers.push("Referred-By", format!("<{}>", core.config.aor));
            refer.headers.push("Contact", core.contact(flow));
            refer.headers.push("Allow", core.allow());
            refer.headers.push("Refer-To", refer_to);
            if silent {
                refer.headers.push("Supported", core.supported(false));
            }
            refer.headers.extend(headers);
        });
        sent.ok_or_else(Failure::no_flow)
    }

    pub(in crate::endpoint) fn on_refer_outcome(&mut self, now: Instant, event: &TransactionEvent, id: RequestId) {
        let Some(home) = self.refers.sent.get(&id).map(|sent| sent.home) else { return };
        let outcome = match self.conclusion_at(now, home, event) {
            Ok(outcome) => outcome,
            Err(number) => {
                if let (Some(number), Some(sent)) = (number, self.refers.sent.get_mut(&id)) {
                    sent.cseq = number;
                }
                return;
            }
        };
        let told = outcome.as_ref().map(FinalResponse::from).map_err(Clone::clone);
        self.core.event(Event::Response { request: id, outcome: told });
        match outcome {
            Ok(response) if response.status < 300 => self.refer_taken(now, id, &response),
            Ok(response) => {
                self.refers.sent.remove(&id);
                self.with_session(home, |session, core| session.end_if_unknown(core, Some(&response)));
            }
            Err(_) => drop(self.refers.sent.remove(&id)),
        }
        self.tidy_refers();
    }

    /// The peer will call; RFC 4488 section 4: with `Refer-Sub: false` it tells nothing about it.
    fn refer_taken(&mut self, now: Instant, id: RequestId, response: &Response) {
        if response.headers.get("Refer-Sub").is_some_and(|value| value.trim().eq_ignore_ascii_case("false")) {
            self.refers.sent.remove(&id);
        } else if let Some(sent) = self.refers.sent.get_mut(&id) {
            // Timer N (RFC 6665 section 4.1.2.4); news that came before the answer have set another time.
            sent.until = sent.until.or(Some(now + GIVE_UP));
        }
    }

    /// NOTIFY with news of a transfer.
    pub(in crate::endpoint) fn on_refer_notify(
        &mut self,
        now: Instant,
        home: SessionId,
        transaction: TransactionId,
        (request, id): (&Request, Option<u32>),
    ) {
        let ours = |(_, sent): &(&RequestId, &mut Sent)| sent.home == home && id.is_none_or(|id| sent.cseq == id);
        let Some((number, sent)) = self.refers.sent.iter_mut().find(ours) else {
            return self.core.refuse(now, transaction, request, 481, &[]);
        };
        let number = *number;
        let state = Notified::of(&request.headers);
        let over = state.as_ref().is_some_and(|state| state.standing == Standing::Terminated);
        let news = request.typed_body().as_ref().and_then(fragment::parse);
        if news.is_none() && !over {
            return self.core.refuse(now, transaction, request, 400, &[]);
        }
        self.core.respond(now, transaction, Response::to(request, 200, None, None));
        // SIP.js says `terminated` without a reason in every NOTIFY, also the first (spec section 13.6): more may follow.
        let for_good = over && (news.is_none() || state.as_ref().is_some_and(|state| state.reason.is_some()));
        let waits = state.and_then(|state| state.expires).map_or(EXPIRES, |s| Duration::from_secs(s.into()));
        if !sent.told {
            sent.last = news.unwrap_or_else(|| sent.last.clone());
            sent.told = for_good || sent.last.0 >= 200;
            let ((status, reason), last) = (sent.last.clone(), sent.told);
            self.core.event(Event::ReferProgress { session: home, request: number, status, reason, last });
        }
        // After the end nothing is missed; a little time is left for the answer to REFER and a NOTIFY that says so again.
        sent.until = Some(now + if sent.told { GIVE_UP } else { waits.clamp(GIVE_UP, MAX_EXPIRES) });
    }

    pub(super) fn sent_refers_due(&mut self, now: Instant) {
        let due: Vec<_> =
            self.refers.sent.iter().filter(|(_, s)| s.until.is_some_and(|at| at <= now)).map(|(id, _)| *id).collect();
        for request in due {
            let Some(sent) = self.refers.sent.remove(&request).filter(|sent| !sent.told) else { continue };
            let reason = "no news of the call".to_string();
            self.core.event(Event::ReferProgress { session: sent.home, request, status: 408, reason, last: true });
        }
    }
}
