//! What happens to bytes and connections on their way.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::links::Link;
use super::{Faults, Held, Node, Side, VirtualNetwork, WireNote};
use crate::api::{FlowError, FlowId, FlowInput, Transport};

impl<C: Node, S: Node> VirtualNetwork<C, S> {
    pub(super) fn cut_where(&mut self, gone: impl Fn(&Link) -> bool) {
        for (number, mut link) in self.links.take(gone) {
            for side in [Side::Client(link.client), Side::Server] {
                let flow = if side == Side::Server { FlowId::accepted(number) } else { link.flow };
                // One that is just coming up is cut as soon as it is up.
                let at = link.arrival(side, self.now);
                self.put(at, side, flow, FlowInput::Closed(FlowError::Closed("cut".into())));
            }
        }
    }

    /// What streams kept goes on, for clients that have a way through again.
    pub(super) fn release(&mut self) {
        if self.held.is_empty() {
            return;
        }
        for held in std::mem::take(&mut self.held) {
            self.carry(self.now, held);
        }
    }

    fn faults_of(&self, client: usize) -> Faults {
        self.client_faults.get(&client).copied().unwrap_or(self.faults)
    }

    pub(super) fn open(&mut self, side: Side, flow: FlowId, transport: Transport) {
        let Side::Client(client) = side else { return };
        let faults = self.faults_of(client);
        let at = self.now + self.latency(faults);
        if faults.refused {
            return self.put(at, side, flow, FlowInput::Closed(FlowError::Refused("nobody listens".into())));
        }
        // A datagram has no connection that could fail to come up.
        if (faults.silent || faults.partitioned) && transport != Transport::Udp {
            return;
        }
        self.next += 1;
        let number = self.next;
        let mut link = Link::new(client, flow, transport);
        // Nothing, not even its end, comes before it is up.
        for to in [side, Side::Server] {
            link.arrival(to, at);
        }
        self.links.add(number, link);
        self.put(at, Side::Server, FlowId::accepted(number), FlowInput::Opened(transport));
        self.put(at, side, flow, FlowInput::Opened(transport));
    }

    pub(super) fn close(&mut self, side: Side, flow: FlowId) {
        let Some(number) = self.links.find(side, flow) else { return };
        let Some((other, other_flow)) = self.links.other_end(side, number) else { return };
        let Some(link) = self.links.get(number) else { return };
        let (client, stream) = (link.client, link.is_stream());
        let faults = self.faults_of(client);
        if faults.silent && stream {
            // The other end does not know until it is told that its own end is gone.
            self.links.damage(number);
            return;
        }
        let at = self.now + self.latency(faults);
        let input = FlowInput::Closed(FlowError::Closed("closed by the other side".into()));
        self.carry(at, Held { client, flow: other_flow, input, link: number, side: other });
        self.links.remove(number);
    }

    pub(super) fn send(&mut self, side: Side, flow: FlowId, bytes: &Bytes) {
        let at = self.now.duration_since(self.start).as_millis();
        self.trace.message(at, &side, &flow, bytes);
        if let Some(wire) = &mut self.wire {
            wire.push(WireNote { at: self.now, bytes: bytes.clone(), flow, received: false, side });
        }
        let Some(number) = self.links.find(side, flow) else { return };
        let Some((other, other_flow)) = self.links.other_end(side, number) else { return };
        let Some(link) = self.links.get(number) else { return };
        let (client, stream, broken) = (link.client, link.is_stream(), link.broken);
        let faults = self.faults_of(client);
        match (stream, faults.silent) {
            (true, true) => self.links.damage(number),
            (true, false) if broken => self.cut_where(|link| link.client == client && link.broken),
            (true, false) => {
                let (at, input) = (self.now + self.latency(faults), FlowInput::Received(bytes.clone()));
                self.carry(at, Held { client, flow: other_flow, input, link: number, side: other });
            }
            (false, true) => {}
            (false, false) => self.send_datagram(faults, other, other_flow, bytes),
        }
    }

    /// Behind everything that is on its way already, or kept where there is no way.
    fn carry(&mut self, at: Instant, what: Held) {
        if self.faults_of(what.client).partitioned {
            return self.held.push_back(what);
        }
        let at = self.links.get_mut(what.link).map_or(at, |link| link.arrival(what.side, at));
        self.put(at, what.side, what.flow, what.input);
    }

    fn send_datagram(&mut self, faults: Faults, other: Side, flow: FlowId, bytes: &Bytes) {
        if faults.partitioned || self.random.millis(1, 100) <= faults.lost {
            return;
        }
        let copies = if self.random.millis(1, 100) <= faults.doubled { 2 } else { 1 };
        for _ in 0..copies {
            let at = self.now + self.latency(faults);
            self.put(at, other, flow, FlowInput::Received(bytes.clone()));
        }
    }

    fn latency(&mut self, faults: Faults) -> Duration {
        Duration::from_millis(self.random.millis(faults.latency_ms.0, faults.latency_ms.1))
    }

    pub(super) fn put(&mut self, at: Instant, side: Side, flow: FlowId, input: FlowInput) {
        self.next += 1;
        self.on_the_way.insert((at, self.next), (side, flow, input));
    }
}
