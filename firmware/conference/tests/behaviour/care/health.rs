//! A conference picture that does not come (spec section 8.4).

use roombox_conference::api::{CallId, CallState, MediaFact, MediaRequest, Stream, TrackSource};
use roombox_conference::catalogue::{Event, MainStreamHealthEvent, ProblemReason, ResetCause};
use roombox_sip::api as sip;

use super::{in_call_with, inbound_video};
use crate::bench::{ANSWER, Bench, OFFER, failed};

const DETECTED: &str = "main-stream-health:inbound-video-problem-detected";
const RESET: &str = "main-stream-health:inbound-video-problem-reset";
const RESOLVED: &str = "main-stream-health:inbound-video-problem-resolved";

/// The events but the snapshots.
fn findings(bench: &Bench) -> Vec<&'static str> {
    bench.told("main-stream-health:inbound")
}

/// A picture came and stands still since `samples` samples.
fn stalled(bench: &mut Bench, call: CallId, samples: u64) {
    bench.second_with(call, &[inbound_video(900, Some(30))]);
    for _ in 0..samples {
        bench.second_with(call, &[inbound_video(900, Some(30))]);
    }
}

fn key_frames(bench: &Bench, call: CallId) -> usize {
    let wanted = MediaRequest::RequestKeyFrame { call, source: TrackSource::Call, stream: Stream::Camera };
    bench.requests().filter(|request| **request == wanted).count()
}

fn offers(bench: &Bench) -> Vec<bool> {
    bench
        .requests()
        .filter_map(|request| match request {
            MediaRequest::CreateOffer { restart_ice, .. } => Some(*restart_ice),
            _ => None,
        })
        .collect()
}

/// Our offer is answered.
fn agree(bench: &mut Bench, call: CallId, session: sip::SessionId) {
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    bench.sip(sip::Event::OfferAnswered { session, body: Some(sip::Body::sdp(ANSWER)) });
    bench.media(MediaFact::AnswerAccepted { call });
}

#[test]
fn every_sample_tells_how_the_picture_is() {
    let (mut bench, call, _) = Bench::in_call();
    stalled(&mut bench, call, 1);
    assert_eq!(bench.told("main-stream-health:"), ["main-stream-health:health-snapshot"; 2]);
}

#[test]
fn the_third_sample_in_a_row_is_a_problem_and_is_told_once() {
    let (mut bench, call, _) = Bench::in_call();
    stalled(&mut bench, call, 2);
    assert_eq!(findings(&bench), Vec::<&str>::new());
    stalled(&mut bench, call, 6);
    assert_eq!(findings(&bench), [DETECTED]);
}

#[test]
fn how_many_samples_make_a_problem_is_configured() {
    let (mut bench, call, _) = in_call_with(|config| config.media.health.samples = 1.try_into().unwrap());
    stalled(&mut bench, call, 1);
    assert_eq!(findings(&bench), [DETECTED]);
}

#[test]
fn a_sample_without_the_problem_starts_the_count_anew() {
    let (mut bench, call, _) = Bench::in_call();
    stalled(&mut bench, call, 2);
    bench.second_with(call, &[inbound_video(950, Some(31))]);
    bench.second_with(call, &[inbound_video(950, Some(31))]);
    bench.second_with(call, &[inbound_video(950, Some(31))]);
    assert_eq!(findings(&bench), Vec::<&str>::new());
}

#[test]
fn a_picture_that_comes_again_is_told_and_ends_the_remedies() {
    let (mut bench, call, _) = Bench::in_call();
    stalled(&mut bench, call, 4);
    bench.second_with(call, &[inbound_video(950, Some(31))]);
    assert_eq!(findings(&bench), [DETECTED, RESOLVED]);
    for more in 1..20 {
        bench.second_with(call, &[inbound_video(950 + more, Some(31 + more))]);
    }
    assert_eq!((key_frames(&bench, call), offers(&bench)), (1, vec![]));
}

#[test]
fn remedies_grow_from_a_key_frame_to_a_new_call() {
    let (mut bench, call, session) = Bench::in_call();
    stalled(&mut bench, call, 3);
    assert_eq!((key_frames(&bench, call), offers(&bench)), (1, vec![]));
    stalled(&mut bench, call, 3);
    assert_eq!(offers(&bench), [false]);
    agree(&mut bench, call, session);
    stalled(&mut bench, call, 3);
    assert_eq!(offers(&bench), [false, true]);
    agree(&mut bench, call, session);
    stalled(&mut bench, call, 3);
    assert!(bench.terminated(session) && bench.closed(call));
    assert!(matches!(bench.call(), CallState::Redialling { .. }));
    assert_eq!((key_frames(&bench, call), findings(&bench)), (1, vec![DETECTED, RESET]));
}

#[test]
fn nothing_is_tried_while_an_offer_is_with_the_other_side() {
    let (mut bench, call, session) = Bench::in_call();
    stalled(&mut bench, call, 7);
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    stalled(&mut bench, call, 12);
    assert_eq!(offers(&bench), [false]);
    bench.sip(sip::Event::OfferFailed { session, failure: failed(sip::Cause::SipFailureCode, Some(500)) });
    stalled(&mut bench, call, 1);
    assert_eq!(offers(&bench), [false, true]);
    assert!(bench.in_call_now());
}

#[test]
fn a_call_that_never_had_a_picture_stays() {
    let (mut bench, call, session) = Bench::in_call();
    for _ in 0..50 {
        bench.second_with(call, &[inbound_video(0, Some(0))]);
        if offers(&bench).len() > 2 {
            break;
        }
        agree(&mut bench, call, session);
    }
    assert_eq!((key_frames(&bench, call), offers(&bench)), (0, vec![false, true]));
    assert!(bench.in_call_now());
}

#[test]
fn a_picture_that_the_other_side_stopped_sending_is_not_missed() {
    let (mut bench, call, session) = Bench::in_call();
    let sdp = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=recvonly\r\n";
    bench.sip(sip::Event::Offer { session, body: Some(sip::Body::sdp(sdp)), by_update: false });
    bench.media(MediaFact::AnswerReady { call, sdp: ANSWER.into() });
    stalled(&mut bench, call, 20);
    assert_eq!((findings(&bench).len(), key_frames(&bench, call)), (0, 0));
}

#[test]
fn a_call_without_picture_has_no_problem() {
    let (mut bench, call, _) = Bench::in_call();
    for _ in 0..20 {
        bench.second_with(call, &[serde_json::json!({ "type": "inbound-rtp", "kind": "audio", "packetsReceived": 0 })]);
    }
    assert_eq!((findings(&bench).len(), offers(&bench).len()), (0, 0));
}

/// The picture of the receive connection, standing still.
fn spectator_stalled(bench: &mut Bench, call: CallId, samples: u64) {
    for _ in 0..samples {
        bench.second_with(call, &[inbound_video(900, Some(30))]);
    }
}

fn receive_offers(bench: &Bench) -> usize {
    bench.requests().filter(|request| matches!(request, MediaRequest::CreateReceiveOffer { .. })).count()
}

#[test]
fn the_picture_of_a_spectator_is_mended_where_it_comes_from_and_never_costs_the_call() {
    let (mut bench, call, session) = crate::receive::running();
    spectator_stalled(&mut bench, call, 4);
    let key_frame = MediaRequest::RequestKeyFrame { call, source: TrackSource::Receive, stream: Stream::Camera };
    assert_eq!(findings(&bench), [DETECTED]);
    assert_eq!(bench.requests().filter(|request| **request == key_frame).count(), 1);
    spectator_stalled(&mut bench, call, 4);
    assert_eq!(receive_offers(&bench), 1);
    crate::receive::complete(&mut bench, call);
    spectator_stalled(&mut bench, call, 55);
    assert_eq!(receive_offers(&bench), 1);
    spectator_stalled(&mut bench, call, 15);
    assert_eq!(receive_offers(&bench), 2, "and again after a rest");
    assert_eq!((offers(&bench), bench.terminated(session)), (vec![], false));
    assert!(bench.in_call_now());
}

#[test]
fn nothing_is_tried_while_the_receive_connection_is_made_anew() {
    let (mut bench, call, _) = crate::receive::running();
    spectator_stalled(&mut bench, call, 8);
    assert_eq!(receive_offers(&bench), 1);
    bench.forget();
    let asked = |bench: &Bench| {
        bench.requests().filter(|request| !matches!(request, MediaRequest::SampleStatistics { .. })).count()
    };
    spectator_stalled(&mut bench, call, 10);
    assert_eq!(asked(&bench), 0);
}

#[test]
fn a_spectator_is_missing_its_picture_even_where_the_call_brings_none() {
    let (mut bench, call, session) = crate::receive::running();
    let sdp = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=recvonly\r\n";
    bench.sip(sip::Event::Offer { session, body: Some(sip::Body::sdp(sdp)), by_update: false });
    bench.media(MediaFact::AnswerReady { call, sdp: ANSWER.into() });
    spectator_stalled(&mut bench, call, 4);
    assert_eq!(findings(&bench), [DETECTED]);
}

#[test]
fn the_end_of_the_call_ends_the_remedies() {
    let (mut bench, call, session) = Bench::in_call();
    stalled(&mut bench, call, 3);
    bench.end(session, sip::Cause::Rejected, Some(403));
    assert_eq!(findings(&bench), [DETECTED, RESET]);
    bench.forget();
    bench.pass(crate::bench::seconds(60));
    assert_eq!((key_frames(&bench, call), findings(&bench).len()), (0, 0));
}

#[test]
fn another_way_for_the_picture_resets_the_problem() {
    let (mut bench, call, session) = Bench::in_call();
    bench.enter(session, "Hall", Some("t0ken"), false);
    stalled(&mut bench, call, 3);
    bench.server_says(session, &crate::roles::to_spectators(Some("7")));
    crate::receive::complete(&mut bench, call);
    assert_eq!(findings(&bench), [DETECTED, RESET]);
    bench.forget();
    spectator_stalled(&mut bench, call, 4);
    assert_eq!(findings(&bench), [DETECTED], "it is counted anew");
    bench.server_says(session, &roombox_conference::vendor::VendorMessage::MoveToParticipants {});
    assert_eq!(findings(&bench), [DETECTED, RESET]);
}

#[test]
fn one_problem_after_another_is_told_as_another() {
    let (mut bench, call, _) = Bench::in_call();
    stalled(&mut bench, call, 3);
    for more in 1..4 {
        bench.second_with(call, &[inbound_video(900 + more, Some(30))]);
    }
    assert_eq!(findings(&bench), [DETECTED, DETECTED]);
}

fn causes(bench: &Bench) -> Vec<ResetCause> {
    bench
        .catalogue()
        .filter_map(|event| match event {
            Event::MainStreamHealthEvent(MainStreamHealthEvent::InboundVideoProblemReset { reset_cause, .. }) => {
                Some(*reset_cause)
            }
            _ => None,
        })
        .collect()
}

#[test]
fn a_problem_is_reset_with_its_cause() {
    let (mut bench, call, session) = Bench::in_call();
    bench.enter(session, "Hall", Some("t0ken"), false);
    stalled(&mut bench, call, 3);
    bench.server_says(session, &crate::roles::to_spectators(Some("7")));
    crate::receive::complete(&mut bench, call);
    spectator_stalled(&mut bench, call, 4);
    let quality = roombox_conference::api::ReceiveQuality::Low;
    bench.command(roombox_conference::api::Command::ReceiveQuality { call, quality });
    crate::receive::complete(&mut bench, call);
    spectator_stalled(&mut bench, call, 4);
    bench.server_says(session, &roombox_conference::vendor::VendorMessage::MoveToParticipants {});
    stalled(&mut bench, call, 3);
    bench.end(session, sip::Cause::Bye, None);
    let expected = [
        ResetCause::RecvSessionStarted,
        ResetCause::RecvQualityChanged,
        ResetCause::RecvSessionEnded,
        ResetCause::Ended,
    ];
    assert_eq!(causes(&bench), expected);
}

#[test]
fn a_finding_is_told_with_reason_count_and_snapshot() {
    let (mut bench, call, _) = Bench::in_call();
    stalled(&mut bench, call, 3);
    let found = bench.catalogue().find_map(|event| match event {
        Event::MainStreamHealthEvent(MainStreamHealthEvent::InboundVideoProblemDetected {
            snapshot,
            consecutive_problem_samples_count,
            reason,
        }) => Some((snapshot.is_inbound_video_stalled, *consecutive_problem_samples_count, *reason)),
        _ => None,
    });
    assert_eq!(found, Some((true, 3, ProblemReason::InboundVideoStalled)));
}
