//! One connect: parameters, the user agent started, a few tries in a row (spec section 1.4).

use std::time::{Duration, Instant};

use roombox_sip::api::{Failure, FlowError};

use crate::api::{NoParameters, ParametersId};
use crate::catalogue::Fault;
use crate::identity::ParameterError;

/// For the owner to answer with parameters.
pub(super) const PARAMETERS_PATIENCE: Duration = Duration::from_secs(30);
/// For one try: 10 s for the flow and 32 s (Timer F, RFC 3261 section 17.1.2.2) for REGISTER, and something to spare.
pub(super) const TRY_PATIENCE: Duration = Duration::from_secs(45);

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The user agent is still stopping.
    AwaitingStop,
    /// The owner was asked.
    Asking { id: ParametersId, until: Instant },
    /// A try runs.
    Opening { until: Instant },
    /// Between two tries.
    Pausing { until: Instant },
}

/// A running connect.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) stage: Stage,
    /// Tries begun.
    pub(super) tries: u32,
}

impl Attempt {
    pub(super) const fn deadline(&self) -> Option<Instant> {
        match self.stage {
            Stage::AwaitingStop => None,
            Stage::Asking { until, .. } | Stage::Opening { until } | Stage::Pausing { until } => Some(until),
        }
    }
}

/// Why a connect failed.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    /// As many tries as allowed failed.
    #[error("call limit ({tries}) is reached")]
    Limit { tries: u32, last: FlowError },
    /// The connection did not come up, and trying at once would not help.
    #[error("{0}")]
    Flow(FlowError),
    /// Neither yes nor no.
    #[error("the server did not answer in time")]
    NoAnswer,
    /// The owner has no parameters.
    #[error(transparent)]
    NoParameters(#[from] NoParameters),
    /// The owner's parameters are not complete.
    #[error(transparent)]
    Parameters(#[from] ParameterError),
    /// The registration was refused or not answered.
    #[error("{}", .0.reason)]
    Registration(Failure),
}

impl ConnectError {
    /// Only a person can mend it: 401 and 403 (spec section 5.1), or the owner's own word.
    pub(crate) fn needs_person(&self) -> bool {
        match self {
            Self::NoParameters(NoParameters::NotReady) => true,
            Self::Registration(failure) => needs_person(failure),
            _ => false,
        }
    }

    /// The wait that the server asked for, an hour at most.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Registration(failure) => failure.asked_wait(),
            _ => None,
        }
    }

    pub(crate) fn fault(&self) -> Fault {
        match self {
            Self::Registration(failure) => failure.into(),
            other => Fault::new(other.to_string()),
        }
    }
}

/// 401 and 403, and a challenge that our credentials did not answer.
pub(crate) fn needs_person(failure: &Failure) -> bool {
    failure.cause == roombox_sip::api::Cause::AuthenticationError || matches!(failure.status, Some(401 | 403 | 407))
}
