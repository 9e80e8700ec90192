//! The owner of all flows.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bytes::Bytes;
use roombox_sip::api::{FlowError, FlowId, FlowInput, ServerTarget, Transport};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::limits::{ACCEPTED, QUEUE};
use crate::open;
use crate::tls::ClientTls;

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
    events: mpsc::UnboundedSender<(FlowId, FlowInput)>,
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
    pub fn new(tls: ClientTls, events: mpsc::UnboundedSender<(FlowId, FlowInput)>) -> Self {
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
        if entry.outgoing.try_send(bytes).is_err() {
            entry.task.abort();
            flows.remove(&flow);
            self.tell(flow, FlowInput::Closed(FlowError::Closed("the other side does not read".into())));
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
                finish(&owner, flow, error);
            }
        });
        if let Some(former) = flows.insert(flow, Flow { outgoing, task: task.abort_handle() }) {
            former.task.abort();
        }
    }

    fn tell(&self, flow: FlowId, input: FlowInput) {
        // A closed channel means that the owner is gone and nobody listens any more.
        let _ = self.shared.events.send((flow, input));
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
fn finish(owner: &Weak<Shared>, flow: FlowId, error: FlowError) {
    let Some(shared) = owner.upgrade() else { return };
    let known = lock(&shared).remove(&flow).is_some();
    if known {
        tracing::debug!(flow = flow.0, %error, "flow ended");
        let _ = shared.events.send((flow, FlowInput::Closed(error)));
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
    pub(crate) fn opened(&self, transport: Transport) {
        self.tell(FlowInput::Opened(transport));
    }

    /// Hands on what came.
    pub(crate) fn received(&self, bytes: Bytes) {
        self.tell(FlowInput::Received(bytes));
    }

    /// Waits until the owner closes the flow; messages before it is open go nowhere.
    pub(crate) async fn closed(&mut self) {
        while self.queue.recv().await.is_some() {}
    }

    fn tell(&self, input: FlowInput) {
        let Some(shared) = self.owner.upgrade() else { return };
        // Under the lock, so that nothing is told after `close` returned.
        let flows = lock(&shared);
        if flows.contains_key(&self.flow) {
            let _ = shared.events.send((self.flow, input));
        }
    }
}
