//! Calls that come to us.

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{CallState, Command, Event, MediaFact, MediaRequest};
use roombox_conference::catalogue::{Caller, IncomingCallEvent};
use roombox_sip::api as sip;

use crate::bench::{ANSWER, Bench, OFFER, seconds};

pub(crate) const SESSION: sip::SessionId = sip::SessionId(1 << 63);

fn invitation(session: sip::SessionId, offer: Option<&str>) -> sip::Event {
    sip::Event::Incoming {
        session,
        flow: sip::FlowId(1),
        from_uri: "sip:200@meet.example".into(),
        from_display: Some("Second room".into()),
        to_uri: "sip:room1@meet.example".into(),
        request_uri: "sip:room1@host".into(),
        offer: offer.map(sip::Body::sdp),
        headers: vec![],
        replaces: None,
    }
}

fn ring(bench: &mut Bench, session: sip::SessionId, offer: Option<&str>) {
    bench.sip(invitation(session, offer));
}

/// A call from somebody else, with headers of its own.
pub(crate) fn ring_with(
    bench: &mut Bench,
    from: &str,
    display: Option<&str>,
    lines: Vec<sip::HeaderLine>,
) -> roombox_conference::api::CallId {
    let mut event = invitation(SESSION, Some(OFFER));
    if let sip::Event::Incoming { from_uri, from_display, headers, .. } = &mut event {
        *from_uri = from.into();
        *from_display = display.map(str::to_owned);
        *headers = lines;
    }
    bench.sip(event);
    ringing(bench)
}

/// A call of this caller, answered and confirmed.
pub(crate) fn answered(bench: &mut Bench, from: &str) -> roombox_conference::api::CallId {
    let call = ring_with(bench, from, None, Vec::new());
    bench.command(Command::Answer { call });
    bench.media(MediaFact::AnswerReady { call, sdp: ANSWER.into() });
    bench.sip(sip::Event::Confirmed { session: SESSION });
    call
}

fn rejected(bench: &Bench, wanted: sip::SessionId) -> Option<u16> {
    bench.commands().find_map(|command| match command {
        sip::Command::Reject { session, status, .. } if *session == wanted => Some(*status),
        _ => None,
    })
}

fn ringing(bench: &Bench) -> roombox_conference::api::CallId {
    let CallState::Ringing { call, .. } = bench.call() else { panic!("{:?}", bench.call()) };
    call
}

#[test]
fn an_answered_call_gets_our_answer_and_stands_with_the_ack() {
    let mut bench = Bench::registered();
    ring(&mut bench, SESSION, Some(OFFER));
    let call = ringing(&bench);
    bench.command(Command::Answer { call });
    assert!(bench.requests().any(|request| *request == MediaRequest::CreateAnswer { call, offer: OFFER.into() }));
    bench.media(MediaFact::AnswerReady { call, sdp: ANSWER.into() });
    assert!(bench.commands().any(|command| matches!(command, sip::Command::Accept { body: Some(_), .. })));
    assert!(!bench.in_call_now());
    bench.sip(sip::Event::Confirmed { session: SESSION });
    assert!(bench.in_call_now());
    bench.end(SESSION, sip::Cause::Bye, None);
    assert_eq!(bench.call(), CallState::Idle);
    assert!(bench.events().any(|event| matches!(event, Event::CallEnded { will_redial: false, .. })));
}

#[test]
fn an_offerless_call_gets_our_offer_and_its_ack_brings_the_answer() {
    let mut bench = Bench::registered();
    ring(&mut bench, SESSION, None);
    let call = ringing(&bench);
    bench.command(Command::Answer { call });
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    bench.sip(sip::Event::OfferAnswered { session: SESSION, body: Some(sip::Body::sdp(ANSWER)) });
    bench.sip(sip::Event::Confirmed { session: SESSION });
    assert!(bench.requests().any(|request| *request == MediaRequest::AcceptAnswer { call, sdp: ANSWER.into() }));
    assert!(bench.in_call_now());
}

#[test]
fn auto_answer_answers_without_a_person() {
    let mut bench =
        Bench::with(ConferenceConfig { auto_answer: true, ..ConferenceConfig::new("room1", "meet.example", true) });
    bench.command(Command::Start);
    bench.connect();
    ring(&mut bench, SESSION, Some(OFFER));
    assert!(bench.requests().any(|request| matches!(request, MediaRequest::CreateAnswer { .. })));
}

#[test]
fn a_rejected_call_is_refused_and_forgotten() {
    let mut bench = Bench::registered();
    ring(&mut bench, SESSION, Some(OFFER));
    let call = ringing(&bench);
    bench.command(Command::Reject { call });
    assert_eq!(rejected(&bench, SESSION), Some(603));
    assert_eq!(bench.call(), CallState::Idle);
}

#[test]
fn a_caller_who_hangs_up_while_ringing_leaves_nothing_behind() {
    let mut bench = Bench::registered();
    ring(&mut bench, SESSION, Some(OFFER));
    let call = ringing(&bench);
    bench.end(SESSION, sip::Cause::Canceled, Some(487));
    bench.command(Command::Answer { call });
    assert_eq!(bench.call(), CallState::Idle);
    assert!(!bench.requests().any(|request| matches!(request, MediaRequest::CreateAnswer { .. })));
}

#[test]
fn a_second_call_finds_the_room_busy() {
    let (mut bench, ..) = Bench::in_call();
    ring(&mut bench, SESSION, Some(OFFER));
    assert_eq!(rejected(&bench, SESSION), Some(486));
    assert!(bench.in_call_now());
}

#[test]
fn an_offer_that_media_cannot_use_is_refused_as_not_acceptable() {
    let mut bench = Bench::registered();
    ring(&mut bench, SESSION, Some(OFFER));
    let call = ringing(&bench);
    bench.command(Command::Answer { call });
    bench.media(MediaFact::Failed { call, reason: "no codec in common".into() });
    assert_eq!(rejected(&bench, SESSION), Some(488));
}

#[test]
fn a_call_taken_between_two_attempts_gives_way_to_the_kept_conference_when_it_ends() {
    let (mut bench, _, session) = Bench::in_call();
    bench.end(session, sip::Cause::Busy, Some(486));
    ring(&mut bench, SESSION, Some(OFFER));
    let call = ringing(&bench);
    bench.pass(seconds(30));
    assert_eq!(ringing(&bench), call);
    bench.command(Command::Reject { call });
    assert!(bench.offer_asked().is_some());
}

#[test]
fn an_answered_call_tells_each_step_in_its_order() {
    let mut bench = Bench::registered();
    answered(&mut bench, "sip:200@meet.example");
    let told: Vec<_> = bench
        .told("")
        .into_iter()
        .filter(|name| ["call:", "incoming-call:", "connection:new"].iter().any(|prefix| name.starts_with(prefix)))
        .collect();
    assert_eq!(
        told,
        [
            "call:progress",
            "connection:newRTCSession",
            "incoming-call:ringing",
            "call:call-status-changed",
            "call:start-call",
            "call:connecting",
            "call:peerconnection",
            "call:sdp",
            "call:accepted",
            "call:confirmed",
            "call:peerconnection:confirmed",
        ]
    );
}

#[test]
fn who_calls_is_told_with_name_number_and_host_as_far_as_they_are_known() {
    for (from, display, number, host, name) in [
        ("sip:200@Meet.example:5061;transport=tls", Some("Second room"), "200", "Meet.example", "Second room"),
        ("sip:200@meet.example", Some("  "), "200", "meet.example", ""),
        ("sip:200@meet.example", None, "200", "meet.example", ""),
        ("sip:meet.example;transport=ws", None, "", "meet.example", ""),
    ] {
        let mut bench = Bench::registered();
        let call = ring_with(&mut bench, from, display, Vec::new());
        let wanted = IncomingCallEvent::Ringing(Caller {
            call,
            display_name: name.into(),
            host: host.into(),
            incoming_number: number.into(),
        });
        assert!(bench.catalogue().any(|event| *event == wanted.clone().into()), "{from}");
    }
}

#[test]
fn a_call_that_was_refused_or_lost_can_be_neither_answered_nor_refused_again() {
    let mut bench = Bench::registered();
    ring(&mut bench, SESSION, Some(OFFER));
    let call = ringing(&bench);
    bench.command(Command::Decline { call, status: None });
    bench.forget();
    for command in [Command::Answer { call }, Command::Decline { call, status: None }, Command::Reject { call }] {
        bench.command(command);
    }
    assert_eq!(bench.commands().count(), 0);
    assert_eq!(bench.told("command:refused").len(), 3);
}
