//! Participant and spectator: who may send how much (spec sections 2.8 and 10.2).

use roombox_conference::api::{CallId, Encoding, MediaRequest, Stream};
use roombox_conference::vendor::VendorMessage;
use roombox_sip::api as sip;

use crate::bench::Bench;

pub(crate) fn to_spectators(audio_id: Option<&str>) -> VendorMessage {
    VendorMessage::MoveToSpectators {
        is_available_sending_media: false,
        is_synthetic: audio_id.is_none(),
        audio_id: audio_id.map(str::to_owned),
    }
}

fn in_room() -> (Bench, CallId, sip::SessionId) {
    let (mut bench, call, session) = Bench::in_call();
    bench.enter(session, "Hall", Some("t0ken"), false);
    bench.forget();
    (bench, call, session)
}

/// What media was told about bit rates, oldest first.
fn bitrates(bench: &Bench) -> Vec<(Stream, Option<u32>)> {
    bench
        .requests()
        .filter_map(|request| match request {
            MediaRequest::SetEncoding { stream, encoding: Encoding { max_bitrate, .. }, .. } => {
                Some((*stream, *max_bitrate))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn any_spectator_sends_little_and_a_participant_as_before() {
    for audio_id in [None, Some("7")] {
        let (mut bench, _, session) = in_room();
        bench.server_says(session, &to_spectators(audio_id));
        assert_eq!(bitrates(&bench), [(Stream::Audio, Some(6_000)), (Stream::Camera, Some(60_000))]);
        bench.forget();
        bench.server_says(session, &VendorMessage::MoveToParticipants {});
        assert_eq!(bitrates(&bench), [(Stream::Audio, None), (Stream::Camera, None)]);
    }
}

#[test]
fn the_same_role_again_changes_nothing() {
    let (mut bench, _, session) = in_room();
    bench.server_says(session, &VendorMessage::MoveToParticipants {});
    assert!(bitrates(&bench).is_empty());
    bench.server_says(session, &to_spectators(None));
    bench.forget();
    bench.server_says(session, &to_spectators(None));
    assert!(bitrates(&bench).is_empty());
}

#[test]
fn from_one_kind_of_spectator_to_the_other_the_throttle_stays() {
    let (mut bench, call, session) = in_room();
    bench.server_says(session, &to_spectators(None));
    bench.forget();
    bench.server_says(session, &to_spectators(Some("7")));
    assert!(bitrates(&bench).is_empty());
    assert!(bench.requests().any(|request| *request == MediaRequest::CreateReceiveOffer { call }));
    bench.forget();
    bench.server_says(session, &to_spectators(None));
    assert!(bitrates(&bench).is_empty());
    assert!(bench.requests().any(|request| *request == MediaRequest::CloseReceive { call }));
}

#[test]
fn both_moves_are_told_with_their_kind() {
    let (mut bench, _, session) = in_room();
    bench.server_says(session, &to_spectators(None));
    bench.server_says(session, &to_spectators(Some("7")));
    bench.server_says(session, &VendorMessage::MoveToParticipants {});
    assert_eq!(
        bench.told("api:participant:"),
        [
            "api:participant:move-request-to-spectators-synthetic",
            "api:participant:move-request-to-spectators",
            "api:participant:move-request-to-spectators-with-audio-id",
            "api:participant:move-request-to-spectators",
            "api:participant:move-request-to-participants",
        ]
    );
}

#[test]
fn the_role_ends_with_the_call() {
    let (mut bench, _, session) = in_room();
    bench.server_says(session, &to_spectators(None));
    bench.forget();
    bench.end(session, sip::Cause::Bye, None);
    bench.pass(crate::bench::seconds(10));
    let (_, session) = bench.confirm_call();
    assert!(bitrates(&bench).is_empty());
    bench.server_says(session, &to_spectators(None));
    assert_eq!(bitrates(&bench).len(), 2);
}
