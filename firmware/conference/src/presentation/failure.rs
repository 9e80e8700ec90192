//! Why a presentation failed.

use crate::catalogue::{Fault, PresentationFault};
use crate::vendor::outgoing::Outcome;

/// Why something failed.
pub(super) struct Failure {
    pub(super) kind: PresentationFault,
    pub(super) error: Fault,
}

impl Failure {
    pub(super) fn track(reason: &str) -> Self {
        Self { kind: PresentationFault::Track, error: Fault::new(reason) }
    }

    pub(super) fn no_call() -> Self {
        Self { kind: PresentationFault::NoCall, error: Fault::new("there is no call to present in") }
    }
}

/// Nothing when the server says yes.
pub(super) fn refusal(outcome: Outcome) -> Option<Failure> {
    match outcome {
        Outcome::Granted => None,
        Outcome::Failed(failure) => Some(Failure { kind: PresentationFault::NotAnswered, error: (&failure).into() }),
        Outcome::Refused { status, reason } => Some(Failure {
            kind: PresentationFault::Refused,
            error: Fault { message: reason, cause: None, status: Some(status) },
        }),
    }
}
