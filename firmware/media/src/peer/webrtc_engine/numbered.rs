//! Retransmissions get transport-wide numbers as well: the crate knows only the streams it offered itself, and what it does
//! not number, the estimate does not see.

use std::time::Instant;

use rtc::{
    interceptor::{Interceptor, StreamInfo, TaggedPacket},
    sansio::Protocol,
    shared::error::Error,
};

use crate::peer::negotiation::repair_of;

/// An interceptor of the crate that is told of each stream of ours and of the stream that repairs it.
pub(super) struct WithRepairs<I>(pub(super) I);

fn repair(info: &StreamInfo) -> StreamInfo {
    StreamInfo { ssrc: repair_of(info.ssrc), ..info.clone() }
}

impl<I: Interceptor> Protocol<TaggedPacket, TaggedPacket, ()> for WithRepairs<I> {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        self.0.handle_read(packet)
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.0.poll_read()
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        self.0.handle_write(packet)
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.0.poll_write()
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        self.0.handle_timeout(now)
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        self.0.poll_timeout()
    }
}

impl<I: Interceptor> Interceptor for WithRepairs<I> {
    fn bind_local_stream(&mut self, info: &StreamInfo) {
        self.0.bind_local_stream(info);
        self.0.bind_local_stream(&repair(info));
    }

    fn unbind_local_stream(&mut self, info: &StreamInfo) {
        self.0.unbind_local_stream(info);
        self.0.unbind_local_stream(&repair(info));
    }

    fn bind_remote_stream(&mut self, info: &StreamInfo) {
        self.0.bind_remote_stream(info);
    }

    fn unbind_remote_stream(&mut self, info: &StreamInfo) {
        self.0.unbind_remote_stream(info);
    }
}
