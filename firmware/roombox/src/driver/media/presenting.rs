//! Sources of the presentation: chosen by name, opened beside everything else of the call.

use std::collections::HashMap;

use roombox_appliance::tree::PageTurn;
use roombox_conference::api::{CallId, MediaRequest};
use roombox_media::{
    api::{PresentationSource, Turn},
    engine::MediaEngine,
};
use tokio::sync::{mpsc::WeakUnboundedSender, watch};

use super::Task;

/// Why a presentation that was stopped too early is not attached.
const STOPPED: &str = "the presentation was stopped before there was a picture";

/// What can be presented, and which starts are under way.
pub(super) struct Presenting {
    sources: HashMap<String, PresentationSource>,
    /// Dropped when the call presents no more: what opens for it gives up.
    wanted: HashMap<CallId, watch::Sender<()>>,
}

/// What became of a source.
pub(super) struct Opened {
    outcome: Result<(), String>,
    wanted: watch::Receiver<()>,
}

impl Opened {
    /// `Err` says why there is nothing to attach, also when it was opened too late.
    pub(super) fn outcome(self) -> Result<(), String> {
        if self.wanted.has_changed().is_err() { Err(STOPPED.to_owned()) } else { self.outcome }
    }
}

impl Presenting {
    pub(super) fn new(sources: HashMap<String, PresentationSource>) -> Self {
        Self { sources, wanted: HashMap::new() }
    }

    /// The source of this name is presented from the next start on.
    pub(super) fn choose(&self, engine: &MediaEngine, name: &str) {
        if let Some(source) = self.sources.get(name) {
            engine.set_presentation(source.clone());
        } else {
            tracing::error!(name, "a presentation source that nobody has configured");
        }
    }

    /// Starts that are under way give up when this request ends the presentation.
    pub(super) fn stops(&mut self, request: &MediaRequest) {
        if matches!(request, MediaRequest::RemovePresentation { .. } | MediaRequest::Close { .. }) {
            self.wanted.remove(&request.call());
        }
    }

    /// Opens the source in a task of its own; what became of it goes with `task` into the `queue` of the call, which is
    /// not kept alive by that.
    pub(super) fn open(&mut self, engine: MediaEngine, task: Task, queue: WeakUnboundedSender<Task>) {
        let wanted = self.wanted.entry(task.request.call()).or_insert_with(|| watch::Sender::new(()));
        let mut wanted = wanted.subscribe();
        tokio::spawn(async move {
            let outcome = tokio::select! {
                biased;
                // Nothing is ever sent: it ends with its sender.
                _ = wanted.changed() => Err(STOPPED.to_owned()),
                opened = engine.open_presentation(task.media) => opened.map_err(|error| error.to_string()),
            };
            if let Some(queue) = queue.upgrade() {
                // The call has ended when nobody takes it.
                let _ = queue.send(Task { opened: Some(Opened { outcome, wanted }), ..task });
            }
        });
    }
}

/// Turns the pages of what is presented.
pub(super) fn turn(engine: &MediaEngine, to: PageTurn) {
    let turn = match to {
        PageTurn::First => Turn::First,
        PageTurn::Last => Turn::Last,
        PageTurn::Next => Turn::Next,
        PageTurn::Previous => Turn::Previous,
        PageTurn::Page(page) => Turn::Page(page),
    };
    if !engine.turn_page(turn) {
        tracing::debug!("what is presented has no pages");
    }
}
