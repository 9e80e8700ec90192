//! The display shows the composed picture; opened again after it failed.

use std::sync::Arc;

use gst::prelude::*;
use tokio::sync::{mpsc::UnboundedSender, watch};

use crate::{
    api::MediaEvent,
    error::MediaError,
    output::Output,
    pipeline::{Pace, Running, Timeline, described, named},
    plug::Plug,
    relay::{self, Hub, Taking},
    report::Report,
    supervise::{Device, Flow, State, supervise},
    tasks::Tasks,
};

/// A display that is on while this value lives.
pub(crate) struct Display {
    _open: watch::Sender<bool>,
}

impl Display {
    /// Starts the task that keeps the display going; nothing to do where there is none.
    pub(crate) fn start(
        (output, plug): (Option<Output>, Plug),
        composed: &Arc<Hub>,
        timeline: &Arc<Timeline>,
        events: &UnboundedSender<MediaEvent>,
        tasks: &Tasks,
    ) -> Self {
        let (open, wanted) = watch::channel(true);
        if let Some(output) = output {
            let (composed, timeline, events) = (Arc::clone(composed), Arc::clone(timeline), events.clone());
            let (flow, taking, report) = (Arc::default(), None, Report::default());
            let device = DisplayDevice { output, plug, flow, composed, timeline, events, taking, report };
            tasks.spawn(supervise(device, wanted, tasks.closing()));
        }
        Self { _open: open }
    }
}

struct DisplayDevice {
    output: Output,
    plug: Plug,
    flow: Arc<Flow>,
    composed: Arc<Hub>,
    timeline: Arc<Timeline>,
    events: UnboundedSender<MediaEvent>,
    taking: Option<Taking>,
    report: Report,
}

impl Device for DisplayDevice {
    fn open(&mut self) -> Result<Running, MediaError> {
        let pipeline = described(&self.output.chain.to_string())?;
        if let Plug::Virtual(..) = self.plug {
            // It is looked at by snapshots; nothing is handed over.
            return Running::start("display", pipeline, Pace::Common(&self.timeline));
        }
        let source = relay::entry("in", None, 2);
        pipeline.add(&source)?;
        let first: gst::Element = named(&pipeline, "first")?;
        source.link(&first)?;
        let pad = first.static_pad("src").ok_or_else(|| MediaError::pipeline("display", "has no pad"))?;
        let flow = Arc::clone(&self.flow);
        pad.add_probe(gst::PadProbeType::BUFFER, move |_, _| {
            flow.pass();
            gst::PadProbeReturn::Ok
        });
        let running = Running::start("display", pipeline, Pace::Common(&self.timeline))?;
        self.taking = Some(self.composed.attach(&source));
        Ok(running)
    }

    fn flow(&self) -> Option<Arc<Flow>> {
        Some(Arc::clone(&self.flow))
    }

    fn work(&self) -> Option<u64> {
        Some(self.composed.given())
    }

    fn plug(&self) -> Plug {
        self.plug.clone()
    }

    fn report(&mut self, state: State<'_>) {
        if state != State::Works {
            self.taking = None;
        }
        if let Some((working, reason)) = self.report.news(state) {
            let _ = self.events.send(MediaEvent::Screen { working, name: self.output.name.into(), reason });
        }
    }
}
