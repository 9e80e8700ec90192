//! The task of a call: does what its peer connection tells, mends what breaks.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use gst::prelude::*;
use tokio::{
    sync::{mpsc, oneshot},
    time::{MissedTickBehavior, interval},
};

use super::{
    Part, Seat,
    orders::Order,
    tracks::{News, Tracks},
    watch::FrameWatch,
};
use crate::{
    api::{MediaCall, MediaEvent, Stream},
    bandwidth::share::Resting,
    decode::Receiver,
    encode::{Sender, Wish},
    error::MediaError,
    peer::{Codec, Kind, PeerConnection, PeerEvent},
    pipeline::{Note, Pace, Running, locked},
    rooms::Rooms,
};

/// How often the remote pictures are looked after.
const LOOK: Duration = Duration::from_millis(500);

/// A browser whose path is lost for so long does not come back: it was closed, or its machine sleeps.
const SHARE_LOST: Duration = Duration::from_secs(6);

/// A call's pipeline and what is in it, by m-line.
pub(super) struct Worker {
    pub(super) rooms: Arc<Rooms>,
    pub(super) peer: Arc<dyn PeerConnection>,
    pub(super) seat: Arc<Seat>,
    pub(super) running: Running,
    pub(super) senders: HashMap<String, Sender>,
    pub(super) receivers: HashMap<String, Receiver>,
    /// How streams are to be sent, also those that begin later.
    pub(super) wishes: HashMap<Stream, Wish>,
    /// How telephone keys are sent, by m-line.
    pub(super) keys: HashMap<String, Codec>,
    /// What the path carries in bit/s, and the share of packets lost in percent.
    pub(super) path: Option<(u32, u8)>,
    /// Pictures for which it carries too little.
    pub(super) resting: Resting,
    pub(super) connected: bool,
    /// Since when the path is lost.
    lost: Option<Instant>,
    tracks: Tracks,
    watch: FrameWatch,
    content_watch: FrameWatch,
}

impl Worker {
    /// The pipeline plays when this returns.
    pub(super) fn start(rooms: Arc<Rooms>, peer: Arc<dyn PeerConnection>, seat: Arc<Seat>) -> Result<Self, MediaError> {
        let pipeline = gst::Pipeline::new();
        pipeline.add(&peer.bin())?;
        let running = Running::start("call", pipeline, Pace::Common(&rooms.timeline))?;
        Ok(Self {
            rooms,
            peer,
            seat,
            running,
            senders: HashMap::new(),
            receivers: HashMap::new(),
            wishes: HashMap::new(),
            keys: HashMap::new(),
            path: None,
            resting: Resting::default(),
            connected: false,
            lost: None,
            tracks: Tracks::default(),
            watch: FrameWatch::new(0, Instant::now()),
            content_watch: FrameWatch::new(0, Instant::now()),
        })
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
        *locked(&self.seat.keys) = None;
        self.rooms.leave(self.seat.serial);
        self.rooms.presenter.stop(self.seat.serial);
        self.peer.close().await;
        self.running.stop().await;
        *locked(&self.seat.attending) = None;
    }

    async fn peer_event(&mut self, event: PeerEvent) {
        match event {
            PeerEvent::Connected => self.connect(),
            PeerEvent::Disconnected => {
                self.lost.get_or_insert_with(Instant::now);
                self.tell(|call| MediaEvent::Disconnected { call });
            }
            PeerEvent::Servers { failed } => self.rooms.tell(MediaEvent::IceServers { failed }),
            PeerEvent::Failed { reason } => self.fail(reason),
            PeerEvent::SendCodec { mid, kind, role, codec } => {
                let done = self.send(&mid, Stream::on(kind, role), &codec).await;
                self.check(done);
            }
            PeerEvent::SendEnded { mid } => self.end_sending(&mid),
            PeerEvent::RemoteTrack { mid, kind, role, codec, pad, track } => {
                for news in self.tracks.comes(&mid, kind, track) {
                    self.tell_track(news);
                }
                let done = self.receive(&mid, Stream::on(kind, role), &codec, &pad).await;
                self.check(done);
            }
            PeerEvent::RemoteEnded { mid } => {
                if let Some(news) = self.tracks.ends(&mid) {
                    self.tell_track(news);
                }
                // Sound and the remote picture come again after a hold; content is rare and gives way.
                if self.receivers.get(&mid).is_some_and(|receiver| receiver.stream == Stream::Presentation) {
                    self.end_receiving(&mid);
                }
            }
            PeerEvent::KeysAgreed { mid, events } => self.agree_keys(&mid, events),
            PeerEvent::KeyPressed { key, duration_ms } => {
                self.tell(|call| MediaEvent::KeyPressed { call, key, duration_ms });
            }
            PeerEvent::Bandwidth { rate, loss_percent } => self.divide(rate, loss_percent),
            PeerEvent::KeyFrameWanted { mid } => {
                if let Some(sender) = self.senders.get(&mid) {
                    sender.force_key_frame();
                }
            }
        }
    }

    fn check(&self, done: Result<(), MediaError>) {
        if let Err(error) = done {
            self.fail(error.to_string());
        }
    }

    fn fail(&self, reason: String) {
        match self.seat.part {
            Part::Share(share) => self.rooms.tell(MediaEvent::ShareLost { share, reason }),
            Part::Call | Part::Receive => self.tell(|call| MediaEvent::Failed { call, reason }),
        }
    }

    pub(super) fn tell(&self, event: impl FnOnce(MediaCall) -> MediaEvent) {
        if let Some(call) = self.seat.id.get() {
            self.rooms.tell(event(*call));
        }
    }

    fn tell_track(&self, news: News) {
        self.tell(|call| match news {
            News::Added(track) => MediaEvent::RemoteTrackAdded { call, track },
            News::Removed(track) => MediaEvent::RemoteTrackRemoved { call, track },
        });
    }

    fn connect(&mut self) {
        self.lost = None;
        if !self.connected {
            self.connected = true;
            self.watch = FrameWatch::new(self.seat.measures.decoded(), Instant::now());
            if self.seat.part == Part::Call {
                self.listen();
            }
            if self.seat.part == Part::Call && !self.is_held() {
                self.rooms.bring_forward(self.seat.serial);
            }
        }
        self.begin_sending();
        for (mid, receiver) in &self.receivers {
            if receiver.stream.kind() == Kind::Video {
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

    pub(super) fn put_in(&self, bin: &gst::Bin) -> Result<(), MediaError> {
        self.running.pipeline.add(bin)?;
        Ok(bin.sync_state_with_parent()?)
    }

    pub(super) fn take_out(&self, bin: &gst::Bin) {
        let stopped = bin.set_state(gst::State::Null).map_err(|error| error.to_string());
        let removed = self.running.pipeline.remove(bin).map_err(|error| error.to_string());
        if let Err(error) = stopped.map(|_| ()).and(removed) {
            tracing::warn!(branch = %bin.name(), error, "cannot be taken out of the call");
        }
    }

    /// A branch broke: it is made anew with the next element of the board's list; the others go on.
    async fn mend(&mut self, note: Note) {
        let Note::Failed { branch, reason } = note else { return };
        let sender = self.senders.iter().find(|(_, sender)| sender.bin.name() == branch);
        let receiver = self.receivers.iter().find(|(_, receiver)| receiver.bin.name() == branch);
        let mended = match (sender.map(|(mid, _)| mid.clone()), receiver.map(|(mid, _)| mid.clone())) {
            (Some(mid), _) => self.mend_sender(&mid, &reason).await,
            (_, Some(mid)) => self.mend_receiver(&mid, &reason).await,
            _ if self.is_shared(&branch) => Err(MediaError::pipeline("call", reason)),
            _ => return tracing::debug!(branch, reason, "a branch that is gone failed"),
        };
        self.check(mended);
    }

    /// This stands directly in the pipeline and serves every line.
    fn is_shared(&self, branch: &str) -> bool {
        branch.is_empty() || self.running.pipeline.by_name(branch).is_some()
    }

    /// A screen that nobody touches gives no pictures: asked for is the first only.
    fn look_after_share(&mut self, share: u64, now: Instant) {
        if self.lost.is_some_and(|since| now.duration_since(since) >= SHARE_LOST) {
            self.lost = None;
            self.rooms.tell(MediaEvent::ShareLost { share, reason: "nothing comes from the browser any more".into() });
        }
        if let Some(mid) = self.received(Stream::Camera).filter(|_| !self.rooms.presenter.shared.is_seen()) {
            self.peer.request_key_frame(mid);
        }
    }

    fn look_after_frames(&mut self) {
        if !self.connected {
            return;
        }
        let now = Instant::now();
        if let Part::Share(share) = self.seat.part {
            return self.look_after_share(share, now);
        }
        if let Some(mid) = self.received(Stream::Camera).map(str::to_owned) {
            let forward = self.rooms.is_forward(self.seat.serial);
            let look = self.watch.look(self.seat.measures.decoded(), forward, now);
            if !look.moved {
                self.peer.request_key_frame(&mid);
            }
            if let Some(flowing) = look.news {
                self.tell(|call| MediaEvent::RemoteVideo { call, flowing });
            }
        }
        if let Some(mid) = self.received(Stream::Presentation).map(str::to_owned) {
            let look = self.content_watch.look(self.seat.measures.picture(Stream::Presentation).decoded(), true, now);
            if look.news == Some(false) {
                self.content_gone();
            }
            // A page that stands still may be sent once a second: asked for is only what has never come or stopped.
            if !look.moved && !self.seat.content.load(Ordering::Acquire) {
                self.peer.request_key_frame(&mid);
            }
        }
    }
}
