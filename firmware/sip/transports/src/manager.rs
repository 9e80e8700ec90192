//! The owner of all flows.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bytes::Bytes;
use roombox_sip::api::{FlowError, FlowId, FlowInput, ServerTarget, Transport};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::task::AbortHandle;

use crate::limits::{ACCEPTED, EVENTS, QUEUE};
use crate::open;
use crate::tls::ClientTls;

/// News of flows on their way to the owner.
pub type FlowEventSender = mpsc::Sender<(FlowId, FlowInput)>;
/// News of flows, to be taken by the owner.
pub type FlowEvents = mpsc::Receiver<(FlowId, FlowInput)>;

/// The channel between flows and their owner. It is bounded: when the owner falls behind, the flows stop reading, and it
/// is their peers that have to wait.
pub fn flow_events() -> (FlowEventSender, FlowEvents) {
    mpsc::channel(EVENTS)
}

/// All connections of one SIP element. Clones share them; when the last is dropped, all are closed.
///
/// Every flow reports `Opened` or `Closed` first, then `Received` any number of times and at most one `Closed`; nothing
/// after [`Transports::close`]. Must be used inside a tokio runtime.
#[derive(Clone, Debug)]
pub struct Transports {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    accepted: AtomicU64,
    events: FlowEventSender,
    flows: Mutex<HashMap<FlowId, Flow>>,
    tls: ClientTls,
}

#[derive(Debug)]
struct Flow {
    outgoing: mpsc::Sender<Bytes>,
    task: AbortHandle,
}

impl Transports {
    /// No flows yet; what happens to them will be told on `events`.
    pub fn new(tls: ClientTls, events: FlowEventSender) -> Self {
        let shared = Shared { accepted: AtomicU64::new(0), events, flows: Mutex::default(), tls };
        Self { shared: Arc::new(shared) }
    }

    /// Connects `flow` to a server. Flow numbers are never used twice.
    pub fn open(&self, flow: FlowId, server: ServerTarget) {
        let tls = self.shared.tls.clone();
        self.start(flow, |link| open::run(server, tls, link));
    }

    /// Sends one message (WebSocket: one text message, UDP: one datagram, stream: the next bytes). Dropped when the flow
    /// is not there; a flow whose peer takes nothing any more is closed.
    pub fn send(&self, flow: FlowId, bytes: Bytes) {
        let mut flows = self.flows();
        let Some(entry) = flows.get(&flow) else { return };
        // A task that has ended is about to tell why.
        if let Err(TrySendError::Full(_)) = entry.outgoing.try_send(bytes) {
            entry.task.abort();
            let error = FlowError::Closed("the other side does not read".into());
            let task = tokio::spawn(finish(Arc::downgrade(&self.shared), flow, error));
            flows.insert(flow, Flow { outgoing: mpsc::channel(1).0, task: task.abort_handle() });
        }
    }

    /// Sends what is queued, then closes. Nothing more is told about this flow.
    pub fn close(&self, flow: FlowId) {
        self.flows().remove(&flow);
    }

    /// Cuts one connection at once, without a closing word. Nothing more is told about it.
    pub fn abort(&self, flow: FlowId) {
        if let Some(flow) = self.flows().remove(&flow) {
            flow.task.abort();
        }
    }

    /// Cuts every connection at once, as if the process had died.
    pub fn abort_all(&self) {
        for (_, flow) in self.flows().drain() {
            flow.task.abort();
        }
    }

    /// Starts the task of an accepted connection under the next free number; `None` when there are too many.
    pub(crate) fn accept<F, T>(&self, task: F) -> Option<FlowId>
    where
        F: FnOnce(Link) -> T,
        T: Future<Output = Result<(), FlowError>> + Send + 'static,
    {
        if self.flows().len() >= ACCEPTED {
            return None;
        }
        let flow = FlowId::accepted(self.shared.accepted.fetch_add(1, Ordering::Relaxed));
        self.start(flow, task);
        Some(flow)
    }

    fn start<F, T>(&self, flow: FlowId, task: F)
    where
        F: FnOnce(Link) -> T,
        T: Future<Output = Result<(), FlowError>> + Send + 'static,
    {
        let (outgoing, queue) = mpsc::channel(QUEUE);
        let owner = Arc::downgrade(&self.shared);
        let run = task(Link { flow, owner: owner.clone(), queue });
        // Held until the flow is in the table, so that a task that ends at once finds itself there.
        let mut flows = self.flows();
        let task = tokio::spawn(async move {
            if let Err(error) = run.await {
                finish(owner, flow, error).await;
            }
        });
        if let Some(former) = flows.insert(flow, Flow { outgoing, task: task.abort_handle() }) {
            former.task.abort();
        }
    }

    fn flows(&self) -> MutexGuard<'_, HashMap<FlowId, Flow>> {
        lock(&self.shared)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        for (_, flow) in self.flows.get_mut().unwrap_or_else(PoisonError::into_inner).drain() {
            flow.task.abort();
        }
    }
}

/// The table stays whole even if a thread panicked while holding it: every change is one call.
fn lock(shared: &Shared) -> MutexGuard<'_, HashMap<FlowId, Flow>> {
    shared.flows.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes a flow that ended by itself out of the table and tells why, unless the owner closed it meanwhile.
async fn finish(owner: Weak<Shared>, flow: FlowId, error: FlowError) {
    tracing::debug!(flow = flow.0, %error, "flow ended");
    tell(&owner, flow, FlowInput::Closed(error)).await;
}

/// Tells the owner as soon as it has room, under the lock, so that nothing is told after `close` returned.
async fn tell(owner: &Weak<Shared>, flow: FlowId, input: FlowInput) {
    let Some(events) = owner.upgrade().map(|shared| shared.events.clone()) else { return };
    // A closed channel means that nobody listens any more.
    let Ok(room) = events.reserve().await else { return };
    let Some(shared) = owner.upgrade() else { return };
    let mut flows = lock(&shared);
    let known = match input {
        FlowInput::Closed(_) => flows.remove(&flow).is_some(),
        FlowInput::Opened(_) | FlowInput::Received(_) => flows.contains_key(&flow),
    };
    if known {
        room.send((flow, input));
    }
}

/// What the task of one flow has of its owner.
#[derive(Debug)]
pub(crate) struct Link {
    flow: FlowId,
    owner: Weak<Shared>,
    /// Messages to send; ends when the owner closes the flow.
    pub(crate) queue: mpsc::Receiver<Bytes>,
}

impl Link {
    /// Tells that the flow is up.
    pub(crate) async fn opened(&self, transport: Transport) {
        tell(&self.owner, self.flow, FlowInput::Opened(transport)).await;
    }

    /// Hands on what came.
    pub(crate) async fn received(&self, bytes: Bytes) {
        tell(&self.owner, self.flow, FlowInput::Received(bytes)).await;
    }

    /// Waits until the owner closes the flow; messages before it is open go nowhere.
    pub(crate) async fn closed(&mut self) {
        while self.queue.recv().await.is_some() {}
    }
}
