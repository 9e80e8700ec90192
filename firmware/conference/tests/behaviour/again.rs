//! What the server may not have got is said again.

use roombox_conference::api::{Command, ContentHint, Input, PresentCommand};
use roombox_sip::api as sip;

use crate::bench::{Bench, failed, seconds};

fn unanswered(bench: &mut Bench, request: sip::RequestId) {
    let outcome = Err(failed(sip::Cause::RequestTimeout, Some(408)));
    bench.give(Input::Sip(sip::Event::Response { request, outcome }));
}

fn answered(bench: &mut Bench, request: sip::RequestId, status: u16, reason: &str) {
    let response = sip::FinalResponse { status, reason: reason.into(), headers: Vec::new(), body: None };
    bench.give(Input::Sip(sip::Event::Response { request, outcome: Ok(response) }));
}

fn said(bench: &Bench, family: &str) -> Option<(sip::RequestId, Vec<sip::HeaderLine>)> {
    bench.infos(family).pop()
}

#[test]
fn a_media_state_that_nobody_answered_is_told_again_until_the_server_has_it() {
    let (mut bench, _, _) = Bench::in_call();
    bench.command(Command::MediaState { microphone: false, camera: true });
    for _ in 0..3 {
        let (request, headers) = said(&bench, "mediastate").expect("told");
        assert!(headers.iter().any(|line| line.name == "x-vinteo-mic-state" && line.value == "0"), "{headers:?}");
        bench.forget();
        unanswered(&mut bench, request);
        assert!(said(&bench, "mediastate").is_none(), "not at once");
        bench.pass(seconds(6));
    }
    let (request, _) = said(&bench, "mediastate").expect("told again");
    bench.forget();
    answered(&mut bench, request, 200, "OK");
    bench.pass(seconds(60));
    assert!(said(&bench, "mediastate").is_none());
}

#[test]
fn a_refused_media_state_is_not_told_again() {
    let (mut bench, _, _) = Bench::in_call();
    bench.command(Command::MediaState { microphone: false, camera: false });
    let (request, _) = said(&bench, "mediastate").expect("told");
    bench.forget();
    answered(&mut bench, request, 500, "Oops");
    bench.pass(seconds(60));
    assert!(said(&bench, "mediastate").is_none());
}

fn start() -> PresentCommand {
    PresentCommand::Start { hint: ContentHint::Detail, max_bitrate: None, attempts: 1 }
}

fn says(headers: &[sip::HeaderLine], word: &str) -> bool {
    headers.iter().any(|line| line.value == word)
}

#[test]
fn a_permission_that_nobody_answered_is_given_back_until_the_server_has_it() {
    let (mut bench, call, _) = Bench::in_call();
    bench.command(Command::Present { call, command: start() });
    let (request, headers) = said(&bench, "sharedesktop").expect("asked");
    assert!(says(&headers, "LETMESTARTPRESENTATION"), "{headers:?}");
    bench.forget();
    unanswered(&mut bench, request);
    for _ in 0..2 {
        bench.pass(seconds(6));
        let (request, headers) = said(&bench, "sharedesktop").expect("given back");
        assert!(says(&headers, "STOPPRESENTATION"), "{headers:?}");
        bench.forget();
        unanswered(&mut bench, request);
    }
    bench.pass(seconds(6));
    let (request, _) = said(&bench, "sharedesktop").expect("given back again");
    bench.forget();
    answered(&mut bench, request, 200, "OK");
    bench.pass(seconds(60));
    assert!(said(&bench, "sharedesktop").is_none());
}

#[test]
fn a_new_start_takes_the_place_of_a_farewell_that_waits() {
    let (mut bench, call, _) = Bench::in_call();
    bench.command(Command::Present { call, command: start() });
    let (request, _) = said(&bench, "sharedesktop").expect("asked");
    unanswered(&mut bench, request);
    bench.forget();
    bench.command(Command::Present { call, command: start() });
    let (request, _) = said(&bench, "sharedesktop").expect("asked again");
    bench.forget();
    answered(&mut bench, request, 603, "Decline");
    bench.pass(seconds(60));
    assert!(said(&bench, "sharedesktop").is_none(), "the server has said no: it does not wait for a picture");
}
