//! Time: whatever is due next, and what the machines want then.

use std::time::{Duration, Instant};

use super::{Node, Side, VirtualNetwork, WireNote};
use crate::api::{Event, FlowId, FlowInput, LocateId, Output};

/// More steps at one instant than this, and a machine asks for a deadline it never clears.
const MAX_SPINS: u32 = 100_000;

impl<C: Node, S: Node> VirtualNetwork<C, S> {
    /// Lets this much virtual time pass.
    ///
    /// # Panics
    /// When a machine keeps asking for a deadline that has passed.
    pub fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        while self.step(end) {}
        self.now = end;
    }

    /// Runs until an event for which `wanted` holds, for `limit` at most; gives that event. Earlier events stay to be taken.
    pub fn run_to(&mut self, limit: Duration, wanted: impl Fn(Side, &Event) -> bool) -> Option<(Side, Event)> {
        let end = self.now + limit;
        let mut seen = 0;
        loop {
            while let Some((side, event)) = self.events.get(seen) {
                if wanted(*side, event) {
                    return self.events.drain(..=seen).next_back();
                }
                seen += 1;
            }
            if !self.step(end) {
                self.now = end;
                return None;
            }
        }
    }

    /// The next event, if one comes until `end`; otherwise time stands at `end` afterwards.
    pub fn next_event(&mut self, end: Instant) -> Option<(Side, Event)> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            if !self.step(end) {
                self.now = self.now.max(end);
                return None;
            }
        }
    }

    /// Does the next thing that is due until `end`; `false` when there is none.
    fn step(&mut self, end: Instant) -> bool {
        self.release();
        let arrival = self.on_the_way.first_key_value().map(|((at, _), _)| *at);
        let timer = self.next_timer();
        let next = arrival.into_iter().chain(timer.map(|(at, _)| at)).min();
        let Some(next) = next.filter(|next| *next <= end) else { return false };
        self.spins = if next > self.now { 0 } else { self.spins + 1 };
        assert!(self.spins < MAX_SPINS, "a machine does not move its deadline:\n{}", self.trace.text);
        self.now = self.now.max(next);
        if arrival == Some(next) {
            if let Some(((_, number), (side, flow, input))) = self.on_the_way.pop_first() {
                self.deliver(number, side, flow, input);
            }
        } else if let Some((_, side)) = timer {
            match side {
                Side::Client(n) => self.clients[n].handle_timeout(self.now),
                Side::Server => self.server.handle_timeout(self.now),
            }
            self.collect(side);
        }
        true
    }

    /// The first deadline; that of a suspended client comes when it wakes.
    fn next_timer(&self) -> Option<(Instant, Side)> {
        let due = |n: usize, client: &C| {
            let at = client.next_deadline()?;
            Some((self.suspended.get(&n).map_or(at, |wakes| at.max(*wakes)), Side::Client(n)))
        };
        let clients = self.clients.iter().enumerate().filter_map(|(n, client)| due(n, client));
        clients.chain(self.server.next_deadline().map(|at| (at, Side::Server))).min()
    }

    fn deliver(&mut self, number: u64, side: Side, flow: FlowId, input: FlowInput) {
        if let Side::Client(n) = side
            && let Some(wakes) = self.suspended.get(&n).copied()
        {
            if wakes > self.now {
                self.on_the_way.insert((wakes, number), (side, flow, input));
                return;
            }
            self.suspended.remove(&n);
        }
        if let (Some(wire), FlowInput::Received(bytes)) = (&mut self.wire, &input) {
            wire.push(WireNote { at: self.now, bytes: bytes.clone(), flow, received: true, side });
        }
        match side {
            Side::Client(n) => self.clients[n].handle_input(self.now, C::flow_input(flow, input)),
            Side::Server => self.server.handle_input(self.now, S::flow_input(flow, input)),
        }
        self.collect(side);
    }

    pub(super) fn collect(&mut self, side: Side) {
        self.take_notes(side);
        loop {
            let output = match side {
                Side::Client(n) => self.clients[n].poll_output(),
                Side::Server => self.server.poll_output(),
            };
            match output {
                None => return,
                Some(Output::Event(event)) => {
                    let at = self.now.duration_since(self.start).as_millis();
                    self.trace.note(at, &side, format_args!("{event:?}"));
                    self.events.push_back((side, event));
                }
                Some(Output::Locate { locate, .. }) => self.locate(side, locate),
                Some(Output::OpenFlow { flow, server }) => self.open(side, flow, server.transport),
                Some(Output::CloseFlow(flow)) => self.close(side, flow),
                Some(Output::Send { flow, bytes }) => self.send(side, flow, &bytes),
            }
        }
    }

    fn take_notes(&mut self, side: Side) {
        let at = self.now.duration_since(self.start).as_millis();
        let note = |network: &mut Self| match side {
            Side::Client(n) => network.clients[n].note(),
            Side::Server => network.server.note(),
        };
        while let Some(note) = note(self) {
            self.trace.note(at, &side, format_args!("{note}"));
        }
    }

    fn locate(&mut self, side: Side, locate: LocateId) {
        let places = self.places.clone();
        match side {
            Side::Client(n) => {
                if let Some(input) = C::located(locate, places) {
                    self.clients[n].handle_input(self.now, input);
                }
            }
            Side::Server => {
                if let Some(input) = S::located(locate, places) {
                    self.server.handle_input(self.now, input);
                }
            }
        }
    }
}
