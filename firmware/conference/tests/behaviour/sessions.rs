//! Several calls: hold, swap, waiting calls.

use roombox_conference::api::{CallId, CallState, Command, Event, MediaFact};
use roombox_conference::catalogue::{CallEvent, Event as Named, IncomingCallEvent, Side};
use roombox_conference::{AllowList, CallWaiting, ConferenceConfig, SessionPolicy};
use roombox_sip::api as sip;

use crate::bench::{ANSWER, Bench, OFFER, TARGET, failed};

pub(crate) const SECOND: sip::SessionId = sip::SessionId(1 << 63);
const THIRD: sip::SessionId = sip::SessionId((1 << 63) + 1);

fn with(sessions: SessionPolicy) -> ConferenceConfig {
    ConferenceConfig { sessions, ..ConferenceConfig::new("room1", "meet.example", true) }
}

fn waiting() -> SessionPolicy {
    SessionPolicy { call_waiting: CallWaiting::Ring, ..SessionPolicy::default() }
}

pub(crate) fn in_call(sessions: SessionPolicy) -> (Bench, CallId, sip::SessionId) {
    let mut bench = Bench::with(with(sessions));
    bench.command(Command::Start);
    bench.connect();
    bench.command(Command::Join { target: TARGET.into(), keep: true });
    let (call, session) = bench.confirm_call();
    bench.media(MediaFact::Connected { call });
    bench.forget();
    (bench, call, session)
}

pub(crate) fn ring(bench: &mut Bench, session: sip::SessionId, from: &str, replaces: Option<sip::SessionId>) -> CallId {
    bench.sip(sip::Event::Incoming {
        session,
        flow: sip::FlowId(1),
        from_uri: from.into(),
        from_display: None,
        to_uri: "sip:room1@meet.example".into(),
        request_uri: "sip:room1@host".into(),
        offer: Some(sip::Body::sdp(OFFER)),
        headers: vec![],
        replaces,
    });
    let ringing = bench.events().filter_map(|event| match event {
        Event::Catalogue(Named::IncomingCallEvent(IncomingCallEvent::Ringing(caller))) => Some(caller.call),
        _ => None,
    });
    ringing.last().expect("it rings")
}

fn answer(bench: &mut Bench, call: CallId, session: sip::SessionId) {
    bench.command(Command::Answer { call });
    bench.media(MediaFact::AnswerReady { call, sdp: ANSWER.into() });
    bench.sip(sip::Event::Confirmed { session });
}

fn holds(bench: &Bench) -> Vec<(sip::SessionId, bool)> {
    bench
        .commands()
        .filter_map(|command| match command {
            sip::Command::Hold { session, hold } => Some((*session, *hold)),
            _ => None,
        })
        .collect()
}

pub(crate) fn held(bench: &mut Bench, session: sip::SessionId, asked: bool, confirmed: bool) {
    let hold = sip::HoldState { asked, confirmed, by_peer: false, media: None };
    bench.sip(sip::Event::Hold { session, hold });
}

pub(crate) fn named(bench: &Bench) -> Vec<&'static str> {
    let names = bench.events().filter_map(|event| match event {
        Event::Catalogue(event) => Some(event.name()),
        _ => None,
    });
    names.collect()
}

fn rejected(bench: &Bench, wanted: sip::SessionId) -> Option<u16> {
    bench.commands().find_map(|command| match command {
        sip::Command::Reject { session, status, .. } if *session == wanted => Some(*status),
        _ => None,
    })
}

#[test]
fn whether_media_of_the_other_side_comes_is_a_fact_of_its_hold() {
    let (mut bench, call, session) = in_call(SessionPolicy::default());
    bench.media(MediaFact::MediaSeen { call, flowing: false });
    let seen = |command: &sip::Command| match command {
        sip::Command::MediaSeen { session, flowing } => Some((*session, *flowing)),
        _ => None,
    };
    assert_eq!(bench.commands().filter_map(seen).collect::<Vec<_>>(), [(session, false)]);
}

#[test]
fn a_hold_is_told_when_it_is_agreed_and_not_when_it_is_asked() {
    let (mut bench, call, session) = in_call(SessionPolicy::default());
    bench.command(Command::Hold { call, hold: true });
    assert_eq!(holds(&bench), [(session, true)]);
    held(&mut bench, session, true, false);
    assert!(!named(&bench).contains(&"call:hold"));
    assert!(bench.events().any(|event| matches!(event, Event::CallHold { hold, .. } if hold.asked && !hold.confirmed)));
    held(&mut bench, session, true, true);
    assert!(
        bench
            .events()
            .any(|event| *event == Event::Catalogue(CallEvent::Hold { call, originator: Side::Local }.into()))
    );
    bench.command(Command::Hold { call, hold: false });
    held(&mut bench, session, false, false);
    assert!(named(&bench).contains(&"call:unhold"));
}

#[test]
fn a_hold_that_is_so_already_is_told_again_and_asks_nothing() {
    let (mut bench, call, session) = in_call(SessionPolicy::default());
    bench.command(Command::Hold { call, hold: true });
    held(&mut bench, session, true, true);
    bench.forget();
    bench.command(Command::Hold { call, hold: true });
    assert!(holds(&bench).is_empty());
    assert!(bench.events().any(|event| matches!(event, Event::CallHold { hold, .. } if hold.asked && hold.confirmed)));
}

#[test]
fn a_hold_that_the_other_side_refuses_is_told_by_the_facts_and_the_call_goes_on() {
    let (mut bench, call, session) = in_call(SessionPolicy::default());
    bench.command(Command::Hold { call, hold: true });
    held(&mut bench, session, true, false);
    bench.forget();
    held(&mut bench, session, false, false);
    assert!(bench.events().any(|event| matches!(event, Event::CallHold { hold, .. } if !hold.asked)));
    assert!(!named(&bench).contains(&"call:hold"));
    assert!(bench.in_call_now());
}

#[test]
fn a_hold_by_the_other_side_is_told_as_theirs() {
    let (mut bench, call, session) = in_call(SessionPolicy::default());
    let hold = sip::HoldState { by_peer: true, ..sip::HoldState::default() };
    bench.sip(sip::Event::Hold { session, hold });
    let told = Event::Catalogue(CallEvent::Hold { call, originator: Side::Remote }.into());
    assert!(bench.events().any(|event| *event == told));
}

#[test]
fn answering_a_waiting_call_puts_the_first_on_hold_and_its_end_brings_the_first_back() {
    let (mut bench, first, session) = in_call(waiting());
    let second = ring(&mut bench, SECOND, "sip:200@meet.example", None);
    assert!(bench.in_call_now(), "the room is still shown its call");
    answer(&mut bench, second, SECOND);
    assert_eq!(holds(&bench), [(session, true)]);
    held(&mut bench, session, true, true);
    assert!(matches!(bench.call(), CallState::InCall { call, .. } if call == second));
    bench.end(SECOND, sip::Cause::Bye, None);
    assert_eq!(holds(&bench), [(session, true), (session, false)]);
    assert!(matches!(bench.call(), CallState::InCall { call, .. } if call == first));
}

#[test]
fn going_on_with_one_call_swaps_it_with_the_other() {
    let (mut bench, first, session) = in_call(waiting());
    let second = ring(&mut bench, SECOND, "sip:200@meet.example", None);
    answer(&mut bench, second, SECOND);
    held(&mut bench, session, true, true);
    bench.forget();
    bench.command(Command::Hold { call: first, hold: false });
    let mut asked = holds(&bench);
    asked.sort_unstable();
    assert_eq!(asked, [(session, false), (SECOND, true)]);
}

#[test]
fn a_call_that_a_person_put_on_hold_stays_there() {
    let (mut bench, call, session) = in_call(waiting());
    bench.command(Command::Hold { call, hold: true });
    held(&mut bench, session, true, true);
    let second = ring(&mut bench, SECOND, "sip:200@meet.example", None);
    answer(&mut bench, second, SECOND);
    bench.forget();
    bench.end(SECOND, sip::Cause::Bye, None);
    assert!(holds(&bench).is_empty());
}

#[test]
fn every_ringing_call_has_its_own_fate() {
    let (mut bench, ..) = in_call(waiting());
    let second = ring(&mut bench, SECOND, "sip:200@meet.example", None);
    let third = ring(&mut bench, THIRD, "sip:300@meet.example", None);
    assert_ne!(second, third);
    bench.end(SECOND, sip::Cause::Canceled, Some(487));
    bench.command(Command::Decline { call: third, status: None });
    assert_eq!(rejected(&bench, THIRD), Some(487));
    let told: Vec<_> = named(&bench).into_iter().filter(|name| name.starts_with("incoming-call:")).collect();
    assert_eq!(
        told,
        [
            "incoming-call:ringing",
            "incoming-call:ringing",
            "incoming-call:failedIncomingCall",
            "incoming-call:declinedIncomingCall",
            "incoming-call:terminatedIncomingCall"
        ]
    );
    assert!(bench.in_call_now());
}

#[test]
fn a_call_more_than_the_limit_finds_us_busy() {
    let (mut bench, ..) = in_call(SessionPolicy { limit: 2, ..waiting() });
    ring(&mut bench, SECOND, "sip:200@meet.example", None);
    bench.forget();
    bench.sip(sip::Event::Incoming {
        session: THIRD,
        flow: sip::FlowId(1),
        from_uri: "sip:300@meet.example".into(),
        from_display: None,
        to_uri: String::new(),
        request_uri: String::new(),
        offer: None,
        headers: vec![],
        replaces: None,
    });
    assert_eq!(rejected(&bench, THIRD), Some(486));
}

#[test]
fn a_status_for_a_refusal_is_taken() {
    let mut bench = Bench::registered();
    let call = ring(&mut bench, SECOND, "sip:200@meet.example", None);
    bench.command(Command::Decline { call, status: Some(486) });
    assert_eq!(rejected(&bench, SECOND), Some(486));
}

#[test]
fn a_call_that_nobody_answers_is_told_as_ended_here() {
    let mut bench = Bench::registered();
    ring(&mut bench, SECOND, "sip:200@meet.example", None);
    let failure = sip::Failure { originator: sip::Originator::System, ..failed(sip::Cause::NoAnswer, Some(408)) };
    bench.sip(sip::Event::Ended { session: SECOND, failure });
    assert!(named(&bench).contains(&"incoming-call:terminatedIncomingCall"));
    assert!(named(&bench).contains(&"call:failed"));
}

#[test]
fn only_callers_on_the_list_are_answered_by_themselves() {
    for (from, answered) in [("sip:200@partner.example", true), ("sip:200@meet.example", false)] {
        let list = AllowList::new(["@partner.example"]);
        let sessions = SessionPolicy { auto_answer_from: list, ..SessionPolicy::default() };
        let mut bench = Bench::with(ConferenceConfig { auto_answer: true, ..with(sessions) });
        bench.command(Command::Start);
        bench.connect();
        ring(&mut bench, SECOND, from, None);
        assert_eq!(matches!(bench.call(), CallState::Connecting { .. }), answered, "{from}");
    }
}

#[test]
fn a_second_call_of_ours_puts_the_first_on_hold_and_is_not_redialled() {
    let (mut bench, first, session) = in_call(SessionPolicy::default());
    bench.command(Command::Call { target: "sip:300@meet.example".into(), presentation: false });
    assert_eq!(holds(&bench), [(session, true)]);
    held(&mut bench, session, true, true);
    let (second, its_session) = bench.confirm_call();
    assert_ne!(second, first);
    bench.forget();
    bench.end(its_session, sip::Cause::RequestTimeout, None);
    assert!(bench.offer_asked().is_none());
    assert_eq!(holds(&bench), [(session, false)]);
}

#[test]
fn leaving_ends_the_call_one_is_in_and_not_the_one_on_hold() {
    let (mut bench, first, session) = in_call(SessionPolicy::default());
    bench.command(Command::Call { target: "sip:300@meet.example".into(), presentation: false });
    held(&mut bench, session, true, true);
    let (_, its_session) = bench.confirm_call();
    bench.command(Command::Leave);
    assert!(bench.terminated(its_session) && !bench.terminated(session));
    bench.end(session, sip::Cause::RequestTimeout, None);
    assert!(matches!(bench.call(), CallState::Redialling { .. }), "{first:?} is still wanted");
}

#[test]
fn a_presentation_call_is_marked_in_its_invite() {
    let (mut bench, ..) = in_call(SessionPolicy::default());
    bench.command(Command::Call { target: "sip:300@meet.example".into(), presentation: true });
    let call = bench.offer_asked().unwrap();
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    assert!(bench.commands().any(|command| matches!(command, sip::Command::Invite { headers, .. }
        if headers.iter().any(|line| line.name == "X-Vinteo-Presentation-Call" && line.value == "yes"))));
}
