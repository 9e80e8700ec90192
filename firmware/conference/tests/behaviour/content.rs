//! Which of the streams that arrive is the conference, and which somebody's presentation (spec sections 2.10 and 10.4).

use roombox_conference::api::{CallId, MediaFact, RemoteTrack, TrackKind, TrackSource};
use roombox_conference::catalogue::{CallEvent, Event, Streams, TrackChange};
use roombox_conference::vendor::VendorMessage;
use roombox_sip::api as sip;

use crate::bench::Bench;
use crate::roles::to_spectators;

fn track(id: &str, stream: &str, label: &str, source: TrackSource) -> RemoteTrack {
    RemoteTrack {
        id: id.into(),
        kind: TrackKind::Video,
        label: label.into(),
        msid: None,
        source,
        stream: Some(stream.into()),
    }
}

fn add(bench: &mut Bench, call: CallId, track: RemoteTrack) {
    bench.media(MediaFact::RemoteTrackAdded { call, track });
}

/// Main and second stream of a conference arrive.
fn two_streams() -> (Bench, CallId, sip::SessionId) {
    let (mut bench, call, session) = Bench::in_call();
    add(&mut bench, call, track("1", "second", "dual video", TrackSource::Call));
    add(&mut bench, call, track("2", "conference", "video", TrackSource::Call));
    (bench, call, session)
}

/// The last choice told, as main and contented stream.
fn chosen(bench: &Bench) -> Option<(Option<String>, Option<String>)> {
    bench
        .catalogue()
        .filter_map(|event| match event {
            Event::CallEvent(CallEvent::RemoteStreamsChanged { streams, .. }) => Some(pair(streams)),
            _ => None,
        })
        .last()
}

fn pair(streams: &Streams) -> (Option<String>, Option<String>) {
    (streams.main_stream.clone(), streams.contented_stream.clone())
}

fn both(main: &str, content: &str) -> (Option<String>, Option<String>) {
    (Some(main.into()), Some(content.into()))
}

fn only(main: &str) -> (Option<String>, Option<String>) {
    (Some(main.into()), None)
}

fn available(codec: &str) -> VendorMessage {
    VendorMessage::ContentAvailable { codec: Some(codec.into()) }
}

#[test]
fn the_second_stream_is_shown_only_while_somebody_presents() {
    let (mut bench, _, session) = two_streams();
    assert_eq!(chosen(&bench), Some(only("conference")));
    bench.server_says(session, &available("VP8"));
    assert_eq!(chosen(&bench), Some(both("conference", "second")));
    bench.server_says(session, &VendorMessage::ContentGone {});
    assert_eq!(chosen(&bench), Some(only("conference")));
}

#[test]
fn a_choice_is_told_once() {
    let (mut bench, _, session) = two_streams();
    bench.server_says(session, &available("VP8"));
    bench.forget();
    bench.server_says(session, &available("VP8"));
    bench.server_says(session, &available("H264"));
    assert!(bench.told("call:remote").is_empty());
    assert_eq!(bench.told("api:contented-stream:").len(), 2);
}

#[test]
fn tracks_are_told_as_they_come_change_and_go() {
    let (mut bench, call, _) = Bench::in_call();
    add(&mut bench, call, track("1", "conference", "video", TrackSource::Call));
    add(&mut bench, call, track("1", "conference", "video", TrackSource::Call));
    add(&mut bench, call, track("1", "conference", "other", TrackSource::Call));
    bench.media(MediaFact::RemoteTrackRemoved { call, track: "1".into() });
    bench.media(MediaFact::RemoteTrackRemoved { call, track: "1".into() });
    let changes: Vec<_> = bench
        .catalogue()
        .filter_map(|event| match event {
            Event::CallEvent(CallEvent::RemoteTracksChanged { change_type, participant_id, .. }) => {
                Some((*change_type, participant_id.as_str()))
            }
            _ => None,
        })
        .collect();
    let all = [TrackChange::Added, TrackChange::Updated, TrackChange::Removed];
    assert_eq!(changes, all.map(|change| (change, "conference")));
    assert_eq!(chosen(&bench), Some((None, None)));
}

#[test]
fn a_new_track_is_told_once_with_its_kind() {
    let (mut bench, call, _) = Bench::in_call();
    add(&mut bench, call, track("1", "conference", "video", TrackSource::Call));
    add(&mut bench, call, track("1", "conference", "other", TrackSource::Call));
    let new = Event::CallEvent(CallEvent::OnTrack { call, track: "1".into(), kind: "video".into() });
    assert_eq!(bench.catalogue().filter(|event| **event == new).count(), 1);
}

#[test]
fn a_spectator_sees_the_default_stream_and_the_content_of_the_announced_codec() {
    let (mut bench, call, session) = two_streams();
    bench.enter(session, "Hall", Some("t0ken"), false);
    bench.server_says(session, &to_spectators(Some("7")));
    assert_eq!(chosen(&bench), Some(only("conference")), "until the receive connection brings something");
    for (id, stream) in [("r1", "default"), ("r2", "content_h264"), ("r3", "content_vp8")] {
        add(&mut bench, call, track(id, stream, "", TrackSource::Receive));
    }
    assert_eq!(chosen(&bench), Some(only("default")));
    bench.server_says(session, &available("VP8"));
    assert_eq!(chosen(&bench), Some(both("default", "content_vp8")));
    bench.server_says(session, &VendorMessage::ContentAvailable { codec: None });
    assert_eq!(chosen(&bench), Some(only("default")));
    bench.server_says(session, &available("H264"));
    bench.server_says(session, &VendorMessage::MoveToParticipants {});
    assert_eq!(chosen(&bench), Some(both("conference", "second")));
}

#[test]
fn a_spectator_fed_by_the_call_sees_its_streams() {
    let (mut bench, _, session) = two_streams();
    bench.server_says(session, &to_spectators(None));
    bench.server_says(session, &available("VP8"));
    assert_eq!(chosen(&bench), Some(both("conference", "second")));
}

#[test]
fn names_are_taken_from_the_msid_the_stream_the_label_or_the_track() {
    let (mut bench, call, _) = Bench::in_call();
    let mut nameless = track("t1", "", "", TrackSource::Call);
    nameless.stream = None;
    add(&mut bench, call, nameless.clone());
    assert_eq!(chosen(&bench), Some(only("t1")));
    nameless.label = "camera".into();
    add(&mut bench, call, nameless.clone());
    assert_eq!(chosen(&bench), Some(only("camera")));
    nameless.stream = Some("stream".into());
    add(&mut bench, call, nameless.clone());
    assert_eq!(chosen(&bench), Some(only("stream")));
    nameless.msid = Some("msid".into());
    add(&mut bench, call, nameless);
    assert_eq!(chosen(&bench), Some(only("msid")));
}

#[test]
fn more_tracks_than_a_conference_has_are_not_remembered() {
    let (mut bench, call, _) = Bench::in_call();
    for number in 0..1000 {
        add(&mut bench, call, track(&number.to_string(), "s", "", TrackSource::Call));
    }
    assert_eq!(bench.told("call:remote-tracks-changed").len(), 64);
}

#[test]
fn content_that_comes_and_goes_quickly_is_shown_as_last_told() {
    let (mut bench, _, session) = two_streams();
    for _ in 0..5 {
        bench.server_says(session, &available("VP8"));
        bench.server_says(session, &VendorMessage::ContentGone {});
        bench.server_says(session, &VendorMessage::ContentGone {});
    }
    assert_eq!(chosen(&bench), Some(only("conference")));
    bench.server_says(session, &available("AV1"));
    assert_eq!(chosen(&bench), Some(both("conference", "second")));
}

#[test]
fn content_ends_with_the_call() {
    let (mut bench, _, session) = two_streams();
    bench.server_says(session, &available("VP8"));
    bench.end(session, sip::Cause::Bye, None);
    bench.pass(crate::bench::seconds(10));
    let (call, _) = bench.confirm_call();
    add(&mut bench, call, track("1", "conference", "video", TrackSource::Call));
    add(&mut bench, call, track("2", "second", "dual video", TrackSource::Call));
    assert_eq!(chosen(&bench), Some(only("conference")));
}
