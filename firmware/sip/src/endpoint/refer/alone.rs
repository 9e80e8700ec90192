//! Dialogs without a call: what is left of one that is over, or made by a REFER outside any (RFC 5057).

use std::time::Instant;

use crate::api::{Failure, FlowId, SessionId};
use crate::dialog::Dialog;
use crate::endpoint::Endpoint;
use crate::endpoint::core::{Core, Owner};
use crate::message::{Request, Response};
use crate::session::{Session, cause};
use crate::transaction::{Outcome, TransactionEvent, TransactionId};

#[derive(Debug)]
pub(super) struct Alone {
    pub dialog: Dialog,
    pub flow: Option<FlowId>,
}

impl Endpoint {
    /// A session is over; transfers that go on in its dialog keep it.
    pub(in crate::endpoint) fn keep_dialog(&mut self, session: &Session) {
        let asked = self.waiting.values().any(|w| w.refer.as_ref().is_some_and(|a| a.session == Some(session.id)));
        if let (Some(dialog), true) = (session.dialog(), asked || self.refers.uses(session.id)) {
            self.refers.alone.insert(session.id, Alone { dialog: dialog.clone(), flow: session.flow });
        }
    }

    /// A request of the peer in a dialog without a call; `false`: in none of them.
    pub(in crate::endpoint) fn on_alone_request(
        &mut self,
        now: Instant,
        flow: FlowId,
        transaction: TransactionId,
        request: &Request,
        (local_tag, remote_tag): (&str, &str),
    ) -> bool {
        let call_id = request.headers.get("Call-ID").unwrap_or_default();
        let found = self.refers.alone.iter_mut().find(|(_, Alone { dialog, .. })| {
            dialog.call_id == call_id && dialog.local_tag == local_tag && dialog.remote_tag == remote_tag
        });
        let Some((home, alone)) = found else { return false };
        let home = *home;
        alone.flow = Some(flow);
        let number = request.headers.cseq().map_or(0, |cseq| cseq.number);
        if alone.dialog.take_remote_cseq(number) {
            self.on_usage_request(now, home, transaction, request);
        } else {
            self.core.refuse(now, transaction, request, 500, &[]);
        }
        true
    }

    pub(in crate::endpoint) fn refers_lost_flow(&mut self, flow: FlowId) {
        for alone in self.refers.alone.values_mut().filter(|alone| alone.flow == Some(flow)) {
            alone.flow = None;
        }
    }

    pub(in crate::endpoint) fn refers_use_flow(&mut self, now: Instant, flow: FlowId) {
        for alone in self.refers.alone.values_mut() {
            alone.flow = alone.flow.or(Some(flow));
        }
        self.resume_reports(now);
    }

    /// The dialog of a transfer, with the flow its requests go on.
    fn home(&mut self, home: SessionId) -> Option<(&mut Dialog, Option<FlowId>)> {
        match self.sessions.get_mut(&home) {
            Some(session) => {
                let flow = session.flow;
                session.dialog_mut().map(|dialog| (dialog, flow))
            }
            None => self.refers.alone.get_mut(&home).map(|alone| (&mut alone.dialog, alone.flow)),
        }
    }

    pub(super) fn has_flow(&mut self, home: SessionId) -> bool {
        self.home(home).is_some_and(|(_, flow)| flow.is_some())
    }

    /// Sends a request in the dialog of a transfer; gives its CSeq number, `None` without dialog or flow.
    pub(super) fn send_at(
        &mut self,
        now: Instant,
        home: SessionId,
        owner: Owner,
        method: &str,
        fill: impl FnOnce(&Core, FlowId, &mut Request),
    ) -> Option<u32> {
        let (dialog, flow) = self.home(home)?;
        let flow = flow?;
        let mut request = dialog.next_request(method);
        let number = dialog.local_cseq;
        fill(&self.core, flow, &mut request);
        self.core.send(now, flow, request, owner);
        Some(number)
    }

    /// How a request in the dialog of a transfer ended; `Err(Some(number))`: it went out again with this number.
    pub(super) fn conclusion_at(
        &mut self,
        now: Instant,
        home: SessionId,
        event: &TransactionEvent,
    ) -> Result<Result<Response, Failure>, Option<u32>> {
        let response = match &event.outcome {
            Outcome::FlowLost => return Ok(Err(cause::connection())),
            Outcome::Timeout => return Ok(Err(cause::timeout())),
            Outcome::Response(response) => response,
        };
        if response.status < 200 {
            return Err(None);
        }
        if !Core::is_challenge(response.status) {
            return Ok(Ok(response.clone()));
        }
        let last = self.home(home).map_or(0, |(dialog, _)| dialog.local_cseq);
        match self.core.answer_challenge(now, event, response, last) {
            Err(error) => Ok(Err(Failure { reason: error.to_string(), ..cause::of_response(response) })),
            Ok((_, request)) => {
                let number = request.headers.cseq().map_or(last, |cseq| cseq.number);
                if let Some((dialog, _)) = self.home(home) {
                    dialog.local_cseq = number;
                }
                Err(Some(number))
            }
        }
    }
}
