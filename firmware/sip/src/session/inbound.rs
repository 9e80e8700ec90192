//! Requests of the peer inside the dialog (RFC 3261 section 12.2.2, RFC 6086, RFC 3428, spec sections 3.1 and 14.9).

use std::time::Instant;

use super::Session;
use crate::api::{Event, FlowId, HeaderLine};
use crate::endpoint::core::Core;
use crate::message::{Request, Response};
use crate::transaction::TransactionId;

impl Session {
    /// A request of the peer inside the dialog; ACK comes here too, without a transaction. `false`: it belongs to another
    /// usage of the dialog (RFC 5057), and is not answered yet.
    pub(crate) fn on_request(
        &mut self,
        core: &mut Core,
        now: Instant,
        flow: FlowId,
        transaction: Option<TransactionId>,
        request: &Request,
    ) -> bool {
        self.heard_on(core, now, flow);
        let Some(transaction) = transaction else {
            self.on_ack(core, now, request);
            return true;
        };
        let number = request.headers.cseq().map_or(0, |cseq| cseq.number);
        let dialog = self.dialog_with(&super::remote_tag(request, "From").unwrap_or_default());
        if dialog.is_some_and(|dialog| !dialog.take_remote_cseq(number)) {
            core.refuse(now, transaction, request, 500, &[]);
            return true;
        }
        match request.method.as_str() {
            "BYE" => self.on_bye(core, now, transaction, request),
            "INVITE" | "UPDATE" => self.on_offer(core, now, transaction, request),
            "PRACK" => self.on_prack(core, now, transaction, request),
            "INFO" => return self.on_info(core, now, transaction, request),
            "MESSAGE" => self.on_message(core, now, transaction, request),
            "OPTIONS" => {
                let response = crate::endpoint::outside::options_answer(core, request);
                core.respond(now, transaction, response);
            }
            "NOTIFY" | "REFER" | "SUBSCRIBE" => return false,
            _ => {
                let allow = HeaderLine::new("Allow", core.allow());
                core.refuse(now, transaction, request, 405, &[allow]);
            }
        }
        true
    }

    /// Any Content-Type is answered 200, none 415 (spec section 3.1). Of the packages of RFC 6086 we have none. `false`: the
    /// owner answers.
    fn on_info(&mut self, core: &mut Core, now: Instant, transaction: TransactionId, request: &Request) -> bool {
        if self.closing {
            core.refuse(now, transaction, request, 481, &[]);
        } else if request.headers.get("Info-Package").is_some() {
            core.refuse(now, transaction, request, 469, &[HeaderLine::new("Recv-Info", "")]);
        } else if request.headers.get("Content-Type").is_none() {
            core.refuse(now, transaction, request, 415, &[]);
        } else if core.config.info_by_owner {
            return false;
        } else {
            core.respond(now, transaction, Response::to(request, 200, None, None));
            let headers = request.headers.lines().to_vec();
            core.event(Event::Info { session: self.id, headers, body: request.typed_body() });
        }
        true
    }

    fn on_message(&mut self, core: &mut Core, now: Instant, transaction: TransactionId, request: &Request) {
        if self.closing {
            return core.refuse(now, transaction, request, 481, &[]);
        }
        core.respond(now, transaction, Response::to(request, 200, None, None));
        let headers = request.headers.lines().to_vec();
        core.event(Event::Message { session: self.id, headers, body: request.typed_body() });
    }
}
