//! Size and encodings of our presentation (spec sections 4.1, 4.6 and 7.4).

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{
    CallId, Command, ContentHint, Encoding, MediaFact, MediaRequest, PresentCommand, Stream,
};
use roombox_conference::catalogue::{Event, MediaEvent};
use roombox_sip::api as sip;

use crate::bench::{ANSWER, Bench, OFFER};

const TAKEN: &str = "v=0\r\nm=video 9 RTP/AVP 96\r\na=mid:2\r\na=simulcast:recv 1;2\r\n";

fn limited() -> ConferenceConfig {
    let mut config = ConferenceConfig::new("room1", "meet.example", true);
    config.media.max_resolution = "1280x720".parse().ok();
    config
}

fn layers() -> Vec<Encoding> {
    let layer =
        |scale, rate| Encoding { scale_down_millis: Some(scale), max_bitrate: Some(rate), ..Encoding::default() };
    vec![layer(2000, 300_000), layer(1000, 1_000_000)]
}

fn layered() -> ConferenceConfig {
    let mut config = ConferenceConfig::new("room1", "meet.example", true);
    config.media.presentation_layers = layers();
    config
}

fn in_call(config: ConferenceConfig) -> (Bench, CallId, sip::SessionId) {
    let mut bench = Bench::with(config);
    bench.command(Command::Start);
    bench.connect();
    bench.command(Command::Join { target: crate::bench::TARGET.into(), keep: true });
    let (call, session) = bench.confirm_call();
    bench.media(MediaFact::Connected { call });
    bench.forget();
    (bench, call, session)
}

fn start(bench: &mut Bench, call: CallId) {
    let command = PresentCommand::Start { hint: ContentHint::Detail, max_bitrate: None, attempts: 1 };
    bench.command(Command::Present { call, command });
    bench.answer_share(200);
}

fn stop(bench: &mut Bench, call: CallId) {
    bench.command(Command::Present { call, command: PresentCommand::Stop });
    bench.answer_share(200);
}

/// The presentation runs, on a sender that was there or with this answer to our offer.
fn attached(bench: &mut Bench, call: CallId, offer: Option<(sip::SessionId, &str)>) {
    bench.media(MediaFact::PresentationReady { call, renegotiate: offer.is_some() });
    if let Some((session, answer)) = offer {
        bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
        bench.sip(sip::Event::OfferAnswered { session, body: Some(sip::Body::sdp(answer)) });
        bench.media(MediaFact::AnswerAccepted { call });
    }
    assert_eq!(bench.told("presentation:").last(), Some(&"presentation:started"));
}

fn scales(bench: &Bench) -> Vec<Option<u32>> {
    bench
        .requests()
        .filter_map(|request| match request {
            MediaRequest::SetEncoding { stream: Stream::Presentation, encoding, .. } => {
                Some(encoding.scale_down_millis)
            }
            _ => None,
        })
        .collect()
}

fn asked_layers(bench: &Bench) -> Vec<usize> {
    bench
        .requests()
        .filter_map(|request| match request {
            MediaRequest::AddPresentation { layers, .. } => Some(layers.len()),
            _ => None,
        })
        .collect()
}

fn refused(bench: &Bench) -> Vec<String> {
    bench
        .catalogue()
        .filter_map(|event| match event {
            Event::MediaEvent(MediaEvent::SimulcastRefused { stream: Stream::Presentation, reason, .. }) => {
                Some(reason.clone())
            }
            _ => None,
        })
        .collect()
}

fn is(bench: &mut Bench, call: CallId, width: u32, height: u32) {
    bench.media(MediaFact::PresentationSize { call, width, height });
}

#[test]
fn a_presentation_larger_than_the_limit_is_scaled_down_to_it() {
    let (mut bench, call, _) = in_call(limited());
    start(&mut bench, call);
    attached(&mut bench, call, None);
    is(&mut bench, call, 1920, 1080);
    assert_eq!(scales(&bench), [None, Some(1500)]);
}

#[test]
fn a_size_told_before_the_picture_is_ready_counts_from_the_first_encoding() {
    let (mut bench, call, _) = in_call(limited());
    start(&mut bench, call);
    is(&mut bench, call, 3840, 2160);
    assert_eq!(scales(&bench), []);
    attached(&mut bench, call, None);
    assert_eq!(scales(&bench), [Some(3000)]);
}

#[test]
fn the_scale_follows_the_picture_from_full_hd_to_uhd_and_back_to_a_small_one() {
    let (mut bench, call, _) = in_call(limited());
    start(&mut bench, call);
    attached(&mut bench, call, None);
    for (width, height) in [(1920, 1080), (3840, 2160), (640, 360), (1280, 720)] {
        is(&mut bench, call, width, height);
    }
    assert_eq!(scales(&bench), [None, Some(1500), Some(3000), Some(1000)]);
}

#[test]
fn a_size_holds_for_the_next_presentation_until_another_is_told() {
    let (mut bench, call, _) = in_call(limited());
    start(&mut bench, call);
    attached(&mut bench, call, None);
    is(&mut bench, call, 3840, 2160);
    stop(&mut bench, call);
    bench.forget();
    start(&mut bench, call);
    attached(&mut bench, call, None);
    assert_eq!(scales(&bench), [Some(3000)], "media tells changes only");
    is(&mut bench, call, 640, 360);
    assert_eq!(scales(&bench), [Some(3000), Some(1000)]);
}

#[test]
fn another_source_of_the_same_size_stays_scaled() {
    let (mut bench, call, _) = in_call(limited());
    start(&mut bench, call);
    attached(&mut bench, call, None);
    is(&mut bench, call, 1920, 1080);
    bench.command(Command::Present { call, command: PresentCommand::Update });
    bench.answer_share(200);
    bench.media(MediaFact::PresentationReady { call, renegotiate: false });
    assert_eq!(bench.told("presentation:").last(), Some(&"presentation:updated"));
    assert_eq!(scales(&bench), [None, Some(1500)]);
}

#[test]
fn without_a_limit_the_size_changes_nothing_and_after_the_stop_neither() {
    let (mut bench, call, _) = Bench::in_call();
    start(&mut bench, call);
    attached(&mut bench, call, None);
    is(&mut bench, call, 3840, 2160);
    assert_eq!(scales(&bench), [None]);
    let (mut bench, call, _) = in_call(limited());
    start(&mut bench, call);
    attached(&mut bench, call, None);
    stop(&mut bench, call);
    bench.forget();
    is(&mut bench, call, 3840, 2160);
    assert_eq!(scales(&bench), []);
}

#[test]
fn several_encodings_are_sent_where_media_and_the_other_side_take_them() {
    let (mut bench, call, session) = in_call(layered());
    start(&mut bench, call);
    let add = MediaRequest::AddPresentation { call, layers: layers() };
    assert_eq!(bench.requests().filter(|request| **request == add).count(), 1);
    attached(&mut bench, call, Some((session, TAKEN)));
    assert_eq!(refused(&bench), Vec::<String>::new());
    stop(&mut bench, call);
    start(&mut bench, call);
    assert_eq!(asked_layers(&bench), [2, 2]);
}

#[test]
fn another_side_that_takes_one_encoding_is_told_once_and_the_presentation_runs() {
    let (mut bench, call, session) = in_call(layered());
    start(&mut bench, call);
    attached(&mut bench, call, Some((session, ANSWER)));
    stop(&mut bench, call);
    start(&mut bench, call);
    attached(&mut bench, call, Some((session, ANSWER)));
    assert_eq!((asked_layers(&bench), refused(&bench).len()), (vec![2, 0], 1));
}

#[test]
fn media_that_makes_one_encoding_is_told_once_and_the_presentation_runs() {
    let (mut bench, call, session) = in_call(layered());
    start(&mut bench, call);
    let reason = "the board encodes each picture once".to_owned();
    bench.media(MediaFact::SimulcastRefused { call, stream: Stream::Presentation, reason: reason.clone() });
    attached(&mut bench, call, Some((session, ANSWER)));
    assert_eq!(refused(&bench), [reason]);
}

#[test]
fn one_encoding_is_no_simulcast_and_no_answer_is_asked_for_it() {
    let (mut bench, call, session) = Bench::in_call();
    start(&mut bench, call);
    attached(&mut bench, call, Some((session, ANSWER)));
    assert_eq!((asked_layers(&bench), refused(&bench).len()), (vec![0], 0));
}
