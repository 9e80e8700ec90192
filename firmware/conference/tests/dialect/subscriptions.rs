//! Who hears which events.

use std::time::{Duration, Instant};

use roombox_conference::api::CallId;
use roombox_conference::catalogue::{ApiEvent, AutoConnectEvent, CallEvent, Event, RENAMES};
use roombox_conference::subscription::{EventSubscription, Notice, Subscriptions, UnknownName};

fn ended(call: u64) -> Event {
    CallEvent::EndCall { call: CallId(call) }.into()
}

fn taken(events: &mut Subscriptions, subscription: EventSubscription) -> Vec<Notice> {
    std::iter::from_fn(|| events.take(subscription)).collect()
}

#[test]
fn on_gives_every_event_of_its_names_in_order_until_off() {
    let mut events = Subscriptions::default();
    let both = events.on(&["call:end-call", "auto-connect:success"]).unwrap();
    let success = Event::from(AutoConnectEvent::Success {});
    events.publish(&ended(1));
    events.publish(&ApiEvent::AccountChanged {}.into());
    events.publish(&success);
    assert_eq!(taken(&mut events, both), [Notice::Event(ended(1)), Notice::Event(success)]);
    events.publish(&ended(2));
    events.off(both);
    assert_eq!(events.take(both), None);
    assert!(!events.is_open(both));
}

#[test]
fn once_gives_the_first_event_only() {
    let mut events = Subscriptions::default();
    let once = events.once("call:end-call").unwrap();
    events.publish(&ended(1));
    events.publish(&ended(2));
    assert!(events.is_open(once));
    assert_eq!(taken(&mut events, once), [Notice::Event(ended(1))]);
    assert!(!events.is_open(once));
}

#[test]
fn once_race_is_won_by_the_first_of_its_names() {
    let mut events = Subscriptions::default();
    let race = events.once_race(&["api:account:changed", "call:end-call"]).unwrap();
    events.publish(&ended(1));
    events.publish(&ApiEvent::AccountChanged {}.into());
    let Some(Notice::Event(winner)) = events.take(race) else { panic!() };
    assert_eq!(winner.name(), "call:end-call");
    assert_eq!(events.take(race), None);
}

#[test]
fn wait_ends_with_its_event_or_with_its_time() {
    let mut events = Subscriptions::default();
    let start = Instant::now();
    let [soon, late] = [1, 5].map(|seconds| start + Duration::from_secs(seconds));
    let first = events.wait(&["call:end-call"], late).unwrap();
    let second = events.wait(&["api:account:changed"], soon).unwrap();
    assert_eq!(events.next_deadline(), Some(soon));
    events.handle_timeout(soon);
    assert_eq!(taken(&mut events, second), [Notice::TimedOut]);
    assert_eq!(events.next_deadline(), Some(late));
    events.publish(&ended(1));
    events.handle_timeout(late);
    assert_eq!(taken(&mut events, first), [Notice::Event(ended(1))]);
    assert_eq!(events.next_deadline(), None);
}

#[test]
fn names_of_version_20_mean_the_events_of_today() {
    for (old, new) in RENAMES {
        assert_eq!(Event::known_name(old), Some(*new));
        assert!(Event::names().any(|name| name == *new), "{new}");
        assert!(Event::names().all(|name| name != *old), "{old}");
    }
    let mut events = Subscriptions::default();
    let room = events.once("api:mustStopPresentation").unwrap();
    events.publish(&ApiEvent::PresentationMustStop {}.into());
    assert!(events.take(room).is_some());
}

#[test]
fn a_name_that_never_was_is_an_error() {
    let mut events = Subscriptions::default();
    assert_eq!(events.on(&["call:confirmed", "call:konfirmed"]), Err(UnknownName("call:konfirmed".into())));
}

#[test]
fn who_does_not_take_loses_the_oldest_and_is_told_how_many() {
    let mut events = Subscriptions::default();
    let all = events.on_all();
    for call in 0..300 {
        events.publish(&ended(call));
    }
    assert_eq!(events.take(all), Some(Notice::Missed(44)));
    assert_eq!(events.take(all), Some(Notice::Event(ended(44))));
    assert_eq!(taken(&mut events, all).len(), 255);
}
