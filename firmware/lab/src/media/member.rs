//! A participant: its peer connection, what it is sent and what comes from it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gst::prelude::*;
use roombox_lab_signalling::MediaNews;
use roombox_media::peer::webrtc_engine::WebrtcPeer;
use roombox_media::peer::{Codec, Kind, PeerConfig, PeerConnection, PeerError, PeerEvent, Role};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval};

use super::branch::Branch;
use super::canvas::{HEIGHT, WIDTH};
use super::encoder::{Seat, Size};
use super::layout::{Area, tiles};
use super::mixer::{Block, Voice};
use super::room::Hall;
use super::screen::Screen;
use super::timeline::Playing;
use super::watch::Watch;
use super::{MediaError, MediaNote};

/// Between two reports of what comes in.
const REPORT: Duration = Duration::from_secs(1);
/// As large as a room's picture.
const WHOLE: Area = Area { x: 0, y: 0, width: WIDTH, height: HEIGHT };

/// One connection of a participant.
pub(crate) struct Member {
    pub(super) seat: Seat,
    pub(super) name: String,
    hall: Mutex<Arc<Hall>>,
    /// How large the room's picture is sent.
    size: Size,
    notes: mpsc::UnboundedSender<MediaNote>,
    peer: WebrtcPeer,
    playing: Mutex<Option<Playing>>,
    branches: Mutex<Branches>,
    voice: Arc<Mutex<Voice>>,
    watch: Arc<Watch>,
    /// Looks at what it presents.
    content_watch: Arc<Watch>,
    task: Mutex<Option<AbortHandle>>,
}

/// What hangs on the peer connection, by m-line.
#[derive(Debug, Default)]
struct Branches {
    sending: BTreeMap<String, Branch>,
    feeds: BTreeMap<String, Feed>,
    /// What it presents, and in which codec.
    content: Option<(Screen, String)>,
    receiving: BTreeMap<String, Branch>,
    pictures: BTreeMap<String, Screen>,
    ears: Option<gst_app::AppSrc>,
}

/// Where an encoded picture goes in.
#[derive(Clone, Debug)]
struct Feed {
    codec: String,
    role: Role,
    source: gst_app::AppSrc,
}

impl Member {
    pub(super) fn new(
        seat: Seat,
        size: Size,
        name: &str,
        bind: &[IpAddr],
        hall: Arc<Hall>,
        notes: mpsc::UnboundedSender<MediaNote>,
    ) -> Result<Arc<Self>, MediaError> {
        let (sender, events) = mpsc::unbounded_channel();
        let config = PeerConfig {
            audio_codecs: vec!["OPUS".to_owned()],
            video_codecs: vec!["H264".to_owned(), "VP8".to_owned()],
            bind: bind.to_vec(),
            // Those that it knows come by INFO (spec section 3.2, row 28).
            keys: false,
            ..PeerConfig::default()
        };
        let peer = WebrtcPeer::new(config, sender)?;
        let pipeline = gst::Pipeline::new();
        pipeline.add(&peer.bin())?;
        let failures = notes.clone();
        let playing = hall.timeline.play(pipeline, move |reason| {
            if !seat.watches {
                // The lab may have stopped meanwhile.
                let _ = failures.send(MediaNote { call: seat.call, news: MediaNews::Failed(reason) });
            }
        })?;
        let member = Arc::new(Self {
            seat,
            name: name.to_owned(),
            hall: Mutex::new(hall),
            size,
            notes,
            peer,
            playing: Mutex::new(Some(playing)),
            branches: Mutex::default(),
            voice: Arc::default(),
            watch: Arc::default(),
            content_watch: Arc::default(),
            task: Mutex::default(),
        });
        let task = tokio::spawn(Arc::clone(&member).follow(events));
        *locked(&member.task) = Some(task.abort_handle());
        Ok(member)
    }

    /// The answer to an offer of the participant.
    pub(crate) async fn answer(&self, offer: &str) -> Result<String, PeerError> {
        self.peer.create_answer(offer).await
    }

    /// An offer to the participant.
    pub(crate) async fn offer(&self, restart_ice: bool) -> Result<String, PeerError> {
        self.peer.create_offer(restart_ice).await
    }

    /// Sends what is presented from now on; gives an offer where one is needed for that.
    pub(crate) async fn show_content(&self) -> Result<String, PeerError> {
        if self.peer.add_presentation().await? { self.peer.create_offer(false).await } else { Ok(String::new()) }
    }

    /// Sends what is presented no longer.
    pub(crate) async fn hide_content(&self) {
        self.peer.remove_presentation().await;
    }

    /// The answer to the offer of a spectator: whatever is presented then has its m-line.
    pub(crate) async fn watch(&self, offer: &str) -> Result<String, PeerError> {
        self.peer.add_presentation().await?;
        self.peer.create_answer(offer).await
    }

    /// Into another room.
    pub(super) fn move_to(&self, hall: Arc<Hall>) -> Result<(), MediaError> {
        let former = std::mem::replace(&mut *locked(&self.hall), hall);
        former.main.detach(self.seat);
        former.content.detach(self.seat);
        let feeds: Vec<_> = locked(&self.branches).feeds.values().cloned().collect();
        feeds.into_iter().try_for_each(|feed| self.feed(feed))
    }

    /// Gets the room's picture no more, or again.
    pub(super) fn rest(&self, rests: bool) -> Result<(), MediaError> {
        self.hall().main.detach(self.seat);
        let feeds: Vec<_> = locked(&self.branches).feeds.values().cloned().collect();
        let mut main = feeds.into_iter().filter(|feed| !rests && feed.role == Role::Main);
        main.try_for_each(|feed| self.feed(feed))
    }

    /// Gives a picture of the room to an m-line.
    fn feed(&self, feed: Feed) -> Result<(), MediaError> {
        let hall = self.hall();
        let encoders = match feed.role {
            Role::Main => &hall.main,
            Role::Content => &hall.content,
        };
        encoders.attach(&hall.timeline, self.seat, (&feed.codec, self.size), feed.source)
    }

    fn hall(&self) -> Arc<Hall> {
        Arc::clone(&locked(&self.hall))
    }

    /// Takes the participant's answer.
    pub(crate) async fn accept(&self, answer: &str) -> Result<(), PeerError> {
        self.peer.accept_answer(answer).await
    }

    /// Ends it: connection closed, pipeline stopped.
    pub(super) async fn close(&self) {
        if let Some(task) = locked(&self.task).take() {
            task.abort();
        }
        let hall = self.hall();
        hall.main.detach(self.seat);
        hall.content.detach(self.seat);
        self.peer.close().await;
        let playing = locked(&self.playing).take();
        // Stopping waits for threads; it cannot panic.
        let _ = spawn_blocking(move || drop(playing)).await;
    }

    /// Acts on what the peer connection tells, and reports once a second.
    async fn follow(self: Arc<Self>, mut events: mpsc::UnboundedReceiver<PeerEvent>) {
        let mut ticks = interval(REPORT);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut connected = false;
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some(event) => {
                        connected |= matches!(event, PeerEvent::Connected);
                        self.on_event(event);
                    }
                    None => return,
                },
                _ = ticks.tick(), if connected && !self.seat.watches => self.report().await,
            }
        }
    }

    async fn report(&self) {
        let (watch, content) = (Arc::clone(&self.watch), Arc::clone(&self.content_watch));
        let Ok((mut report, news)) = spawn_blocking(move || (watch.look(), content.look_at_picture())).await else {
            return;
        };
        if let Some(presentation) = news {
            let codec = locked(&self.branches).content.as_ref().map(|(_, codec)| codec.clone());
            if let Some(codec) = codec {
                self.tell(MediaNews::Content(codec));
            }
            report.presentation = Some(presentation);
        }
        self.tell(MediaNews::Report(report));
    }

    fn on_event(&self, event: PeerEvent) {
        let done = match event {
            PeerEvent::Connected => {
                self.key_frames();
                locked(&self.branches).receiving.keys().for_each(|mid| self.peer.request_key_frame(mid));
                self.tell(if self.seat.watches { MediaNews::Watching } else { MediaNews::Connected });
                Ok(())
            }
            // ICE may find another way; if not, Failed follows.
            PeerEvent::Disconnected => Ok(()),
            // One encoding serves several participants; it does not follow the narrowest of their paths.
            PeerEvent::Bandwidth { .. } | PeerEvent::Servers { .. } => Ok(()),
            // What is no longer sent or shown costs nothing; the line may be taken again. Keys are not agreed.
            PeerEvent::RemoteEnded { .. } | PeerEvent::KeysAgreed { .. } | PeerEvent::KeyPressed { .. } => Ok(()),
            PeerEvent::SendEnded { mid } => {
                self.send_ended(&mid);
                Ok(())
            }
            PeerEvent::Failed { reason } => {
                self.tell(MediaNews::Failed(reason));
                Ok(())
            }
            PeerEvent::SendCodec { mid, kind, role, codec } => self.send(&mid, (kind, role), &codec),
            PeerEvent::RemoteTrack { mid, kind, role, codec, pad, .. } => {
                self.receive(mid, (kind, role), &codec.name, &pad)
            }
            PeerEvent::KeyFrameWanted { .. } => {
                self.key_frames();
                Ok(())
            }
        };
        if let Err(error) = done {
            self.tell(MediaNews::Failed(error.to_string()));
        }
    }

    fn key_frames(&self) {
        let hall = self.hall();
        hall.main.key_frame(self.seat);
        hall.content.key_frame(self.seat);
    }

    /// Sends with this codec from now on.
    fn send(&self, mid: &str, (kind, role): (Kind, Role), codec: &Codec) -> Result<(), MediaError> {
        let Some(pipeline) = self.pipeline() else { return Ok(()) };
        let (branch, source) = Branch::sending(kind, codec)?;
        let mut branches = locked(&self.branches);
        if let Some(former) = branches.sending.remove(mid) {
            former.take_out();
        }
        branch.before(&pipeline, &self.peer.bin(), &format!("sink_{mid}"))?;
        branches.sending.insert(mid.to_owned(), branch);
        match kind {
            Kind::Audio => branches.ears = Some(source),
            Kind::Video => {
                let feed = Feed { codec: codec.name.clone(), role, source };
                branches.feeds.insert(mid.to_owned(), feed.clone());
                drop(branches);
                self.feed(feed)?;
            }
        }
        Ok(())
    }

    /// Sends nothing on this m-line any more.
    fn send_ended(&self, mid: &str) {
        let mut branches = locked(&self.branches);
        let (branch, feed) = (branches.sending.remove(mid), branches.feeds.remove(mid));
        drop(branches);
        let hall = self.hall();
        match feed.map(|feed| feed.role) {
            Some(Role::Main) => hall.main.detach(self.seat),
            Some(Role::Content) => hall.content.detach(self.seat),
            None => {}
        }
        if let Some(branch) = branch {
            branch.take_out();
        }
    }

    /// Takes a stream of the participant.
    fn receive(&self, mid: String, (kind, role): (Kind, Role), codec: &str, pad: &str) -> Result<(), MediaError> {
        let Some(pipeline) = self.pipeline() else { return Ok(()) };
        let (branch, picture) = match (kind, role) {
            (Kind::Audio, _) => (self.hearing(codec)?, None),
            (Kind::Video, role) => {
                let watch = if role == Role::Main { &self.watch } else { &self.content_watch };
                Branch::video(codec, Arc::clone(watch)).map(|(branch, picture)| (branch, Some(picture)))?
            }
        };
        let mut branches = locked(&self.branches);
        match (picture, role) {
            (Some(picture), Role::Main) => {
                branches.pictures.insert(mid.clone(), Screen::new(picture, tiles(1)[0]));
            }
            (Some(picture), Role::Content) => {
                branches.content = Some((Screen::new(picture, WHOLE), codec.to_owned()));
            }
            (None, _) => {}
        }
        let former = branches.receiving.remove(&mid);
        branch.behind(&pipeline, &self.peer.bin(), pad, former)?;
        branches.receiving.insert(mid, branch);
        Ok(())
    }

    fn hearing(&self, codec: &str) -> Result<Branch, MediaError> {
        let (watch, voice) = (Arc::clone(&self.watch), Arc::clone(&self.voice));
        Branch::sound(codec, move |samples| {
            watch.hear(samples);
            locked(&voice).push(samples.iter().copied());
        })
    }

    /// The next block of its sound.
    pub(super) fn speaks(&self) -> Option<Block> {
        locked(&self.voice).take()
    }

    /// Gives it a block to hear.
    pub(super) fn hears(&self, block: &Block, at: gst::ClockTime, duration: gst::ClockTime) {
        let Some(ears) = locked(&self.branches).ears.clone() else { return };
        let bytes: Vec<u8> = block.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let mut buffer = gst::Buffer::from_mut_slice(bytes);
        if let Some(buffer) = buffer.get_mut() {
            buffer.set_pts(at);
            buffer.set_duration(duration);
        }
        // Refused only while it stops.
        let _ = ears.push_buffer(buffer);
    }

    /// Its pictures, by m-line; a participant without any still has its place, a spectator's connection has none.
    pub(super) fn screens(&self) -> Vec<Option<String>> {
        if self.seat.watches {
            return Vec::new();
        }
        let branches = locked(&self.branches);
        if branches.pictures.is_empty() { vec![None] } else { branches.pictures.keys().cloned().map(Some).collect() }
    }

    /// The newest picture of this m-line, from now on in this tile's size.
    pub(super) fn picture(&self, mid: &str, area: Area) -> Option<gst::Sample> {
        let mut branches = locked(&self.branches);
        let screen = branches.pictures.get_mut(mid)?;
        screen.fit(area);
        screen.fresh()
    }

    /// The newest picture of what it presents.
    pub(super) fn content(&self) -> Option<gst::Sample> {
        locked(&self.branches).content.as_ref().and_then(|(screen, _)| screen.fresh())
    }

    fn pipeline(&self) -> Option<gst::Pipeline> {
        locked(&self.playing).as_ref().map(|playing| playing.pipeline.clone())
    }

    fn tell(&self, news: MediaNews) {
        if let (true, MediaNews::Failed(reason)) = (self.seat.watches, &news) {
            // The call goes on; the spectator asks again.
            return tracing::info!(reason, "the connection of a spectator");
        }
        // The lab may have stopped meanwhile.
        let _ = self.notes.send(MediaNote { call: self.seat.call, news });
    }
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member").field("seat", &self.seat).field("name", &self.name).finish_non_exhaustive()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
