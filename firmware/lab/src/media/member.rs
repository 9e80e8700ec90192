//! A participant: its peer connection, what it is sent and what comes from it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gst::prelude::*;
use roombox_lab_signalling::MediaNews;
use roombox_media::peer::webrtc_engine::WebrtcPeer;
use roombox_media::peer::{Codec, Kind, PeerConfig, PeerConnection, PeerError, PeerEvent};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval};

use super::branch::{Branch, Picture};
use super::layout::Area;
use super::mixer::{Block, Voice};
use super::room::Hall;
use super::timeline::Playing;
use super::watch::Watch;
use super::{MediaError, MediaNote};

/// Between two reports of what comes in.
const REPORT: Duration = Duration::from_secs(1);
/// A picture older than this is no longer shown: the participant has stopped sending.
const STALE: Duration = Duration::from_secs(3);

/// A participant.
pub(crate) struct Member {
    pub(super) call: u64,
    pub(super) name: String,
    hall: Arc<Hall>,
    notes: mpsc::UnboundedSender<MediaNote>,
    peer: WebrtcPeer,
    playing: Mutex<Option<Playing>>,
    branches: Mutex<Branches>,
    voice: Arc<Mutex<Voice>>,
    watch: Arc<Watch>,
    task: Mutex<Option<AbortHandle>>,
}

/// What hangs on the peer connection, by m-line.
#[derive(Debug, Default)]
struct Branches {
    sending: BTreeMap<String, Branch>,
    receiving: BTreeMap<String, Branch>,
    pictures: BTreeMap<String, Screen>,
    ears: Option<gst_app::AppSrc>,
}

/// One received picture.
#[derive(Debug)]
struct Screen {
    newest: Arc<Mutex<Option<(gst::Sample, Instant)>>>,
    picture: Picture,
    area: Area,
}

impl Member {
    pub(super) fn new(
        call: u64,
        name: &str,
        bind: &[IpAddr],
        hall: Arc<Hall>,
        notes: mpsc::UnboundedSender<MediaNote>,
    ) -> Result<Arc<Self>, MediaError> {
        let (sender, events) = mpsc::unbounded_channel();
        let video_codecs = vec!["H264".to_owned(), "VP8".to_owned()];
        let peer = WebrtcPeer::new(PeerConfig { ice_servers: Vec::new(), video_codecs, bind: bind.to_vec() }, sender)?;
        let pipeline = gst::Pipeline::new();
        pipeline.add(&peer.bin())?;
        let failures = notes.clone();
        let playing = hall.timeline.play(pipeline, move |reason| {
            // The lab may have stopped meanwhile.
            let _ = failures.send(MediaNote { call, news: MediaNews::Failed(reason) });
        })?;
        let member = Arc::new(Self {
            call,
            name: name.to_owned(),
            hall,
            notes,
            peer,
            playing: Mutex::new(Some(playing)),
            branches: Mutex::default(),
            voice: Arc::default(),
            watch: Arc::default(),
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
    pub(crate) async fn offer(&self) -> Result<String, PeerError> {
        self.peer.create_offer(false).await
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
        self.hall.detach(self.call);
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
                _ = ticks.tick(), if connected => {
                    let watch = Arc::clone(&self.watch);
                    if let Ok(report) = spawn_blocking(move || watch.look()).await {
                        self.tell(MediaNews::Report(report));
                    }
                }
            }
        }
    }

    fn on_event(&self, event: PeerEvent) {
        let done = match event {
            PeerEvent::Connected => {
                self.hall.key_frame(self.call);
                locked(&self.branches).pictures.keys().for_each(|mid| self.peer.request_key_frame(mid));
                self.tell(MediaNews::Connected);
                Ok(())
            }
            // ICE may find another way; if not, Failed follows.
            PeerEvent::Disconnected => Ok(()),
            // What is no longer sent or shown costs nothing; the line may be taken again.
            PeerEvent::SendEnded { .. } | PeerEvent::RemoteEnded { .. } => Ok(()),
            PeerEvent::Failed { reason } => {
                self.tell(MediaNews::Failed(reason));
                Ok(())
            }
            PeerEvent::SendCodec { mid, kind, codec, .. } => self.send(&mid, kind, &codec),
            PeerEvent::RemoteTrack { mid, kind, codec, pad, .. } => self.receive(mid, kind, &codec.name, &pad),
            PeerEvent::KeyFrameWanted { .. } => {
                self.hall.key_frame(self.call);
                Ok(())
            }
        };
        if let Err(error) = done {
            self.tell(MediaNews::Failed(error.to_string()));
        }
    }

    /// Sends with this codec from now on.
    fn send(&self, mid: &str, kind: Kind, codec: &Codec) -> Result<(), MediaError> {
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
                drop(branches);
                self.hall.attach(self.call, &codec.name, source)?;
            }
        }
        Ok(())
    }

    /// Takes a stream of the participant.
    fn receive(&self, mid: String, kind: Kind, codec: &str, pad: &str) -> Result<(), MediaError> {
        let Some(pipeline) = self.pipeline() else { return Ok(()) };
        let (branch, picture) = match kind {
            Kind::Audio => (self.hearing(codec)?, None),
            Kind::Video => {
                Branch::video(codec, Arc::clone(&self.watch)).map(|(branch, picture)| (branch, Some(picture)))?
            }
        };
        let mut branches = locked(&self.branches);
        if let Some(picture) = picture {
            let screen = Screen::new(picture);
            branches.pictures.insert(mid.clone(), screen);
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

    /// Its pictures, by m-line; a participant without any still has its place.
    pub(super) fn screens(&self) -> Vec<Option<String>> {
        let branches = locked(&self.branches);
        if branches.pictures.is_empty() { vec![None] } else { branches.pictures.keys().cloned().map(Some).collect() }
    }

    /// The newest picture of this m-line, from now on in this tile's size.
    pub(super) fn picture(&self, mid: &str, area: Area) -> Option<gst::Sample> {
        let mut branches = locked(&self.branches);
        let screen = branches.pictures.get_mut(mid)?;
        if screen.area != area {
            screen.area = area;
            screen.picture.fit(area);
        }
        let newest = locked(&screen.newest);
        newest.as_ref().filter(|(_, at)| at.elapsed() < STALE).map(|(sample, _)| sample.clone())
    }

    fn pipeline(&self) -> Option<gst::Pipeline> {
        locked(&self.playing).as_ref().map(|playing| playing.pipeline.clone())
    }

    fn tell(&self, news: MediaNews) {
        // The lab may have stopped meanwhile.
        let _ = self.notes.send(MediaNote { call: self.call, news });
    }
}

impl Screen {
    fn new(picture: Picture) -> Self {
        let newest: Arc<Mutex<Option<(gst::Sample, Instant)>>> = Arc::default();
        let store = Arc::clone(&newest);
        let callbacks = gst_app::AppSinkCallbacks::builder().new_sample(move |sink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            *locked(&store) = Some((sample, Instant::now()));
            Ok(gst::FlowSuccess::Ok)
        });
        picture.sink.set_callbacks(callbacks.build());
        let area = super::layout::tiles(1)[0];
        picture.fit(area);
        Self { newest, picture, area }
    }
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member").field("call", &self.call).field("name", &self.name).finish_non_exhaustive()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
