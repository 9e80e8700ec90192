//! Camera, declined devices, channels and telephone keys: asked once, answered once.

use roombox_conference::api::{Command, Device, Event, MediaFact, MediaRequest};
use roombox_conference::catalogue::{Answer, ApiEvent, Asked, CallEvent, Event as Told, Side};
use roombox_sip::api as sip;

use crate::bench::{Bench, failed};

fn answers(bench: &Bench) -> Vec<(Asked, Answer)> {
    bench
        .events()
        .filter_map(|event| match event {
            Event::Catalogue(Told::ApiEvent(ApiEvent::Answered { asked, answer, .. })) => {
                Some((*asked, answer.clone()))
            }
            _ => None,
        })
        .collect()
}

fn answer(bench: &mut Bench, request: sip::RequestId, status: u16, reason: &str) {
    let response = sip::FinalResponse { status, reason: reason.into(), headers: vec![], body: None };
    bench.sip(sip::Event::Response { request, outcome: Ok(response) });
}

#[test]
fn the_camera_is_asked_for_and_the_phrase_of_the_answer_decides() {
    let (mut bench, call, _) = Bench::in_call();
    for (status, reason, granted) in [(200, "OK", true), (200, "Not allowed", false), (603, "Decline", false)] {
        bench.forget();
        bench.command(Command::AskForCamera { call });
        let (request, headers) = bench.infos("maincam").remove(0);
        assert_eq!(headers[0], sip::HeaderLine::new("x-webrtc-request-enable-media-device", "LETMESTARTMAINCAM"));
        answer(&mut bench, request, status, reason);
        let wanted = if granted { Answer::Granted {} } else { Answer::Refused { status, reason: reason.into() } };
        assert_eq!(answers(&bench), [(Asked::Camera, wanted)]);
    }
}

#[test]
fn a_declined_device_and_the_channels_go_out_by_their_own_info() {
    let (mut bench, call, _) = Bench::in_call();
    bench.command(Command::RefuseDevice { call, device: Device::Camera });
    bench.command(Command::SendChannels { call, input: "1,2".into(), output: "3".into() });
    assert_eq!(bench.infos("refusal")[0].1, [sip::HeaderLine::new("x-vinteo-media-type", "1")]);
    let channels = bench.infos("channels").remove(0);
    assert_eq!(channels.1[0], sip::HeaderLine::new("x-webrtc-input-channels", "1,2"));
    answer(&mut bench, channels.0, 200, "OK");
    assert_eq!(answers(&bench), [(Asked::Channels, Answer::Granted {})]);
}

#[test]
fn keys_go_out_with_their_times_and_are_told_when_they_are_sent() {
    let (mut bench, call, session) = Bench::in_call();
    bench.command(Command::Dtmf { call, tones: "1,#".into() });
    let request = bench.commands().find_map(|command| match command {
        sip::Command::Dtmf { session: of, request, tones, duration_ms: 120, gap_ms: 600 }
            if *of == session && tones == "1,#" =>
        {
            Some(*request)
        }
        _ => None,
    });
    answer(&mut bench, request.expect("the keys go out"), 200, "OK");
    let keys: Vec<_> = bench
        .events()
        .filter_map(|event| match event {
            Event::Catalogue(Told::CallEvent(CallEvent::NewDtmf { tone, originator: Side::Local, .. })) => Some(*tone),
            _ => None,
        })
        .collect();
    assert_eq!(keys, ['1', '#']);
    assert_eq!(answers(&bench), [(Asked::Dtmf, Answer::Granted {})]);
}

fn keys_by_info(bench: &Bench) -> usize {
    bench.commands().filter(|command| matches!(command, sip::Command::Dtmf { .. })).count()
}

fn keys_by_rtp(bench: &Bench) -> Vec<sip::RequestId> {
    let request = |request: &MediaRequest| match request {
        MediaRequest::SendKeys { request, .. } => Some(*request),
        _ => None,
    };
    bench.requests().filter_map(request).collect()
}

#[test]
fn keys_go_beside_the_sound_where_the_other_side_takes_them_so() {
    let (mut bench, call, _) = Bench::in_call();
    bench.media(MediaFact::KeysAgreed { call, agreed: true });
    bench.command(Command::Dtmf { call, tones: "12".into() });
    let [request] = keys_by_rtp(&bench)[..] else { panic!("not asked of media once") };
    assert_eq!((keys_by_info(&bench), answers(&bench)), (0, vec![]));
    bench.media(MediaFact::KeysSent { call, request });
    assert_eq!(answers(&bench), [(Asked::Dtmf, Answer::Granted {})]);
}

#[test]
fn keys_that_cannot_go_beside_the_sound_go_by_info() {
    let (mut bench, call, _) = Bench::in_call();
    bench.media(MediaFact::KeysAgreed { call, agreed: true });
    bench.command(Command::Dtmf { call, tones: "12".into() });
    let request = keys_by_rtp(&bench)[0];
    bench.media(MediaFact::KeysRefused { call, request, reason: "held".into() });
    assert_eq!((keys_by_info(&bench), answers(&bench)), (1, vec![]));
    bench.media(MediaFact::KeysAgreed { call, agreed: false });
    bench.command(Command::Dtmf { call, tones: "3".into() });
    assert_eq!((keys_by_info(&bench), keys_by_rtp(&bench).len()), (2, 1));
}

/// Its servers know keys by INFO only.
#[test]
fn a_server_of_the_vendor_gets_its_keys_by_info() {
    let (mut bench, call, session) = Bench::in_call();
    bench.media(MediaFact::KeysAgreed { call, agreed: true });
    let info = |name: &str, value: &str| sip::HeaderLine::new(name, value);
    let headers = vec![
        info("Content-Type", "application/vinteo.webrtc.roomname"),
        info("x-webrtc-enter-room", "Hall"),
        info("x-webrtc-participant-name", "Room"),
    ];
    bench.sip(sip::Event::Info { session, headers, body: None });
    bench.command(Command::Dtmf { call, tones: "1".into() });
    assert_eq!((keys_by_info(&bench), keys_by_rtp(&bench).len()), (1, 0));
}

#[test]
fn a_key_heard_beside_the_sound_is_told_by_both_its_names() {
    let (mut bench, call, _) = Bench::in_call();
    bench.media(MediaFact::KeyPressed { call, key: '#', duration_ms: 160 });
    for name in ["api:new-dtmf", "call:newDTMF"] {
        assert_eq!(
            bench.events().filter(|event| matches!(event, Event::Catalogue(told) if told.name() == name)).count(),
            1
        );
    }
}

#[test]
fn what_is_unanswered_when_the_call_ends_has_failed() {
    let (mut bench, call, session) = Bench::in_call();
    bench.command(Command::AskForCamera { call });
    bench.command(Command::Dtmf { call, tones: "5".into() });
    bench.end(session, sip::Cause::Bye, None);
    let answers = answers(&bench);
    assert_eq!(answers.len(), 2);
    assert!(answers.iter().all(|(_, answer)| matches!(answer, Answer::Failed { .. })));
}

#[test]
fn before_the_call_stands_nothing_is_said() {
    let mut bench = Bench::registered();
    bench.command(Command::Join { target: crate::bench::TARGET.into(), keep: false });
    let call = bench.offer_asked().expect("a call begins");
    bench.command(Command::AskForCamera { call });
    assert!(bench.infos("maincam").is_empty());
    assert!(matches!(answers(&bench)[..], [(Asked::Camera, Answer::Failed { .. })]));
}

#[test]
fn an_info_that_is_not_answered_has_failed_and_the_call_goes_on() {
    let (mut bench, call, _) = Bench::in_call();
    bench.command(Command::AskForCamera { call });
    let (request, _) = bench.infos("maincam").remove(0);
    bench.sip(sip::Event::Response { request, outcome: Err(failed(sip::Cause::RequestTimeout, None)) });
    assert!(matches!(answers(&bench)[..], [(Asked::Camera, Answer::Failed { .. })]));
    assert!(bench.in_call_now());
}

#[test]
fn a_key_of_the_other_side_is_told_by_both_its_names() {
    let (mut bench, _, session) = Bench::in_call();
    let content = b"Signal=5\r\nDuration=120".as_slice().into();
    let body = Some(sip::Body { content_type: "application/dtmf-relay".into(), content });
    bench.sip(sip::Event::Info { session, headers: vec![], body });
    for name in ["api:new-dtmf", "call:newDTMF"] {
        assert!(bench.events().any(|event| matches!(event, Event::Catalogue(told) if told.name() == name)), "{name}");
    }
}
