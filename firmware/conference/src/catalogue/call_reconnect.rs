//! `call-reconnect:` the call that comes back by itself (spec section 6.2).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EndEvent, Fault, Side};

events! {
    /// `call-reconnect:` events. Attempts count from 1.
    CallReconnectEvent {
        /// A loss of the present call will be mended.
        "call-reconnect:armed" Armed {},
        /// An attempt failed.
        "call-reconnect:attempt-failed" AttemptFailed { attempt: u32, error: Fault },
        /// The next attempt is made after `delayMs`.
        "call-reconnect:attempt-scheduled" AttemptScheduled { attempt: u32, delay_ms: u64 },
        /// An attempt begins.
        "call-reconnect:attempt-started" AttemptStarted { attempt: u32 },
        /// The call is back.
        "call-reconnect:attempt-succeeded" AttemptSucceeded { attempt: u32 },
        /// No further attempt is made.
        "call-reconnect:cancelled" Cancelled { reason: CancelReason },
        /// A loss would not be mended any more.
        "call-reconnect:disarmed" Disarmed {},
        /// The call was lost.
        "call-reconnect:failure-detected" FailureDetected { cause: String, originator: Side, attempt: u32 },
        /// As many attempts as allowed failed.
        "call-reconnect:limit-reached" LimitReached { attempts: u32 },
        /// Attempts are under way, or not.
        "call-reconnect:status-changed" StatusChanged { is_reconnecting: bool },
        /// Given up.
        "call-reconnect:terminal" Terminal(Terminal),
        /// What the end of the call means.
        "call-reconnect:termination-classified" TerminationClassified { decision: Decision, event: EndEvent },
        /// The connection has to come back first; `timeoutMs` is absent when that may take for ever.
        "call-reconnect:waiting-signaling" WaitingSignaling { timeout_ms: Option<u64> },
    }
}

/// Why no further attempt is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CancelReason {
    /// Disarmed.
    Disarm,
    /// Hung up here.
    LocalHangup,
    /// Disconnected here.
    Manual,
    /// A spectator is not called back.
    SpectatorRole,
}

/// What the end of a call means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// It stays over.
    Finish,
    /// It is dialled again.
    Redial,
}

/// Why it was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "reason")]
pub enum Terminal {
    /// An error that no further attempt can mend.
    ErrorTerminal { error: Fault },
    /// As many attempts as allowed failed.
    LimitReached { attempts: u32 },
}
