//! Decoders of a call: sound to the speaker, pictures to their places on the screen.

use std::sync::{Arc, atomic::Ordering};

use gst::prelude::*;

use super::{Part, Seat, playout::Playout, worker::Worker};
use crate::{
    api::{MediaEvent, Stream},
    codec::Direction,
    compose::Scene,
    decode::Receiver,
    error::MediaError,
    peer::{Codec, Kind},
    pipeline::{locked, signed},
    relay,
    rooms::Rooms,
};

impl Worker {
    /// Decodes what comes on this pad. Content that cannot be decoded is not seen; the call goes on.
    pub(super) async fn receive(
        &mut self,
        mid: &str,
        stream: Stream,
        codec: &Codec,
        pad: &str,
    ) -> Result<(), MediaError> {
        match self.receive_stream(mid, stream, codec, pad).await {
            Err(error) if stream == Stream::Presentation => {
                tracing::warn!(%error, "the other side's presentation cannot be shown");
                Ok(())
            }
            done => done,
        }
    }

    async fn receive_stream(&mut self, mid: &str, stream: Stream, codec: &Codec, pad: &str) -> Result<(), MediaError> {
        if self.receivers.get(mid).is_some_and(|receiver| receiver.codec == *codec && receiver.stream == stream) {
            return Ok(());
        }
        if matches!((self.seat.part, stream), (Part::Share(_), Stream::Audio)) {
            return Ok(());
        }
        let guard = self.guard(mid, pad)?;
        self.end_receiving(mid);
        let receiver = match stream {
            Stream::Audio => Receiver::audio(mid, codec)?,
            Stream::Camera | Stream::Presentation => {
                let element = self.rooms.codecs.choose(&codec.name, Direction::Decoder).await?;
                let name = format!("{} {element}", codec.name);
                let receiver = Receiver::video(mid, stream, codec, element)?;
                self.seat.measures.picture(stream).watch(&receiver, name)?;
                receiver
            }
        };
        let (rooms, seat) = (Arc::clone(&self.rooms), Arc::clone(&self.seat));
        match (seat.part, stream) {
            (Part::Share(share), _) => take(&receiver, &rooms, share),
            (_, Stream::Audio) => play(&receiver, rooms, seat),
            (_, Stream::Camera) => show(&receiver, rooms, seat),
            (_, Stream::Presentation) => show_content(&receiver, rooms, seat),
        }
        self.put_in(&receiver.bin)?;
        // The guard may still have the caps of a former codec: those of this one come with its first packet.
        guard.link_pads_full(Some("src"), &receiver.bin, Some("sink"), gst::PadLinkCheck::empty())?;
        if stream.kind() == Kind::Video {
            self.peer.request_key_frame(mid);
        }
        self.receivers.insert(mid.to_owned(), receiver);
        Ok(())
    }

    /// What comes on this line is decoded no more.
    pub(super) fn end_receiving(&mut self, mid: &str) {
        let Some(receiver) = self.receivers.remove(mid) else { return };
        if let Some(guard) = self.running.pipeline.by_name(&format!("guard_{mid}")) {
            guard.unlink(&receiver.bin);
        }
        self.take_out(&receiver.bin);
        if receiver.stream == Stream::Presentation {
            self.content_gone();
        }
    }

    /// The screen is the remote picture's again.
    pub(super) fn content_gone(&self) {
        if self.seat.content.swap(false, Ordering::AcqRel) && self.rooms.is_forward(self.seat.serial) {
            self.rooms.screen.show(self.seat.scene());
        }
    }

    /// The decoder of this line broke: the next of the board's list takes its place.
    pub(super) async fn mend_receiver(&mut self, mid: &str, reason: &str) -> Result<(), MediaError> {
        let Some(receiver) = self.receivers.get(mid) else { return Ok(()) };
        let (stream, codec) = (receiver.stream, receiver.codec.clone());
        self.rooms.codecs.distrust(&receiver.element, reason);
        self.end_receiving(mid);
        self.receive(mid, stream, &codec, &format!("src_{mid}")).await
    }

    /// What stands between the peer connection and a decoder: a decoder that breaks does not stop the stream.
    fn guard(&self, mid: &str, pad: &str) -> Result<gst::Element, MediaError> {
        let name = format!("guard_{mid}");
        if let Some(guard) = self.running.pipeline.by_name(&name) {
            return Ok(guard);
        }
        let guard = gst::ElementFactory::make("errorignore")
            .name(&name)
            .property("ignore-notlinked", true)
            .property_from_str("convert-to", "ok")
            .build()?;
        again_with_another_codec(&guard);
        self.running.pipeline.add(&guard)?;
        guard.sync_state_with_parent()?;
        self.peer.bin().link_pads(Some(pad), &guard, Some("sink"))?;
        Ok(guard)
    }
}

/// A guard whose decoder refused something gives it nothing more. What the former codec still brought says nothing about
/// the decoder of the next one, so caps make it try again.
fn again_with_another_codec(guard: &gst::Element) {
    let Some((sink, source)) = guard.static_pad("sink").zip(guard.static_pad("src")) else { return };
    let source = source.downgrade();
    sink.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, move |_, info| {
        if info.event().is_some_and(|event| event.type_() == gst::EventType::Caps)
            && let Some(source) = source.upgrade()
        {
            source.mark_reconfigure();
        }
        gst::PadProbeReturn::Ok
    });
}

/// Decoded sound goes to the speaker.
fn play(receiver: &Receiver, rooms: Arc<Rooms>, seat: Arc<Seat>) {
    *locked(&seat.measures.sound_decoder) = receiver.bin.by_name("decoder").map(|decoder| decoder.downgrade());
    let mut playout = Playout::default();
    let timeline = Arc::clone(&rooms.timeline);
    relay::drain(&receiver.sink, Arc::clone(&timeline), move |mut buffer, caps| {
        if let Ok(map) = buffer.map_readable() {
            seat.measures.remote_sound.hear(&map);
        }
        seat.arrives(&rooms, Kind::Audio);
        let now = timeline.now();
        seat.measures.sound(&buffer, buffer.pts().map(|arrived| now.saturating_sub(arrived)));
        let at = playout.at(buffer.pts().unwrap_or(now), now);
        buffer.make_mut().set_pts(at);
        if rooms.is_forward(seat.serial) {
            rooms.speaker.play(buffer, caps);
        }
    });
}

/// Decoded pictures go to the screen.
fn show(receiver: &Receiver, rooms: Arc<Rooms>, seat: Arc<Seat>) {
    let (timeline, sink) = (Arc::clone(&rooms.timeline), receiver.sink.downgrade());
    relay::drain(&receiver.sink, Arc::clone(&timeline), move |frame, caps| {
        keep_time(&sink, rooms.picture_wait());
        let size = gst_video::VideoInfo::from_caps(caps).ok().map(|info| (info.width(), info.height()));
        let (now, picture) = (timeline.now(), seat.measures.picture(Stream::Camera));
        let first = picture.frame(size, &frame, frame.pts().map(|arrived| now.saturating_sub(arrived))) == 0;
        seat.arrives(&rooms, Kind::Video);
        if !rooms.is_forward(seat.serial) {
            return;
        }
        picture.shows();
        rooms.screen.remote.push_at(&frame, caps, now);
        if first && seat.part == Part::Call {
            rooms.screen.show(seat.scene());
            let (events, id) = (rooms.events.clone(), seat.id.get().copied());
            rooms.screen.when_shown(now, move || {
                if let Some(call) = id {
                    let _ = events.send(MediaEvent::FirstFrame { call });
                }
            });
        }
    });
}

/// From the second picture on each waits for its time, and for the speaker, `wait`. The first is shown as soon as it is
/// decoded: there is nothing that it could run ahead of.
fn keep_time(sink: &gst::glib::WeakRef<gst_app::AppSink>, wait: gst::ClockTime) {
    let Some(sink) = sink.upgrade() else { return };
    let wait = signed(wait);
    if sink.property::<i64>("ts-offset") != wait {
        sink.set_property("ts-offset", wait);
    }
    if !sink.is_sync() {
        sink.set_sync(true);
    }
}

/// Decoded content goes to the screen, which it takes when it comes.
fn show_content(receiver: &Receiver, rooms: Arc<Rooms>, seat: Arc<Seat>) {
    let (timeline, sink) = (Arc::clone(&rooms.timeline), receiver.sink.downgrade());
    relay::drain(&receiver.sink, Arc::clone(&timeline), move |frame, caps| {
        keep_time(&sink, rooms.picture_wait());
        let size = gst_video::VideoInfo::from_caps(caps).ok().map(|info| (info.width(), info.height()));
        let (now, picture) = (timeline.now(), seat.measures.picture(Stream::Presentation));
        picture.frame(size, &frame, frame.pts().map(|arrived| now.saturating_sub(arrived)));
        if !rooms.is_forward(seat.serial) {
            return;
        }
        picture.shows();
        seat.content.store(true, Ordering::Release);
        rooms.screen.show(Scene::Content);
        rooms.screen.content.push_at(&frame, caps, now);
    });
}

/// Decoded pictures of a screen share wait for nothing and are presented.
fn take(receiver: &Receiver, rooms: &Rooms, share: u64) {
    let shared = Arc::clone(&rooms.presenter.shared);
    relay::drain(&receiver.sink, Arc::clone(&rooms.timeline), move |frame, caps| shared.put(share, frame, caps));
}
