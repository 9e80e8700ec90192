//! `auto-connect:` the connection that comes back by itself (spec section 5.5).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Fault;

events! {
    /// `auto-connect:` events.
    AutoConnectEvent {
        /// An attempt begins.
        "auto-connect:before-attempt" BeforeAttempt {},
        /// The attempts were called off.
        "auto-connect:cancelled-attempts" CancelledAttempts(Fault),
        /// Attempts are under way, or not.
        "auto-connect:changed-attempt-status" ChangedAttemptStatus { is_in_progress: bool },
        /// As many attempts as allowed failed, and no slower ones follow.
        "auto-connect:failed-all-attempts" FailedAllAttempts(Fault),
        /// As many attempts as allowed failed; slower ones follow.
        "auto-connect:limit-reached-attempts" LimitReachedAttempts(Fault),
        /// An error that no further attempt can mend.
        "auto-connect:stop-attempts-by-error" StopAttemptsByError(Fault),
        /// The connection stands.
        "auto-connect:success" Success {},
        /// The server did not answer a check.
        "auto-connect:telephony-check-escalated" TelephonyCheckEscalated {
            fail_count: u32, escalation_level: EscalationLevel, error: Fault,
        },
        /// The server did not answer a check, and what follows from that.
        "auto-connect:telephony-check-failure" TelephonyCheckFailure {
            fail_count: u32,
            escalation_level: EscalationLevel,
            should_request_reconnect: bool,
            next_retry_delay_ms: u64,
            error: Fault,
        },
    }
}

/// How bad it is (spec section 5.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EscalationLevel {
    /// A few failures.
    #[default]
    None,
    /// Three, by default.
    Warning,
    /// Five, by default.
    Critical,
}
