//! What goes between the transactions and the layer above.

use bytes::Bytes;

use crate::api::FlowId;
use crate::message::{Request, Response};

/// One transaction. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TransactionId(pub(super) u64);

/// Where a transaction sends, and whether what it sends arrives by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path {
    /// The flow.
    pub flow: FlowId,
    /// Not UDP.
    pub reliable: bool,
}

/// What the transaction layer tells the layer above about a client transaction.
#[derive(Clone, Debug)]
pub struct TransactionEvent {
    /// Which transaction; it may be over by now.
    pub id: TransactionId,
    /// What happened.
    pub outcome: Outcome,
    /// Where it sent.
    pub path: Path,
    /// What it sent.
    pub request: Request,
}

/// What happened to a client transaction.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The flow is gone.
    FlowLost,
    /// A response came; 2xx to INVITE come as often as they arrive.
    Response(Response),
    /// No final response in time (timers B and F).
    Timeout,
}

/// What a received request is to the transaction layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// An ACK without an INVITE transaction waiting for it: it acknowledges a 2xx.
    Ack,
    /// A repetition; the answer, if there is one already, went out again.
    Handled,
    /// The same request came by two ways (RFC 3261 section 8.2.2.2): to be answered with 482.
    Merged(TransactionId),
    /// A new transaction waits for its answer.
    New(TransactionId),
}

/// What one step of a transaction brings about.
#[derive(Debug, Default)]
pub(crate) struct Step {
    /// Bytes to send on the transaction's flow.
    pub send: Option<Bytes>,
    /// Outcome for the layer above.
    pub outcome: Option<Outcome>,
    /// The transaction is over.
    pub over: bool,
}

impl Step {
    pub(super) fn send(bytes: Bytes) -> Self {
        Self { send: Some(bytes), ..Self::default() }
    }

    pub(super) fn outcome(outcome: Outcome) -> Self {
        Self { outcome: Some(outcome), ..Self::default() }
    }

    pub(super) fn over() -> Self {
        Self { over: true, ..Self::default() }
    }
}
