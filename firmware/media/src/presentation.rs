//! What a presentation shows: opened with the first call that presents, closed with the last. Opening may take seconds;
//! nothing of a call waits for it, and whoever gives up takes it back.

mod book;
mod deck;
mod poppler;
mod shared;
mod signal;
mod source;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::{mpsc::UnboundedSender, watch};

pub(crate) use self::shared::SharedScreen;
use self::{
    deck::Deck,
    signal::SignalWatch,
    source::{Health, SourceDevice},
};
use crate::{
    api::{MediaEvent, PresentationSource, Turn},
    attention::Attention,
    capture::{PictureFormat, source::Bench},
    error::MediaError,
    pipeline::locked,
    pipelines::PictureSize,
    relay::Hub,
    report::Report,
    supervise::supervise,
    tasks::Tasks,
};

/// Frames a second of moving pictures: what is presented is read rather than watched, and a second encoder costs as much
/// as the first.
const MOVING_RATE: u32 = 15;
/// Frames a second of a still: one soon for a peer that needs a key frame.
const STILL_RATE: u32 = 5;
/// Between the numbers in the frame codes of the camera's test card and the presented one.
const CARD_OFFSET: u8 = 100;
/// A source that neither gives a picture nor fails by then has failed: streams may begin with their next key frame.
const PATIENCE: Duration = Duration::from_secs(12);

/// The presentation of the box; encoders take its frames at the hub.
pub(crate) struct Presenter {
    pub(crate) hub: Arc<Hub>,
    /// What a browser shares.
    pub(crate) shared: Arc<SharedScreen>,
    /// The camera's; the presentation keeps to its size.
    bench: Bench,
    events: UnboundedSender<MediaEvent>,
    next: Mutex<Option<PresentationSource>>,
    /// One source is opened at a time: two calls may want the same device.
    opening: tokio::sync::Mutex<()>,
    stage: Mutex<Stage>,
    kept: Mutex<Option<Kept>>,
}

/// Never held while anything is opened.
#[derive(Default)]
struct Stage {
    open: Option<Open>,
    starting: Vec<Start>,
    last_start: u64,
}

/// A call that waits for its source; it gives up when `_kept` is dropped.
struct Start {
    number: u64,
    call: u64,
    _kept: watch::Sender<()>,
}

/// A source at work.
struct Open {
    source: PresentationSource,
    /// Its frames go to the hub.
    on_air: Arc<AtomicBool>,
    deck: Option<Arc<Deck>>,
    /// Dropped with this, which closes the source; absent where that is kept open.
    _wanted: Option<watch::Sender<bool>>,
    /// Serial numbers of the calls that present it.
    calls: Vec<u64>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.on_air.store(false, Ordering::Release);
    }
}

/// A source that is open whether it is presented or not.
struct Kept {
    source: PresentationSource,
    on_air: Arc<AtomicBool>,
    health: watch::Receiver<Health>,
    _wanted: watch::Sender<bool>,
}

/// A start that is under way, until dropped.
struct Starting<'a> {
    presenter: &'a Presenter,
    number: u64,
}

impl Drop for Starting<'_> {
    fn drop(&mut self) {
        locked(&self.presenter.stage).starting.retain(|start| start.number != self.number);
    }
}

impl Presenter {
    /// `bench`: what the camera is opened with.
    pub(crate) fn new(source: Option<PresentationSource>, bench: &Bench, events: UnboundedSender<MediaEvent>) -> Self {
        Self {
            hub: Arc::default(),
            shared: Arc::default(),
            bench: Bench { card: bench.card.wrapping_add(CARD_OFFSET), attention: None, board: None, ..bench.clone() },
            events,
            next: Mutex::new(source),
            opening: tokio::sync::Mutex::default(),
            stage: Mutex::default(),
            kept: Mutex::default(),
        }
    }

    /// Keeps the source open from now on and tells whether it has a signal; few of its frames are looked at while nobody
    /// attends.
    pub(crate) fn watch(&self, attention: &Arc<Attention>, tasks: &Tasks) -> Result<(), MediaError> {
        let source = locked(&self.next).clone().ok_or(MediaError::NoPresentation)?;
        let bench = Bench { attention: Some(Arc::clone(attention)), ..self.bench_for(&source)? };
        let signal = Arc::new(SignalWatch::new(bench.format.info.clone(), self.events.clone()));
        let (wanted, receiver) = watch::channel(true);
        let (device, health) = self.device(&source, bench, None, Some(signal));
        let on_air = Arc::clone(&device.on_air);
        tasks.spawn(supervise(device, receiver, tasks.closing()));
        *locked(&self.kept) = Some(Kept { source, on_air, health, _wanted: wanted });
        Ok(())
    }

    /// What is presented from the next start on.
    pub(crate) fn set(&self, source: PresentationSource) {
        *locked(&self.next) = Some(source);
    }

    /// This call presents; returns when there is a picture. Another source than before takes the place of the former,
    /// which goes on after an error. Given up when the call stops meanwhile, or when this is dropped.
    pub(crate) async fn start(&self, call: u64, tasks: &Tasks) -> Result<(), MediaError> {
        let source = locked(&self.next).clone().ok_or(MediaError::NoPresentation)?;
        let (starting, mut kept) = self.announce(call);
        let opening = async {
            let _one = self.opening.lock().await;
            if self.join(call, &source) {
                return Ok(());
            }
            let opened = self.open(source, tasks).await?;
            self.put_on_air(call, opened, starting.number)
        };
        tokio::select! {
            biased;
            // Nothing is ever sent: it ends with its sender.
            _ = kept.changed() => Err(MediaError::GivenUp),
            done = opening => done,
        }
    }

    fn announce(&self, call: u64) -> (Starting<'_>, watch::Receiver<()>) {
        let (sender, kept) = watch::channel(());
        let mut stage = locked(&self.stage);
        stage.last_start += 1;
        let number = stage.last_start;
        stage.starting.push(Start { number, call, _kept: sender });
        (Starting { presenter: self, number }, kept)
    }

    /// The call presents what is open; false when that is something else.
    fn join(&self, call: u64, source: &PresentationSource) -> bool {
        let mut stage = locked(&self.stage);
        let Some(open) = stage.open.as_mut().filter(|open| open.source == *source) else { return false };
        if !open.calls.contains(&call) {
            open.calls.push(call);
        }
        true
    }

    /// The new source takes the place of the former, unless the call has stopped meanwhile.
    fn put_on_air(&self, call: u64, mut opened: Open, start: u64) -> Result<(), MediaError> {
        let mut stage = locked(&self.stage);
        if !stage.starting.iter().any(|other| other.number == start) {
            return Err(MediaError::GivenUp);
        }
        if let Some(former) = stage.open.take() {
            opened.calls.clone_from(&former.calls);
        }
        if !opened.calls.contains(&call) {
            opened.calls.push(call);
        }
        opened.on_air.store(true, Ordering::Release);
        stage.open = Some(opened);
        Ok(())
    }

    /// Does this call present?
    pub(crate) fn presents(&self, call: u64) -> bool {
        locked(&self.stage).open.as_ref().is_some_and(|open| open.calls.contains(&call))
    }

    /// This call presents no more; one that starts gives up.
    pub(crate) fn stop(&self, call: u64) {
        let mut stage = locked(&self.stage);
        stage.starting.retain(|start| start.call != call);
        if let Some(open) = stage.open.as_mut() {
            open.calls.retain(|other| *other != call);
        }
        stage.open.take_if(|open| open.calls.is_empty());
    }

    /// Turns the pages of what is presented; false when that has none.
    pub(crate) fn turn(&self, turn: Turn) -> bool {
        let deck = locked(&self.stage).open.as_ref().and_then(|open| open.deck.clone());
        deck.inspect(|deck| deck.turn(turn)).is_some()
    }

    async fn open(&self, source: PresentationSource, tasks: &Tasks) -> Result<Open, MediaError> {
        let kept = self.kept(&source);
        if let Some((on_air, health)) = kept {
            working(health).await?;
            return Ok(Open { source, on_air, deck: None, _wanted: None, calls: Vec::new() });
        }
        let bench = self.bench_for(&source)?;
        let deck = match &source {
            PresentationSource::Pages { of, interval } => {
                Some(Arc::new(Deck::new(of.clone(), *interval, bench.clone(), self.events.clone())))
            }
            _ => None,
        };
        if source == PresentationSource::Share {
            self.shared.first().await?;
        }
        let (wanted, receiver) = watch::channel(true);
        let (device, health) = self.device(&source, bench, deck.clone(), None);
        let on_air = Arc::clone(&device.on_air);
        tasks.spawn(supervise(device, receiver.clone(), tasks.closing()));
        working(health).await?;
        if let Some(deck) = &deck {
            tasks.spawn(Arc::clone(deck).run(receiver, tasks.closing()));
        }
        Ok(Open { source, on_air, deck, _wanted: Some(wanted), calls: Vec::new() })
    }

    fn kept(&self, source: &PresentationSource) -> Option<(Arc<AtomicBool>, watch::Receiver<Health>)> {
        let kept = locked(&self.kept);
        let kept = kept.as_ref().filter(|kept| kept.source == *source)?;
        Some((Arc::clone(&kept.on_air), kept.health.clone()))
    }

    fn bench_for(&self, source: &PresentationSource) -> Result<Bench, MediaError> {
        let PictureSize { width, height, rate } = self.bench.format.size;
        let most = if matches!(source, PresentationSource::Pages { .. }) { STILL_RATE } else { MOVING_RATE };
        Ok(Bench { format: PictureFormat::new((width, height, rate.min(most)))?, ..self.bench.clone() })
    }

    /// The source as a device that is off the air, and how it is.
    fn device(
        &self,
        source: &PresentationSource,
        bench: Bench,
        deck: Option<Arc<Deck>>,
        signal: Option<Arc<SignalWatch>>,
    ) -> (SourceDevice, watch::Receiver<Health>) {
        let (told, health) = watch::channel(None);
        let device = SourceDevice {
            source: source.clone(),
            bench,
            hub: Arc::clone(&self.hub),
            on_air: Arc::default(),
            flow: Arc::default(),
            deck,
            shared: Arc::clone(&self.shared),
            signal,
            health: told,
            events: self.events.clone(),
            report: Report::default(),
        };
        (device, health)
    }
}

/// Returns when the source gives a picture, or with the reason why not.
async fn working(mut health: watch::Receiver<Health>) -> Result<(), MediaError> {
    let failed = |reason: String| Err(MediaError::pipeline("presentation", reason));
    let known = tokio::time::timeout(PATIENCE, health.wait_for(Option::is_some)).await;
    match known.map(|health| health.map(|health| health.clone())) {
        Ok(Ok(Some(Err(reason)))) => failed(reason),
        Ok(Ok(_)) => Ok(()),
        Ok(Err(_)) => Err(MediaError::Stopped),
        Err(_) => failed(format!("gives no picture within {} s", PATIENCE.as_secs())),
    }
}
