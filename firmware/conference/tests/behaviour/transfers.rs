//! Handing calls on: what we ask of others, and what others ask of us.

use roombox_conference::api::{Asked, CallState, Command, Event, MediaFact, TransferTo};
use roombox_conference::{AllowList, SessionPolicy};
use roombox_sip::api as sip;

use crate::bench::{ANSWER, Bench, OFFER, TARGET, failed};
use crate::sessions::{SECOND, held, in_call, named, ring};

fn refer_asked(bench: &Bench) -> (sip::RequestId, sip::ReferTo) {
    let asked = bench.commands().find_map(|command| match command {
        sip::Command::Refer { request, to, .. } => Some((*request, to.clone())),
        _ => None,
    });
    asked.expect("a REFER goes out")
}

fn agreed() -> sip::FinalResponse {
    sip::FinalResponse { status: 202, reason: "Accepted".into(), headers: vec![], body: None }
}

#[test]
fn a_blind_transfer_ends_our_part_when_the_other_side_agrees_and_is_not_redialled() {
    let mut bench = Bench::registered();
    bench.command(Command::Join { target: TARGET.into(), keep: false });
    let (call, session) = bench.confirm_call();
    bench.command(Command::Transfer { call, to: TransferTo::Uri("sip:300@meet.example".into()) });
    let (request, to) = refer_asked(&bench);
    assert_eq!(to, sip::ReferTo::Uri("sip:300@meet.example".into()));
    assert!(!bench.terminated(session));
    bench.sip(sip::Event::Response { request, outcome: Ok(agreed()) });
    assert!(bench.terminated(session));
    assert_eq!(bench.call(), CallState::Idle);
}

#[test]
fn a_refused_transfer_leaves_the_call_and_is_told() {
    let (mut bench, call, session) = in_call(SessionPolicy::default());
    bench.command(Command::Transfer { call, to: TransferTo::Uri("sip:300@meet.example".into()) });
    let (request, _) = refer_asked(&bench);
    bench.sip(sip::Event::Response { request, outcome: Err(failed(sip::Cause::Rejected, Some(603))) });
    assert!(!bench.terminated(session) && bench.in_call_now());
    assert!(bench.events().any(|event| matches!(event,
        Event::Answered { asked: Asked::Transfer, fault: Some(fault), .. } if fault.status == Some(603))));
}

#[test]
fn an_attended_transfer_ends_both_calls_when_the_two_have_each_other() {
    let (mut bench, first, session) = in_call(SessionPolicy::default());
    bench.command(Command::Call { target: "sip:300@meet.example".into(), presentation: false });
    held(&mut bench, session, true, true);
    let (second, its_session) = bench.confirm_call();
    bench.command(Command::Transfer { call: first, to: TransferTo::Call(second) });
    let (request, to) = refer_asked(&bench);
    assert_eq!(to, sip::ReferTo::Session(its_session));
    bench.sip(sip::Event::Response { request, outcome: Ok(agreed()) });
    assert!(!bench.terminated(session) && !bench.terminated(its_session));
    let progress = |status, last| sip::Event::ReferProgress { session, request, status, reason: String::new(), last };
    bench.sip(progress(180, false));
    assert!(!bench.terminated(session));
    bench.sip(progress(200, true));
    assert!(bench.terminated(session) && bench.terminated(its_session));
}

fn referred(bench: &mut Bench, session: sip::SessionId) {
    bench.sip(sip::Event::Refer {
        refer: sip::RequestId(77),
        session: Some(session),
        refer_to: "sip:400@meet.example".into(),
        referred_by: None,
        headers: vec![],
    });
}

#[test]
fn nobody_may_make_us_call_somebody_else_unless_listed() {
    let (mut bench, _, session) = in_call(SessionPolicy::default());
    referred(&mut bench, session);
    assert!(bench.commands().any(|command| matches!(command, sip::Command::Respond { status: 603, .. })));
    assert!(named(&bench).contains(&"call:refer"));
    assert!(bench.offer_asked().is_none());
}

#[test]
fn who_is_listed_hands_us_on() {
    let list = AllowList::new(["100@meet.example"]);
    let (mut bench, _, session) = in_call(SessionPolicy { transfers_from: list, ..SessionPolicy::default() });
    referred(&mut bench, session);
    let call = bench.offer_asked().expect("the new call is prepared");
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    assert!(
        bench.commands().any(|command| matches!(
            command,
            sip::Command::FollowRefer { refer: sip::RequestId(77), body: Some(_), .. }
        ))
    );
}

#[test]
fn a_call_that_replaces_ours_takes_its_place_and_comes_back_when_it_is_lost() {
    let (mut bench, _, session) = in_call(SessionPolicy::default());
    let call = ring(&mut bench, SECOND, "sip:200@meet.example", Some(session));
    bench.media(MediaFact::AnswerReady { call, sdp: ANSWER.into() });
    bench.end(session, sip::Cause::Replaced, None);
    bench.sip(sip::Event::Confirmed { session: SECOND });
    assert!(matches!(bench.call(), CallState::InCall { call: present, .. } if present == call));
    assert!(named(&bench).contains(&"call:replaces"));
    bench.end(SECOND, sip::Cause::RequestTimeout, None);
    assert!(matches!(bench.call(), CallState::Redialling { .. }));
}

#[test]
fn what_is_unanswered_when_the_call_ends_is_told_as_failed() {
    let (mut bench, call, session) = in_call(SessionPolicy::default());
    bench.command(Command::Transfer { call, to: TransferTo::Uri("sip:300@meet.example".into()) });
    bench.command(Command::MediaState { microphone: false, camera: true });
    bench.end(session, sip::Cause::Bye, None);
    let failed = bench.events().filter(|event| matches!(event, Event::Answered { fault: Some(_), .. })).count();
    assert!(failed >= 2, "{failed}");
}
