//! Encoders of a call: made when a line is agreed, at work from the connection on.

use std::sync::Arc;

use gst::prelude::*;

use super::{Part, worker::Worker};
use crate::{
    api::{MediaEvent, Stream},
    bandwidth::share::{Resting, Wanted, share},
    codec::Direction,
    encode::{self, Numbering, Sender, SizeNews},
    error::MediaError,
    peer::Codec,
    pipeline::locked,
    rooms::Rooms,
};

impl Worker {
    /// Encoders work from now on, beginning with a key frame; what they made earlier would be lost.
    pub(super) fn begin_sending(&mut self) {
        for (mid, sender) in &mut self.senders {
            begin(&self.rooms, sender, mid);
        }
    }

    /// The path carries this much for all streams, in bit/s; each gets its part.
    pub(super) fn divide(&mut self, rate: u32, loss_percent: u8) {
        self.path = Some((rate, loss_percent));
        let most = |stream| {
            let sender = self.senders.values().find(|sender| sender.stream == stream);
            sender.and_then(|sender| sender.steer.as_ref()).map_or(0, encode::Steer::most)
        };
        let wanted = Wanted { camera: most(Stream::Camera), presentation: most(Stream::Presentation) };
        self.peer.want(wanted.in_all());
        let shares = share(rate, wanted, self.resting);
        self.tell_resting(shares.resting(wanted));
        tracing::debug!(rate, loss_percent, ?shares, "the path");
        for sender in self.senders.values() {
            let part = match sender.stream {
                Stream::Audio => shares.sound,
                Stream::Camera => shares.camera,
                Stream::Presentation => shares.presentation,
            };
            sender.carry(part, loss_percent);
        }
    }

    fn tell_resting(&mut self, now: Resting) {
        let before = std::mem::replace(&mut self.resting, now);
        let pictures = [
            (Stream::Camera, before.camera, now.camera),
            (Stream::Presentation, before.presentation, now.presentation),
        ];
        for (stream, _, rests) in pictures.into_iter().filter(|(_, before, now)| before != now) {
            self.tell(|call| MediaEvent::PictureRests { call, stream, rests });
        }
    }

    /// Sends with this codec.
    pub(super) async fn send(&mut self, mid: &str, stream: Stream, codec: &Codec) -> Result<(), MediaError> {
        let same = |sender: &Sender| sender.codec == *codec && sender.stream == stream;
        if self.seat.part != Part::Call || self.senders.get(mid).is_some_and(same) {
            return Ok(());
        }
        let numbering = self.stop_sending(mid);
        self.start_sending(mid, stream, codec, numbering).await
    }

    /// Without an encoder for it a presentation is not sent; the call goes on.
    async fn start_sending(
        &mut self,
        mid: &str,
        stream: Stream,
        codec: &Codec,
        numbering: Option<Numbering>,
    ) -> Result<(), MediaError> {
        match self.put_sender(mid, stream, codec, numbering).await {
            Err(error) if stream == Stream::Presentation => {
                self.tell(|call| MediaEvent::PresentationFailed { call, reason: error.to_string() });
                Ok(())
            }
            done => done,
        }
    }

    async fn put_sender(
        &mut self,
        mid: &str,
        stream: Stream,
        codec: &Codec,
        numbering: Option<Numbering>,
    ) -> Result<(), MediaError> {
        let mut sender = match stream {
            Stream::Audio => Sender::audio(mid, codec)?,
            Stream::Camera | Stream::Presentation => self.picture_sender(mid, stream, codec).await?,
        };
        if let Some(numbering) = numbering {
            sender.follow(&numbering);
        }
        if let Some(wish) = self.wishes.get(&stream) {
            sender.steer(*wish);
        }
        self.put_in(&sender.bin)?;
        let peer = self.peer.bin();
        sender.bin.link_pads(Some("src"), &peer, Some(&format!("sink_{mid}")))?;
        if self.connected {
            begin(&self.rooms, &mut sender, mid);
        } else {
            // Opens the encoder, which takes its time; nothing goes out yet.
            give_last(&self.rooms, &mut sender);
        }
        self.senders.insert(mid.to_owned(), sender);
        if stream == Stream::Audio {
            self.pass_on_keys(mid);
        }
        if let Some((rate, loss_percent)) = self.path {
            self.divide(rate, loss_percent);
        }
        Ok(())
    }

    /// Telephone keys are sent so on this line from now on, or not at all.
    pub(super) fn agree_keys(&mut self, mid: &str, events: Option<Codec>) {
        let agreed = events.is_some();
        match events {
            Some(events) => self.keys.insert(mid.to_owned(), events),
            None => self.keys.remove(mid),
        };
        self.pass_on_keys(mid);
        if self.seat.part == Part::Call {
            self.tell(|call| MediaEvent::KeysAgreed { call, agreed });
        }
    }

    fn pass_on_keys(&self, mid: &str) {
        let keys = self.senders.get(mid).and_then(|sender| sender.keys.as_ref());
        if let Some(keys) = keys {
            keys.agree(self.keys.get(mid));
            *locked(&self.seat.keys) = Some(Arc::clone(keys));
        }
    }

    async fn picture_sender(&self, mid: &str, stream: Stream, codec: &Codec) -> Result<Sender, MediaError> {
        let element = self.rooms.codecs.choose(&codec.name, Direction::Encoder).await?;
        let (measures, config) = (&self.seat.measures, &self.rooms.config);
        if stream == Stream::Camera {
            *locked(&measures.encoder) = Some(format!("{} {element}", codec.name));
        }
        let kbps = match stream {
            Stream::Presentation => config.presentation_max_bitrate_kbps,
            _ => config.max_bitrate_kbps,
        };
        let (bitrate, sent) = (kbps.saturating_mul(1000), Arc::clone(measures.sent(stream)));
        Sender::video(mid, codec, stream, element, bitrate, sent, self.size_news(stream))
    }

    /// Nothing is sent on this line any more.
    pub(super) fn end_sending(&mut self, mid: &str) {
        self.stop_sending(mid);
    }

    /// The same; what follows on the line needs the numbering.
    fn stop_sending(&mut self, mid: &str) -> Option<Numbering> {
        let sender = self.senders.remove(mid)?;
        let numbering = sender.numbering();
        self.take_out(&sender.bin);
        numbering
    }

    /// The encoder of this line broke: the next of the board's list goes on with the same stream.
    pub(super) async fn mend_sender(&mut self, mid: &str, reason: &str) -> Result<(), MediaError> {
        let Some(broken) = self.senders.get(mid) else { return Ok(()) };
        let (stream, codec) = (broken.stream, broken.codec.clone());
        self.rooms.codecs.distrust(&broken.element, reason);
        let numbering = self.stop_sending(mid);
        self.start_sending(mid, stream, &codec, numbering).await
    }

    /// Tells the size of the sent picture when it changes.
    fn size_news(&self, stream: Stream) -> SizeNews {
        let (rooms, seat) = (Arc::downgrade(&self.rooms), Arc::clone(&self.seat));
        Box::new(move |width, height| {
            if let (Some(rooms), Some(call)) = (rooms.upgrade(), seat.id.get()) {
                rooms.tell(MediaEvent::PictureSize { call: *call, stream, width, height });
            }
        })
    }
}

fn begin(rooms: &Rooms, sender: &mut Sender, mid: &str) {
    tracing::debug!(mid, element = sender.element, "sends");
    sender.force_key_frame();
    give_last(rooms, sender);
    let hub = match sender.stream {
        Stream::Audio => &rooms.microphone.hub,
        Stream::Camera => &rooms.pictures.hub,
        Stream::Presentation => &rooms.presenter.hub,
    };
    sender.take_from(hub);
}

/// The camera's next picture may be a whole frame time away.
fn give_last(rooms: &Rooms, sender: &mut Sender) {
    if sender.stream == Stream::Camera
        && let Some(last) = rooms.pictures.last()
    {
        sender.give(&last, &rooms.pictures.format.caps);
    }
}
