use super::*;
use crate::peer::lines::media_lines;

const CHROMIUM: &str = include_str!("../../../tests/peer_contract/chromium_offer.sdp");

/// What an engine writes for two lines, as far as it matters here.
const ENGINE: &str = "v=0\r\no=- 5 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 AA\r\na=group:BUNDLE 0 1\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8\r\nc=IN IP4 0.0.0.0\r\na=setup:actpass\r\na=mid:0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\n\
    a=rtcp-mux\r\na=ssrc:11 cname:c\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:0 PCMU/8000\r\n\
    a=rtpmap:8 PCMA/8000\r\na=sendrecv\r\na=candidate:1 1 udp 1 192.0.2.1 4000 typ host\r\n\
    a=candidate:1 2 udp 1 192.0.2.1 4000 typ host\r\na=end-of-candidates\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 102 104\r\nc=IN IP4 0.0.0.0\r\na=setup:actpass\r\na=mid:1\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\n\
    a=rtcp-mux\r\na=ssrc:22 cname:c\r\na=rtpmap:102 H264/90000\r\na=fmtp:102 packetization-mode=1;profile-level-id=42e01f\r\n\
    a=rtpmap:104 H264/90000\r\na=fmtp:104 packetization-mode=0;profile-level-id=42e01f\r\na=sendrecv\r\n";

fn session() -> Negotiation {
    Negotiation::new(&["OPUS", "PCMU", "PCMA"].map(str::to_owned), &["H264".into(), "VP8".into()], [11, 22, 33])
}

fn with(sdp: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(sdp.to_owned(), |sdp, (from, to)| sdp.replace(from, to))
}

/// The engine's answer to a clean offer: the same lines with our candidates, as the engine would write them.
fn engine_answer(clean: &str) -> String {
    with(clean, &[("a=setup:actpass", "a=setup:active")])
}

#[test]
fn an_engine_sees_only_agreed_lines_and_codecs() {
    let reading = session().read_offer(CHROMIUM).unwrap();
    let lines = media_lines(&reading.clean).unwrap();
    assert_eq!(lines.iter().map(|l| l.mid.as_str()).collect::<Vec<_>>(), ["r0", "r1"]);
    assert_eq!(lines[1].codecs.iter().map(|c| c.payload_type).collect::<Vec<_>>(), [108, 114, 96]);
    assert!(!reading.clean.contains(" tcp "), "{}", reading.clean);
    assert!(reading.next.lines[2].rejected && reading.next.lines[2].section.is_none());
}

#[test]
fn directions_are_answered_by_the_rule_and_hidden_from_the_engine() {
    for (offered, answered) in
        [("sendrecv", "sendrecv"), ("sendonly", "recvonly"), ("recvonly", "sendonly"), ("inactive", "inactive")]
    {
        let reading = session().read_offer(&CHROMIUM.replace("a=sendrecv", &format!("a={offered}"))).unwrap();
        assert!(media_lines(&reading.clean).unwrap().iter().all(|line| line.direction == Direction::SendRecv));
        let answer = reading.next.write_answer(&engine_answer(&reading.clean)).unwrap();
        let first = media_lines(&answer).unwrap()[0].direction;
        assert_eq!(first.as_str(), answered);
    }
}

#[test]
fn an_answer_names_every_line_in_the_offers_order_and_refuses_with_port_0() {
    let reading = session().read_offer(CHROMIUM).unwrap();
    let answer = reading.next.write_answer(&engine_answer(&reading.clean)).unwrap();
    let lines = media_lines(&answer).unwrap();
    assert_eq!(
        lines.iter().map(|l| (l.mid.as_str(), l.rejected)).collect::<Vec<_>>(),
        [("0", false), ("1", false), ("2", true)]
    );
    assert!(answer.contains("m=application 0 UDP/DTLS/SCTP webrtc-datachannel"));
    assert!(answer.contains("a=group:BUNDLE 0 1\r\n"));
}

#[test]
fn an_offer_written_by_us_has_candidates_of_the_rtp_component_once() {
    let offer = session().write_offer(ENGINE).unwrap().0;
    assert_eq!(offer.matches("a=candidate:").count(), 1, "{offer}");
    assert_eq!(offer.matches("a=setup:actpass").count(), 2);
    assert_eq!(offer.matches("a=end-of-candidates").count(), 1);
}

#[test]
fn a_line_the_peer_refuses_is_refused_in_later_offers() {
    let (offer, session) = session().write_offer(ENGINE).unwrap();
    let answer = with(&offer, &[("m=video 9", "m=video 0"), ("actpass", "active"), ("AA", &["AB"; 32].join(":"))]);
    let next = session.read_answer(&answer).unwrap().next;
    assert!(next.lines[1].rejected);
    assert!(next.write_offer(ENGINE).unwrap().0.contains("m=video 0 "));
}

#[test]
fn the_dtls_role_stays_through_offers_of_either_side() {
    let (offer, session) = session().write_offer(ENGINE).unwrap();
    let digest = ["AB"; 32].join(":");
    let answer = with(&offer, &[("actpass", "active"), ("AA", &digest)]);
    let established = session.read_answer(&answer).unwrap().next;
    let again = established.read_offer(&with(&offer, &[("AA", &digest)])).unwrap();
    let answered = again.next.write_answer(&engine_answer(&again.clean)).unwrap();
    assert!(answered.contains("a=setup:passive"), "we did not open the connection: {answered}");
}

#[test]
fn an_offer_without_bundle_keeps_its_first_line() {
    let offer = CHROMIUM.lines().filter(|line| !line.starts_with("a=group")).collect::<Vec<_>>().join("\r\n");
    let reading = session().read_offer(&offer).unwrap();
    assert_eq!(reading.next.lines.iter().map(|l| l.rejected).collect::<Vec<_>>(), [false, true, true]);
}

#[test]
fn new_credentials_are_seen_as_an_ice_restart() {
    let first = session().read_offer(CHROMIUM).unwrap();
    assert!(!first.restarts_ice);
    assert!(!first.next.read_offer(CHROMIUM).unwrap().restarts_ice);
    assert!(first.next.read_offer(&CHROMIUM.replace("a=ice-ufrag:", "a=ice-ufrag:x")).unwrap().restarts_ice);
}

#[test]
fn a_fingerprint_that_cannot_be_checked_is_refused() {
    let hash = |hash: &str| CHROMIUM.replace("a=fingerprint:sha-256", &format!("a=fingerprint:{hash}"));
    for offer in
        [hash("sha-1"), hash("sha-256 00:11"), CHROMIUM.replace("a=fingerprint:sha-256 ", "a=fingerprint:sha-256 zz")]
    {
        assert!(matches!(session().read_offer(&offer), Err(PeerError::BadSdp(_))));
    }
}

#[test]
fn a_re_offer_may_not_lose_lines() {
    let established = session().read_offer(CHROMIUM).unwrap().next;
    let shorter = &CHROMIUM[..CHROMIUM.find("m=application").unwrap()];
    assert!(matches!(established.read_offer(shorter), Err(PeerError::BadSdp(_))));
}

/// What an engine writes once the presentation has a sender.
fn with_content() -> String {
    let camera = &ENGINE[ENGINE.find("m=video").unwrap()..];
    let content = with(camera, &[("a=mid:1", "a=mid:7"), ("a=ssrc:22", "a=ssrc:33")]);
    format!("{ENGINE}{content}")
}

/// A session that we offered and the peer agreed to.
fn agreed() -> Negotiation {
    let (offer, offered) = session().write_offer(ENGINE).unwrap();
    offered.read_answer(&answer_to(&offer)).unwrap().next
}

fn answer_to(offer: &str) -> String {
    with(offer, &[("actpass", "active"), ("AA", &["AB"; 32].join(":"))])
}

/// CHROMIUM with one more video line.
fn three(direction: &str) -> String {
    let video = &CHROMIUM[CHROMIUM.find("m=video").unwrap()..CHROMIUM.find("m=application").unwrap()];
    let third = with(video, &[("a=mid:1", "a=mid:3"), ("a=sendrecv", &format!("a={direction}"))]);
    with(&format!("{CHROMIUM}{third}"), &[("BUNDLE 0 1 2", "BUNDLE 0 1 2 3")])
}

#[test]
fn a_third_line_of_the_peer_is_content_and_received_only_without_a_presentation() {
    let established = session().read_offer(CHROMIUM).unwrap().next;
    let reading = established.read_offer(&three("sendrecv")).unwrap();
    let line = &reading.next.lines[3];
    assert!(!line.local && line.receives() && line.direction == Direction::RecvOnly);
    assert_eq!((line.role, line.name.as_str(), line.mid.as_str()), (Role::Content, "3", "3"));
    let answer = reading.next.write_answer(&engine_answer(&reading.clean)).unwrap();
    assert_eq!(answer.matches("a=content:slides").count(), 1);
    assert!(answer.contains("a=group:BUNDLE 0 1 3\r\n"));
}

#[test]
fn a_presentation_goes_out_on_the_peers_content_line_as_its_direction_allows() {
    let mut established = session().read_offer(CHROMIUM).unwrap().next;
    established.present(true);
    for (offered, agreed) in [
        ("sendrecv", Direction::SendRecv),
        ("recvonly", Direction::SendOnly),
        ("sendonly", Direction::RecvOnly),
        ("inactive", Direction::Inactive),
    ] {
        let next = established.read_offer(&three(offered)).unwrap().next;
        assert_eq!(next.lines[3].direction, agreed);
        assert_eq!(next.wants_content(), !agreed.sends());
    }
}

#[test]
fn a_presentation_is_offered_on_a_third_line_and_only_while_there_is_one() {
    let mut session = agreed();
    let (offer, _) = session.write_offer(&with_content()).unwrap();
    assert_eq!(media_lines(&offer).unwrap().len(), 2, "an engine's sender alone is no line");
    session.present(true);
    let (offer, offered) = session.write_offer(&with_content()).unwrap();
    let lines = media_lines(&offer).unwrap();
    assert_eq!((lines[2].mid.as_str(), lines[2].direction), ("2", Direction::SendRecv));
    assert_eq!(offer.matches("a=content:slides").count(), 1);
    // Refused: the session that was agreed knows nothing of it.
    assert_eq!(session.lines.len(), 2);
    let next = offered.read_answer(&answer_to(&offer)).unwrap().next;
    assert!(!next.wants_content() && next.lines[2].sends());
    session.present(false);
    assert_eq!(media_lines(&session.write_offer(&with_content()).unwrap().0).unwrap().len(), 2);
}

#[test]
fn a_content_line_refused_by_port_is_taken_again_under_another_mid() {
    let mut session = agreed();
    session.present(true);
    let (offer, offered) = session.write_offer(&with_content()).unwrap();
    let at = offer.rfind("m=video 9").unwrap();
    let answer = answer_to(&format!("{}{}", &offer[..at], offer[at..].replace("m=video 9", "m=video 0")));
    let refused = offered.read_answer(&answer).unwrap().next;
    assert!(refused.lines[2].rejected && refused.wants_content());
    let (again, _) = refused.write_offer(&with_content()).unwrap();
    let lines = media_lines(&again).unwrap();
    assert_eq!((lines.len(), lines[2].mid.as_str(), lines[2].rejected), (3, "3", false));
}

#[test]
fn a_stream_that_was_not_announced_goes_to_the_line_without_one_then_to_the_silent_one() {
    let mut next = session().read_offer(CHROMIUM).unwrap().next.read_offer(&three("sendrecv")).unwrap().next;
    let payload_type = next.lines[1].codecs[0].remote.payload_type;
    next.lines[3].ssrcs.clear();
    assert!(next.declare(900, payload_type, |_| 0) && next.lines[3].ssrcs == [900]);
    assert!(next.declare(901, payload_type, |line| u8::from(line.name == "3")) && next.lines[3].ssrcs == [901]);
    assert!(next.declare(902, payload_type, |line| u8::from(line.name == "1")) && next.lines[1].ssrcs == [902]);
}

#[test]
fn retransmissions_have_a_stream_of_their_own_where_both_sides_know_them() {
    let (offer, offered) = session().repairing().write_offer(ENGINE).unwrap();
    assert!(offer.contains("m=video 9 UDP/TLS/RTP/SAVPF 102 104 103 105\r\n"), "{offer}");
    assert!(offer.contains("a=fmtp:103 apt=102\r\n") && offer.contains("a=ssrc-group:FID 22 23\r\n"), "{offer}");
    assert!(offer.contains("a=ssrc:23 cname:c\r\n") && !offer.contains("FID 11"), "{offer}");
    let digest = ["AB"; 32].join(":");
    let agreed = offered.read_answer(&with(&offer, &[("actpass", "active"), ("AA", &digest)])).unwrap();
    assert_eq!(agreed.next.lines[1].codecs[0].repair, Some(103));
    assert_eq!(agreed.next.lines[1].repairs, [(22, 23)]);
    assert!(!agreed.clean.contains("rtx"), "{}", agreed.clean);
    let without = with(&offer, &[("actpass", "active"), ("AA", &digest), ("rtx/90000", "x/90000")]);
    assert_eq!(offered.read_answer(&without).unwrap().next.lines[1].codecs[0].repair, None);
}

#[test]
fn a_browser_is_answered_with_its_own_retransmissions() {
    let reading = session().repairing().read_offer(CHROMIUM).unwrap();
    let repair = reading.next.lines[1].codecs[0].repair.unwrap();
    let engine = with(&engine_answer(&reading.clean), &[("a=mid:r1\r\n", "a=mid:r1\r\na=ssrc:22 cname:c\r\n")]);
    let answer = reading.next.write_answer(&engine).unwrap();
    assert!(answer.contains(&format!("m=video 9 UDP/TLS/RTP/SAVPF 108 {repair}\r\n")), "{answer}");
    assert!(answer.contains(&format!("a=fmtp:{repair} apt=108\r\n")), "{answer}");
    assert!(answer.contains("a=ssrc-group:FID 22 23\r\n"), "{answer}");
    let plain = session().read_offer(CHROMIUM).unwrap();
    assert!(!plain.next.write_answer(&engine_answer(&plain.clean)).unwrap().contains("rtx"));
}

#[test]
fn telephone_keys_are_offered_beside_each_clock_and_answered_beside_the_chosen_codec() {
    let (offer, offered) = session().write_offer(ENGINE).unwrap();
    assert!(offer.contains("m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 110 101\r\n"), "{offer}");
    assert!(offer.contains("a=rtpmap:110 telephone-event/48000\r\n") && offer.contains("a=fmtp:101 0-16\r\n"));
    let keys = |answer: &str| {
        let line = offered.read_answer(answer).unwrap().next.lines.swap_remove(0);
        line.keys().map(|keys| (keys.remote.payload_type, keys.remote.clock_rate))
    };
    assert_eq!(keys(&answer_to(&offer)), Some((110, 48_000)));
    let telephone = with(&answer_to(&offer), &[("SAVPF 111 0 8 110 101", "SAVPF 0 101")]);
    assert_eq!(keys(&telephone), Some((101, 8_000)));
    // A peer that has a clock for telephones only.
    let one = with(&answer_to(&offer), &[("SAVPF 111 0 8 110 101", "SAVPF 111 101")]);
    assert_eq!(keys(&one), Some((101, 8_000)));
    let none = with(&answer_to(&offer), &[(" 110 101", "")]);
    assert_eq!(keys(&none), None);
}

#[test]
fn a_browsers_telephone_keys_are_answered_with_its_payload_type_and_ours_of_an_engine_are_written_anew() {
    let reading = session().read_offer(CHROMIUM).unwrap();
    let answer = reading.next.write_answer(&engine_answer(&reading.clean)).unwrap();
    assert!(answer.contains("m=audio 9 UDP/TLS/RTP/SAVPF 111 110\r\n"), "{answer}");
    assert_eq!(answer.matches("telephone-event").count(), 1, "{answer}");
    let engine = with(
        ENGINE,
        &[
            ("SAVPF 111 0 8", "SAVPF 111 0 8 110"),
            ("a=rtpmap:0 PCMU", "a=rtpmap:110 telephone-event/48000\r\na=fmtp:110 clock=48000\r\na=rtpmap:0 PCMU"),
        ],
    );
    assert_eq!(session().write_offer(&engine).unwrap().0, session().write_offer(ENGINE).unwrap().0);
    assert_eq!(reading.next.lines[0].keys().map(|keys| keys.remote.clock_rate), Some(48_000));
}

/// CHROMIUM with VP8 as its only picture codec, as far as we know them.
fn without_h264() -> String {
    let types = ["102", "104", "108", "114", "116", "39"];
    let of = |line: &str| Some(line.strip_prefix("a=")?.split_once(':')?.1.split(' ').next()?.to_owned());
    let gone = |of: &str| types.contains(&of);
    let of_codec = |line: &str| ["a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"].iter().any(|name| line.starts_with(name));
    let kept = CHROMIUM.lines().filter(|line| !of_codec(line) || !of(line).is_some_and(|of| gone(&of)));
    let kept = kept.map(|line| match line.strip_prefix("m=video ") {
        Some(words) => format!("m=video {}", words.split(' ').filter(|word| !gone(word)).collect::<Vec<_>>().join(" ")),
        None => line.to_owned(),
    });
    kept.collect::<Vec<_>>().join("\r\n") + "\r\n"
}

#[test]
fn a_codec_that_comes_again_under_another_payload_type_is_answered_under_that() {
    let reading = session().repairing().read_offer(CHROMIUM).unwrap();
    // The engine holds on to the type it learned first.
    let engine = engine_answer(&reading.clean);
    let moved =
        with(CHROMIUM, &[(":108 ", ":59 "), (" 108 ", " 59 "), ("apt=108\r", "apt=59\r"), ("apt=108\n", "apt=59\n")]);
    let again = reading.next.read_offer(&moved).unwrap();
    assert_eq!(again.next.lines[1].codecs[0].remote.payload_type, 59);
    assert_eq!(again.next.engine_type(&again.next.lines[1].codecs[0].known), 108);
    let answer = again.next.write_answer(&engine).unwrap();
    let picture = &answer[answer.find("m=video").unwrap()..answer.find("m=application").unwrap()];
    assert!(picture.contains("a=rtpmap:59 H264/90000\r\n") && picture.contains("a=fmtp:59 "), "{picture}");
    assert!(picture.contains("a=rtcp-fb:59 nack pli\r\n") && !picture.contains("108"), "{picture}");
}

#[test]
fn an_engine_is_told_of_all_codecs_at_first_and_of_the_same_for_good() {
    let codecs = |clean: &str| {
        let lines = media_lines(clean).unwrap();
        lines[1].codecs.iter().map(|codec| (codec.name.clone(), codec.payload_type)).collect::<Vec<_>>()
    };
    let one = session().read_offer(&without_h264()).unwrap();
    assert_eq!(one.next.lines[1].codecs.len(), 1);
    let told = codecs(&one.clean);
    assert_eq!(told[0], ("VP8".to_owned(), 96));
    assert_eq!(told.iter().filter(|(name, _)| name == "H264").count(), 2, "{told:?}");
    let all = one.next.read_offer(CHROMIUM).unwrap();
    assert_eq!(codecs(&all.clean), told);
    assert_eq!(all.next.lines[1].codecs[0].remote.payload_type, 108, "the peer's are the wire's");
}

#[test]
fn a_codec_that_was_left_out_is_offered_again_under_a_payload_type_that_means_nothing_else() {
    let one = session().read_offer(&without_h264()).unwrap().next;
    let engine = engine_answer(&one.clean_again().unwrap());
    let (offer, _) = one.write_offer(&engine).unwrap();
    let mine = media_lines(&offer).unwrap().swap_remove(1).codecs;
    assert_eq!(mine.iter().filter(|codec| codec.name == "H264").count(), 2, "{offer}");
    let theirs = media_lines(CHROMIUM).unwrap().swap_remove(1).codecs;
    for codec in mine.iter().filter(|codec| codec.name == "H264") {
        let other = theirs.iter().find(|other| other.payload_type == codec.payload_type && other.name != "H264");
        assert!(other.is_none(), "{other:?} in {offer}");
    }
    // What stood keeps its payload types when it is left out.
    let both = session().read_offer(CHROMIUM).unwrap().next;
    let less = both.read_offer(&without_h264()).unwrap().next;
    let (offer, _) = less.write_offer(&engine_answer(&less.clean_again().unwrap())).unwrap();
    let mine = media_lines(&offer).unwrap().swap_remove(1).codecs;
    assert_eq!(mine.iter().map(|codec| codec.payload_type).collect::<Vec<_>>(), [108, 114, 96]);
}
