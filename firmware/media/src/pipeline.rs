//! A running `GStreamer` pipeline: one clock and one time line for all of them, and what their buses say.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use gst::prelude::*;
use tokio::sync::mpsc;

use crate::error::MediaError;

/// The time line that all pipelines share, so that a buffer keeps its time when it goes from one to another.
#[derive(Debug)]
pub(crate) struct Timeline {
    clock: gst::Clock,
    base: gst::ClockTime,
}

impl Timeline {
    /// Starts now.
    pub(crate) fn start() -> Self {
        let clock = gst::SystemClock::obtain();
        let base = clock.time();
        Self { clock, base }
    }

    /// Time since the start.
    pub(crate) fn now(&self) -> gst::ClockTime {
        self.clock.time().saturating_sub(self.base)
    }

    /// Where a running time of `element` lies on this line.
    pub(crate) fn place(&self, element: &impl IsA<gst::Element>, running: gst::ClockTime) -> gst::ClockTime {
        element.base_time().map_or(running, |base| (running + base).saturating_sub(self.base))
    }
}

/// What a pipeline's bus said that somebody must act on.
#[derive(Debug)]
pub(crate) enum Note {
    /// An element failed; `branch` is the name of the element directly in the pipeline that it belongs to.
    Failed { branch: String, reason: String },
    /// The stream ended.
    Ended,
}

/// Where a pipeline's time comes from.
#[derive(Clone, Copy)]
pub(crate) enum Pace<'a> {
    /// The common time line: live sources and everything behind them.
    Common(&'a Timeline),
    /// Its own beginning: files.
    Own(&'a Timeline),
}

/// A pipeline that plays until it is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) pipeline: gst::Pipeline,
    pub(crate) notes: mpsc::UnboundedReceiver<Note>,
    name: &'static str,
}

impl Running {
    /// Sets the pipeline going. `name` is for people.
    pub(crate) fn start(name: &'static str, pipeline: gst::Pipeline, pace: Pace<'_>) -> Result<Self, MediaError> {
        let (sender, notes) = mpsc::unbounded_channel();
        listen(&pipeline, sender);
        match pace {
            Pace::Common(timeline) => {
                pipeline.use_clock(Some(&timeline.clock));
                pipeline.set_start_time(gst::ClockTime::NONE);
                pipeline.set_base_time(timeline.base);
            }
            Pace::Own(timeline) => pipeline.use_clock(Some(&timeline.clock)),
        }
        let mut running = Self { pipeline, notes, name };
        match running.pipeline.set_state(gst::State::Playing) {
            Ok(_) => Ok(running),
            Err(_) => Err(running.refusal()),
        }
    }

    fn refusal(&mut self) -> MediaError {
        let said = std::iter::from_fn(|| self.notes.try_recv().ok()).find_map(|note| match note {
            Note::Failed { reason, .. } => Some(reason),
            Note::Ended => None,
        });
        MediaError::pipeline(self.name, said.unwrap_or_else(|| "does not start".into()))
    }

    /// Stops it without holding up the caller's thread: devices may take their time.
    pub(crate) async fn stop(self) {
        // The blocking thread cannot panic: stopping has no other failure than the drop itself.
        let _ = tokio::task::spawn_blocking(move || drop(self)).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(bus) = self.pipeline.bus() {
            bus.unset_sync_handler();
        }
        if let Err(error) = self.pipeline.set_state(gst::State::Null) {
            tracing::warn!(pipeline = self.name, %error, "does not stop");
        }
    }
}

/// Takes messages in the thread that posts them: no main loop, no thread and no file descriptor of our own.
fn listen(pipeline: &gst::Pipeline, notes: mpsc::UnboundedSender<Note>) {
    let Some(bus) = pipeline.bus() else { return };
    let weak = pipeline.downgrade();
    bus.set_sync_handler(move |_, message| {
        match message.view() {
            gst::MessageView::Error(error) => {
                let reason = plain_reason(&error.error(), error.debug().as_deref());
                let branch = weak.upgrade().and_then(|pipeline| branch_of(message.src()?, &pipeline));
                // Nobody listens any more while the pipeline stops.
                let _ = notes.send(Note::Failed { branch: branch.unwrap_or_default(), reason });
            }
            gst::MessageView::Warning(warning) => {
                tracing::debug!(error = %warning.error(), debug = ?warning.debug(), "pipeline warns");
            }
            gst::MessageView::Eos(_) => {
                let _ = notes.send(Note::Ended);
            }
            gst::MessageView::Latency(_) => {
                if let Some(pipeline) = weak.upgrade() {
                    pipeline.call_async(|pipeline| {
                        let _ = pipeline.recalculate_latency();
                    });
                }
            }
            _ => {}
        }
        gst::BusSyncReply::Drop
    });
}

/// The cause stands in the last line of the debug text, behind the place in the source that nobody needs.
fn plain_reason(error: &gst::glib::Error, debug: Option<&str>) -> String {
    let cause = debug.and_then(|debug| debug.split_once('\n')).map(|(_, cause)| cause.trim().trim_end_matches('.'));
    let sentence = error.message().trim().trim_end_matches('.');
    match cause.map(|cause| cause.trim_start_matches("system error: ")) {
        Some(cause) if !cause.is_empty() && !sentence.contains(cause) => format!("{sentence}: {cause}"),
        _ => sentence.to_owned(),
    }
}

/// Name of the ancestor of `object` that stands directly in the pipeline.
fn branch_of(object: &gst::Object, pipeline: &gst::Pipeline) -> Option<String> {
    let mut at = object.clone();
    loop {
        let parent = at.parent()?;
        if &parent == pipeline.upcast_ref::<gst::Object>() {
            return Some(at.name().into());
        }
        at = parent;
    }
}

/// A name for a branch of a call that no other branch has or had: what a former one still had to say on the bus is not
/// taken for trouble of the one in its place.
pub(crate) fn branch(purpose: &str, mid: &str) -> String {
    static MADE: AtomicU64 = AtomicU64::new(0);
    format!("{purpose}_{mid}_{}", MADE.fetch_add(1, Ordering::Relaxed))
}

/// Nanoseconds; a box that runs for 292 years would overflow.
pub(crate) fn signed(time: gst::ClockTime) -> i64 {
    i64::try_from(time.nseconds()).unwrap_or(i64::MAX)
}

/// The guard of a mutex whose data stays whole even when a holder panicked.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A named element out of a pipeline or bin that was made from a description naming it.
pub(crate) fn named<T: IsA<gst::Element>>(bin: &impl IsA<gst::Bin>, name: &str) -> Result<T, MediaError> {
    let element = bin.by_name(name).and_then(|element| element.downcast::<T>().ok());
    element.ok_or_else(|| MediaError::pipeline(bin.upcast_ref::<gst::Bin>().name(), format!("has no element {name}")))
}

/// A pipeline from a description.
pub(crate) fn described(description: &str) -> Result<gst::Pipeline, MediaError> {
    let element = gst::parse::launch(description)?;
    element.downcast().map_err(|_| MediaError::pipeline(description, "is not a pipeline"))
}
