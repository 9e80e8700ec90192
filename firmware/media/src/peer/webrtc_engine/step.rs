//! What all interceptors of ours are made of: a step on the packets' way, and the queues that the crate wants around it.

use std::{collections::VecDeque, time::Instant};

use rtc::{
    interceptor::{Attribute, AttributedPacket, Interceptor, Packet, StreamInfo, TaggedPacket},
    rtcp, rtp,
    sansio::Protocol,
    shared::{TransportContext, error::Error},
};

/// Packets that have passed a step.
#[derive(Default)]
pub(super) struct Onward {
    reads: VecDeque<TaggedPacket>,
    writes: VecDeque<TaggedPacket>,
}

impl Onward {
    /// On to us.
    pub(super) fn read(&mut self, packet: TaggedPacket) {
        self.reads.push_back(packet);
    }

    /// On to the peer.
    pub(super) fn write(&mut self, packet: TaggedPacket) {
        self.writes.push_back(packet);
    }

    /// A message of our own to the peer.
    pub(super) fn tell(&mut self, message: impl rtcp::Packet + 'static, now: Instant) {
        self.own(AttributedPacket::new(Packet::Rtcp(vec![Box::new(message)])), now);
    }

    /// A packet that is in no stream's row: it brings something again, or nothing.
    pub(super) fn repair(&mut self, packet: rtp::Packet, now: Instant) {
        self.own(AttributedPacket::new(Packet::Rtp(packet)).with(Attribute::Retransmission), now);
    }

    fn own(&mut self, message: AttributedPacket, now: Instant) {
        self.write(TaggedPacket { now, transport: TransportContext::default(), message });
    }
}

/// One step; what it does not say otherwise, it lets pass.
pub(super) trait Step: Send + Sync {
    /// A packet of the peer.
    fn read(&mut self, packet: TaggedPacket, onward: &mut Onward) {
        onward.read(packet);
    }

    /// A packet to the peer.
    fn write(&mut self, packet: TaggedPacket, onward: &mut Onward) {
        onward.write(packet);
    }

    /// It is time.
    fn wake(&mut self, _: Instant, _: &mut Onward) {}

    /// When it wants to be woken.
    fn next(&self) -> Option<Instant> {
        None
    }

    /// A stream of ours begins.
    fn begin_sending(&mut self, _: &StreamInfo) {}

    /// A stream of ours is over.
    fn end_sending(&mut self, _: &StreamInfo) {}

    /// A stream of the peer's begins.
    fn begin_receiving(&mut self, _: &StreamInfo) {}

    /// A stream of the peer's is over.
    fn end_receiving(&mut self, _: &StreamInfo) {}
}

/// A step as the crate's chain takes it.
pub(super) struct Chained<S> {
    step: S,
    onward: Onward,
}

impl<S: Step> Chained<S> {
    pub(super) fn new(step: S) -> Self {
        Self { step, onward: Onward::default() }
    }
}

#[cfg(test)]
impl Onward {
    /// The next on to us.
    pub(super) fn take_read(&mut self) -> Option<TaggedPacket> {
        self.reads.pop_front()
    }
}

#[cfg(test)]
impl<S> Chained<S> {
    /// What is chained.
    pub(super) fn step(&self) -> &S {
        &self.step
    }
}

impl<S: Step> Protocol<TaggedPacket, TaggedPacket, ()> for Chained<S> {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        self.step.read(packet, &mut self.onward);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.onward.reads.pop_front()
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        self.step.write(packet, &mut self.onward);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.onward.writes.pop_front()
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        self.step.wake(now, &mut self.onward);
        Ok(())
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        self.step.next()
    }
}

impl<S: Step> Interceptor for Chained<S> {
    fn bind_local_stream(&mut self, info: &StreamInfo) {
        self.step.begin_sending(info);
    }

    fn unbind_local_stream(&mut self, info: &StreamInfo) {
        self.step.end_sending(info);
    }

    fn bind_remote_stream(&mut self, info: &StreamInfo) {
        self.step.begin_receiving(info);
    }

    fn unbind_remote_stream(&mut self, info: &StreamInfo) {
        self.step.end_receiving(info);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says nothing.
    struct Silent;

    impl Step for Silent {}

    #[test]
    fn a_step_that_says_nothing_lets_everything_pass_in_its_order_and_wakes_nobody() {
        let now = Instant::now();
        let packet = |number| {
            let header = rtp::Header { sequence_number: number, ..rtp::Header::default() };
            let message = AttributedPacket::new(Packet::Rtp(rtp::Packet { header, ..rtp::Packet::default() }));
            TaggedPacket { now, transport: TransportContext::default(), message }
        };
        let number = |packet: TaggedPacket| match packet.message.packet {
            Packet::Rtp(packet) => packet.header.sequence_number,
            _ => 0,
        };
        let mut chained = Chained::new(Silent);
        for place in 1..=3 {
            chained.handle_read(packet(place)).unwrap();
            chained.handle_write(packet(10 * place)).unwrap();
        }
        chained.handle_timeout(now).unwrap();
        let reads: Vec<u16> = std::iter::from_fn(|| chained.poll_read()).map(number).collect();
        let writes: Vec<u16> = std::iter::from_fn(|| chained.poll_write()).map(number).collect();
        assert_eq!((reads, writes), (vec![1, 2, 3], vec![10, 20, 30]));
        assert_eq!(chained.poll_timeout(), None);
    }
}
