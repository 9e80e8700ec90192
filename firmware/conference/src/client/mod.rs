//! The client: connection, telephony check, redial and the calls, put together.
//!
//! What works for one call (presentation, roles, statistics …) is wired in [`crate::parts`], not here.

mod calls;
mod commands;
mod incoming;
mod objections;
mod outside;
mod routing;
mod snapshot;
mod transfers;
mod undertaking;

use std::time::Instant;

use roombox_sip::api as sip;
use roombox_sip::machine::Machine;

use crate::api::{CallId, CallState, ConnectionState, Event, Input, MediaRequest, Output};
use crate::auto_connect::AutoConnect;
use crate::call::{Call, Dialled, Step};
use crate::catalogue::{AutoConnectPhase, CallEvent, ConnectionEvent, ConnectionPhase, Side, Snapshot};
use crate::config::ConferenceConfig;
use crate::connection::{Connection, Link};
use crate::context::Context;
use crate::incoming::Incoming;
use crate::redial::{Ended, Redial};
use crate::session::{ConnectAndCall, Fact, SnapshotWatch};
use calls::{Calls, Leg};
use transfers::Transfer;

/// What an onlooker may see of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConferenceStatus {
    /// Phase of the connection that comes back by itself.
    pub auto_connect: AutoConnectPhase,
    /// The connection to the server.
    pub connection: ConnectionState,
    /// Its phase, in the words of the catalogue.
    pub connection_phase: ConnectionPhase,
    /// Registered right now.
    pub registered: bool,
    /// The call.
    pub call: CallState,
    /// Everything, by the names of the catalogue.
    pub snapshot: Snapshot,
}

/// The auto-connecting conference client.
#[derive(Debug)]
pub struct ConferenceClient {
    auto_connect: AutoConnect,
    context: Context,
    connection: Connection,
    redial: Redial,
    calls: Calls,
    incoming: Incoming,
    transfers: Vec<Transfer>,
    undertaking: ConnectAndCall,
    watch: SnapshotWatch,
    /// As last told.
    link: Link,
    call_active: bool,
    call_state: CallState,
}

impl ConferenceClient {
    /// A client at rest. The same `seed` and inputs give the same outputs.
    pub fn new(config: ConferenceConfig, seed: u64) -> Self {
        Self {
            auto_connect: AutoConnect::new(),
            context: Context::new(config, seed),
            connection: Connection::new(),
            redial: Redial::default(),
            calls: Calls::default(),
            incoming: Incoming::default(),
            transfers: Vec::new(),
            undertaking: ConnectAndCall::default(),
            watch: SnapshotWatch::default(),
            link: Link::Down,
            call_active: false,
            call_state: CallState::Idle,
        }
    }

    /// Lets a call take a step, and cleans up when that was its last.
    fn with_call(&mut self, now: Instant, call: CallId, step: impl FnOnce(&mut Leg, &mut Context) -> Step) {
        let Some(leg) = self.calls.get_mut(call) else { return };
        if let Step::Break(failure) = step(leg, &mut self.context) {
            self.call_over(now, call, failure);
        }
    }

    /// Lets every call take a step.
    fn with_every_call(&mut self, now: Instant, step: impl Fn(&mut Leg, &mut Context) -> Step) {
        for call in self.calls.ids() {
            self.with_call(now, call, &step);
        }
    }

    fn call_over(&mut self, now: Instant, call: CallId, failure: sip::Failure) {
        let Some(mut leg) = self.calls.remove(call) else { return };
        leg.call.tell_end(&mut self.context, &failure);
        self.incoming.ended(&mut self.context, call, &failure);
        leg.call.asking_ends(&mut self.context);
        leg.parts.call_ended(&mut self.context, now, &leg.call, &failure);
        if let Some(session) = leg.call.session().filter(|_| !leg.call.is_ringing()) {
            self.calls.closes(session);
        }
        let link = self.connection.link();
        // A call beside the one that is wanted does not change what is planned.
        let kept = self.calls.is_kept(call);
        let will_redial = if kept {
            let spectator = leg.parts.session_state().is_spectator_any();
            let ended = Ended { call, failure: &failure, stood: leg.call.stood(now), spectator };
            self.redial.call_ended(&mut self.context, now, &ended, link)
        } else {
            self.redial.is_wanted()
        };
        self.context.media(MediaRequest::Close { call });
        self.context.event(Event::CallEnded { call, failure, will_redial });
        self.transfers_of_ended();
        self.calls.take_up_again(&mut self.context);
        if kept {
            self.happened(now, Fact::CallEnded { again: will_redial });
        }
    }

    fn follow_link(&mut self, now: Instant) {
        let link = self.connection.link();
        if link != self.link {
            self.link = link;
            if link == Link::Down {
                self.calls.nothing_closes();
                self.incoming.clear();
            }
            self.auto_connect.link_changed(&mut self.context, now, link);
            self.with_every_call(now, |leg, context| leg.link_changed(context, now, link));
            self.redial.link_changed(&mut self.context, now, link);
        }
    }

    /// Follows up whatever has just changed: link, dialling, and the state that is told.
    fn settle(&mut self, now: Instant) {
        self.follow_link(now);
        let in_call = !self.calls.is_empty();
        self.auto_connect.calls_changed(&mut self.context, &mut self.connection, now, in_call);
        self.auto_connect.handle_timeout(&mut self.context, &mut self.connection, now);
        self.follow_link(now);
        let link = self.link;
        self.redial.handle_timeout(&mut self.context, now);
        self.follow_undertaking(now);
        if self.calls.is_empty()
            && let Some(target) = self.redial.due(&mut self.context, now, link)
        {
            let call = Call::dial(&mut self.context, now, Dialled { target, ..Dialled::default() });
            self.calls.keep(call.id());
            self.make(now, call);
        }
        self.tell_activity();
        let snapshot = self.snapshot();
        self.watch.observe(&mut self.context, snapshot);
        let state = self.present_call_state();
        if state != self.call_state {
            self.call_state = state.clone();
            self.context.event(Event::Call(state));
        }
    }

    /// A call of ours begins; whoever is talked to is put on hold.
    fn make(&mut self, now: Instant, call: Call) {
        let (id, peer) = (call.id(), call.peer().to_owned());
        self.context.tell(ConnectionEvent::NewRtcSession { originator: Side::Local, call: id, peer });
        self.begin(now, call);
        self.calls.set_others_aside(&mut self.context, id);
    }

    fn tell_activity(&mut self) {
        let is_call_active = !self.calls.is_empty();
        if is_call_active != self.call_active {
            self.call_active = is_call_active;
            self.context.in_call = is_call_active;
            self.context.tell(CallEvent::CallStatusChanged { is_call_active });
        }
    }

    /// A call begins, ours or theirs.
    fn begin(&mut self, now: Instant, call: Call) {
        self.calls.add(Leg::new(&mut self.context, now, call));
    }

    fn present_call_state(&self) -> CallState {
        self.calls.present().map_or_else(|| self.redial.state(), |leg| leg.call.state())
    }
}

impl Machine for ConferenceClient {
    type Input = Input;
    type Output = Output;
    type Status = ConferenceStatus;

    fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Command(command) => self.command(now, command),
            Input::Http { id, outcome } => {
                self.with_every_call(now, |leg, context| leg.http(context, now, id, &outcome));
            }
            Input::Media(fact) => {
                self.with_call(now, fact.call(), |leg, context| leg.media(context, now, &fact));
            }
            Input::Network(event) => {
                self.with_every_call(now, |leg, context| leg.network_changed(context, now, event));
                self.auto_connect.handle_network(&mut self.context, &mut self.connection, now, event);
            }
            Input::Parameters { id, outcome } => {
                let happened = self.connection.handle_parameters(&mut self.context, now, id, outcome);
                self.auto_connect.happened(&mut self.context, &mut self.connection, now, happened);
            }
            Input::Probed { id, outcome } => {
                self.auto_connect.handle_probed(&mut self.context, &mut self.connection, now, id, &outcome);
            }
            Input::Sip(event) => self.sip(now, event),
        }
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.with_every_call(now, |leg, context| leg.timeout(context, now));
        self.settle(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.context.pop()
    }

    fn next_deadline(&self) -> Option<Instant> {
        let redial = self.redial.next_deadline(self.calls.is_empty());
        [
            self.calls.next_deadline(&self.context),
            redial,
            self.auto_connect.next_deadline(),
            self.connection.next_deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn status(&self) -> ConferenceStatus {
        ConferenceStatus {
            auto_connect: self.auto_connect.phase(),
            connection: self.connection.state().clone(),
            connection_phase: self.connection.phase(),
            registered: self.connection.registered(),
            call: self.present_call_state(),
            snapshot: self.watch.told().clone(),
        }
    }
}
