//! The display shows the composed picture; opened again after it failed.

use std::sync::Arc;

use gst::prelude::*;
use tokio::sync::{mpsc::UnboundedSender, watch};

use crate::{
    api::MediaEvent,
    error::MediaError,
    output::Output,
    pipeline::{Pace, Running, Timeline, described, named},
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
        output: Option<Output>,
        composed: &Arc<Hub>,
        timeline: &Arc<Timeline>,
        events: &UnboundedSender<MediaEvent>,
        tasks: &Tasks,
    ) -> Self {
        let (open, wanted) = watch::channel(true);
        if let Some(output) = output {
            let (composed, timeline, events) = (Arc::clone(composed), Arc::clone(timeline), events.clone());
            let device = DisplayDevice { output, composed, timeline, events, taking: None, report: Report::default() };
            tasks.spawn(supervise(device, wanted, tasks.closing()));
        }
        Self { _open: open }
    }
}

struct DisplayDevice {
    output: Output,
    composed: Arc<Hub>,
    timeline: Arc<Timeline>,
    events: UnboundedSender<MediaEvent>,
    taking: Option<Taking>,
    report: Report,
}

impl Device for DisplayDevice {
    fn open(&mut self) -> Result<Running, MediaError> {
        let pipeline = described(&self.output.chain.to_string())?;
        let source = relay::entry("in", None, 2);
        pipeline.add(&source)?;
        source.link(&named::<gst::Element>(&pipeline, "first")?)?;
        let running = Running::start("display", pipeline, Pace::Common(&self.timeline))?;
        self.taking = Some(self.composed.attach(&source));
        Ok(running)
    }

    fn flow(&self) -> Option<Arc<Flow>> {
        None
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
