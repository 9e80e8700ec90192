//! The media of one call: a pipeline around a peer connection.

mod delay;
mod entries;
mod freezes;
mod measures;
mod orders;
mod picture;
mod playout;
mod receiving;
mod sending;
mod tracks;
mod waits;
mod watch;
mod worker;

use std::sync::{
    Arc, Mutex, OnceLock,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

pub(crate) use measures::Measures;
pub(crate) use orders::Order;

use crate::{
    api::{MediaCall, MediaEvent, Statistics, Stream},
    attention::Attending,
    call::{entries::Known, worker::Worker},
    codec::Direction,
    compose::Scene,
    encode::KeySender,
    error::MediaError,
    peer::{Engine, IcePolicy, Kind, PeerConfig, PeerConnection},
    pipeline::locked,
    rooms::Rooms,
    sound::{codecs, level},
};

static SERIAL: AtomicU64 = AtomicU64::new(0);

/// A call's media. It may be made before anybody knows what call it will serve.
pub(crate) struct Call {
    pub(crate) peer: Arc<dyn PeerConnection>,
    seat: Arc<Seat>,
    orders: mpsc::UnboundedSender<Order>,
    work: Mutex<Option<Work>>,
}

/// What a peer connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A call.
    Call,
    /// The receive connection of a spectator: nothing is sent, and what comes replaces the call's sound and picture
    /// (spec section 2.8).
    Receive,
    /// The screen share of a browser, by its number: nothing is sent, and its pictures are what the box presents.
    Share(u64),
}

/// What the call's task and its owner share.
struct Seat {
    part: Part,
    arrived: Mutex<Arrived>,
    serial: u64,
    id: OnceLock<MediaCall>,
    attending: Mutex<Option<Attending>>,
    /// Of the audio sender, once there is one.
    keys: Mutex<Option<Arc<KeySender>>>,
    measures: Measures,
    /// Content of the other side is seen.
    content: AtomicBool,
}

impl Seat {
    /// What the screen shows of this call: content takes the large place while it comes.
    fn scene(&self) -> Scene {
        if self.content.load(Ordering::Acquire) {
            Scene::Content
        } else if self.measures.decoded() > 0 {
            Scene::Call
        } else {
            Scene::Idle
        }
    }
}

/// What has come so far.
#[derive(Debug, Default)]
struct Arrived {
    sound: bool,
    picture: bool,
}

impl Arrived {
    const fn complete(&self) -> bool {
        self.sound && self.picture
    }
}

impl Seat {
    /// Sound and picture have come.
    fn runs(&self) -> bool {
        locked(&self.arrived).complete()
    }

    /// Something was decoded. A receive connection runs when sound and picture are there.
    fn arrives(&self, rooms: &Rooms, kind: Kind) {
        if self.part != Part::Receive {
            return;
        }
        let mut arrived = locked(&self.arrived);
        let before = arrived.complete();
        match kind {
            Kind::Audio => arrived.sound = true,
            Kind::Video => arrived.picture = true,
        }
        let runs = arrived.complete() && !before;
        drop(arrived);
        if let (true, Some(call)) = (runs, self.id.get()) {
            rooms.cover(self.serial);
            rooms.tell(MediaEvent::ReceiveRunning { call: *call });
        }
    }
}

struct Work {
    close: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Call {
    /// A peer connection in a pipeline that plays; gathering starts at once.
    pub(crate) fn open(rooms: &Arc<Rooms>, part: Part) -> Result<Self, MediaError> {
        let (sender, events) = mpsc::unbounded_channel();
        // Whoever reaches the panel reaches the box without help.
        let nearby = matches!(part, Part::Share(_));
        let config = PeerConfig {
            ice_servers: if nearby { Vec::new() } else { rooms.config.ice_servers.clone() },
            audio_codecs: codecs::working(&rooms.config.audio_codecs),
            keys: true,
            video_codecs: rooms.codecs.promising(&rooms.config.video_codecs),
            bind: rooms.config.bind.clone(),
            ice_policy: if nearby { IcePolicy::All } else { rooms.config.ice_policy },
            dscp: rooms.config.dscp,
            relay_security: rooms.config.relay_security.clone(),
        };
        // The other engine does not notice that a browser is gone.
        let engine = if nearby { Engine::default() } else { rooms.config.engine };
        let peer = engine.connect(config, sender)?;
        let seat = Arc::new(Seat {
            part,
            arrived: Mutex::default(),
            serial: SERIAL.fetch_add(1, Ordering::Relaxed),
            id: OnceLock::new(),
            attending: Mutex::default(),
            keys: Mutex::default(),
            measures: Measures::default(),
            content: AtomicBool::new(false),
        });
        let worker = Worker::start(Arc::clone(rooms), Arc::clone(&peer), Arc::clone(&seat))?;
        let (close, closing) = oneshot::channel();
        let (orders, obeying) = mpsc::unbounded_channel();
        let task = tokio::spawn(worker.run(events, obeying, closing));
        Ok(Self { peer, seat, orders, work: Mutex::new(Some(Work { close, task })) })
    }

    /// It serves this call from now on.
    pub(crate) fn assign(&self, id: MediaCall, rooms: &Rooms) {
        *locked(&self.seat.attending) = Some(rooms.attention.attend());
        // A call keeps the number it got first; the engine assigns once.
        let _ = self.seat.id.set(id);
    }

    /// Done by the call's task, orders in a row.
    pub(crate) fn order(&self, order: Order) {
        // A call that is closing obeys nobody.
        let _ = self.orders.send(order);
    }

    /// Sends telephone keys beside the sound; see [`crate::engine::MediaEngine::send_keys`].
    pub(crate) async fn send_keys(&self, keys: &str, times: [u32; 3]) -> Result<(), MediaError> {
        let sender = locked(&self.seat.keys).clone().ok_or(MediaError::NoKeys)?;
        let sent = sender.press(keys, times)?;
        drop(sender);
        sent.await.map_err(|_| MediaError::KeysCut)
    }

    /// Opens what the presenter has; nothing of the call waits for it. After an error nothing is changed.
    pub(crate) async fn open_presentation(&self, rooms: &Rooms) -> Result<(), MediaError> {
        some_encoder(rooms).await?;
        rooms.presenter.start(self.seat.serial, &rooms.tasks).await
    }

    /// Presents what was opened; true when the other side has to agree by a negotiation first.
    pub(crate) async fn add_presentation(&self, rooms: &Rooms) -> Result<bool, MediaError> {
        if !rooms.presenter.presents(self.seat.serial) {
            return Err(MediaError::GivenUp);
        }
        match self.peer.add_presentation().await {
            Ok(renegotiate) => Ok(renegotiate),
            Err(error) => {
                rooms.presenter.stop(self.seat.serial);
                Err(error.into())
            }
        }
    }

    /// Presents no more.
    pub(crate) async fn remove_presentation(&self, rooms: &Rooms) {
        self.peer.remove_presentation().await;
        rooms.presenter.stop(self.seat.serial);
    }

    /// Ends it; returns when nothing of it is left.
    pub(crate) async fn close(&self) {
        let work = locked(&self.work).take();
        if let Some(Work { close, task }) = work {
            drop(close);
            if let Err(error) = task.await {
                tracing::error!(%error, "the task of a call's media ended badly");
            }
        }
    }

    /// What has been measured.
    pub(crate) async fn statistics(&self, rooms: &Rooms) -> Statistics {
        let measures = &self.seat.measures;
        let mut statistics = measures.statistics();
        statistics.microphone_db = rooms.microphone.meter.level();
        let known = Known {
            camera_track: rooms.camera.track(),
            camera: measures.sent(Stream::Camera).figures(),
            presentation: measures.sent(Stream::Presentation).figures(),
            microphone: (level::linear(statistics.microphone_db), rooms.microphone.meter.heard()),
            sound: measures.heard(),
            playout: rooms.speaker.playout(),
            main: measures.picture(Stream::Camera).figures(),
            content: measures.picture(Stream::Presentation).figures(),
        };
        statistics.entries = entries::complete(self.peer.stats().await, &known);
        statistics.picture_delay = delay::estimate(&known.main, &statistics.entries);
        statistics
    }
}

/// There is an encoder for one of the codecs that are offered.
async fn some_encoder(rooms: &Rooms) -> Result<(), MediaError> {
    let mut missing = MediaError::BadSetting("no video codec is configured".into());
    for name in &rooms.config.video_codecs {
        match rooms.codecs.choose(name, Direction::Encoder).await {
            Ok(_) => return Ok(()),
            Err(error) => missing = error,
        }
    }
    Err(missing)
}
