//! `/api/events`: one server-sent event stream with everything that changes.

use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::{Query, State},
    response::sse::{Event as Frame, KeepAlive, Sse},
};
use futures_util::stream::{Stream, unfold};
use serde::Serialize;
use tokio::{
    sync::watch,
    time::{Interval, MissedTickBehavior, interval},
};

use crate::{
    control::protocol::EventFilter,
    events::{Event, Listener},
    house::House,
};

/// How often statistics are told; they are measured over a second.
const STATISTICS_PERIOD: Duration = Duration::from_secs(1);

/// Events as plain messages (`{"time","event","data"}`), the tree as `status` messages at every change, statistics as
/// `statistics` messages once a second.
pub(super) async fn events(
    State(house): State<House>,
    Query(filter): Query<EventFilter>,
) -> Sse<impl Stream<Item = Result<Frame, Infallible>>> {
    let (kept, listener) = house.events.subscribe();
    let wanted = |event: &&Arc<Event>| filter.history && event.name.starts_with(&filter.filter);
    let mut tick = interval(STATISTICS_PERIOD);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let source = Source {
        waiting: kept.iter().filter(wanted).filter_map(|event| frame(None, &**event)).collect(),
        listener,
        status: house.watch(),
        first_status: true,
        tick,
        prefix: filter.filter,
        house,
    };
    let stream = unfold(source, |mut source| async move {
        let frame = source.next().await?;
        Some((Ok(frame), source))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}

struct Source {
    waiting: VecDeque<Frame>,
    listener: Listener,
    status: watch::Receiver<Arc<serde_json::Value>>,
    first_status: bool,
    tick: Interval,
    prefix: String,
    house: House,
}

impl Source {
    async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.waiting.pop_front() {
                return Some(frame);
            }
            let made = if std::mem::take(&mut self.first_status) {
                frame(Some("status"), &**self.status.borrow_and_update())
            } else {
                self.wait().await?
            };
            self.waiting.extend(made);
        }
    }

    /// `None` at the end of the house; an inner `None` when this was nothing to tell.
    async fn wait(&mut self) -> Option<Option<Frame>> {
        tokio::select! {
            event = self.listener.next() => {
                let event = event?;
                let wanted = event.name.starts_with(&self.prefix) || event.name == "events.lost";
                Some(if wanted { frame(None, &*event) } else { None })
            }
            changed = self.status.changed() => {
                changed.ok()?;
                Some(frame(Some("status"), &**self.status.borrow_and_update()))
            }
            _ = self.tick.tick() => {
                let statistics = self.house.statistics().await.ok();
                Some(statistics.and_then(|statistics| frame(Some("statistics"), &statistics)))
            }
        }
    }
}

fn frame(name: Option<&str>, data: &impl Serialize) -> Option<Frame> {
    let frame = name.map_or_else(Frame::default, |name| Frame::default().event(name));
    frame.json_data(data).inspect_err(|error| tracing::warn!(%error, "event stream")).ok()
}
