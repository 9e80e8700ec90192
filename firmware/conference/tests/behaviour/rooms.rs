//! Rooms: how a room for two is named, what a call carries until it is over, and what comes from outside any call.

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{Command, Event, MediaFact};
use roombox_conference::catalogue::{CallPhase, License};
use roombox_conference::machine::Machine;
use roombox_conference::vendor::VendorMessage;
use roombox_sip::api as sip;

use crate::bench::{ANSWER, Bench, OFFER, TARGET, seconds, server};
use crate::incoming::{SESSION, answered, ring_with};

fn room_of(bench: &Bench) -> Option<Vec<(String, String)>> {
    let (_, headers) = bench.infos("roomname").pop()?;
    Some(headers.into_iter().map(|line| (line.name, line.value)).collect())
}

fn named(room: &str, number: &str) -> Vec<(String, String)> {
    let lines =
        [("x-webrtc-enter-room", room), ("x-webrtc-participant-name", number), ("x-webrtc-is-direct-p2p", "true")];
    lines.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

#[test]
fn a_room_for_two_is_named_by_who_calls_and_who_is_called() {
    let mut bench = Bench::registered();
    bench.command(Command::Join { target: TARGET.into(), keep: false });
    bench.confirm_call();
    assert_eq!(room_of(&bench), Some(named("p2proom1to100", "100")));

    let mut bench = Bench::registered();
    answered(&mut bench, "sip:200@meet.example");
    assert_eq!(room_of(&bench), Some(named("p2p200toroom1", "200")));
}

#[test]
fn without_a_number_or_where_it_is_switched_off_no_room_for_two_is_named() {
    let mut bench = Bench::registered();
    answered(&mut bench, "sip:meet.example");
    assert_eq!(room_of(&bench), None);

    let config = ConferenceConfig { announce_room: false, ..ConferenceConfig::new("room1", "meet.example", true) };
    let mut bench = Bench::with(config);
    bench.command(Command::Start);
    bench.connect();
    bench.command(Command::Join { target: TARGET.into(), keep: false });
    bench.confirm_call();
    assert_eq!(room_of(&bench), None);
}

#[test]
fn an_incoming_call_that_only_shows_a_presentation_is_known_as_one() {
    let mut bench = Bench::registered();
    let headers = vec![sip::HeaderLine::new("x-vinteo-presentation-call", "YES")];
    let call = ring_with(&mut bench, "sip:200@meet.example", None, headers);
    bench.command(Command::Answer { call });
    bench.media(MediaFact::AnswerReady { call, sdp: ANSWER.into() });
    bench.sip(sip::Event::Confirmed { session: SESSION });
    assert_eq!(bench.client.status().snapshot.call.value, CallPhase::PresentationCall);
}

#[test]
fn a_licence_stays_until_the_call_is_over() {
    let (mut bench, _, session) = Bench::in_call();
    bench.server_says(session, &VendorMessage::UseLicense { license: License::Audio });
    let licence = |bench: &Bench| bench.client.status().snapshot.call_session_state.license;
    for room in ["Hall", "purgatory", "Hall"] {
        bench.enter(session, room, Some("t0ken"), false);
        assert_eq!(licence(&bench), License::Audio, "{room}");
    }
    bench.end(session, sip::Cause::Bye, None);
    assert_eq!(licence(&bench), License::Video);
}

#[test]
fn what_a_call_that_is_over_still_says_changes_nothing() {
    let (mut bench, _, session) = Bench::in_call();
    bench.command(Command::Leave);
    let before = bench.client.status();
    bench.forget();
    bench.enter(session, "Hall", Some("t0ken"), false);
    bench.sip(sip::Event::Confirmed { session });
    bench.sip(sip::Event::Offer { session, body: Some(sip::Body::sdp(OFFER)), by_update: false });
    assert_eq!(bench.client.status(), before);
    assert_eq!(bench.events().count(), 0);
}

#[test]
fn a_call_that_comes_back_tells_what_microphone_and_camera_do_now() {
    let (mut bench, _, session) = Bench::in_call();
    bench.end(session, sip::Cause::RequestTimeout, None);
    bench.command(Command::MediaState { microphone: false, camera: true });
    bench.pass(seconds(1));
    let call = bench.offer_asked().expect("it is dialled again");
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    let headers = bench.commands().find_map(|command| match command {
        sip::Command::Invite { headers, .. } => Some(headers.clone()),
        _ => None,
    });
    let state = |name: &str| headers.iter().flatten().find(|line| line.name == name).map(|line| line.value.as_str());
    assert_eq!((state("X-Vinteo-Mic-State"), state("X-Vinteo-MainCam-State")), (Some("0"), Some("1")));
}

/// The server says this outside any call.
fn notify(bench: &mut Bench, number: u64, json: &str) {
    bench.sip(sip::Event::Request {
        request: sip::RequestId(number),
        flow: sip::FlowId(1),
        method: "NOTIFY".into(),
        request_uri: String::new(),
        from_uri: String::new(),
        to_uri: String::new(),
        headers: vec![sip::HeaderLine::new("X-VINTEO-NOTIFY", json)],
        body: None,
    });
}

#[test]
fn several_notifications_in_a_row_are_all_answered_and_told_to_an_account_and_to_a_guest() {
    for register in [true, false] {
        let mut bench = Bench::with(ConferenceConfig::new("4711", "meet.example", register));
        bench.command(Command::Start);
        bench.agent(sip::AgentEvent::Connected { server: server() });
        bench.forget();
        for (number, json) in [
            (900, r#"{"cmd":"channels","input":"1","output":"2"}"#),
            (901, r#"{"cmd":"addedToListModerators","conference":"Hall"}"#),
            (902, "broken"),
            (903, r#"{"cmd":"accountDeleted"}"#),
        ] {
            notify(&mut bench, number, json);
        }
        let told = ["channels:notify", "participant:added-to-list-moderators", "unknown", "account:deleted"];
        assert_eq!(bench.told("api:"), told.map(|name| format!("api:{name}")));
        let answered =
            bench.commands().filter(|command| matches!(command, sip::Command::Respond { status: 200, .. })).count();
        assert_eq!(answered, 4);
    }
}

#[test]
fn a_token_that_comes_by_notify_opens_the_room_the_call_is_in() {
    let (mut bench, _, session) = Bench::in_call();
    bench.enter(session, "Hall", None, false);
    let phase = |bench: &Bench| bench.client.status().snapshot.call.value;
    assert_eq!(phase(&bench), CallPhase::RoomPendingAuth);
    notify(
        &mut bench,
        900,
        r#"{"cmd":"ConferenceParticipantTokenIssued","body":{"conference":"hALL","participant":"Room B","jwt":"s3cret"}}"#,
    );
    assert_eq!(phase(&bench), CallPhase::InRoom);
    let printed = bench.events().any(|event: &Event| format!("{event:?}").contains("s3cret"));
    assert!(!printed);
}
