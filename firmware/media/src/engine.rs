//! The media engine: everything between the devices of the room and the peer connection.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use tokio::sync::mpsc::UnboundedSender;

use crate::{
    api::{
        Chime, Encoding, MediaCall, MediaConfig, MediaEvent, PresentationSource, Ring, Snapshot, SoundTest,
        SpeakerSamples, Statistics, Stream, Turn, View, Words,
    },
    call::{Call, Order, Part},
    codec::Direction,
    error::MediaError,
    output,
    pipeline::locked,
    receive,
    rooms::Rooms,
    sound,
};

/// What `,` between telephone keys waits, in ms (W3C `insertDTMF`).
const KEY_PAUSE_MS: u32 = 2_000;

/// A running media engine. Cheap to clone; methods may be called from any task.
///
/// Devices run from the start: the camera, microphone and speaker come and go by themselves, each telling so with a
/// [`MediaEvent`]. Dropping the last clone stops everything as [`MediaEngine::stop`] does, without waiting.
#[derive(Clone)]
pub struct MediaEngine {
    shared: Arc<Shared>,
}

struct Shared {
    rooms: Mutex<Option<Arc<Rooms>>>,
    calls: Mutex<HashMap<MediaCall, Arc<Call>>>,
    prepared: Mutex<Option<Call>>,
    share: Mutex<Option<(u64, Call)>>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(rooms) = locked(&self.rooms).take() {
            rooms.tasks.close();
        }
    }
}

impl MediaEngine {
    /// Starts the engine. Must be called within a tokio runtime, which then runs the engine's tasks.
    pub fn start(mut config: MediaConfig, events: UnboundedSender<MediaEvent>) -> Result<Self, MediaError> {
        gst::init()?;
        tokio::runtime::Handle::try_current()?;
        let (engine, missing) = config.engine.installed();
        if let Some(missing) = missing {
            tracing::warn!(%missing, "calls run on the default engine");
            let _ = events.send(MediaEvent::EngineMissing { reason: missing.to_string() });
        }
        config.engine = engine;
        let rooms = Rooms::start(config, events)?;
        tokio::spawn(try_codecs(Arc::downgrade(&rooms)));
        let rooms = Mutex::new(Some(rooms));
        Ok(Self {
            shared: Arc::new(Shared {
                rooms,
                calls: Mutex::default(),
                prepared: Mutex::default(),
                share: Mutex::default(),
            }),
        })
    }

    /// Arms the next call: makes its peer connection and gathers candidates ahead, so that the next
    /// [`MediaEngine::create_offer`] or [`MediaEngine::create_answer`] for a new call answers at once. Worth calling
    /// after start and after each call's end; no effect where one is armed already.
    #[allow(clippy::unused_async, reason = "a peer connection may have to wait here for what it arms")]
    pub async fn prepare(&self) -> Result<(), MediaError> {
        let rooms = self.rooms()?;
        let mut prepared = locked(&self.shared.prepared);
        if prepared.is_none() {
            *prepared = Some(Call::open(&rooms, Part::Call)?);
        }
        Ok(())
    }

    /// Makes an offer, for a new call or again for a running one. `restart_ice`: with new ICE credentials.
    pub async fn create_offer(&self, call: MediaCall, restart_ice: bool) -> Result<String, MediaError> {
        Ok(self.call_or_new(call)?.peer.create_offer(restart_ice).await?)
    }

    /// Answers the peer's offer, for a new call or again for a running one.
    pub async fn create_answer(&self, call: MediaCall, offer: &str) -> Result<String, MediaError> {
        Ok(self.call_or_new(call)?.peer.create_answer(offer).await?)
    }

    /// Sets the peer's answer to the offer made last.
    pub async fn accept_answer(&self, call: MediaCall, answer: &str) -> Result<(), MediaError> {
        Ok(self.known(call)?.peer.accept_answer(answer).await?)
    }

    /// Makes the offer of a spectator: a connection of its own that only receives, numbered by the caller like a call and
    /// used like one (`accept_answer`, `statistics`, `request_key_frame`, `close_call`). What it brings is heard and seen
    /// instead of the call's from [`MediaEvent::ReceiveRunning`] until it is closed (spec section 2.8).
    pub async fn create_receive_offer(&self, connection: MediaCall) -> Result<String, MediaError> {
        let rooms = self.rooms()?;
        let call = Arc::new(Call::open(&rooms, Part::Receive)?);
        call.assign(connection, &rooms);
        let former = locked(&self.shared.calls).insert(connection, Arc::clone(&call));
        if let Some(former) = former {
            former.close().await;
        }
        Ok(receive::only(&call.peer.create_offer(false).await?))
    }

    /// Steers what is sent from the next frame on, and whenever the stream begins anew; without negotiation.
    pub fn set_encoding(&self, call: MediaCall, stream: Stream, encoding: Encoding) -> Result<(), MediaError> {
        self.known(call)?.order(Order::Encode(stream, encoding));
        Ok(())
    }

    /// Holds the call (true): nothing of it is sent and nothing played or shown, whatever the other side sends. What a
    /// hold means to the other side is the matter of the descriptions.
    pub fn set_hold(&self, call: MediaCall, hold: bool) -> Result<(), MediaError> {
        self.known(call)?.order(Order::Hold(hold));
        Ok(())
    }

    /// Presses telephone keys (`0-9`, `A-D`, `*`, `#`, `R`; `,` waits 2 s) that the other side gets as RTP events beside
    /// the sound (RFC 4733), each for `duration_ms` with `gap_ms` behind it; returns when the last has been sent. No sound
    /// is sent while a key is. [`MediaError::NoKeys`] where the other side takes none (see [`MediaEvent::KeysAgreed`]).
    /// While nothing is sent (hold) they wait.
    pub async fn send_keys(
        &self,
        call: MediaCall,
        keys: &str,
        duration_ms: u32,
        gap_ms: u32,
    ) -> Result<(), MediaError> {
        self.known(call)?.send_keys(keys, [duration_ms, gap_ms, KEY_PAUSE_MS]).await
    }

    /// Asks the other side for a key frame of the picture it sends as this stream.
    pub fn request_key_frame(&self, call: MediaCall, stream: Stream) -> Result<(), MediaError> {
        self.known(call)?.order(Order::AskKeyFrame(stream));
        Ok(())
    }

    /// Takes the camera picture from the next configured camera, or from the only one opened anew, and returns the name
    /// of its track, another each time. After an error the former camera goes on.
    pub async fn replace_camera(&self, call: MediaCall) -> Result<String, MediaError> {
        let (rooms, call) = (self.rooms()?, self.known(call)?);
        let track = rooms.camera.replace(&rooms.tasks).await?;
        call.order(Order::SendKeyFrame);
        Ok(track)
    }

    /// What is presented from the next [`MediaEngine::open_presentation`] on.
    pub fn set_presentation(&self, source: PresentationSource) {
        if let Ok(rooms) = self.rooms() {
            rooms.presenter.set(source);
        }
    }

    /// Opens the source of the presentation; returns when it gives pictures, which may take
    /// seconds. Everything else of the call may be done meanwhile. Where the call presents already, the source takes the
    /// place of the former. After an error, and when this is dropped, the call is as before.
    pub async fn open_presentation(&self, call: MediaCall) -> Result<(), MediaError> {
        let (rooms, call) = (self.rooms()?, self.known(call)?);
        call.open_presentation(&rooms).await
    }

    /// Sends what was opened on the second video line. True: the other side has to agree first, by an offer or answer of
    /// this engine. After an error the call is as before.
    pub async fn add_presentation(&self, call: MediaCall) -> Result<bool, MediaError> {
        let (rooms, call) = (self.rooms()?, self.known(call)?);
        call.add_presentation(&rooms).await
    }

    /// Turns the pages of what is presented; false where that has none. The fact follows as
    /// [`MediaEvent::PresentationPage`].
    pub fn turn_page(&self, turn: Turn) -> bool {
        self.rooms().is_ok_and(|rooms| rooms.presenter.turn(turn))
    }

    /// Presents no more; the source is closed, the line stays for the next time without negotiation.
    pub async fn remove_presentation(&self, call: MediaCall) -> Result<(), MediaError> {
        let (rooms, call) = (self.rooms()?, self.known(call)?);
        call.remove_presentation(&rooms).await;
        Ok(())
    }

    /// Ends the call's media; returns when nothing of it is left. No effect where there is no such call.
    pub async fn close_call(&self, call: MediaCall) {
        let media = locked(&self.shared.calls).remove(&call);
        if let Some(media) = media {
            media.close().await;
        }
    }

    /// The screen as composed now, whatever the output; `None` when nothing could be composed yet. Where there is no
    /// display it is composed for a while after each call of this only.
    pub async fn snapshot(&self) -> Option<Snapshot> {
        let rooms = self.rooms().ok()?;
        rooms.screen.look().await;
        tokio::task::spawn_blocking(move || rooms.screen.snapshot()).await.ok()?
    }

    /// How the screen is divided in calls, from the next picture on.
    pub fn set_view(&self, view: View) {
        if let Ok(rooms) = self.rooms() {
            rooms.screen.divide(view);
        }
    }

    /// What is written over the pictures of the screen. Returns when it is drawn, which reads fonts.
    pub async fn set_words(&self, words: Words) {
        if let Ok(rooms) = self.rooms() {
            // Drawing has no failure of its own: without a font nothing is written.
            let _ = tokio::task::spawn_blocking(move || rooms.screen.write(words)).await;
        }
    }

    /// The picture that goes out now: the camera's or the still picture.
    pub async fn camera_snapshot(&self) -> Option<Snapshot> {
        let rooms = self.rooms().ok()?;
        let convert = move || output::rgb(&rooms.pictures.last()?, &rooms.pictures.format.info).ok();
        tokio::task::spawn_blocking(convert).await.ok()?
    }

    /// What has been measured in this call; `None` where there is no such call.
    pub async fn statistics(&self, call: MediaCall) -> Option<Statistics> {
        let (rooms, call) = (self.rooms().ok()?, self.call(call)?);
        Some(call.statistics(&rooms).await)
    }

    /// The last `seconds` (0.0..=10.0) that the virtual speaker played; `None` with any other speaker.
    pub fn speaker_samples(&self, seconds: f64) -> Option<SpeakerSamples> {
        self.rooms().ok()?.speaker.samples(seconds)
    }

    /// Sends sound (true) or silence (false). The fact follows as [`MediaEvent::Microphone`].
    pub fn set_microphone(&self, on: bool) {
        if let Ok(rooms) = self.rooms() {
            rooms.microphone.set_muted(!on);
        }
    }

    /// Sends the camera picture (true) or the still picture (false; the camera is closed). The fact follows as
    /// [`MediaEvent::CameraSending`].
    pub fn set_camera(&self, on: bool) {
        if let Ok(rooms) = self.rooms() {
            rooms.camera.set(on);
        }
    }

    /// Speaker volume, 0..=100; more counts as 100.
    pub fn set_volume(&self, volume: u8) {
        if let Ok(rooms) = self.rooms() {
            rooms.speaker.set_volume(volume);
        }
    }

    /// Rings at the speaker until told otherwise; as loud as [`MediaConfig::tones_volume`] says.
    pub fn ring(&self, ring: Option<Ring>) {
        if let Ok(rooms) = self.rooms() {
            rooms.speaker.ring(ring);
        }
    }

    /// Chimes at the speaker once, instead of a former chime and, meanwhile, of what rings.
    pub fn chime(&self, chime: Chime) {
        if let Ok(rooms) = self.rooms() {
            rooms.speaker.chime(chime);
        }
    }

    /// Plays a marker and looks for it in what the microphone hears, then takes what is said after a beep through the
    /// first audio codec and plays it again; some twelve seconds. [`MediaError::InCall`] while there is a call.
    pub async fn test_sound(&self) -> Result<SoundTest, MediaError> {
        let rooms = self.rooms()?;
        if !locked(&self.shared.calls).is_empty() {
            return Err(MediaError::InCall);
        }
        let _alone = rooms.testing.try_lock().map_err(|_| MediaError::TestRuns)?;
        let codec = sound::trial::codec(&rooms.config.audio_codecs);
        let trial = sound::trial::Trial {
            microphone: &rooms.microphone,
            speaker: &rooms.speaker,
            echo_delay_ms: rooms.config.audio.echo_delay_ms.unwrap_or_default(),
            codec: codec.as_deref(),
        };
        Ok(trial.run().await)
    }

    /// Closes every call and device; returns when that is done. The engine cannot be used again.
    pub async fn stop(&self) {
        let rooms = locked(&self.shared.rooms).take();
        let prepared = locked(&self.shared.prepared).take();
        let share = locked(&self.shared.share).take().map(|(_, call)| call);
        let calls: Vec<_> = locked(&self.shared.calls).drain().map(|(_, call)| call).collect();
        for call in calls {
            call.close().await;
        }
        for call in prepared.into_iter().chain(share) {
            call.close().await;
        }
        if let Some(rooms) = rooms {
            rooms.tasks.finish().await;
        }
    }

    fn rooms(&self) -> Result<Arc<Rooms>, MediaError> {
        locked(&self.shared.rooms).clone().ok_or(MediaError::Stopped)
    }

    fn call(&self, call: MediaCall) -> Option<Arc<Call>> {
        locked(&self.shared.calls).get(&call).cloned()
    }

    fn known(&self, call: MediaCall) -> Result<Arc<Call>, MediaError> {
        self.call(call).ok_or(MediaError::NoSuchCall(call.0))
    }

    fn call_or_new(&self, id: MediaCall) -> Result<Arc<Call>, MediaError> {
        let rooms = self.rooms()?;
        let mut calls = locked(&self.shared.calls);
        if let Some(call) = calls.get(&id) {
            return Ok(Arc::clone(call));
        }
        let prepared = locked(&self.shared.prepared).take();
        let call = Arc::new(prepared.map_or_else(|| Call::open(&rooms, Part::Call), Ok)?);
        call.assign(id, &rooms);
        calls.insert(id, Arc::clone(&call));
        Ok(call)
    }
}

/// Trials take some hundred milliseconds: made at start, not in the first call.
async fn try_codecs(rooms: std::sync::Weak<Rooms>) {
    let Some(rooms) = rooms.upgrade() else { return };
    let (elements, names) = (Arc::clone(&rooms.codecs), rooms.config.video_codecs.clone());
    drop(rooms);
    for name in names {
        for direction in [Direction::Encoder, Direction::Decoder] {
            match elements.choose(&name, direction).await {
                Ok(element) => tracing::debug!(codec = name, ?direction, element, "codec element"),
                Err(error) => tracing::warn!(%error, "codec cannot be used"),
            }
        }
    }
}

#[cfg(test)]
mod lip_sync_tests;
mod sharing;
