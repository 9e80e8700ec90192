//! The microphone: opened, metered, muted, replaced by silence while it is not there.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use gst::prelude::*;
use tokio::sync::{mpsc::UnboundedSender, watch};

use crate::{
    api::{MediaEvent, SoundDevice, VoiceProcessing},
    error::MediaError,
    pipeline::{Pace, Running, Timeline, described, locked, named},
    plug::Plug,
    relay::{self, Hub},
    report::Report,
    sound::{
        FORMAT, Meter, RATE, Reference,
        in_step::InStep,
        mute::Mute,
        muted_speech::MutedSpeech,
        recording::Tap,
        synthetic,
        voice::{VoiceProcessor, VoiceStage},
    },
    supervise::{Device, Flow, State, supervise},
    tasks::Tasks,
};

/// Device of a board that names none.
const DEFAULT: &str = "alsa:default";

/// Leads the names of real devices.
const ALSA: &str = "alsa:";

/// The outgoing sound: takers take it at the hub.
#[derive(Debug)]
pub(crate) struct Microphone {
    pub(crate) hub: Arc<Hub>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) taps: Arc<Taps>,
    mute: Arc<Mute>,
    /// Dropped with the microphone, which closes its devices.
    _open: watch::Sender<bool>,
}

/// Where a sound test listens.
#[derive(Debug, Default)]
pub(crate) struct Taps {
    /// As the device gives it.
    pub(crate) raw: Tap,
    /// As the others would hear it, muted or not.
    pub(crate) voice: Tap,
}

impl Taps {
    fn are_open(&self) -> bool {
        self.raw.is_open() || self.voice.is_open()
    }
}

/// What a microphone is started with.
#[derive(Clone, Debug)]
pub(crate) struct MicrophoneSetup {
    /// `None` = [`DEFAULT`].
    pub(crate) name: Option<String>,
    pub(crate) muted: bool,
    pub(crate) voice: VoiceProcessing,
    /// What speaker and microphone take besides what they tell, in ms.
    pub(crate) echo_delay_ms: u16,
    /// Of a synthetic microphone.
    pub(crate) plug: Plug,
}

impl Microphone {
    /// Starts the tasks that keep the microphone going; `reference` is what the speaker plays.
    pub(crate) fn start(
        setup: MicrophoneSetup,
        reference: &Arc<Reference>,
        timeline: &Arc<Timeline>,
        events: &UnboundedSender<MediaEvent>,
        tasks: &Tasks,
    ) -> Self {
        let (open, wanted) = watch::channel(true);
        let (substitute, substitute_wanted) = watch::channel(false);
        let mute = Arc::new(Mute::new(setup.muted, events.clone()));
        let (hub, meter, taps) = (Arc::<Hub>::default(), Arc::<Meter>::default(), Arc::<Taps>::default());
        let stage = Stage {
            taps: Arc::clone(&taps),
            reference: Arc::clone(reference),
            hub: Arc::clone(&hub),
            meter: Arc::clone(&meter),
            mute: Arc::clone(&mute),
            muted_speech: Arc::default(),
            timeline: Arc::clone(timeline),
            events: events.clone(),
        };
        let device = MicrophoneDevice {
            name: setup.name.clone().unwrap_or_else(|| DEFAULT.to_owned()),
            setup,
            stage: stage.clone(),
            flow: Arc::default(),
            substitute,
            events: events.clone(),
            report: Report::default(),
            voice_report: Report::default(),
        };
        tasks.spawn(supervise(Substitute { stage, flow: Arc::default() }, substitute_wanted, tasks.closing()));
        tasks.spawn(supervise(device, wanted, tasks.closing()));
        Self { hub, meter, taps, mute, _open: open }
    }

    /// Silence (true) or sound (false) from the next buffer on.
    pub(crate) fn set_muted(&self, muted: bool) {
        self.mute.set(muted);
    }
}

/// Where every microphone's samples go.
#[derive(Clone)]
struct Stage {
    hub: Arc<Hub>,
    taps: Arc<Taps>,
    reference: Arc<Reference>,
    meter: Arc<Meter>,
    mute: Arc<Mute>,
    muted_speech: Arc<Mutex<MutedSpeech>>,
    timeline: Arc<Timeline>,
    events: UnboundedSender<MediaEvent>,
}

impl Stage {
    /// Voices are processed while somebody takes or records them.
    fn run(
        &self,
        pipeline: gst::Pipeline,
        flow: &Arc<Flow>,
        mut voice: Option<VoiceStage>,
        (mut in_step, plug): (Option<InStep>, Plug),
    ) -> Result<Running, MediaError> {
        let (stage, flow) = (self.clone(), Arc::clone(flow));
        relay::drain(&named(&pipeline, "out")?, Arc::clone(&self.timeline), move |mut buffer, caps| {
            if plug.hangs() {
                return;
            }
            flow.pass();
            let wanted = stage.hub.is_taken() || stage.taps.are_open();
            if let Some(in_step) = &mut in_step {
                buffer = in_step.pass(buffer, wanted);
            }
            stage.taps.raw.pass(&buffer, &stage.reference);
            if let Some(voice) = voice.as_mut().filter(|_| wanted) {
                let Some(processed) = voice.pass(&buffer) else { return };
                buffer = processed;
            }
            stage.taps.voice.pass(&buffer, &stage.reference);
            stage.listen(&buffer);
            stage.mute.pass(&mut buffer);
            stage.hub.push(&buffer, caps);
        });
        Running::start("microphone", pipeline, Pace::Common(&self.timeline))
    }

    /// What the microphone hears, muted or not. Who speaks while nobody takes is told nothing.
    fn listen(&self, buffer: &gst::Buffer) {
        let Ok(map) = buffer.map_readable() else { return };
        let level = self.meter.hear(&map);
        let length = Duration::from_micros(map.len() as u64 / 2 * 1_000_000 / u64::from(RATE));
        let muted = self.mute.is_on() && self.hub.is_taken();
        if let Some(speaking) = locked(&self.muted_speech).hear(level, length, muted) {
            // The owner may be gone while the engine stops.
            let _ = self.events.send(MediaEvent::SpeakingMuted { speaking });
        }
    }
}

struct MicrophoneDevice {
    name: String,
    setup: MicrophoneSetup,
    stage: Stage,
    flow: Arc<Flow>,
    substitute: watch::Sender<bool>,
    events: UnboundedSender<MediaEvent>,
    report: Report,
    voice_report: Report,
}

impl MicrophoneDevice {
    /// Tells what cannot be had; the rest works.
    fn voice(&mut self) -> Option<VoiceStage> {
        if self.setup.voice == VoiceProcessing::NONE {
            return None;
        }
        let (voice, missing) = VoiceProcessor::new(self.setup.voice);
        let missing = missing.map(|error| error.to_string());
        let state = missing.as_deref().map_or(State::Works, State::Failed);
        if let Some((working, reason)) = self.voice_report.news(state) {
            let _ = self.events.send(MediaEvent::Voice { working, reason });
        }
        Some(VoiceStage::new(voice, Arc::clone(&self.stage.reference), self.setup.echo_delay_ms))
    }
}

impl Device for MicrophoneDevice {
    fn open(&mut self) -> Result<Running, MediaError> {
        let in_step = self.name.starts_with(ALSA).then(|| InStep::new(&self.stage.timeline));
        let (pipeline, voice) = if let Some(device) = self.name.strip_prefix(ALSA) {
            (alsa(device)?, self.voice())
        } else {
            let pipeline = synthetic::pipeline(&self.name, &self.stage.reference)?;
            (pipeline, synthetic::hears_the_room(&self.name).then(|| self.voice()).flatten())
        };
        self.stage.run(pipeline, &self.flow, voice, (in_step, self.plug()))
    }

    fn flow(&self) -> Option<Arc<Flow>> {
        Some(Arc::clone(&self.flow))
    }

    fn plug(&self) -> Plug {
        if self.name.starts_with(ALSA) { Plug::Real } else { self.setup.plug.clone() }
    }

    fn report(&mut self, state: State<'_>) {
        self.substitute.send_replace(state != State::Works);
        if let Some((working, reason)) = self.report.news(state) {
            let device = SoundDevice::Microphone;
            let _ = self.events.send(MediaEvent::Sound { device, working, name: self.name.clone(), reason });
        }
    }
}

/// The sound of a silent room while the microphone is not there.
struct Substitute {
    stage: Stage,
    flow: Arc<Flow>,
}

impl Device for Substitute {
    fn open(&mut self) -> Result<Running, MediaError> {
        self.stage.run(synthetic::pipeline("silence", &self.stage.reference)?, &self.flow, None, (None, Plug::Real))
    }

    fn flow(&self) -> Option<Arc<Flow>> {
        Some(Arc::clone(&self.flow))
    }

    fn report(&mut self, state: State<'_>) {
        tracing::debug!(?state, "silence instead of the microphone");
    }
}

/// Nothing is left out or put in to follow another clock: [`InStep`] does that without a click.
fn alsa(device: &str) -> Result<gst::Pipeline, MediaError> {
    let pipeline = described(&format!(
        "alsasrc name=device buffer-time=200000 latency-time=10000 slave-method=re-timestamp ! audioconvert ! audioresample ! {FORMAT} ! \
         appsink name=out wait-on-eos=false enable-last-sample=false max-buffers=10 drop=true sync=false"
    ))?;
    named::<gst::Element>(&pipeline, "device")?.set_property("device", device);
    Ok(pipeline)
}
