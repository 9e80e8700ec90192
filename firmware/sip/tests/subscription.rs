//! Subscriptions of ours (RFC 6665 section 4.1): how they stand, are refreshed, lost, made again and ended.

mod common;

use std::time::Duration;

use common::wire::{FLOW, Wire, line, response_to, value};
use roombox_sip::api::{
    Body, Command, Event, FlowError, FlowId, FlowInput, HeaderLine, SubscriptionId, SubscriptionState, Transport,
};
use roombox_sip::endpoint::{Credentials, EndpointConfig, Input};
use roombox_sip::machine::Machine;

const MAILBOX: SubscriptionId = SubscriptionId(1);
const SECOND: Duration = Duration::from_secs(1);

fn subscribe(wire: &mut Wire, expires: u32) {
    let (target, event) = ("sip:room@lab.example".into(), "message-summary".into());
    let headers = vec![HeaderLine::new("Accept", "application/simple-message-summary")];
    wire.command(Command::Subscribe { subscription: MAILBOX, target, event, expires, headers, body: None });
}

/// A NOTIFY of the notifier with this tag for a SUBSCRIBE.
fn notify(subscribe: &str, tag: &str, cseq: u32, state: &str) -> String {
    let call_id = line(subscribe, "Call-ID");
    format!(
        "NOTIFY sip:room@x.invalid SIP/2.0\nVia: SIP/2.0/WS n.invalid;branch=z9hG4bK{tag}{cseq}\nMax-Forwards: 70\n\
         From: <sip:room@lab.example>;tag={tag}\nTo: {}\n{call_id}\nCSeq: {cseq} NOTIFY\n\
         Contact: <sip:notifier@far>\nRecord-Route: <sip:p1;lr>\nEvent: message-summary\n\
         Subscription-State: {state}\nContent-Type: text/plain\nContent-Length: 4\n\nnews",
        value(subscribe, "From")
    )
    .replace("sip:room@x.invalid SIP", &format!("{} SIP", contact(subscribe)))
}

fn contact(message: &str) -> String {
    value(message, "Contact").trim_matches(['<', '>']).to_string()
}

/// The states told since the last look.
fn states(wire: &mut Wire) -> Vec<SubscriptionState> {
    let told = wire.take_events().into_iter().filter_map(|event| match event {
        Event::Subscription { subscription: MAILBOX, state } => Some(state),
        _ => None,
    });
    told.collect()
}

fn terminated(reason: &str, retry_in_ms: Option<u64>) -> SubscriptionState {
    SubscriptionState::Terminated { reason: reason.into(), retry_in_ms }
}

/// A subscription that stands for `expires` seconds; gives the SUBSCRIBE that made it.
fn standing(wire: &mut Wire, expires: u32) -> String {
    subscribe(wire, expires);
    let first = wire.last().to_string();
    wire.receive(&response_to(&first, 200, &format!("Expires: {expires}\n")));
    assert_eq!(wire.answer(&notify(&first, "n", 1, &format!("active;expires={expires}"))), Some(200));
    assert_eq!(states(wire), [SubscriptionState::Active { expires }]);
    first
}

fn retries(state: &SubscriptionState) -> Option<u64> {
    match state {
        SubscriptionState::Terminated { retry_in_ms, .. } => *retry_in_ms,
        other => panic!("not over: {other:?}"),
    }
}

#[test]
fn a_subscription_stands_is_refreshed_and_ended() {
    let mut wire = Wire::new(Transport::Ws);
    subscribe(&mut wire, 100);
    let first = wire.last().to_string();
    assert!(first.starts_with("SUBSCRIBE sip:room@lab.example SIP/2.0"));
    assert_eq!((value(&first, "Event"), value(&first, "Expires")), ("message-summary".into(), "100".into()));
    assert_eq!(wire.answer(&notify(&first, "n", 1, "pending;expires=100")), Some(200), "it may come before the 2xx");
    assert_eq!(states(&mut wire), [SubscriptionState::Pending]);
    wire.receive(&response_to(&first, 202, "Expires: 100\n"));
    wire.receive(&notify(&first, "n", 2, "active;expires=100"));
    let told = wire.take_events();
    assert!(
        matches!(&told[..], [
        Event::Subscription { state: SubscriptionState::Active { expires: 100 }, .. },
        Event::Notify { subscription: MAILBOX, body: Some(body), .. },
    ] if body.text() == Some("news")),
        "{told:?}"
    );

    wire.pass(89 * SECOND);
    assert_eq!(wire.last().split(' ').next(), Some("SIP/2.0"), "not before 90 % of the time");
    wire.pass(2 * SECOND);
    assert!(wire.last().starts_with("SUBSCRIBE sip:notifier@far SIP/2.0"), "inside the dialog");
    assert_eq!((value(wire.last(), "Route"), value(wire.last(), "CSeq")), ("<sip:p1;lr>".into(), "2 SUBSCRIBE".into()));
    assert_eq!(value(wire.last(), "Call-ID"), value(&first, "Call-ID"));
    wire.respond(200, "Expires: 100\n");
    wire.pass(60 * SECOND);
    assert!(states(&mut wire).is_empty(), "a refresh is nobody's news");

    wire.command(Command::Unsubscribe { subscription: MAILBOX });
    assert_eq!(value(wire.last(), "Expires"), "0");
    wire.respond(200, "Expires: 0\n");
    assert_eq!(wire.answer(&notify(&first, "n", 3, "terminated;reason=timeout")), Some(200));
    assert_eq!(states(&mut wire), [terminated("timeout", None)]);
    assert_eq!((wire.endpoint.status().subscriptions.len(), wire.endpoint.next_deadline()), (0, None));
    assert_eq!(wire.answer(&notify(&first, "n", 4, "active")), Some(481));
}

#[test]
fn a_notifier_that_never_notifies_is_tried_again_slower_and_slower() {
    let mut wire = Wire::new(Transport::Ws);
    subscribe(&mut wire, 3600);
    let mut waits = Vec::new();
    for _ in 0..4 {
        wire.respond(200, "Expires: 3600\n");
        wire.pass(32 * SECOND);
        let told = states(&mut wire);
        assert_eq!(told.len(), 1, "timer N: {told:?}");
        let wait = retries(&told[0]).expect("tried again");
        waits.push(wait);
        wire.pass(Duration::from_millis(wait));
        assert_eq!(value(wire.last(), "CSeq"), "1 SUBSCRIBE", "a new one");
    }
    assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]), "{waits:?}");
}

#[test]
fn a_refused_subscription_ends_or_waits_by_its_status() {
    for (status, extra, for_good) in [
        (403, "", true),
        (489, "", true),
        (603, "", true),
        (401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\n", true),
        (423, "", false),
        (480, "", false),
        (503, "Retry-After: 77\n", false),
    ] {
        let mut wire = Wire::new(Transport::Ws);
        subscribe(&mut wire, 600);
        wire.respond(status, extra);
        let told = states(&mut wire);
        assert_eq!((told.len(), retries(&told[0]).is_none()), (1, for_good), "{status}: {told:?}");
        if status == 503 {
            assert_eq!(retries(&told[0]), Some(77_000));
        }
        assert_eq!(wire.endpoint.status().subscriptions.is_empty(), for_good);
    }
}

#[test]
fn too_brief_an_interval_is_raised_and_a_password_is_given() {
    let mut config = EndpointConfig::client("sip:room@lab.example");
    config.credentials = Some(Credentials { username: "room".into(), password: "secret".into() });
    let mut wire = Wire::with(Transport::Ws, config);
    subscribe(&mut wire, 60);
    wire.respond(423, "Min-Expires: 1800\n");
    assert_eq!(value(wire.last(), "Expires"), "1800");
    wire.respond(401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\n");
    assert!(wire.last().contains("Authorization: Digest"));
    assert_eq!(value(wire.last(), "CSeq"), "2 SUBSCRIBE");
    let sent = wire.last().to_string();
    wire.respond(200, "Expires: 1800\n");
    wire.receive(&notify(&sent, "n", 1, "active;expires=1800"));
    assert_eq!(states(&mut wire), [SubscriptionState::Active { expires: 1800 }]);
    wire.pass(1621 * SECOND);
    assert_eq!(value(wire.last(), "CSeq"), "3 SUBSCRIBE", "the number goes on after the password");
}

#[test]
fn a_notifier_that_knows_it_no_more_gets_a_new_subscription() {
    let mut wire = Wire::new(Transport::Ws);
    let first = standing(&mut wire, 100);
    wire.pass(91 * SECOND);
    wire.respond(481, "");
    assert_eq!(states(&mut wire), [terminated("X", Some(0))]);
    wire.pass(SECOND);
    assert!(wire.last().starts_with("SUBSCRIBE sip:room@lab.example"));
    assert_ne!(value(wire.last(), "Call-ID"), value(&first, "Call-ID"));
    assert_eq!(wire.answer(&notify(&first, "n", 2, "active")), Some(481), "the old one is over");
}

#[test]
fn a_refresh_that_fails_for_now_leaves_the_subscription_until_it_expires() {
    let mut wire = Wire::new(Transport::Ws);
    standing(&mut wire, 1000);
    wire.pass(901 * SECOND);
    wire.respond(500, "");
    wire.pass(31 * SECOND);
    assert_eq!(value(wire.last(), "CSeq"), "3 SUBSCRIBE", "tried again");
    assert!(states(&mut wire).is_empty());
    wire.respond(500, "Retry-After: 500\n");
    wire.pass(70 * SECOND);
    assert_eq!(states(&mut wire), [terminated("expired", Some(0))]);
}

#[test]
fn the_reason_of_an_end_says_whether_and_when_it_is_tried_again() {
    let cases = [
        ("terminated;reason=deactivated", Some(0)),
        ("terminated;reason=timeout", Some(0)),
        ("terminated;reason=probation;retry-after=120", Some(120_000)),
        ("terminated;reason=giveup;retry-after=60", Some(60_000)),
        ("terminated;reason=rejected;retry-after=60", None),
        ("terminated;reason=noresource", None),
        ("terminated;reason=invariant", None),
    ];
    for (state, retry) in cases {
        let mut wire = Wire::new(Transport::Ws);
        let first = standing(&mut wire, 600);
        assert_eq!(wire.answer(&notify(&first, "n", 2, state)), Some(200));
        let told = states(&mut wire);
        assert_eq!((told.len(), retries(&told[0])), (1, retry), "{state}");
    }
    let mut wire = Wire::new(Transport::Ws);
    let first = standing(&mut wire, 600);
    wire.receive(&notify(&first, "n", 2, "terminated"));
    assert!(states(&mut wire).first().and_then(retries).is_some_and(|wait| wait >= 2_500), "in a time of our own");
}

#[test]
fn a_notifier_that_ends_it_again_and_again_is_not_asked_in_a_circle() {
    let mut wire = Wire::new(Transport::Ws);
    let mut first = standing(&mut wire, 600);
    let mut waits = Vec::new();
    for _ in 0..4 {
        wire.receive(&notify(&first, "n", 2, "terminated;reason=deactivated"));
        let wait = states(&mut wire).first().and_then(retries).expect("tried again");
        waits.push(wait);
        wire.pass(Duration::from_millis(wait + 1));
        first = wire.last().to_string();
        wire.respond(200, "");
        wire.receive(&notify(&first, "n", 1, "active"));
        wire.take_events();
    }
    assert_eq!(waits[0], 0);
    assert!(waits[1] >= 2_500 && waits[3] > waits[1], "{waits:?}");
}

#[test]
fn notifications_that_do_not_fit_are_refused() {
    let mut wire = Wire::new(Transport::Ws);
    let first = standing(&mut wire, 600);
    assert_eq!(wire.answer(&notify(&first, "fork", 1, "active")), Some(481), "another branch of a fork");
    let other = notify(&first, "n", 2, "active").replace("Event: message-summary", "Event: presence");
    assert_eq!(wire.answer(&other), Some(489));
    let without = notify(&first, "n", 3, "active").replace("Subscription-State: active\n", "");
    assert_eq!(wire.answer(&without), Some(400));
    wire.receive(&notify(&first, "n", 9, "active"));
    assert_eq!(wire.answer(&notify(&first, "n", 8, "active")), Some(500), "older than one we have seen");
    let notified = wire.take_events().iter().filter(|e| matches!(e, Event::Notify { .. })).count();
    assert_eq!(notified, 1);
}

#[test]
fn a_subscription_survives_the_loss_of_its_connection() {
    let mut wire = Wire::new(Transport::Ws);
    let first = standing(&mut wire, 600);
    let closed = FlowInput::Closed(FlowError::Closed("gone".into()));
    wire.input(Input::Flow { flow: FLOW, input: closed.clone() });
    wire.pass(20 * SECOND);
    assert!(states(&mut wire).is_empty());
    let next = FlowId(2);
    wire.input(Input::Flow { flow: next, input: FlowInput::Opened(Transport::Ws) });
    wire.input(Input::UseFlow(next));
    assert!(wire.last().starts_with("SUBSCRIBE sip:notifier@far"), "asked at once inside the dialog");
    assert_eq!(value(wire.last(), "Call-ID"), value(&first, "Call-ID"));

    wire.input(Input::Flow { flow: next, input: closed });
    wire.pass(700 * SECOND);
    assert_eq!(states(&mut wire), [terminated("expired", Some(0))]);
    let sent = wire.sent.len();
    let third = FlowId(3);
    wire.input(Input::Flow { flow: third, input: FlowInput::Opened(Transport::Ws) });
    assert_eq!(wire.sent.len(), sent);
    wire.input(Input::UseFlow(third));
    assert!(wire.last().starts_with("SUBSCRIBE sip:room@lab.example"), "expired meanwhile, so made anew");
    assert_eq!(wire.endpoint.status().subscriptions, [MAILBOX]);
}

#[test]
fn who_unsubscribes_early_ends_it_with_the_first_notification() {
    let mut wire = Wire::new(Transport::Ws);
    subscribe(&mut wire, 600);
    let first = wire.last().to_string();
    wire.command(Command::Unsubscribe { subscription: MAILBOX });
    assert_eq!(wire.last(), first, "there is no dialog yet");
    wire.receive(&response_to(&first, 200, "Expires: 600\n"));
    wire.receive(&notify(&first, "n", 1, "active;expires=600"));
    assert_eq!(value(wire.last(), "Expires"), "0");
    wire.pass(33 * SECOND);
    let told = states(&mut wire);
    assert_eq!(told.last(), Some(&terminated("unsubscribed", None)), "also when the last notification never comes");
    assert!(wire.endpoint.status().subscriptions.is_empty());
}

#[test]
fn a_question_is_answered_once() {
    let mut wire = Wire::new(Transport::Ws);
    subscribe(&mut wire, 0);
    let first = wire.last().to_string();
    wire.respond(200, "Expires: 0\n");
    wire.receive(&notify(&first, "n", 1, "terminated;reason=timeout"));
    let told = wire.take_events();
    assert!(
        matches!(&told[..], [Event::Notify { body: Some(Body { .. }), .. }, Event::Subscription { state, .. }]
        if *state == terminated("timeout", None)),
        "{told:?}"
    );
    assert_eq!(wire.endpoint.next_deadline(), None);
}

#[test]
fn subscriptions_are_counted() {
    let mut wire = Wire::new(Transport::Ws);
    for number in 1..=33 {
        let (target, event) = ("sip:x@far".into(), "presence".into());
        let subscription = SubscriptionId(number);
        wire.command(Command::Subscribe { subscription, target, event, expires: 60, headers: vec![], body: None });
    }
    assert_eq!(wire.endpoint.status().subscriptions.len(), 32);
    let told = wire.take_events();
    assert!(
        matches!(&told[..], [Event::Subscription { subscription: SubscriptionId(33), state }]
        if retries(state).is_none()),
        "{told:?}"
    );
}
