//! Telephone keys by INFO (spec section 14.9): the queue of [`crate::dtmf`] inside a session.

use std::time::Instant;

use super::{Session, cause};
use crate::api::{Cause, Failure, FinalResponse, HeaderLine, Originator, RequestId};
use crate::endpoint::core::{Core, Purpose};
use crate::transaction::TransactionEvent;

impl Session {
    /// Takes keys to send; without an established dialog they fail at once.
    pub(crate) fn dial(
        &mut self,
        core: &mut Core,
        now: Instant,
        request: RequestId,
        (keys, duration_ms, gap_ms): (&str, u32, u32),
    ) {
        if !self.is_established() {
            return Self::report(core, request, Err(Failure::no_flow()));
        }
        match self.tones.add(request, keys, duration_ms, gap_ms) {
            Ok(()) => self.next_tone(core, now),
            Err(error) => Self::report(core, request, Err(Failure::not_sent(error.to_string()))),
        }
    }

    /// Sends the next key if one is due.
    pub(super) fn next_tone(&mut self, core: &mut Core, now: Instant) {
        let Some(tone) = self.tones.next(now) else { return };
        let sent = self.send(core, now, Purpose::Tone, "INFO", |core, flow, request| {
            request.headers.extend(&[HeaderLine::new("Contact", core.contact(flow))]);
            request.set_body(Some(&tone.body()));
        });
        if sent.is_none() {
            self.drop_tones(core, Err(Failure::no_flow()));
        }
    }

    pub(super) fn on_tone_outcome(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent) {
        match self.conclusion(core, now, event) {
            None => {}
            Some(Ok(response)) if response.status < 300 => {
                if let Some(request) = self.tones.arrived() {
                    Self::report(core, request, Ok(FinalResponse::from(&response)));
                }
                self.next_tone(core, now);
            }
            Some(outcome) => {
                self.drop_tones(core, outcome.as_ref().map(FinalResponse::from).map_err(Clone::clone));
                self.end_if_unknown(core, outcome.as_ref().ok());
            }
        }
    }

    /// A key that failed takes those behind it along: half a number helps nobody.
    fn drop_tones(&mut self, core: &mut Core, outcome: Result<FinalResponse, Failure>) {
        let mut outcome = Some(outcome);
        for request in self.tones.clear() {
            let behind = || cause::without_status(Originator::System, Cause::Canceled, "a key before it failed");
            Self::report(core, request, outcome.take().unwrap_or_else(|| Err(behind())));
        }
    }

    /// The session is over: nobody waits for keys in vain.
    pub(crate) fn forget_tones(&mut self, core: &mut Core) {
        for request in self.tones.clear() {
            let failure = cause::without_status(Originator::System, Cause::Canceled, "the call is over");
            Self::report(core, request, Err(failure));
        }
    }
}
