//! What the owner of a call orders while it runs: how streams are encoded, key frames from the other side.

use super::{Part, worker::Worker};
use crate::{
    api::{Encoding, Stream},
    encode::Wish,
};

/// An order to the task of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    /// Encode this stream so, now and whenever it is sent again.
    Encode(Stream, Encoding),
    /// Send nothing and play nothing (true), or go on (false).
    Hold(bool),
    /// Ask the other side for a key frame of what it sends as this stream.
    AskKeyFrame(Stream),
    /// The next camera picture stands alone.
    SendKeyFrame,
}

impl Worker {
    pub(super) fn obey(&mut self, order: Order) {
        match order {
            Order::Encode(stream, encoding) => self.wish(stream, |wish| wish.encoding = encoding),
            Order::Hold(hold) => self.hold(hold),
            Order::AskKeyFrame(stream) => {
                if let Some(mid) = self.received(stream) {
                    self.peer.request_key_frame(mid);
                }
            }
            Order::SendKeyFrame => {
                let camera = self.senders.values().filter(|sender| sender.stream == Stream::Camera);
                camera.for_each(crate::encode::Sender::force_key_frame);
            }
        }
    }

    fn wish(&mut self, stream: Stream, change: impl FnOnce(&mut Wish)) {
        let wish = self.wishes.entry(stream).or_default();
        change(wish);
        let wish = *wish;
        self.senders.values().filter(|sender| sender.stream == stream).for_each(|sender| sender.steer(wish));
    }

    fn hold(&mut self, hold: bool) {
        for stream in [Stream::Audio, Stream::Camera, Stream::Presentation] {
            self.wish(stream, |wish| wish.held = hold);
        }
        if hold {
            self.rooms.leave(self.seat.serial);
        } else {
            self.come_forward();
        }
    }

    /// It is heard and seen again, if nothing covers it.
    fn come_forward(&self) {
        match self.seat.part {
            Part::Call => self.rooms.bring_forward(self.seat.serial),
            Part::Receive if self.seat.runs() => self.rooms.cover(self.seat.serial),
            Part::Receive | Part::Share(_) => {}
        }
        if self.rooms.is_forward(self.seat.serial) {
            self.rooms.screen.show(self.seat.scene());
        }
    }

    /// Nothing of it goes out.
    pub(super) fn is_held(&self) -> bool {
        self.wishes.values().any(|wish| wish.held)
    }

    /// The line that brings the other side's picture of this kind.
    pub(super) fn received(&self, stream: Stream) -> Option<&str> {
        let mut lines = self.receivers.iter().filter(|(_, receiver)| receiver.stream == stream);
        lines.next().filter(|_| stream != Stream::Audio).map(|(mid, _)| mid.as_str())
    }
}
