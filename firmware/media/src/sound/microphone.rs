//! The microphone: opened, metered, muted, replaced by silence while it is not there.

use std::sync::Arc;

use gst::prelude::*;
use tokio::sync::{mpsc::UnboundedSender, watch};

use crate::{
    api::{MediaEvent, SoundDevice},
    error::MediaError,
    pipeline::{Pace, Running, Timeline, described, named},
    relay::{self, Hub},
    report::Report,
    sound::{FORMAT, Meter, mute::Mute, synthetic},
    supervise::{Device, Flow, State, supervise},
    tasks::Tasks,
};

/// Device of a board that names none.
const DEFAULT: &str = "alsa:default";

/// The outgoing sound: takers take it at the hub.
#[derive(Debug)]
pub(crate) struct Microphone {
    pub(crate) hub: Arc<Hub>,
    pub(crate) meter: Arc<Meter>,
    mute: Arc<Mute>,
    /// Dropped with the microphone, which closes its devices.
    _open: watch::Sender<bool>,
}

impl Microphone {
    /// Starts the tasks that keep the microphone going.
    pub(crate) fn start(
        name: Option<&str>,
        muted: bool,
        timeline: &Arc<Timeline>,
        events: &UnboundedSender<MediaEvent>,
        tasks: &Tasks,
    ) -> Self {
        let (open, wanted) = watch::channel(true);
        let (substitute, substitute_wanted) = watch::channel(false);
        let mute = Arc::new(Mute::new(muted, events.clone()));
        let (hub, meter) = (Arc::<Hub>::default(), Arc::<Meter>::default());
        let stage = Stage {
            hub: Arc::clone(&hub),
            meter: Arc::clone(&meter),
            mute: Arc::clone(&mute),
            timeline: Arc::clone(timeline),
        };
        let name = name.unwrap_or(DEFAULT).to_owned();
        let device = MicrophoneDevice {
            name,
            stage: stage.clone(),
            flow: Arc::default(),
            substitute,
            events: events.clone(),
            report: Report::default(),
        };
        tasks.spawn(supervise(Substitute { stage, flow: Arc::default() }, substitute_wanted, tasks.closing()));
        tasks.spawn(supervise(device, wanted, tasks.closing()));
        Self { hub, meter, mute, _open: open }
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
    meter: Arc<Meter>,
    mute: Arc<Mute>,
    timeline: Arc<Timeline>,
}

impl Stage {
    fn run(&self, pipeline: gst::Pipeline, flow: &Arc<Flow>) -> Result<Running, MediaError> {
        let (stage, flow) = (self.clone(), Arc::clone(flow));
        relay::drain(&named(&pipeline, "out")?, Arc::clone(&self.timeline), move |mut buffer, caps| {
            flow.pass();
            if let Ok(map) = buffer.map_readable() {
                stage.meter.hear(&map);
            }
            stage.mute.pass(&mut buffer);
            stage.hub.push(&buffer, caps);
        });
        Running::start("microphone", pipeline, Pace::Common(&self.timeline))
    }
}

struct MicrophoneDevice {
    name: String,
    stage: Stage,
    flow: Arc<Flow>,
    substitute: watch::Sender<bool>,
    events: UnboundedSender<MediaEvent>,
    report: Report,
}

impl Device for MicrophoneDevice {
    fn open(&mut self) -> Result<Running, MediaError> {
        let pipeline = match self.name.strip_prefix("alsa:") {
            Some(device) => alsa(device)?,
            None => synthetic::pipeline(&self.name)?,
        };
        self.stage.run(pipeline, &self.flow)
    }

    fn flow(&self) -> Option<Arc<Flow>> {
        Some(Arc::clone(&self.flow))
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
        self.stage.run(synthetic::pipeline("silence")?, &self.flow)
    }

    fn flow(&self) -> Option<Arc<Flow>> {
        Some(Arc::clone(&self.flow))
    }

    fn report(&mut self, state: State<'_>) {
        tracing::debug!(?state, "silence instead of the microphone");
    }
}

fn alsa(device: &str) -> Result<gst::Pipeline, MediaError> {
    let pipeline = described(&format!(
        "alsasrc name=device buffer-time=200000 latency-time=10000 ! audioconvert ! audioresample ! {FORMAT} ! \
         appsink name=out wait-on-eos=false enable-last-sample=false max-buffers=10 drop=true sync=false"
    ))?;
    named::<gst::Element>(&pipeline, "device")?.set_property("device", device);
    Ok(pipeline)
}
