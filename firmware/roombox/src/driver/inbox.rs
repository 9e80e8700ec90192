//! Everything that can happen to the driver, in one place to wait at.

use std::time::{Duration, Instant};

use roombox_appliance::api as room;
use roombox_conference::api::{HttpId, HttpResponse, NetworkEvent};
use roombox_hal::buttons::Press;
use roombox_media::{api::MediaEvent, engine::MediaEngine};
use roombox_sip::api::{FlowError, FlowId, FlowInput, LocateId, ServerTarget};
use roombox_sip_transports::FlowEvents;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Interval, MissedTickBehavior, interval, sleep_until},
};

use super::{http, media, places::Located};
use crate::house::Asked;

/// One thing that happened.
pub(super) enum Happening {
    Asked(Asked),
    /// The deadline has come.
    Due,
    /// The media engine is started, or why it is not.
    Engine(Result<MediaEngine, String>),
    Flow(FlowId, FlowInput),
    Http(HttpId, Result<HttpResponse, String>),
    Located(LocateId, Result<Vec<ServerTarget>, FlowError>),
    MediaAnswer(media::Answer),
    MediaNews(MediaEvent),
    Network(NetworkEvent),
    Note(room::Input),
    Press(Press),
}

pub(super) struct Inbox {
    pub(super) buttons: mpsc::Receiver<Press>,
    pub(super) commands: mpsc::Receiver<Asked>,
    /// Taken when it has told.
    pub(super) engine: Option<oneshot::Receiver<Result<MediaEngine, String>>>,
    pub(super) flows: FlowEvents,
    pub(super) http_answers: mpsc::UnboundedReceiver<http::Answered>,
    pub(super) located: mpsc::UnboundedReceiver<Located>,
    pub(super) media_answers: mpsc::UnboundedReceiver<media::Answer>,
    pub(super) media_events: mpsc::UnboundedReceiver<MediaEvent>,
    pub(super) network: mpsc::UnboundedReceiver<NetworkEvent>,
    pub(super) notes: mpsc::UnboundedReceiver<room::Input>,
    pub(super) watchdog: Option<Interval>,
}

impl Inbox {
    /// What happens next, at the latest that the deadline comes. People go before the network.
    pub(super) async fn next(&mut self, due: Option<Instant>) -> Happening {
        loop {
            tokio::select! {
                biased;
                Some(press) = self.buttons.recv() => return Happening::Press(press),
                Some(asked) = self.commands.recv() => return Happening::Asked(asked),
                Some(note) = self.notes.recv() => return Happening::Note(note),
                () = at(due) => return Happening::Due,
                engine = engine(&mut self.engine) => return Happening::Engine(engine),
                Some(answer) = self.media_answers.recv() => return Happening::MediaAnswer(answer),
                Some((flow, input)) = self.flows.recv() => return Happening::Flow(flow, input),
                Some(event) = self.network.recv() => return Happening::Network(event),
                Some((id, outcome)) = self.http_answers.recv() => return Happening::Http(id, outcome),
                Some((locate, places)) = self.located.recv() => return Happening::Located(locate, places),
                Some(event) = self.media_events.recv() => return Happening::MediaNews(event),
                () = tick(&mut self.watchdog) => feed_watchdog(),
            }
        }
    }
}

async fn at(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

async fn engine(starting: &mut Option<oneshot::Receiver<Result<MediaEngine, String>>>) -> Result<MediaEngine, String> {
    let Some(receiver) = starting else { return std::future::pending().await };
    let engine = receiver.await;
    *starting = None;
    engine.unwrap_or_else(|_| Err("the media engine broke while it started".into()))
}

async fn tick(interval: &mut Option<Interval>) {
    match interval {
        Some(interval) => drop(interval.tick().await),
        None => std::future::pending().await,
    }
}

/// The service manager's watchdog, fed at half its time from the loop itself: a loop that hangs is a box that hangs.
pub(super) fn watchdog() -> Option<Interval> {
    let limit = sd_notify::watchdog_enabled()?;
    let mut interval = interval((limit / 2).max(Duration::from_millis(100)));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    Some(interval)
}

fn feed_watchdog() {
    if let Err(error) = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]) {
        tracing::warn!(%error, "service manager");
    }
}
