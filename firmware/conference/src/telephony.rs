//! Whether the server still answers: OPTIONS to our own address (spec sections 1.8 and 5.3).
//!
//! Any final answer but 408 and 503 proves that the server works; a proxy that routes the request back to us and says
//! 482 does, too. Between two reconnects lie at least 35 s with the default policy, more than the longest back-off window
//! of spec section 5.4, so there is no window here.

use std::time::Instant;

use roombox_sip::api::{Cause, Command, Failure, FinalResponse, RequestId};

use crate::connection::Link;
use crate::context::Context;

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

/// The periodic check.
#[derive(Debug, Default)]
pub(crate) struct Telephony {
    check: Check,
    failures: u32,
}

impl Telephony {
    /// Checks run while the connection is established, the first one at once.
    pub(crate) fn link_changed(&mut self, now: Instant, link: Link) {
        if link != Link::Established {
            self.check = Check::Off;
            self.failures = 0;
        } else if self.check == Check::Off {
            self.check = Check::At(now);
        }
    }

    /// The answer to a check, if it is one.
    pub(crate) fn handle_response(
        &mut self,
        context: &Context,
        now: Instant,
        request: RequestId,
        outcome: &Result<FinalResponse, Failure>,
    ) -> Finding {
        match self.check {
            Check::Asked { request: asked, .. } if asked == request => {}
            _ => return Finding::Nothing,
        }
        let good = match outcome {
            Ok(response) => !matches!(response.status, 408 | 503),
            Err(failure) => failure.status.is_some_and(|status| !matches!(status, 408 | 503)),
        };
        let lost = matches!(outcome, Err(Failure { cause: Cause::ConnectionError, .. }));
        self.finished(context, now, good || lost)
    }

    pub(crate) fn handle_timeout(&mut self, context: &mut Context, now: Instant) -> Finding {
        match self.check {
            Check::At(at) if at <= now => {
                let request = context.next_request();
                let (method, target) = ("OPTIONS".to_owned(), context.config.uri.clone());
                context.sip(Command::Request { request, method, target, headers: Vec::new(), body: None });
                self.check = Check::Asked { request, until: now + context.config.telephony.timeout };
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

    fn finished(&mut self, context: &Context, now: Instant, good: bool) -> Finding {
        let policy = &context.config.telephony;
        self.check = Check::At(now + policy.interval);
        self.failures = if good { 0 } else { self.failures + 1 };
        if self.failures < policy.failures {
            return Finding::Nothing;
        }
        self.failures = 0;
        Finding::Deaf
    }
}
