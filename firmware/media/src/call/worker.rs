//! The task of a call: does what its peer connection tells, mends what breaks.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use gst::prelude::*;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, MissedTickBehavior, interval},
};

use crate::{
    api::{MediaCall, MediaEvent, Stream},
    call::{Part, Seat, orders::Order, playout::Playout},
    codec::{self, Direction},
    compose::Scene,
    decode::{self, Receiver},
    encode::{self, Sender, SizeNews, Wish},
    error::MediaError,
    peer::{Codec, Kind, PeerConnection, PeerEvent, Role},
    pipeline::{Note, Pace, Running, locked, named},
    relay,
    rooms::Rooms,
};

/// How often the remote picture is looked after.
const LOOK: Duration = Duration::from_millis(500);
/// Without a frame for this long the remote picture stands still.
const STILL: Duration = Duration::from_secs(3);

/// A call's pipeline and what is in it, by m-line.
pub(super) struct Worker {
    pub(super) rooms: Arc<Rooms>,
    pub(super) peer: Arc<dyn PeerConnection>,
    pub(super) seat: Arc<Seat>,
    running: Running,
    pub(super) senders: HashMap<String, Sender>,
    pub(super) receivers: HashMap<String, Receiver>,
    /// How streams are to be sent, also those that begin later.
    pub(super) wishes: HashMap<Stream, Wish>,
    connected: bool,
    watch: FrameWatch,
}

/// Does the remote picture move?
struct FrameWatch {
    seen: u64,
    since: Instant,
    flowing: bool,
}

impl Worker {
    /// The pipeline plays when this returns.
    pub(super) fn start(rooms: Arc<Rooms>, peer: Arc<dyn PeerConnection>, seat: Arc<Seat>) -> Result<Self, MediaError> {
        let pipeline = gst::Pipeline::new();
        pipeline.add(&peer.bin())?;
        let running = Running::start("call", pipeline, Pace::Common(&rooms.timeline))?;
        let watch = FrameWatch { seen: 0, since: Instant::now(), flowing: true };
        let (senders, receivers, wishes) = (HashMap::new(), HashMap::new(), HashMap::new());
        Ok(Self { rooms, peer, seat, running, senders, receivers, wishes, connected: false, watch })
    }

    /// Until the owner closes the call.
    pub(super) async fn run(
        mut self,
        mut events: mpsc::UnboundedReceiver<PeerEvent>,
        mut orders: mpsc::UnboundedReceiver<Order>,
        mut closing: oneshot::Receiver<()>,
    ) {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = &mut closing => break,
                Some(event) = events.recv() => self.peer_event(event).await,
                Some(order) = orders.recv() => self.obey(order),
                Some(note) = self.running.notes.recv() => self.mend(note).await,
                _ = look.tick() => self.look_after_frames(),
            }
        }
        self.senders.clear();
        self.rooms.leave(self.seat.serial);
        self.peer.close().await;
        self.running.stop().await;
    }

    async fn peer_event(&mut self, event: PeerEvent) {
        let done = match event {
            PeerEvent::Connected => {
                self.connect();
                Ok(())
            }
            PeerEvent::Disconnected => {
                self.tell(|call| MediaEvent::Disconnected { call });
                Ok(())
            }
            PeerEvent::Failed { reason } => {
                self.tell(|call| MediaEvent::Failed { call, reason });
                Ok(())
            }
            PeerEvent::SendCodec { mid, kind, role: Role::Main, codec } => self.send(&mid, kind, &codec).await,
            PeerEvent::RemoteTrack { mid, kind, role: Role::Main, codec, pad, .. } => {
                self.receive(&mid, kind, &codec, &pad).await
            }
            PeerEvent::SendCodec { .. } | PeerEvent::RemoteTrack { .. } => Ok(()),
            PeerEvent::SendEnded { mid } => {
                if let Some(old) = self.senders.remove(&mid) {
                    self.take_out(&old.bin, &encode::branch(&mid));
                }
                Ok(())
            }
            // The decoder waits for the line to be taken again.
            PeerEvent::RemoteEnded { .. } => Ok(()),
            PeerEvent::KeyFrameWanted { mid } => {
                if let Some(sender) = self.senders.get(&mid) {
                    sender.force_key_frame();
                }
                Ok(())
            }
        };
        if let Err(error) = done {
            self.tell(|call| MediaEvent::Failed { call, reason: error.to_string() });
        }
    }

    fn tell(&self, event: impl FnOnce(MediaCall) -> MediaEvent) {
        if let Some(call) = self.seat.id.get() {
            self.rooms.tell(event(*call));
        }
    }

    /// Encoders work from now on, beginning with a key frame; what they made earlier would be lost.
    fn connect(&mut self) {
        if !self.connected {
            self.connected = true;
            self.watch.since = Instant::now();
            if self.seat.part == Part::Call {
                self.rooms.bring_forward(self.seat.serial);
                self.listen();
            }
        }
        for (mid, sender) in &mut self.senders {
            begin(&self.rooms, sender, mid);
        }
        for (mid, receiver) in &self.receivers {
            if receiver.kind == Kind::Video {
                self.peer.request_key_frame(mid);
            }
        }
        self.tell(|call| MediaEvent::Connected { call });
    }

    /// The first sound is told when it is played.
    fn listen(&self) {
        let (events, seat) = (self.rooms.events.clone(), Arc::clone(&self.seat));
        self.rooms.speaker.when_heard(move || {
            if let Some(call) = seat.id.get() {
                let _ = events.send(MediaEvent::FirstAudio { call: *call });
            }
        });
    }

    async fn send(&mut self, mid: &str, kind: Kind, codec: &Codec) -> Result<(), MediaError> {
        if self.seat.part == Part::Receive || self.senders.get(mid).is_some_and(|sender| sender.codec == *codec) {
            return Ok(());
        }
        if let Some(old) = self.senders.remove(mid) {
            self.take_out(&old.bin, &encode::branch(mid));
        }
        let stream = self.stream_on(mid, kind);
        let mut sender = match kind {
            Kind::Audio => Sender::audio(mid, codec)?,
            Kind::Video => {
                let element = codec::choose(&self.rooms.config.codecs, &codec.name, Direction::Encoder).await?;
                *locked(&self.seat.measures.encoder) = Some(format!("{} {element}", codec.name));
                let sent = Arc::clone(self.seat.measures.sent(stream));
                let bitrate = self.rooms.config.max_bitrate_kbps.saturating_mul(1000);
                Sender::video(mid, codec, stream, element, bitrate, sent, self.size_news(stream))?
            }
        };
        if let Some(wish) = self.wishes.get(&stream) {
            sender.steer(*wish);
        }
        self.put_in(&sender.bin)?;
        let peer = self.peer.bin();
        sender.bin.link_pads(Some("src"), &peer, Some(&format!("sink_{mid}")))?;
        if self.connected {
            begin(&self.rooms, &mut sender, mid);
        }
        self.senders.insert(mid.to_owned(), sender);
        Ok(())
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

    async fn receive(&mut self, mid: &str, kind: Kind, codec: &Codec, pad: &str) -> Result<(), MediaError> {
        if self.receivers.get(mid).is_some_and(|receiver| receiver.codec == *codec) {
            return Ok(());
        }
        let guard = self.guard(mid, pad)?;
        if let Some(old) = self.receivers.remove(mid) {
            guard.unlink(&old.bin);
            self.take_out(&old.bin, &decode::branch(mid));
        }
        let receiver = match kind {
            Kind::Audio => Receiver::audio(mid, codec)?,
            Kind::Video => {
                let element = codec::choose(&self.rooms.config.codecs, &codec.name, Direction::Decoder).await?;
                *locked(&self.seat.measures.decoder) = Some(format!("{} {element}", codec.name));
                Receiver::video(mid, codec, element)?
            }
        };
        if kind == Kind::Video {
            count_arrivals(&receiver, &self.seat)?;
        }
        match kind {
            Kind::Audio => play(&receiver, Arc::clone(&self.rooms), Arc::clone(&self.seat)),
            Kind::Video => show(&receiver, Arc::clone(&self.rooms), Arc::clone(&self.seat)),
        }
        self.put_in(&receiver.bin)?;
        guard.link(&receiver.bin)?;
        if kind == Kind::Video {
            self.peer.request_key_frame(mid);
        }
        self.receivers.insert(mid.to_owned(), receiver);
        Ok(())
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
        self.running.pipeline.add(&guard)?;
        guard.sync_state_with_parent()?;
        self.peer.bin().link_pads(Some(pad), &guard, Some("sink"))?;
        Ok(guard)
    }

    fn put_in(&self, bin: &gst::Bin) -> Result<(), MediaError> {
        self.running.pipeline.add(bin)?;
        Ok(bin.sync_state_with_parent()?)
    }

    fn take_out(&self, bin: &gst::Bin, name: &str) {
        let stopped = bin.set_state(gst::State::Null).map_err(|error| error.to_string());
        let removed = self.running.pipeline.remove(bin).map_err(|error| error.to_string());
        if let Err(error) = stopped.map(|_| ()).and(removed) {
            tracing::warn!(branch = name, error, "cannot be taken out of the call");
        }
    }

    /// A branch broke: it is made anew with the next element of the board's list; the others go on.
    async fn mend(&mut self, note: Note) {
        let Note::Failed { branch, reason } = note else { return };
        tracing::warn!(branch, reason, "a branch of the call failed");
        let sender = self.senders.keys().find(|mid| encode::branch(mid) == branch).cloned();
        let receiver = self.receivers.keys().find(|mid| decode::branch(mid) == branch).cloned();
        let mended = match (sender, receiver) {
            (Some(mid), _) => self.mend_sender(&mid).await,
            (_, Some(mid)) => self.mend_receiver(&mid).await,
            _ => Err(MediaError::pipeline("call", reason)),
        };
        if let Err(error) = mended {
            self.tell(|call| MediaEvent::Failed { call, reason: error.to_string() });
        }
    }

    async fn mend_sender(&mut self, mid: &str) -> Result<(), MediaError> {
        let Some(sender) = self.senders.remove(mid) else { return Ok(()) };
        self.take_out(&sender.bin, &encode::branch(mid));
        codec::distrust(&sender.element);
        let kind = if sender.element == "opusenc" { Kind::Audio } else { Kind::Video };
        self.send(mid, kind, &sender.codec).await
    }

    async fn mend_receiver(&mut self, mid: &str) -> Result<(), MediaError> {
        let Some(receiver) = self.receivers.remove(mid) else { return Ok(()) };
        if let Some(guard) = self.running.pipeline.by_name(&format!("guard_{mid}")) {
            guard.unlink(&receiver.bin);
        }
        self.take_out(&receiver.bin, &decode::branch(mid));
        codec::distrust(&receiver.element);
        self.receive(mid, receiver.kind, &receiver.codec, &format!("src_{mid}")).await
    }

    fn look_after_frames(&mut self) {
        let video = self.receivers.iter().find(|(_, receiver)| receiver.kind == Kind::Video);
        let Some((mid, _)) = video.filter(|_| self.connected) else { return };
        let decoded = self.seat.measures.decoded();
        let moved = decoded != self.watch.seen;
        if moved {
            (self.watch.seen, self.watch.since) = (decoded, Instant::now());
        } else {
            self.peer.request_key_frame(mid);
        }
        // What is not seen has no standstill.
        let forward = self.rooms.is_forward(self.seat.serial);
        let flowing = moved || !forward || (self.watch.flowing && self.watch.since.elapsed() < STILL);
        if flowing != self.watch.flowing {
            self.watch.flowing = flowing;
            self.tell(|call| MediaEvent::RemoteVideo { call, flowing });
        }
    }
}

fn begin(rooms: &Rooms, sender: &mut Sender, mid: &str) {
    tracing::debug!(mid, element = sender.element, "sends");
    let hub = if sender.element == "opusenc" { &rooms.microphone.hub } else { &rooms.pictures.hub };
    sender.take_from(hub);
    sender.force_key_frame();
}

/// Frames count as received when they go into the decoder.
fn count_arrivals(receiver: &Receiver, seat: &Arc<Seat>) -> Result<(), MediaError> {
    let pad = named::<gst::Element>(&receiver.bin, "decoder")?.static_pad("sink");
    let pad = pad.ok_or_else(|| MediaError::pipeline("decoder", "has no pad"))?;
    let seat = Arc::clone(seat);
    pad.add_probe(gst::PadProbeType::BUFFER, move |_, _| {
        seat.measures.received.fetch_add(1, Ordering::Relaxed);
        gst::PadProbeReturn::Ok
    });
    Ok(())
}

/// Decoded sound goes to the speaker.
fn play(receiver: &Receiver, rooms: Arc<Rooms>, seat: Arc<Seat>) {
    let mut playout = Playout::default();
    let timeline = Arc::clone(&rooms.timeline);
    relay::drain(&receiver.sink, Arc::clone(&timeline), move |mut buffer, caps| {
        if let Ok(map) = buffer.map_readable() {
            seat.measures.remote_sound.hear(&map);
        }
        seat.arrives(&rooms, Kind::Audio);
        let now = timeline.now();
        let at = playout.at(buffer.pts().unwrap_or(now), now);
        buffer.make_mut().set_pts(at);
        if rooms.is_forward(seat.serial) {
            rooms.speaker.hub.push(&buffer, caps);
        }
    });
}

/// Decoded pictures go to the screen.
fn show(receiver: &Receiver, rooms: Arc<Rooms>, seat: Arc<Seat>) {
    let timeline = Arc::clone(&rooms.timeline);
    relay::drain(&receiver.sink, Arc::clone(&timeline), move |mut frame, caps| {
        let size = gst_video::VideoInfo::from_caps(caps).ok().map(|info| (info.width(), info.height()));
        let first = seat.measures.frame(size) == 0;
        seat.arrives(&rooms, Kind::Video);
        let now = timeline.now();
        frame.make_mut().set_pts(now);
        if !rooms.is_forward(seat.serial) {
            return;
        }
        rooms.screen.remote.push(&frame, caps);
        if first && seat.part == Part::Call {
            rooms.screen.show(Scene::Call);
            let (events, id) = (rooms.events.clone(), seat.id.get().copied());
            rooms.screen.when_shown(now, move || {
                if let Some(call) = id {
                    let _ = events.send(MediaEvent::FirstFrame { call });
                }
            });
        }
    });
}
