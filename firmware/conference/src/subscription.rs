//! Who wants to hear which events: `on`, `once`, `onceRace`, `wait` and `off` of the library, without threads and callbacks.
//!
//! The owner gives every event to [`Subscriptions::publish`] and asks each subscription with [`Subscriptions::take`] what
//! there is for it. Names are those of the catalogue; those of version 20 mean the same events.
//!
//! ```
//! use roombox_conference::api::CallId;
//! use roombox_conference::catalogue::{CallEvent, Side};
//! use roombox_conference::subscription::{Notice, Subscriptions};
//!
//! let mut events = Subscriptions::default();
//! let outcome = events.once_race(&["call:confirmed", "call:failed"])?;
//! events.publish(&CallEvent::Confirmed { call: CallId(1), originator: Side::Remote }.into());
//! let Some(Notice::Event(event)) = events.take(outcome) else { panic!("it has happened") };
//! assert_eq!(event.name(), "call:confirmed");
//! assert!(!events.is_open(outcome));
//! # Ok::<(), roombox_conference::subscription::UnknownName>(())
//! ```

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use crate::catalogue::Event;

/// Events that one subscription keeps until they are taken; then the oldest go.
const CAPACITY: usize = 256;

/// One subscription. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventSubscription(u64);

/// What there is for a subscription.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// It happened.
    Event(Event),
    /// So many events before the next one were lost because nobody took them.
    Missed(u64),
    /// The time to wait is over, and it has not happened.
    TimedOut,
}

/// No event is called so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no event {0:?}")]
pub struct UnknownName(pub String);

#[derive(Debug)]
struct Entry {
    names: BTreeSet<&'static str>,
    /// It ends with the first event.
    once: bool,
    /// It ends at that time.
    until: Option<Instant>,
    /// Nothing more comes; it goes when all is taken.
    over: bool,
    waiting: VecDeque<Notice>,
    missed: u64,
}

/// All subscriptions of one owner.
#[derive(Debug, Default)]
pub struct Subscriptions {
    count: u64,
    entries: BTreeMap<EventSubscription, Entry>,
}

impl Subscriptions {
    /// Every event of these names, until [`Subscriptions::off`].
    pub fn on(&mut self, names: &[&str]) -> Result<EventSubscription, UnknownName> {
        self.add(names, false, None)
    }

    /// Every event there is, until [`Subscriptions::off`].
    pub fn on_all(&mut self) -> EventSubscription {
        self.insert(Event::names().collect(), false, None)
    }

    /// The next event of this name.
    pub fn once(&mut self, name: &str) -> Result<EventSubscription, UnknownName> {
        self.add(&[name], true, None)
    }

    /// The first event of any of these names.
    pub fn once_race(&mut self, names: &[&str]) -> Result<EventSubscription, UnknownName> {
        self.add(names, true, None)
    }

    /// The first event of any of these names, or [`Notice::TimedOut`] at `until`.
    pub fn wait(&mut self, names: &[&str], until: Instant) -> Result<EventSubscription, UnknownName> {
        self.add(names, true, Some(until))
    }

    /// Ends a subscription; what is not taken is gone.
    pub fn off(&mut self, subscription: EventSubscription) {
        self.entries.remove(&subscription);
    }

    /// Something may still come for it, or waits to be taken.
    pub fn is_open(&self, subscription: EventSubscription) -> bool {
        self.entries.contains_key(&subscription)
    }

    /// This happened.
    pub fn publish(&mut self, event: &Event) {
        for entry in self.entries.values_mut().filter(|entry| !entry.over && entry.names.contains(event.name())) {
            entry.push(Notice::Event(event.clone()));
            entry.over = entry.once;
        }
    }

    /// The next thing there is for a subscription.
    pub fn take(&mut self, subscription: EventSubscription) -> Option<Notice> {
        let entry = self.entries.get_mut(&subscription)?;
        if entry.missed > 0 {
            return Some(Notice::Missed(std::mem::take(&mut entry.missed)));
        }
        let notice = entry.waiting.pop_front();
        if entry.over && entry.waiting.is_empty() {
            self.entries.remove(&subscription);
        }
        notice
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        for entry in self.entries.values_mut().filter(|entry| !entry.over) {
            if entry.until.is_some_and(|until| until <= now) {
                entry.push(Notice::TimedOut);
                entry.over = true;
            }
        }
    }

    /// When [`Subscriptions::handle_timeout`] is needed next.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.entries.values().filter(|entry| !entry.over).filter_map(|entry| entry.until).min()
    }

    fn add(&mut self, names: &[&str], once: bool, until: Option<Instant>) -> Result<EventSubscription, UnknownName> {
        let known = |name: &&str| Event::known_name(name).ok_or_else(|| UnknownName((*name).to_owned()));
        let names = names.iter().map(known).collect::<Result<_, _>>()?;
        Ok(self.insert(names, once, until))
    }

    fn insert(&mut self, names: BTreeSet<&'static str>, once: bool, until: Option<Instant>) -> EventSubscription {
        self.count += 1;
        let subscription = EventSubscription(self.count);
        let entry = Entry { names, once, until, over: false, waiting: VecDeque::new(), missed: 0 };
        self.entries.insert(subscription, entry);
        subscription
    }
}

impl Entry {
    fn push(&mut self, notice: Notice) {
        if self.waiting.len() == CAPACITY {
            self.waiting.pop_front();
            self.missed += 1;
        }
        self.waiting.push_back(notice);
    }
}
