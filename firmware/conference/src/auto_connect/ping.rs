//! Whether the server still answers: OPTIONS to our own address (spec sections 1.8 and 5.3).
//!
//! Any final answer but 408 and 503 proves that the server works; a proxy that routes the request back to us and says
//! 482 does, too. Between two reconnects lie at least 35 s with the default policy, more than the longest back-off window
//! of spec section 5.4, so there is no window here. After a change of the network one failure is enough.

use std::time::Instant;

use roombox_sip::api::{Cause, Command, Failure, FinalResponse, RequestId};

use super::{tell_outcome, ticket};
use crate::api::{OperationKind, OperationOutcome};
use crate::catalogue::Fault;
use crate::connection::Link;
use crate::context::Context;

/// Owners that wait for the same answer; more are refused.
const MOST_OWNERS: usize = 16;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Check {
    /// No connection, nothing to check.
    #[default]
    Off,
    /// The next one at that time.
    At(Instant),
    /// Asked; given up at `until`.
    Asked { request: RequestId, until: Instant },
}

/// What the check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Nothing new.
    Nothing,
    /// The connection must be opened anew.
    Deaf,
}

/// This outcome of a request proves that the server works.
pub(crate) fn answers(outcome: &Result<FinalResponse, Failure>) -> bool {
    match outcome {
        Ok(response) => !matches!(response.status, 408 | 503),
        Err(failure) => failure.status.is_some_and(|status| !matches!(status, 408 | 503)),
    }
}

/// The periodic check.
#[derive(Debug, Default)]
pub(crate) struct Ping {
    check: Check,
    failures: u32,
    /// Operations that the running check answers.
    owners: Vec<u64>,
    /// The running check was asked for by a change of the network: one failure is enough.
    urgent: bool,
}

impl Ping {
    /// Checks run while the connection is established, the first one at once.
    pub(crate) fn link_changed(&mut self, context: &mut Context, now: Instant, link: Link) {
        if link != Link::Established {
            self.answer_owners(context, false);
            *self = Self::default();
        } else if self.check == Check::Off {
            self.check = Check::At(now);
        }
    }

    /// The answer to a check, if it is one.
    pub(crate) fn handle_response(
        &mut self,
        context: &mut Context,
        now: Instant,
        request: RequestId,
        outcome: &Result<FinalResponse, Failure>,
    ) -> Finding {
        match self.check {
            Check::Asked { request: asked, .. } if asked == request => {}
            _ => return Finding::Nothing,
        }
        let good = answers(outcome);
        self.answer_owners(context, good);
        // What follows from a lost connection is not ours to say.
        let lost = matches!(outcome, Err(Failure { cause: Cause::ConnectionError, .. }));
        self.finished(context, now, good || lost)
    }

    pub(crate) fn handle_timeout(&mut self, context: &mut Context, now: Instant) -> Finding {
        match self.check {
            Check::At(at) if at <= now => {
                self.send(context, now);
                Finding::Nothing
            }
            Check::Asked { until, .. } if until <= now => self.finished(context, now, false),
            _ => Finding::Nothing,
        }
    }

    pub(crate) const fn next_deadline(&self) -> Option<Instant> {
        match self.check {
            Check::Off => None,
            Check::At(at) | Check::Asked { until: at, .. } => Some(at),
        }
    }

    /// Asks now; `false` while there is no connection to ask on.
    pub(crate) fn ask(&mut self, context: &mut Context, now: Instant, number: u64) -> bool {
        if self.owners.len() >= MOST_OWNERS || !self.send(context, now) {
            return false;
        }
        self.owners.push(number);
        true
    }

    /// Asks now, and takes silence for a lost connection.
    pub(crate) fn probe(&mut self, context: &mut Context, now: Instant) {
        self.urgent |= self.send(context, now);
    }

    /// Asks, unless that is under way already; `false` without a connection.
    fn send(&mut self, context: &mut Context, now: Instant) -> bool {
        if let Check::At(_) = self.check {
            let request = context.next_request();
            let (method, target) = ("OPTIONS".to_owned(), context.config.uri.clone());
            context.sip(Command::Request { request, method, target, headers: Vec::new(), body: None });
            self.check = Check::Asked { request, until: now + context.config.telephony.timeout };
        }
        self.check != Check::Off
    }

    fn finished(&mut self, context: &mut Context, now: Instant, good: bool) -> Finding {
        self.answer_owners(context, good);
        let policy = context.config.telephony;
        self.check = Check::At(now + policy.interval);
        self.failures = if good { 0 } else { self.failures + 1 };
        let enough = if std::mem::take(&mut self.urgent) { 1 } else { policy.failures };
        if self.failures < enough {
            return Finding::Nothing;
        }
        self.failures = 0;
        Finding::Deaf
    }

    fn answer_owners(&mut self, context: &mut Context, good: bool) {
        for number in std::mem::take(&mut self.owners) {
            let failed = || OperationOutcome::Failed(Fault::new("the server did not answer"));
            let outcome = if good { OperationOutcome::Done } else { failed() };
            tell_outcome(context, ticket(OperationKind::Ping, number), outcome);
        }
    }
}
