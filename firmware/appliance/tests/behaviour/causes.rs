//! What is wrong is told in plain words, by whom it can be mended, and only as long as it is true.

use roombox_appliance::api::{Input, MediaFact, SoundDevice};
use roombox_appliance::tree::{CallId, CallState, Cause, CauseCode, Command, ConnectionState, Event, Mender};
use roombox_conference::api::{self as conference, CallCause, CallFailure, ConnectionFailure, FlowError, Originator};
use roombox_hal::findings::{DeviceFinding, DeviceProblem, Part};

use crate::bench::{Bench, TARGET, in_call_state, minutes, ringing};

fn failure(cause: CallCause, status: Option<u16>) -> CallFailure {
    CallFailure {
        originator: Originator::Remote,
        cause,
        status,
        reason: "reason".into(),
        retry_after: None,
        peer_reason: None,
    }
}

fn disconnect(bench: &mut Bench, failure: ConnectionFailure) {
    bench.conference(conference::Event::ConnectionFailed(failure));
    bench.connection(ConnectionState::Disconnected { reason: "x".into(), retry_in_ms: None, needs_person: true });
}

fn end_call(bench: &mut Bench, cause: CallCause, status: Option<u16>, will_redial: bool) {
    let failure = failure(cause, status);
    bench.conference(conference::Event::CallEnded { call: CallId(1), failure, will_redial });
}

#[test]
fn every_way_a_connection_fails_has_its_cause_and_its_mender() {
    let failures = [
        (ConnectionFailure::Flow(FlowError::Refused("a".into())), CauseCode::ServerUnreachable, Mender::Itself),
        (ConnectionFailure::Flow(FlowError::NameNotFound("a".into())), CauseCode::ServerNameNotFound, Mender::Owner),
        (
            ConnectionFailure::Flow(FlowError::Certificate("a".into())),
            CauseCode::CertificateNotTrusted,
            Mender::Administrator,
        ),
        (ConnectionFailure::Flow(FlowError::Unreachable("a".into())), CauseCode::NetworkDown, Mender::Installer),
        (ConnectionFailure::Flow(FlowError::Handshake("a".into())), CauseCode::NotAConferenceServer, Mender::Owner),
        (
            ConnectionFailure::Registration(failure(CallCause::AuthenticationError, Some(401))),
            CauseCode::WrongPassword,
            Mender::Owner,
        ),
        (
            ConnectionFailure::Registration(failure(CallCause::Rejected, Some(403))),
            CauseCode::AccountRefused,
            Mender::Administrator,
        ),
        (
            ConnectionFailure::Registration(failure(CallCause::RequestTimeout, None)),
            CauseCode::ServerUnreachable,
            Mender::Itself,
        ),
        (ConnectionFailure::Telephony, CauseCode::ServerUnreachable, Mender::Itself),
    ];
    let mut bench = Bench::ready();
    for (failed, code, who) in failures {
        disconnect(&mut bench, failed);
        let causes = bench.status().causes;
        assert_eq!(causes.iter().map(|cause| (cause.code, cause.who)).collect::<Vec<_>>(), [(code, who)]);
    }
    bench.connection(ConnectionState::Established);
    assert_eq!(bench.raised(), []);
}

#[test]
fn every_way_a_conference_refuses_has_its_cause() {
    for (cause, status, code) in [
        (CallCause::NotFound, 404, CauseCode::ConferenceNotFound),
        (CallCause::Busy, 486, CauseCode::ConferenceBusy),
        (CallCause::Rejected, 403, CauseCode::ConferenceRefused),
        (CallCause::IncompatibleSdp, 488, CauseCode::NoCommonMedia),
        (CallCause::SipFailureCode, 503, CauseCode::ConferenceUnavailable),
    ] {
        let mut bench = Bench::ready();
        end_call(&mut bench, cause, Some(status), true);
        assert_eq!(bench.raised(), [code]);
        assert_eq!(bench.status().causes[0].detail.as_deref(), Some(format!("{status} reason").as_str()));
        bench.pass(minutes(10));
        assert_eq!(bench.raised(), [code], "it is still being dialled");
        bench.call(in_call_state(true));
        assert_eq!(bench.raised(), []);
    }
}

#[test]
fn a_normal_end_and_an_unanswered_ring_are_nothing_wrong() {
    let mut bench = Bench::in_call();
    end_call(&mut bench, CallCause::Bye, None, false);
    assert_eq!(bench.raised(), []);
    bench.call(ringing());
    let failure = failure(CallCause::NoAnswer, Some(480));
    bench.conference(conference::Event::CallEnded { call: CallId(9), failure, will_redial: false });
    assert_eq!(bench.raised(), []);
}

#[test]
fn a_failed_call_that_is_not_dialled_again_is_shown_for_a_minute_or_until_the_next_try() {
    let mut bench = Bench::ready();
    end_call(&mut bench, CallCause::NotFound, Some(404), false);
    assert_eq!(bench.raised(), [CauseCode::ConferenceNotFound]);
    bench.pass(minutes(1));
    assert_eq!(bench.raised(), []);

    end_call(&mut bench, CallCause::NotFound, Some(404), false);
    bench.command(Command::Join { target: None });
    assert_eq!(bench.raised(), []);
}

#[test]
fn devices_raise_and_clear_their_causes() {
    let mut bench = Bench::ready();
    let sound = |device, working| MediaFact::Sound { device, working, name: "card".into(), reason: None };
    let camera = |working| MediaFact::Camera { working, name: "cam".into(), reason: Some("unplugged".into()) };
    bench.media(camera(false));
    bench.media(sound(SoundDevice::Microphone, false));
    bench.media(sound(SoundDevice::Speaker, false));
    assert_eq!(bench.raised(), [CauseCode::NoCamera, CauseCode::NoMicrophone, CauseCode::NoSpeaker]);
    bench.media(camera(true));
    bench.media(sound(SoundDevice::Microphone, true));
    bench.media(sound(SoundDevice::Speaker, true));
    assert_eq!(bench.raised(), []);
}

#[test]
fn missing_parts_of_the_board_are_one_cause_with_all_their_names() {
    let mut bench = Bench::ready();
    let led = |name: &str| DeviceFinding {
        part: Part::Led,
        name: name.into(),
        problem: DeviceProblem::Missing,
        detail: "no such line".into(),
    };
    bench.input(Input::Board(vec![led("call"), led("mute")]));
    let causes = bench.status().causes;
    assert_eq!(causes[0].detail.as_deref(), Some("call: no such line; mute: no such line"));
    bench.input(Input::Board(vec![]));
    assert_eq!(bench.raised(), []);
}

#[test]
fn no_picture_from_the_conference_is_a_cause_until_it_moves_or_the_call_ends() {
    let mut bench = Bench::in_call();
    bench.media(MediaFact::FirstFrame);
    bench.media(MediaFact::RemoteVideo { flowing: false });
    assert_eq!(bench.raised(), [CauseCode::NoPictureFromConference]);
    bench.media(MediaFact::RemoteVideo { flowing: true });
    assert_eq!(bench.raised(), []);
    bench.media(MediaFact::RemoteVideo { flowing: false });
    bench.call(CallState::Idle);
    assert_eq!(bench.raised(), []);
}

#[test]
fn the_echo_of_an_old_call_raises_nothing() {
    let mut bench = Bench::ready();
    bench.media(MediaFact::RemoteVideo { flowing: false });
    bench.media(MediaFact::Failed { reason: "closed".into() });
    assert_eq!(bench.raised(), []);
}

#[test]
fn a_cause_is_told_once_when_it_comes_and_once_when_it_goes() {
    let mut bench = Bench::ready();
    let cause = Cause::with_detail(CauseCode::PanelPortInUse, "127.0.0.1:8420");
    for _ in 0..2 {
        bench.input(Input::CauseRaised(cause.clone()));
    }
    for _ in 0..2 {
        bench.input(Input::CauseCleared(CauseCode::PanelPortInUse));
    }
    assert_eq!(bench.events(), [Event::CauseRaised(cause), Event::CauseCleared { code: CauseCode::PanelPortInUse }]);
}

#[test]
fn a_lost_path_is_a_cause_until_media_flows_again() {
    let mut bench = Bench::in_call();
    bench.media(MediaFact::Disconnected);
    assert_eq!(bench.raised(), [CauseCode::MediaPathLost]);
    bench.media(MediaFact::Connected);
    assert_eq!(bench.raised(), []);
    bench.call(CallState::Waiting { target: TARGET.into() });
}
