//! Transactions by RFC 3261 section 17 with the corrections of RFC 6026.
//!
//! [`Transactions`] keeps them all; `client` and `server` hold the four state machines. Passing a 2xx to INVITE on, and
//! sending it again until it is acknowledged, is the session's work.

mod client;
mod event;
mod key;
mod schedule;
mod server;
pub mod timing;

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use bytes::Bytes;

use crate::api::FlowId;
use crate::message::{Request, Response};
use client::ClientTransaction;
pub(crate) use event::Step;
pub use event::{Arrival, Outcome, Path, TransactionEvent, TransactionId};
use key::{MergeKey, ServerKey};
use schedule::Schedule;
use server::ServerTransaction;

/// All transactions of an element.
#[derive(Debug, Default)]
pub struct Transactions {
    clients: BTreeMap<TransactionId, ClientTransaction>,
    client_keys: BTreeMap<(String, String), TransactionId>,
    events: VecDeque<TransactionEvent>,
    /// How many server transactions share what two copies of one request have in common.
    merges: BTreeMap<MergeKey, usize>,
    next: u64,
    /// Client transactions that ended since somebody asked.
    over: Vec<TransactionId>,
    schedule: Schedule,
    sends: VecDeque<(FlowId, Bytes)>,
    server_keys: BTreeMap<ServerKey, TransactionId>,
    servers: BTreeMap<TransactionId, ServerTransaction>,
}

impl Transactions {
    fn new_id(&mut self) -> TransactionId {
        self.next += 1;
        TransactionId(self.next)
    }

    /// Starts a client transaction. The request carries its Via with a fresh branch. ACK is not sent by this.
    pub fn send_request(&mut self, now: Instant, path: Path, request: Request) -> TransactionId {
        let id = self.new_id();
        if let Some(key) = key::client_of_request(&request) {
            self.client_keys.insert(key, id);
        }
        let transaction = ClientTransaction::start(now, path, request);
        self.sends.push_back((path.flow, transaction.bytes()));
        self.schedule.set(id, transaction.deadline());
        self.clients.insert(id, transaction);
        id
    }

    /// A response came in; one that fits no transaction is dropped (RFC 3261 section 18.1.2).
    pub fn receive_response(&mut self, now: Instant, response: Response) {
        let Some(id) = key::client_of_response(&response).and_then(|key| self.client_keys.get(&key).copied()) else {
            return;
        };
        if let Some(transaction) = self.clients.get_mut(&id) {
            let step = transaction.on_response(now, response);
            let flow = transaction.path().flow;
            self.apply_client(id, flow, step);
        }
    }

    /// A request came in over `path`.
    pub fn receive_request(&mut self, now: Instant, path: Path, request: &Request) -> Arrival {
        let key = ServerKey::of(request);
        if let Some((id, transaction)) =
            self.server_keys.get(&key).and_then(|id| Some((*id, self.servers.get_mut(id)?)))
        {
            let flow = transaction.path().flow;
            let (step, for_session) = transaction.on_request(now, request);
            self.apply_server(id, flow, step);
            return if for_session { Arrival::Ack } else { Arrival::Handled };
        }
        if request.method == "ACK" {
            return Arrival::Ack;
        }
        let merged = self.is_merged(request);
        let id = self.new_id();
        let transaction = ServerTransaction::start(now, path, request, key.clone());
        self.schedule.set(id, transaction.deadline());
        if let Some(merge) = transaction.merge_key() {
            *self.merges.entry(merge.clone()).or_default() += 1;
        }
        self.server_keys.insert(key, id);
        self.servers.insert(id, transaction);
        if merged { Arrival::Merged(id) } else { Arrival::New(id) }
    }

    fn is_merged(&self, request: &Request) -> bool {
        key::merge_key(request).is_some_and(|merge| self.merges.contains_key(&merge))
    }

    /// Answers a server transaction; ignored when it has been answered for good.
    pub fn respond(&mut self, now: Instant, id: TransactionId, response: &Response) {
        if let Some(transaction) = self.servers.get_mut(&id) {
            let flow = transaction.path().flow;
            let step = transaction.respond(now, response);
            self.apply_server(id, flow, step);
        }
    }

    /// The INVITE server transaction that this CANCEL is for.
    pub fn cancelled_by(&self, cancel: &Request) -> Option<TransactionId> {
        self.server_keys.get(&ServerKey::of_cancelled(cancel)).copied()
    }

    /// The request of a client transaction that is not over.
    pub fn client_request(&self, id: TransactionId) -> Option<&Request> {
        self.clients.get(&id).map(ClientTransaction::request)
    }

    /// Where a client transaction sends.
    pub fn client_path(&self, id: TransactionId) -> Option<Path> {
        self.clients.get(&id).map(ClientTransaction::path)
    }

    /// An INVITE that is being cancelled gets 64*T1 for its final response (RFC 3261 section 9.1).
    pub fn give_up_later(&mut self, now: Instant, id: TransactionId) {
        if let Some(transaction) = self.clients.get_mut(&id) {
            transaction.give_up_later(now);
            self.schedule.set(id, transaction.deadline());
        }
    }

    /// Ends every transaction on this flow (RFC 3261 section 17.1.4).
    pub fn flow_lost(&mut self, flow: FlowId) {
        let lost: Vec<_> = self.clients.iter().filter(|(_, t)| t.path().flow == flow).map(|(id, _)| *id).collect();
        for id in lost {
            let waiting = self.clients.get(&id).is_some_and(ClientTransaction::is_waiting);
            let outcome = waiting.then_some(Outcome::FlowLost);
            self.apply_client(id, flow, Step { outcome, over: true, send: None });
        }
        let lost: Vec<_> = self.servers.iter().filter(|(_, t)| t.path().flow == flow).map(|(id, _)| *id).collect();
        for id in lost {
            self.forget_server(id);
        }
    }

    /// Runs every timer that is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        for id in self.schedule.due(now) {
            if let Some(transaction) = self.clients.get_mut(&id) {
                let flow = transaction.path().flow;
                let step = transaction.on_timeout(now);
                self.apply_client(id, flow, step);
            } else if let Some(transaction) = self.servers.get_mut(&id) {
                let flow = transaction.path().flow;
                let step = transaction.on_timeout(now);
                self.apply_server(id, flow, step);
            }
        }
    }

    /// The earliest timer.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.schedule.next()
    }

    /// The next event, oldest first.
    pub fn poll_event(&mut self) -> Option<TransactionEvent> {
        self.events.pop_front()
    }

    /// The next bytes to send, oldest first.
    pub fn poll_send(&mut self) -> Option<(FlowId, Bytes)> {
        self.sends.pop_front()
    }

    /// The client transactions that ended since the last call: nothing more comes from them.
    pub fn take_over(&mut self) -> Vec<TransactionId> {
        std::mem::take(&mut self.over)
    }

    /// How many are not over.
    pub fn len(&self) -> usize {
        self.clients.len() + self.servers.len()
    }

    /// Is nothing left to be said or answered? Transactions that only absorb repetitions (RFC 3261 timers D, I, J, K; RFC
    /// 6026 timers L, M) do not count.
    pub fn is_quiet(&self) -> bool {
        self.clients.values().all(|t| !t.is_waiting()) && self.servers.values().all(|t| !t.has_more_to_say())
    }

    /// Is none left?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn apply_client(&mut self, id: TransactionId, flow: FlowId, step: Step) {
        self.sends.extend(step.send.map(|bytes| (flow, bytes)));
        if let Some((outcome, transaction)) = step.outcome.zip(self.clients.get(&id)) {
            let (path, request) = (transaction.path(), transaction.request().clone());
            self.events.push_back(TransactionEvent { id, outcome, path, request });
        }
        if step.over {
            self.forget_client(id);
        } else {
            self.schedule.set(id, self.clients.get(&id).and_then(ClientTransaction::deadline));
        }
    }

    fn apply_server(&mut self, id: TransactionId, flow: FlowId, step: Step) {
        self.sends.extend(step.send.map(|bytes| (flow, bytes)));
        if step.over {
            self.forget_server(id);
        } else {
            self.schedule.set(id, self.servers.get(&id).and_then(ServerTransaction::deadline));
        }
    }

    fn forget_client(&mut self, id: TransactionId) {
        self.schedule.set(id, None);
        self.over.push(id);
        if let Some(key) = self.clients.remove(&id).and_then(|t| key::client_of_request(t.request())) {
            self.client_keys.remove(&key);
        }
    }

    fn forget_server(&mut self, id: TransactionId) {
        self.schedule.set(id, None);
        let Some(transaction) = self.servers.remove(&id) else { return };
        self.server_keys.remove(transaction.key());
        let Some(merge) = transaction.merge_key() else { return };
        if let Some(count) = self.merges.get_mut(merge) {
            *count -= 1;
            if *count == 0 {
                self.merges.remove(merge);
            }
        }
    }
}
