//! The speaker: a device or the virtual one; what it plays is metered and, on the virtual one, kept.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use gst::prelude::*;
use tokio::sync::{mpsc::UnboundedSender, watch};

use crate::{
    api::{Chime, MediaEvent, Ring, SoundDevice, SpeakerSamples},
    error::MediaError,
    pipeline::{Pace, Running, Timeline, described, locked, named},
    plug::Plug,
    relay::{self, Hub, Taking},
    report::Report,
    sound::{
        self, FORMAT, Meter, RATE, Reference,
        level::AUDIBLE,
        reference::number,
        ring,
        tones::{self, OWN, Tones},
    },
    supervise::{Device, Flow, State, supervise},
    tasks::Tasks,
};

/// Device of a board that names none.
const DEFAULT: &str = "alsa:default";
/// The speaker that keeps what it plays.
const VIRTUAL: &str = "virtual";
/// Room for the scheduling of the thread that feeds the speaker.
const MARGIN: gst::ClockTime = gst::ClockTime::from_mseconds(30);
/// Buffers that may wait, of 20 ms each.
const WAITING: u64 = 10;

/// Told when sound that can be heard is played.
type Heard = Box<dyn Fn() + Send + Sync>;

/// Where incoming sound is played: pushed into the hub, buffers play at their time on the common time line.
pub(crate) struct Speaker {
    pub(crate) hub: Arc<Hub>,
    played: Arc<Played>,
    tones: Arc<Tones>,
    timeline: Arc<Timeline>,
    is_virtual: bool,
    /// Dropped with the speaker, which closes its device.
    _open: watch::Sender<bool>,
}

/// What was given to the device, for statistics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Playout {
    pub(crate) samples: u64,
    /// From the end of processing until each sample is heard, all together, as the device tells its latency.
    pub(crate) delay: Duration,
}

/// What the speaker plays and how.
#[derive(Default)]
struct Played {
    meter: Meter,
    ring: Mutex<ring::Ring>,
    volume: AtomicU8,
    playout: Mutex<Playout>,
    /// From a buffer's stamp until it is heard, in ns, as the sink is told it.
    latency: Arc<AtomicU64>,
    element: Mutex<Option<gst::Element>>,
    heard: Mutex<Option<Heard>>,
}

impl Speaker {
    /// Starts the task that keeps the speaker going; `reference` is told what it plays.
    pub(crate) fn start(
        (name, plug): (Option<&str>, Plug),
        [volume, tones_volume]: [u8; 2],
        reference: &Arc<Reference>,
        timeline: &Arc<Timeline>,
        events: &UnboundedSender<MediaEvent>,
        tasks: &Tasks,
    ) -> Self {
        let (open, wanted) = watch::channel(true);
        let (hub, played) = (Arc::<Hub>::default(), Arc::<Played>::default());
        let name = name.unwrap_or(DEFAULT).to_owned();
        let is_virtual = name == VIRTUAL;
        let device = SpeakerDevice {
            name,
            plug,
            flow: Arc::default(),
            hub: Arc::clone(&hub),
            taking: None,
            played: Arc::clone(&played),
            reference: Arc::clone(reference),
            timeline: Arc::clone(timeline),
            events: events.clone(),
            report: Report::default(),
        };
        let tones = Arc::new(Tones::new(gain(tones_volume)));
        tasks.spawn(tones::feed(Arc::clone(&tones), Arc::clone(&hub), Arc::clone(timeline), tasks.closing()));
        let speaker = Self { hub, played, tones, timeline: Arc::clone(timeline), is_virtual, _open: open };
        speaker.set_volume(volume);
        tasks.spawn(supervise(device, wanted, tasks.closing()));
        speaker
    }

    /// 0..=100 on a scale that sounds even to the ear.
    pub(crate) fn set_volume(&self, volume: u8) {
        self.played.volume.store(volume.min(100), Ordering::Relaxed);
        if let Some(element) = locked(&self.played.element).as_ref() {
            element.set_property("volume", gain(volume));
        }
    }

    /// Plays what the other side says, at its time.
    pub(crate) fn play(&self, mut far: gst::Buffer, caps: &gst::Caps) {
        self.tones.join(&mut far);
        self.hub.push(&far, caps);
    }

    /// Rings until told otherwise.
    pub(crate) fn ring(&self, ring: Option<Ring>) {
        self.tones.ring(ring, number(self.timeline.now()));
    }

    /// Chimes once.
    pub(crate) fn chime(&self, chime: Chime) {
        self.tones.chime(chime, number(self.timeline.now()));
    }

    /// Plays these samples once, as loud as they are.
    pub(crate) fn clip(&self, samples: Vec<i16>) {
        self.tones.clip(samples, number(self.timeline.now()));
    }

    /// `heard` is called at the next sound of the other side that can be heard, once.
    pub(crate) fn when_heard(&self, heard: impl Fn() + Send + Sync + 'static) {
        *locked(&self.played.heard) = Some(Box::new(heard));
    }

    /// What was given to the device so far.
    pub(crate) fn playout(&self) -> Playout {
        *locked(&self.played.playout)
    }

    /// From the time of a buffer until it is heard.
    pub(crate) fn latency(&self) -> gst::ClockTime {
        gst::ClockTime::from_nseconds(self.played.latency.load(Ordering::Relaxed))
    }

    /// The virtual speaker takes so much longer from now on.
    #[cfg(test)]
    pub(crate) fn set_slow(&self, by: gst::ClockTime) {
        let volume = locked(&self.played.element).clone().expect("a speaker plays");
        let pipeline = volume.parent().and_downcast::<gst::Pipeline>().expect("it is in a pipeline");
        pipeline.by_name("device").expect("it plays to a device").set_property("render-delay", by.nseconds());
    }

    /// What was played last; `None` unless the speaker is virtual.
    pub(crate) fn samples(&self, seconds: f64) -> Option<SpeakerSamples> {
        let last = || locked(&self.played.ring).last(Instant::now(), seconds);
        self.is_virtual.then(|| SpeakerSamples { rate: RATE, samples: last() })
    }
}

/// Cube of the fraction, as `GstStreamVolume` defines its cubic scale.
fn gain(volume: u8) -> f64 {
    (f64::from(volume.min(100)) / 100.0).powi(3)
}

struct SpeakerDevice {
    name: String,
    /// Of the virtual speaker.
    plug: Plug,
    flow: Arc<Flow>,
    hub: Arc<Hub>,
    taking: Option<Taking>,
    played: Arc<Played>,
    reference: Arc<Reference>,
    timeline: Arc<Timeline>,
    events: UnboundedSender<MediaEvent>,
    report: Report,
}

impl SpeakerDevice {
    fn sink(&self) -> Result<(String, Option<&str>), MediaError> {
        match (self.name.as_str(), self.name.strip_prefix("alsa:")) {
            (_, Some(device)) => {
                // The device runs by its own clock: single samples follow the common one, instead of 40 ms at once.
                let text = "audioconvert ! audioresample ! alsasink name=device buffer-time=80000 latency-time=10000 \
                            slave-method=resample";
                Ok((text.into(), Some(device)))
            }
            (VIRTUAL, None) => Ok(("fakesink name=device sync=true enable-last-sample=false".into(), None)),
            (name, None) => Err(MediaError::BadSetting(format!("speaker {name:?} is unknown: alsa:NAME or {VIRTUAL}"))),
        }
    }
}

impl Device for SpeakerDevice {
    fn open(&mut self) -> Result<Running, MediaError> {
        let (sink, device) = self.sink()?;
        let pipeline = described(&format!("volume name=volume ! identity name=played ! {sink}"))?;
        if let Some(device) = device {
            named::<gst::Element>(&pipeline, "device")?.set_property("device", device);
        }
        named::<gst::Element>(&pipeline, "device")?.set_property("async", false);
        let source = relay::entry("in", Some(&FORMAT.parse()?), WAITING);
        source.set_latency(Some(MARGIN), None);
        let volume: gst::Element = named(&pipeline, "volume")?;
        pipeline.add(&source)?;
        source.link(&volume)?;
        volume.set_property("volume", gain(self.played.volume.load(Ordering::Relaxed)));
        *locked(&self.played.element) = Some(volume);
        let (flow, plug) = (Arc::clone(&self.flow), self.plug());
        let taken = move || {
            let takes = !plug.hangs();
            if takes {
                flow.pass();
            }
            takes
        };
        let (played, reference) = (Arc::clone(&self.played), Arc::clone(&self.reference));
        watch_played(&named(&pipeline, "played")?, played, reference, taken)?;
        let running = Running::start("speaker", pipeline, Pace::Common(&self.timeline))?;
        self.taking = Some(self.hub.attach(&source));
        Ok(running)
    }

    fn flow(&self) -> Option<Arc<Flow>> {
        Some(Arc::clone(&self.flow))
    }

    fn work(&self) -> Option<u64> {
        Some(self.hub.given())
    }

    fn plug(&self) -> Plug {
        if self.name == VIRTUAL { self.plug.clone() } else { Plug::Real }
    }

    fn report(&mut self, state: State<'_>) {
        if state != State::Works {
            self.taking = None;
        }
        if let Some((working, reason)) = self.report.news(state) {
            let device = SoundDevice::Speaker;
            let _ = self.events.send(MediaEvent::Sound { device, working, name: self.name.clone(), reason });
        }
    }
}

/// Reads what goes to the device, behind the volume; `taken` says whether the device takes the next buffer.
fn watch_played(
    element: &gst::Element,
    played: Arc<Played>,
    reference: Arc<Reference>,
    taken: impl Fn() -> bool + Send + Sync + 'static,
) -> Result<(), MediaError> {
    let pad = element.static_pad("src").ok_or_else(|| MediaError::pipeline("speaker", "has no pad to listen at"))?;
    let latency = Arc::clone(&played.latency);
    watch_latency(&pad, Arc::clone(&latency));
    pad.add_probe(gst::PadProbeType::BUFFER, move |_, probe| {
        if !taken() {
            return gst::PadProbeReturn::Drop;
        }
        if let Some(map) = probe.buffer().and_then(|buffer| buffer.map_readable().ok()) {
            let is_far = probe.buffer().is_some_and(|buffer| !buffer.flags().contains(OWN));
            let audible = played.meter.hear(&map) > AUDIBLE && is_far;
            locked(&played.ring).play(Instant::now(), sound::samples(&map));
            let samples = sound::samples(&map).count() as u64;
            let mut playout = locked(&played.playout);
            playout.samples += samples;
            playout.delay += Duration::from_nanos(latency.load(Ordering::Relaxed).saturating_mul(samples));
            drop(playout);
            // Its times are those of the common time line: the pipeline has the same base time.
            if let Some(at) = probe.buffer().and_then(|buffer| buffer.pts()) {
                let latency = gst::ClockTime::from_nseconds(latency.load(Ordering::Relaxed));
                reference.play(at + latency, sound::samples(&map));
            }
            if audible && let Some(heard) = locked(&played.heard).take() {
                heard();
            }
        }
        gst::PadProbeReturn::Ok
    });
    Ok(())
}

/// Keeps what the sink is told of the time from a buffer's stamp until it is played.
fn watch_latency(pad: &gst::Pad, told: Arc<AtomicU64>) {
    pad.add_probe(gst::PadProbeType::EVENT_UPSTREAM, move |_, probe| {
        if let Some(gst::EventView::Latency(event)) = probe.event().map(|event| event.view()) {
            told.store(event.latency().nseconds(), Ordering::Relaxed);
        }
        gst::PadProbeReturn::Ok
    });
}
