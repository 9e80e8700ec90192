//! Operations on the connection and what became of them (spec sections 5.5 and 6.1).

use serde::{Deserialize, Serialize};

use crate::catalogue::Fault;

/// One answer of the owner with parameters. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParametersId(pub u64);

/// One look whether a server can be reached. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProbeId(pub u64);

/// Why the owner has no parameters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoParameters {
    /// They could not be got; the next attempt asks again.
    #[error("{0}")]
    Failed(String),
    /// The owner does not want to connect now; nothing is tried until it starts again.
    #[error("Not ready for connection")]
    NotReady,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperationKind {
    /// [`super::Command::CheckTelephony`].
    CheckTelephony,
    /// [`super::Command::Ping`].
    Ping,
    /// [`super::Command::Restart`].
    Restart,
    /// [`super::Command::Start`].
    Start,
    /// [`super::Command::Stop`].
    Stop,
}

/// What became of it. Every operation gets exactly one of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "result", content = "error")]
pub enum OperationOutcome {
    /// Started already; nothing was done.
    Coalesced,
    /// Connected, stopped, or answered.
    Done,
    /// It failed.
    Failed(Fault),
    /// As many attempts as allowed failed; slower ones follow.
    LimitReached(Fault),
    /// An error that a person has to mend.
    StoppedByError(Fault),
    /// A newer operation took its place (`Promise is not actual`).
    Superseded,
}
