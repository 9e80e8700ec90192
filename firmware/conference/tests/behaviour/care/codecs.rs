//! Preferred and excluded codecs on the wire (spec section 2.5).

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{Command, MediaFact, MediaRequest};
use roombox_sip::api as sip;

use super::in_call_with;
use crate::bench::{Bench, TARGET};

const VIDEO: &str = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 98\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:98 H264/90000\r\n";

#[test]
fn our_offer_goes_out_in_the_wanted_order() {
    let mut config = ConferenceConfig::new("room1", "meet.example", true);
    config.media.preferred_codecs = vec!["video/h264".into()];
    let mut bench = Bench::with(config);
    bench.command(Command::Start);
    bench.connect();
    bench.command(Command::Join { target: TARGET.into(), keep: false });
    let call = bench.offer_asked().unwrap();
    bench.media(MediaFact::OfferReady { call, sdp: VIDEO.into() });
    let body = bench.commands().find_map(|command| match command {
        sip::Command::Invite { body, .. } => body.as_ref().and_then(sip::Body::text).map(str::to_owned),
        _ => None,
    });
    assert_eq!(body, Some(VIDEO.replace("96 98", "98 96")));
}

#[test]
fn the_offer_of_the_other_side_reaches_media_without_what_is_excluded() {
    let (mut bench, call, session) = in_call_with(|config| config.media.excluded_codecs = vec!["VP8".into()]);
    bench.sip(sip::Event::Offer { session, body: Some(sip::Body::sdp(VIDEO)), by_update: false });
    let offer = VIDEO.replace("96 98", "98").replace("a=rtpmap:96 VP8/90000\r\n", "");
    assert!(bench.requests().any(|request| *request == MediaRequest::CreateAnswer { call, offer: offer.clone() }));
}
