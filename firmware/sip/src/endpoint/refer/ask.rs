//! REFER of a peer: checked, shown to the owner, followed or refused.

use std::time::Instant;

use super::alone::Alone;
use super::received::Received;
use super::target::Referral;
use super::{EXPIRES, MAX_REFERS};
use crate::api::{Body, Cause, Command, Event, FlowId, HeaderLine, InviteOptions, Originator, RequestId, SessionId};
use crate::dialog::Dialog;
use crate::endpoint::{Endpoint, OWNER_PATIENCE, Waiting};
use crate::message::name_addr::NameAddr;
use crate::message::{Request, Response};
use crate::session::cause;
use crate::transaction::TransactionId;

/// A REFER that waits for the owner.
#[derive(Debug)]
pub(in crate::endpoint) struct Asked {
    flow: FlowId,
    referral: Referral,
    /// The session in whose dialog it came.
    pub session: Option<SessionId>,
}

impl Endpoint {
    /// A request that is for a subscription in a dialog, whether a call stands there or not.
    pub(in crate::endpoint) fn on_usage_request(
        &mut self,
        now: Instant,
        home: SessionId,
        transaction: TransactionId,
        request: &Request,
    ) {
        if request.method == "REFER" {
            return match self.sessions.get(&home).map(|session| (session.is_established(), session.flow)) {
                Some((true, Some(flow))) => self.on_refer(now, flow, transaction, request, Some(home)),
                // Spec section 14.9: in the wrong state.
                Some(_) => self.core.refuse(now, transaction, request, 403, &[]),
                None => self.core.refuse(now, transaction, request, 481, &[]),
            };
        }
        let event = request.headers.get("Event").unwrap_or_default();
        let (package, params) = event.split_once(';').unwrap_or((event, ""));
        let id = params.split(';').find_map(|param| param.trim().strip_prefix("id="));
        let number = id.map(|id| id.parse().unwrap_or(u32::MAX));
        match request.method.as_str() {
            // Where only a subscription is left of the dialog, there is nobody to tell (RFC 5057 section 4.1).
            "INFO" if self.sessions.contains_key(&home) => self.ask_about_info(now, home, transaction, request),
            "NOTIFY" if package.trim() == "refer" => {
                self.on_refer_notify(now, home, transaction, (request, number));
            }
            "SUBSCRIBE" if package.trim() == "refer" => {
                self.on_refer_subscribe(now, home, transaction, (request, number));
            }
            "NOTIFY" | "SUBSCRIBE" => {
                let allowed = HeaderLine::new("Allow-Events", "refer");
                self.core.refuse(now, transaction, request, 489, &[allowed]);
            }
            _ => self.core.refuse(now, transaction, request, 481, &[]),
        }
    }

    /// A REFER, inside a call or outside any.
    pub(in crate::endpoint) fn on_refer(
        &mut self,
        now: Instant,
        flow: FlowId,
        transaction: TransactionId,
        request: &Request,
        session: Option<SessionId>,
    ) {
        let referral = match referral(request) {
            Ok(referral) => referral,
            Err((status, reason)) => {
                let tag = self.core.random.tag();
                let response = Response::to(request, status, Some(reason), Some(&tag));
                return self.core.respond(now, transaction, response);
            }
        };
        let asked = self.waiting.values().filter(|waiting| waiting.refer.is_some()).count();
        if asked + self.refers.received.len() >= MAX_REFERS {
            let later = HeaderLine::new("Retry-After", "30");
            return self.core.refuse(now, transaction, request, 503, &[later]);
        }
        self.incoming += 1;
        let refer = RequestId::incoming(self.incoming);
        self.core.event(Event::Refer {
            refer,
            session,
            refer_to: referral.uri.clone(),
            referred_by: request.headers.get("Referred-By").map(Into::into),
            headers: request.headers.lines().to_vec(),
        });
        let asked = Some(Asked { flow, referral, session });
        let until = now + OWNER_PATIENCE;
        self.waiting.insert(refer, Waiting { refer: asked, request: request.clone(), transaction, until });
    }

    /// Does what a REFER asks.
    pub(in crate::endpoint) fn follow_refer(
        &mut self,
        now: Instant,
        flow: Option<FlowId>,
        (refer, session): (RequestId, SessionId),
        body: Option<Body>,
        headers: Vec<HeaderLine>,
    ) {
        let is_refer = self.waiting.get(&refer).is_some_and(|waiting| waiting.refer.is_some());
        let waiting = if is_refer { self.waiting.remove(&refer) } else { None };
        let Some((Waiting { request, transaction, .. }, asked)) =
            waiting.and_then(|mut waiting| waiting.refer.take().map(|asked| (waiting, asked)))
        else {
            let reason = "the transfer does not wait for an answer";
            let failure = cause::without_status(Originator::System, Cause::InternalError, reason);
            return self.core.event(Event::Ended { session, failure });
        };
        let home = self.take_refer(now, refer, &asked, &request, transaction);
        if let (Some(home), true) = (home, reports(&request)) {
            self.core.watch.start(session);
            let number = request.headers.cseq().map_or(0, |cseq| cseq.number);
            self.refers.received.insert(refer, Received::new(home, number, session, now + EXPIRES));
            self.report(now, refer, 100, crate::message::reason::phrase(100));
        }
        self.tidy_refers();
        let Referral { headers: mut lines, replaces, uri } = asked.referral;
        // RFC 3892 section 2.1: the word of the one who asks goes to the one who is called.
        lines.extend(request.headers.all("Referred-By").map(|value| HeaderLine::new("Referred-By", value)));
        lines.extend(headers);
        let options = InviteOptions { replaces, ..InviteOptions::default() };
        let flow = flow.or_else(|| self.core.flows.transport(asked.flow).map(|_| asked.flow));
        self.command(now, flow, Command::Invite { session, target: uri, body, headers: lines, options });
    }

    /// Answers 202; outside a call that makes a dialog. Gives the dialog's number.
    fn take_refer(
        &mut self,
        now: Instant,
        refer: RequestId,
        asked: &Asked,
        request: &Request,
        transaction: TransactionId,
    ) -> Option<SessionId> {
        let tag = self.core.random.tag();
        let mut response = Response::to(request, 202, None, Some(&tag));
        for route in request.headers.all("Record-Route") {
            response.headers.push("Record-Route", route);
        }
        response.headers.push("Contact", self.core.contact(asked.flow));
        if !reports(request) {
            response.headers.push("Refer-Sub", "false");
        }
        self.core.respond(now, transaction, response);
        if asked.session.is_some() {
            return asked.session;
        }
        let home = SessionId(refer.0);
        let dialog = Dialog::of_called(request, &tag)?;
        self.refers.alone.insert(home, Alone { dialog, flow: Some(asked.flow) });
        Some(home)
    }

    /// Refuses what the owner did not answer in its time.
    pub(in crate::endpoint) fn refuse_waiting(&mut self, now: Instant) {
        let due: Vec<_> = self.waiting.iter().filter(|(_, w)| w.until <= now).map(|(id, _)| *id).collect();
        for id in due {
            let Some(waiting) = self.waiting.remove(&id) else { continue };
            let status = if waiting.refer.is_some() { 603 } else { 480 };
            self.core.refuse(now, waiting.transaction, &waiting.request, status, &[]);
        }
    }
}

/// RFC 4488 section 4: who asks may want no news.
fn reports(request: &Request) -> bool {
    !request.headers.get("Refer-Sub").is_some_and(|value| value.trim().eq_ignore_ascii_case("false"))
}

fn referral(request: &Request) -> Result<Referral, (u16, &'static str)> {
    let mut values = request.headers.all("Refer-To");
    let value = values.next().ok_or((400, "Refer-To is missing"))?;
    if values.next().is_some() {
        return Err((400, "Refer-To appears twice"));
    }
    let address = NameAddr::parse(value).map_err(|_| (400, "Refer-To is not valid"))?;
    Referral::parse(&address.uri)
}
