//! The transaction and dialog machine: one SIP element with any number of flows and sessions.
//!
//! # Rules of the house
//!
//! - The owner numbers its sessions and requests in the lower half of the range; those that come in have
//!   [`SessionId::incoming`] and [`RequestId::incoming`] numbers.
//! - A new session or request goes on the default flow ([`Input::Command`]) or a named one ([`Input::CommandOn`]).
//!   A request inside a session goes on the flow its peer was last heard on.
//! - When a flow is lost, sessions not yet answered end with `ConnectionError`. Established ones wait for another flow for
//!   [`EndpointConfig::flow_patience`]: the peer's next request inside the dialog, or [`Input::UseFlow`], brings it. After
//!   `UseFlow` the peer is told where we are and asked (an offer that was on its way, else UPDATE, else OPTIONS inside the
//!   dialog, or a re-INVITE if our Contact is another one); if it has lost the dialog (481) the session ends with
//!   `DialogError`.
//! - OPTIONS is answered here. Other requests outside a dialog are [`Event::Request`]: answer within 25 s, else they are
//!   refused with 480 (REFER: 603).
//! - Every INVITE is answered 100 at once and, after [`Event::Incoming`], 180: a reliable one (RFC 3262) if the caller
//!   requires it. An INVITE that asks for what is not there gets 420, one that lacks what is required here 421.
//! - [`Command::Reinvite`] waits its turn: never two offers at once, collisions (491) are tried again by themselves.
//!   An offer of the peer may arrive while ours waits after a collision. Offers that still wait when a session ends are
//!   dropped without a word.

mod config;
pub(crate) mod core;
mod flows;
mod input;
pub(crate) mod outside;
mod receive;
mod refer;
mod replaces;
mod subscription;

pub use crate::session::{DialogStatus, SessionStatus, Stage};
pub use config::{Credentials, EndpointConfig, Role};

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::api::{Command, FlowId, FlowInput, Output, RequestId, SessionId, SubscriptionId};
use crate::machine::Machine;
use crate::message::Request;
use crate::session::Session;
use crate::transaction::TransactionId;
use core::Core;

#[cfg(doc)]
use crate::api::Event;

/// What goes into an [`Endpoint`].
#[derive(Clone, Debug)]
pub enum Input {
    /// Close this flow: sessions on it are treated as at a loss of the flow.
    CloseFlow(FlowId),
    /// A command; a new session or request goes on the default flow.
    Command(Command),
    /// A command whose new session or request goes on this flow, whatever the default is.
    CommandOn {
        /// The flow.
        flow: FlowId,
        /// The command.
        command: Command,
    },
    /// Something happened to a flow. The first flow that opens becomes the default; a server never needs one.
    Flow {
        /// The flow.
        flow: FlowId,
        /// What happened.
        input: FlowInput,
    },
    /// From now on this is the default flow, and sessions whose flow is gone move to it.
    UseFlow(FlowId),
}

/// What an onlooker may see of an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointStatus {
    /// Open flows.
    pub flows: usize,
    /// Transfers under way, in both directions.
    pub refers: usize,
    /// Sessions not yet ended.
    pub sessions: Vec<SessionId>,
    /// The same and those that are terminating, in detail.
    pub calls: Vec<SessionStatus>,
    /// Subscriptions of ours not yet ended.
    pub subscriptions: Vec<SubscriptionId>,
    /// Transactions not yet terminated.
    pub transactions: usize,
}

/// How long the owner may think about a request: the refusal must arrive before the peer gives up after 64*T1 = 32 s.
const OWNER_PATIENCE: Duration = Duration::from_secs(25);

/// A request that waits for its owner: outside any session, a REFER, or an INFO.
#[derive(Debug)]
struct Waiting {
    /// For a REFER: what it asks.
    refer: Option<refer::Asked>,
    request: Request,
    transaction: TransactionId,
    /// Refused by then.
    until: Instant,
}

/// One SIP element: transactions, dialogs and sessions over any number of flows. Same for client and server.
#[derive(Debug)]
pub struct Endpoint {
    pub(crate) core: Core,
    incoming: u64,
    refers: refer::Refers,
    replacements: replaces::Replacements,
    sessions: BTreeMap<SessionId, Session>,
    subscriptions: subscription::Subscriptions,
    waiting: BTreeMap<RequestId, Waiting>,
}

impl Endpoint {
    /// An endpoint without flows. The same `seed` and inputs give the same outputs, byte for byte.
    pub fn new(config: EndpointConfig, seed: u64) -> Self {
        Self {
            core: Core::new(config, seed),
            incoming: 0,
            refers: refer::Refers::default(),
            replacements: replaces::Replacements::default(),
            sessions: BTreeMap::new(),
            subscriptions: subscription::Subscriptions::new(),
            waiting: BTreeMap::new(),
        }
    }

    /// Is there no session, and no request of a peer that waits for its owner?
    pub(crate) fn is_calm(&self) -> bool {
        self.sessions.is_empty() && self.waiting.is_empty()
    }

    /// Runs `act` on a session; drops the session when it is over.
    fn with_session(&mut self, id: SessionId, act: impl FnOnce(&mut Session, &mut Core)) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        act(session, &mut self.core);
        if session.is_over()
            && let Some(session) = self.sessions.remove(&id)
        {
            self.session_over(session);
        }
    }

    /// What a session leaves behind.
    fn session_over(&mut self, mut session: Session) {
        session.forget_tones(&mut self.core);
        self.keep_dialog(&session);
        self.replacements.over(session.id, session.dialog());
        self.core.session_over(session.id, &session.call_id);
    }

    /// Runs `act` on every session for which `wanted` holds.
    fn with_sessions(&mut self, wanted: impl Fn(&Session) -> bool, mut act: impl FnMut(&mut Session, &mut Core)) {
        let ids: Vec<_> = self.sessions.values().filter(|s| wanted(s)).map(|s| s.id).collect();
        for id in ids {
            self.with_session(id, &mut act);
        }
    }
}

impl Machine for Endpoint {
    type Input = Input;
    type Output = Output;
    type Status = EndpointStatus;

    fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::CloseFlow(flow) => self.close_flow(now, flow),
            Input::Command(command) => {
                let flow = self.core.flows.default_flow();
                self.command(now, flow, command);
            }
            Input::CommandOn { flow, command } => {
                let flow = self.core.flows.transport(flow).map(|_| flow);
                self.command(now, flow, command);
            }
            Input::Flow { flow, input } => self.flow_input(now, flow, input),
            Input::UseFlow(flow) => self.use_flow(now, flow),
        }
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.core.transactions.handle_timeout(now);
        self.settle(now);
        self.with_sessions(
            |session| session.deadline().is_some_and(|at| at <= now),
            |session, core| session.handle_timeout(core, now),
        );
        self.refuse_waiting(now);
        self.refers_due(now);
        self.subscriptions_due(now);
        while let Some(flow) = self.core.flows.stalled(now) {
            self.close_flow(now, flow);
        }
        self.settle(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.core.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        let sessions = self.sessions.values().filter_map(Session::deadline);
        let waiting = self.waiting.values().map(|waiting| waiting.until);
        let flows = self.core.flows.next_deadline();
        let subscriptions = self.subscriptions.values().filter_map(subscription::Subscription::deadline);
        sessions
            .chain(waiting)
            .chain(flows)
            .chain(subscriptions)
            .chain(self.refers.deadline())
            .chain(self.core.transactions.next_deadline())
            .min()
    }

    fn status(&self) -> EndpointStatus {
        let leaving = self.core.terminating().map(SessionStatus::terminating);
        let mut calls: Vec<_> = self.sessions.values().map(Session::status).chain(leaving).collect();
        calls.sort_by_key(|call| (call.session, call.stage));
        calls.dedup_by_key(|call| call.session);
        EndpointStatus {
            flows: self.core.flows.len(),
            sessions: self.sessions.values().filter(|session| !session.is_told()).map(|session| session.id).collect(),
            calls,
            refers: self.refers.len(),
            subscriptions: self.subscriptions.keys().copied().collect(),
            transactions: self.core.transactions.len(),
        }
    }
}
