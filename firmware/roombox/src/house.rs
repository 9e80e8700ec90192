//! The running house as its transports (control socket, panel) see it: status, events, commands, media.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use roombox_appliance::tree::{Command, CommandResult};
use roombox_hal::status_display::Picture;
use roombox_media::{
    MediaError,
    api::{MediaCall, Snapshot, SoundTest, SpeakerSamples, Statistics},
    engine::MediaEngine,
    peer::BoxFuture,
};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{control::protocol::Problem, events::EventBus};

/// Commands waiting for the driver; a person presses slower than this.
const WAITING_COMMANDS: usize = 64;

/// A command on its way to the driver.
pub(crate) struct Asked {
    pub(crate) command: Command,
    pub(crate) answer: oneshot::Sender<CommandResult>,
}

/// Level that stands for no sound, in dBFS.
const SILENCE_DB: f64 = -90.0;

/// What can be seen and heard of a running media engine.
pub(crate) trait Senses: Send + Sync {
    /// What the TV shows; `None` before the first picture.
    fn snapshot(&self) -> BoxFuture<'_, Option<Snapshot>>;
    /// The last seconds of a virtual speaker; `None` where the speaker is real.
    fn speaker(&self, seconds: f64) -> Option<SpeakerSamples>;
    /// Measured since the call began.
    fn statistics(&self, call: MediaCall) -> BoxFuture<'_, Option<Statistics>>;
    /// Tests microphone and speaker.
    fn test_sound(&self) -> BoxFuture<'_, Result<SoundTest, MediaError>>;
    /// Answers the offer of a browser that shares a screen, or tells why not.
    fn answer_share(&self, share: u64, offer: String) -> BoxFuture<'_, Result<String, String>>;
}

impl Senses for MediaEngine {
    fn snapshot(&self) -> BoxFuture<'_, Option<Snapshot>> {
        Box::pin(Self::snapshot(self))
    }

    fn speaker(&self, seconds: f64) -> Option<SpeakerSamples> {
        self.speaker_samples(seconds)
    }

    fn statistics(&self, call: MediaCall) -> BoxFuture<'_, Option<Statistics>> {
        Box::pin(Self::statistics(self, call))
    }

    fn test_sound(&self) -> BoxFuture<'_, Result<SoundTest, MediaError>> {
        Box::pin(Self::test_sound(self))
    }

    fn answer_share(&self, share: u64, offer: String) -> BoxFuture<'_, Result<String, String>> {
        Box::pin(async move { Self::answer_share(self, share, &offer).await.map_err(|error| error.to_string()) })
    }
}

/// One house, shared by everybody who talks to it.
#[derive(Clone)]
pub(crate) struct House {
    /// Buttons and lights, as the panel draws them.
    pub(crate) board: Arc<Value>,
    pub(crate) events: EventBus,
    commands: mpsc::Sender<Asked>,
    display: watch::Receiver<Picture>,
    senses: watch::Receiver<Option<Arc<dyn Senses>>>,
    shares: Arc<AtomicU64>,
    status: watch::Receiver<Arc<Value>>,
}

/// The driver's ends.
pub(crate) struct HouseEnds {
    pub(crate) commands: mpsc::Receiver<Asked>,
    pub(crate) display: watch::Sender<Picture>,
    /// Filled when media is started.
    pub(crate) senses: watch::Sender<Option<Arc<dyn Senses>>>,
    pub(crate) status: watch::Sender<Arc<Value>>,
}

impl House {
    pub(crate) fn new(events: EventBus, board: Value) -> (Self, HouseEnds) {
        let (commands, asked) = mpsc::channel(WAITING_COMMANDS);
        let (publish, status) = watch::channel(Arc::new(Value::Null));
        let (show, display) = watch::channel(Picture::default());
        let (sense, senses) = watch::channel(None);
        let shares = Arc::default();
        let house = Self { board: Arc::new(board), events, commands, display, senses, shares, status };
        (house, HouseEnds { commands: asked, display: show, senses: sense, status: publish })
    }

    /// The status tree as it is now.
    pub(crate) fn status(&self) -> Arc<Value> {
        Arc::clone(&self.status.borrow())
    }

    /// To be told of every change.
    pub(crate) fn watch(&self) -> watch::Receiver<Arc<Value>> {
        self.status.clone()
    }

    /// What the status display shows.
    pub(crate) fn display(&self) -> Picture {
        self.display.borrow().clone()
    }

    /// Has the appliance do something.
    pub(crate) async fn command(&self, command: Command) -> Result<(), Problem> {
        let (answer, result) = oneshot::channel();
        self.commands.send(Asked { command, answer }).await.map_err(|_| Problem::closing())?;
        match result.await.map_err(|_| Problem::closing())? {
            CommandResult::Ok => Ok(()),
            CommandResult::Refused { cause } => Err(cause.into()),
        }
    }

    /// A number for a screen share, from 1 on.
    pub(crate) fn next_share(&self) -> u64 {
        self.shares.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The answer to the offer of a browser that shares a screen.
    pub(crate) async fn answer_share(&self, share: u64, offer: String) -> Result<String, Problem> {
        let senses = self.senses().ok_or_else(|| Problem::new("share-failed", "Media is not started."))?;
        let failed = |reason| Problem::new("share-failed", format!("The screen cannot be shared: {reason}."));
        senses.answer_share(share, offer).await.map_err(failed)
    }

    /// Media and network statistics of the present call; all zero without one.
    pub(crate) async fn statistics(&self) -> Result<Value, Problem> {
        let measured = match (self.senses(), self.call()) {
            (Some(senses), Some(call)) => senses.statistics(call).await,
            _ => None,
        };
        let silent = || Statistics { remote_audio_db: SILENCE_DB, microphone_db: SILENCE_DB, ..Statistics::default() };
        serde_json::to_value(measured.unwrap_or_else(silent))
            .map_err(|error| Problem::new("no-statistics", error.to_string()))
    }

    /// Tests microphone and speaker, some twelve seconds; each finding with its sentence.
    pub(crate) async fn test_sound(&self) -> Result<Value, Problem> {
        let not = |error: MediaError| {
            let code = if matches!(error, MediaError::InCall) { "in-call" } else { "no-sound-test" };
            Problem::new(code, format!("Sound cannot be tested: {error}."))
        };
        let senses = self.senses().ok_or_else(|| not(MediaError::Stopped))?;
        let test = senses.test_sound().await.map_err(not)?;
        let findings: Vec<Value> =
            test.findings.iter().map(|finding| json!({ "code": finding, "sentence": finding.sentence() })).collect();
        let mut told = serde_json::to_value(test).map_err(|error| Problem::new("no-sound-test", error.to_string()))?;
        told["findings"] = findings.into();
        Ok(told)
    }

    pub(crate) async fn snapshot(&self) -> Option<Snapshot> {
        self.senses()?.snapshot().await
    }

    pub(crate) fn speaker(&self, seconds: f64) -> Option<SpeakerSamples> {
        self.senses()?.speaker(seconds)
    }

    fn senses(&self) -> Option<Arc<dyn Senses>> {
        self.senses.borrow().clone()
    }

    /// The present call by its number in the tree.
    fn call(&self) -> Option<MediaCall> {
        self.status.borrow().pointer("/call/call").and_then(Value::as_u64).map(MediaCall)
    }
}
