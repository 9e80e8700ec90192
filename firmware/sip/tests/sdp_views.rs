//! Typed looks at descriptions, and that reading loses nothing.

use proptest::prelude::*;
use roombox_sip::sdp::hold::{self, Held};
use roombox_sip::sdp::{Bandwidth, Content, Description, OfferAnswer, Side, describe};

const BROWSER: &str = "v=0\r\no=- 42 3 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=fingerprint:sha-256 AB:CD\r\n\
m=audio 9 UDP/TLS/RTP/SAVPF 111 0 110\r\nc=IN IP4 0.0.0.0\r\nb=AS:64\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n\
a=mid:0\r\na=rtcp-mux\r\na=setup:actpass\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n\
a=rtpmap:110 telephone-event/48000\r\na=sendrecv\r\n\
m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nb=TIAS:2000000\r\nb=RS:odd\r\na=mid:1\r\na=content:Slides, speaker,x-map\r\na=rtpmap:96 H264/90000\r\n\
a=rtcp-fb:96 nack pli\r\na=rtcp-fb:* transport-cc\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=sendonly\r\n\
m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n";

#[test]
fn codecs_come_with_their_parameters_and_feedback() {
    let description = Description::read(BROWSER);
    let audio = description.media[0].codecs();
    let names: Vec<_> =
        audio.iter().map(|c| (c.payload_type, c.name, c.clock_rate, c.channels, c.is_media())).collect();
    assert_eq!(
        names,
        [(111, "opus", 48000, 2, true), (0, "PCMU", 8000, 1, true), (110, "telephone-event", 48000, 1, false)]
    );
    assert_eq!(audio[0].parameters, Some("minptime=10;useinbandfec=1"));
    let video = description.media[1].codecs();
    assert_eq!(video[0].feedback, ["nack pli", "transport-cc"]);
    assert!(!video[1].is_media() && description.media[2].codecs().is_empty());
}

#[test]
fn what_a_stream_shows_is_parsed_and_written() {
    let mut description = Description::read(BROWSER);
    let other = Content::Other("x-map".into());
    assert_eq!(description.media[1].content(), [Content::Slides, Content::Speaker, other]);
    assert_eq!(description.media[0].content(), []);
    description.media[1].set_content(&[Content::Slides]);
    assert!(description.media[1].to_string().ends_with("a=sendonly\r\na=content:slides\r\n"));
    assert_eq!(description.media[1].to_string().matches("a=content").count(), 1);
    description.media[1].set_content(&[]);
    assert_eq!(description.media[1].attribute("content"), None);
    for content in [Content::Alt, Content::Main, Content::Sl, Content::Slides, Content::Speaker] {
        assert_eq!(content.to_string().parse(), Ok(content));
    }
}

#[test]
fn transport_and_bandwidth_facts_are_found() {
    let description = Description::read(BROWSER);
    assert_eq!(description.bundles(), [["0", "1"]]);
    assert!(description.media[0].is_rtcp_muxed() && !description.media[1].is_rtcp_muxed());
    assert_eq!(description.media[0].bandwidths(), [Bandwidth { kind: "AS", value: 64 }]);
    assert_eq!(description.media[0].bandwidths()[0].bits_per_second(), Some(64_000));
    let video = description.media[1].bandwidths();
    assert_eq!((video.len(), video[0].bits_per_second()), (1, Some(2_000_000)));
    assert_eq!(description.fingerprints(&description.media[0])[0].value, "AB:CD");
    assert_eq!(description.ice(&description.media[0]).map(|ice| ice.ufrag), Some("abcd"));
    assert!(
        !format!("{:?}", description.ice(&description.media[0])).contains("0123456789"),
        "passwords are not printed"
    );
}

#[test]
fn a_summary_tells_the_lines_and_no_secrets() {
    let said = describe(BROWSER).to_string();
    assert_eq!(
        said,
        "version 3; audio sendrecv [opus PCMU]; video sendonly slides speaker x-map [H264]; application refused []"
    );
    assert_eq!(describe("").to_string(), "version ?");
    assert!(describe(&"m=video 9 RTP/AVP 0\n".repeat(100)).to_string().ends_with("; 84 more"));
}

/// A description with some pieces cut out, doubled or replaced.
fn mutated() -> impl Strategy<Value = String> {
    let edit = (any::<prop::sample::Index>(), 0_usize..30, prop_oneof![".{0,5}", "[\r\n=0-9 :a/]{0,8}"]);
    prop::collection::vec(edit, 0..8).prop_map(|edits| {
        let mut text = BROWSER.to_string();
        for (at, length, insert) in edits {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.floor_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, &insert);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn reading_and_writing_gives_the_same_bytes(text in prop_oneof![mutated(), ".{0,200}", "[\r\nm=acov0-9 ]{0,200}"]) {
        prop_assert_eq!(Description::read(&text).to_string(), text);
    }

    #[test]
    fn nothing_panics_and_a_hold_is_stable(text in mutated(), other in mutated(), by_us: bool, by_peer: bool) {
        describe(&text).to_string();
        let held = hold::restrict(&text, Held { by_us, by_peer });
        prop_assert_eq!(&hold::restrict(&held, Held { by_us, by_peer }), &held, "twice is once");
        prop_assert!(!by_us || !hold::holds_us(&text) || hold::holds_us(&held));
        hold::offer(&text, &other, Held { by_us, by_peer });
        let mut session = OfferAnswer::new();
        for (n, side) in [Side::Local, Side::Remote].into_iter().cycle().take(6).enumerate() {
            let text = if n % 2 == 0 { &text } else { &other };
            if session.offer(side, text).is_err() {
                continue;
            }
            let answerer = if side == Side::Local { Side::Remote } else { Side::Local };
            if session.answer(answerer, &other).is_err() {
                prop_assert!(session.rollback());
            }
        }
        let mut description = Description::read(&text);
        for media in &mut description.media {
            media.reject();
            let rejected = media.media_line().is_none() || media.is_rejected();
            prop_assert!(rejected);
        }
    }
}
