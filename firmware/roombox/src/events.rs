//! The event stream: numbered, stamped, kept for a while, and handed to whoever listens.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use serde::Serialize;
use serde_json::Value;
use tokio::sync::broadcast;

/// Events kept for those who come later: about ten calls with everything that is told of them.
const KEPT: usize = 1024;
/// Measured every second of a call: neither logged nor kept, because it would drive out everything else.
const PASSING: [&str; 2] = ["main-stream-health:health-snapshot", "stats:collected"];
/// Events a slow listener may be behind before it is told that it missed some.
const BEHIND: usize = 512;

/// One event as every transport shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Event {
    /// UTC, RFC 3339 with milliseconds.
    pub(crate) time: String,
    /// Dotted name.
    #[serde(rename = "event")]
    pub(crate) name: String,
    pub(crate) data: Value,
}

/// Where events are published. Cloned freely; all clones are one bus.
#[derive(Clone)]
pub(crate) struct EventBus {
    live: broadcast::Sender<Arc<Event>>,
    kept: Arc<Mutex<VecDeque<Arc<Event>>>>,
}

impl EventBus {
    pub(crate) fn new() -> Self {
        Self { live: broadcast::channel(BEHIND).0, kept: Arc::default() }
    }

    /// Stamps and publishes.
    pub(crate) fn publish(&self, name: impl Into<String>, data: Value) {
        let event = Arc::new(stamped(name.into(), data));
        let passing = PASSING.contains(&event.name.as_str());
        if !passing {
            tracing::info!(target: "roombox::event", event = %event.name, data = %event.data);
        }
        let mut kept = self.lock();
        if !passing {
            if kept.len() == KEPT {
                kept.pop_front();
            }
            kept.push_back(Arc::clone(&event));
        }
        // Sent under the lock so that a new listener sees each event exactly once; nobody listening is no failure.
        let _ = self.live.send(event);
    }

    /// From now on, with what was kept from before.
    pub(crate) fn subscribe(&self) -> (Vec<Arc<Event>>, Listener) {
        let kept = self.lock();
        (kept.iter().cloned().collect(), Listener { live: self.live.subscribe() })
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Event>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One listener. Never holds the publisher up.
pub(crate) struct Listener {
    live: broadcast::Receiver<Arc<Event>>,
}

impl Listener {
    /// The next event; `None` when the house is closed. Missed events show as one `events.lost`.
    pub(crate) async fn next(&mut self) -> Option<Arc<Event>> {
        match self.live.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Closed) => None,
            Err(broadcast::error::RecvError::Lagged(count)) => {
                Some(Arc::new(stamped("events.lost".into(), serde_json::json!({ "count": count }))))
            }
        }
    }
}

fn stamped(name: String, data: Value) -> Event {
    Event { time: humantime::format_rfc3339_millis(SystemTime::now()).to_string(), name, data }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_listener_gets_the_past_once_and_then_the_present() {
        let bus = EventBus::new();
        bus.publish("a", json!(1));
        let (kept, mut listener) = bus.subscribe();
        bus.publish("b", json!(2));
        assert_eq!(kept.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["a"]);
        assert_eq!(listener.next().await.unwrap().name, "b");
    }

    #[tokio::test]
    async fn a_slow_listener_is_told_what_it_missed() {
        let bus = EventBus::new();
        let (_, mut listener) = bus.subscribe();
        for number in 0..=BEHIND {
            bus.publish("n", json!(number));
        }
        let first = listener.next().await.unwrap();
        assert_eq!((first.name.as_str(), &first.data), ("events.lost", &json!({ "count": 1 })));
        assert_eq!(listener.next().await.unwrap().data, json!(1));
    }

    #[tokio::test]
    async fn what_is_measured_every_second_is_told_and_not_kept() {
        let bus = EventBus::new();
        let (_, mut listener) = bus.subscribe();
        for name in PASSING {
            bus.publish(name, json!({}));
            assert_eq!(listener.next().await.unwrap().name, name);
        }
        assert!(bus.subscribe().0.is_empty());
    }

    #[test]
    fn only_the_newest_are_kept() {
        let bus = EventBus::new();
        for number in 0..KEPT + 3 {
            bus.publish("n", json!(number));
        }
        assert_eq!(bus.subscribe().0.first().unwrap().data, json!(3));
    }
}
