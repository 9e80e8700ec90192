//! The rules that hold in every run, whatever goes wrong.
//!
//! | rule | says |
//! |---|---|
//! | `one-end` | a call ends in exactly one `Ended`, and nothing comes for it afterwards |
//! | `one-outcome` | every offer and request of an owner has exactly one outcome |
//! | `one-register` | never two REGISTERs in flight on one flow |
//! | `wrong-password` | a refused password is not sent again before a person acts |
//! | `registered-again` | after the last fault a user is registered again within [`REGISTERED_AGAIN`] |
//! | `dialogs-agree` | when it is quiet, both ends know the same dialogs: tags, `CSeq` numbers, targets |
//! | `holds-agree` | when it is quiet, who is held knows it, and who holds knows it |
//! | `clean-call` | a call after all faults is answered at once and ended on both sides |
//! | `no-stuck-transaction` | after 64*T1 and the longest linger no transaction is left |
//! | `bounded` | transactions, flows, nonces and sessions stay under [`MOST`] |
//! | `nothing-left` | after a stop no session, transaction, flow or timer is left, at the server neither |
//! | `no-panic` | nothing panics |
//!
//! Of boxes with the whole client, besides `nothing-left` and `no-panic`:
//!
//! | rule | says |
//! |---|---|
//! | `one-call` | while a box auto-dials there is exactly one call to the target, or something that will make one |
//! | `state-agrees` | when it is quiet, a box tells what is true at the server: calls, hold, presentation, room, role, registration, microphone and camera |
//! | `info-in-dialog` | no INFO outside a dialog that stands |
//! | `operation-ends` | every operation of the queue has exactly one outcome |
//! | `call-ends-once`, `closed-call` | a call ends once; nothing is asked of its media after that was closed |
//! | `presentation-ends`, `presentation-spares-call` | every start has an outcome, and a failure costs no call |
//! | `no-busy-loop` | no wake-up without a later wish, no more than a stated number of outputs a second |
//! | `in-the-call` | after the last mishap every box is in its call again |
//! | `stampede` | after a restart boxes come evenly over five seconds: in none of them as many as chance does not explain |

mod ledger;
mod registers;

pub(crate) use ledger::Ledger;
pub(crate) use registers::Registers;

use std::time::Duration;

/// Keep-alive (25 s), an attempt to connect (10 s), the wait before it (6.5 s), a REGISTER without answer (32 s), the
/// longest wait after a refusal (120 s), once more to connect.
pub const REGISTERED_AGAIN: Duration = Duration::from_mins(4);

/// What a user agent holds at most: no scenario has more than a handful of calls at once, so more is a leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Open flows.
    pub flows: usize,
    /// Nonces kept, and calls that have used them.
    pub nonces: usize,
    /// Sessions, those that are over for their owner but not yet on the wire counted.
    pub sessions: usize,
    /// Transactions.
    pub transactions: usize,
}

/// See [`Bounds`].
pub const MOST: Bounds = Bounds { flows: 2, nonces: 64, sessions: 64, transactions: 400 };

/// A rule that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Virtual time since the start, in milliseconds.
    pub at_ms: u128,
    /// What was seen.
    pub detail: String,
    /// Name of the rule.
    pub rule: &'static str,
}
