//! Offers and answers: what passes, what is refused, and in which words.
#![allow(clippy::unwrap_used, clippy::format_push_string, reason = "a test")]

use roombox_sip::sdp::{Content, Description, Direction, Finding, OfferAnswer, Refusal, Setup, Side, Signalling};

const FINGERPRINT: &str = "a=fingerprint:sha-256 AB:CD";

/// A description of a browser's kind with these m-lines (`kind port mid more…`, more = attributes joined by `;`).
fn sdp(version: u32, setup: &str, lines: &[&str]) -> String {
    let mut mids = Vec::new();
    let mut media = String::new();
    for line in lines {
        let mut parts = line.splitn(4, ' ');
        let [kind, port, mid] = [(); 3].map(|()| parts.next().unwrap());
        let (format, codec) = if kind == "audio" { (111, "opus/48000/2") } else { (96, "H264/90000") };
        media += &format!("m={kind} {port} UDP/TLS/RTP/SAVPF {format}\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\n");
        media += &format!("a=rtpmap:{format} {codec}\r\na=rtcp-mux\r\na=setup:{setup}\r\n");
        for attribute in parts.next().into_iter().flat_map(|more| more.split(';')) {
            media += &format!("a={attribute}\r\n");
        }
        mids.extend((port != "0").then_some(mid));
    }
    let group = mids.join(" ");
    format!(
        "v=0\r\no=- 7 {version} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n{FINGERPRINT}\r\na=group:BUNDLE {group}\r\n{media}"
    )
}

fn offer(version: u32, lines: &[&str]) -> String {
    sdp(version, "actpass", lines)
}

fn answer(version: u32, lines: &[&str]) -> String {
    sdp(version, "active", lines)
}

const CALL: [&str; 2] = ["audio 9 0", "video 9 1"];

fn in_call() -> OfferAnswer {
    let mut session = OfferAnswer::new();
    session.offer(Side::Local, &offer(1, &CALL)).unwrap();
    session.answer(Side::Remote, &answer(1, &CALL)).unwrap();
    session
}

fn broken<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Vec<Finding> {
    match result {
        Err(Refusal::Broken(found)) => found,
        other => panic!("taken: {other:?}"),
    }
}

/// What is wrong with this answer of the peer to this offer of ours.
fn wrong_answer(offer: &str, answer: &str) -> Vec<Finding> {
    let mut session = OfferAnswer::new();
    session.offer(Side::Local, offer).unwrap();
    let found = broken(session.answer(Side::Remote, answer));
    assert_eq!(session.state(), Signalling::HaveLocalOffer, "a refused answer changes nothing");
    found
}

#[test]
fn an_offer_and_its_answer_agree() {
    let mut session = OfferAnswer::new();
    assert_eq!(session.state(), Signalling::Stable);
    session.offer(Side::Remote, &offer(1, &["audio 9 0", "video 9 1 content:slides;sendonly", "video 0 2"])).unwrap();
    assert_eq!(session.state(), Signalling::HaveRemoteOffer);
    let agreed = session.answer(Side::Local, &answer(1, &["audio 9 0", "video 9 1 recvonly", "video 0 2"])).unwrap();
    assert_eq!(session.state(), Signalling::Stable);
    let directions: Vec<_> = agreed.lines.iter().map(|line| line.direction).collect();
    assert_eq!(directions, [Some(Direction::SendRecv), Some(Direction::RecvOnly), None]);
    assert_eq!(agreed.lines[1].content, [Content::Slides]);
    assert_eq!(
        (agreed.lines[0].codecs.as_slice(), agreed.bundled.as_slice()),
        (&["opus".into()][..], &["0".into(), "1".into()][..])
    );
    assert!(!agreed.ice_restarted && agreed.remarks.is_empty());
    assert_eq!(session.free_lines(), [2]);
}

#[test]
fn only_one_offer_is_on_its_way() {
    let mut session = in_call();
    assert_eq!(session.answer(Side::Local, "x"), Err(Refusal::NoOffer));
    session.offer(Side::Local, &offer(2, &CALL)).unwrap();
    assert_eq!(session.offer(Side::Remote, &offer(2, &CALL)), Err(Refusal::OfferPending));
    assert_eq!(session.answer(Side::Local, &answer(2, &CALL)), Err(Refusal::NoOffer), "not an answer to oneself");
    assert!(session.rollback() && !session.rollback());
    session.offer(Side::Remote, &offer(2, &CALL)).unwrap();
}

#[test]
fn a_rolled_back_offer_leaves_what_was_agreed() {
    let mut session = in_call();
    let before = session.current(Side::Local).cloned();
    session.offer(Side::Local, &offer(2, &["audio 9 0", "video 9 1", "video 9 2"])).unwrap();
    session.rollback();
    assert_eq!(session.current(Side::Local).cloned(), before);
    assert_eq!(session.offer(Side::Local, &offer(2, &CALL)), Ok(vec![]));
}

#[test]
fn a_preview_changes_nothing() {
    let mut session = OfferAnswer::new();
    session.offer(Side::Local, &offer(1, &CALL)).unwrap();
    assert_eq!(session.preview(Side::Remote, &answer(1, &CALL)).unwrap().lines.len(), 2);
    assert_eq!(session.state(), Signalling::HaveLocalOffer);
    assert_eq!(session.current(Side::Remote), None);
}

#[test]
fn media_lines_never_go_away_or_change_their_kind() {
    for side in [Side::Local, Side::Remote] {
        let gone = broken(in_call().offer(side, &offer(2, &["audio 9 0"])));
        assert_eq!(gone, [Finding::LinesVanished { had: 2, has: 1 }]);
        let turned = broken(in_call().offer(side, &offer(2, &["video 9 0", "video 9 1"])));
        assert_eq!(turned, [Finding::KindChanged { line: 0, was: "audio".into(), is: "video".into() }]);
    }
}

#[test]
fn a_refused_slot_may_carry_something_else() {
    let mut session = OfferAnswer::new();
    session.offer(Side::Local, &offer(1, &CALL)).unwrap();
    session.answer(Side::Remote, &answer(1, &["audio 9 0", "video 0 1"])).unwrap();
    assert_eq!(session.free_lines(), [1]);
    assert_eq!(session.offer(Side::Local, &offer(2, &["audio 9 0", "audio 9 5"])), Ok(vec![]));
}

#[test]
fn a_changed_description_needs_a_higher_version_from_us_and_is_borne_from_a_peer() {
    let changed = offer(1, &["audio 9 0 sendonly", "video 9 1"]);
    assert_eq!(broken(in_call().offer(Side::Local, &changed)), [Finding::VersionNotRaised]);
    assert_eq!(in_call().offer(Side::Remote, &changed), Ok(vec![Finding::VersionNotRaised]));
    let other_session = changed.replace("o=- 7 1", "o=- 8 2");
    assert_eq!(broken(in_call().offer(Side::Local, &other_session)), [Finding::OriginChanged]);
    assert_eq!(in_call().offer(Side::Remote, &other_session), Ok(vec![Finding::OriginChanged]));
    assert_eq!(in_call().offer(Side::Local, &offer(1, &CALL)), Ok(vec![]), "the same again is fine");
}

#[test]
fn an_answer_has_the_lines_of_its_offer() {
    let one = wrong_answer(&offer(1, &CALL), &answer(1, &["audio 9 0"]));
    assert_eq!(one, [Finding::AnswerCount { offer: 2, answer: 1 }]);
    let swapped = wrong_answer(&offer(1, &CALL), &answer(1, &["video 9 1", "audio 9 0"]));
    assert!(matches!(&swapped[..], [Finding::KindChanged { line: 0, .. }, Finding::KindChanged { line: 1, .. }]));
    let revived = wrong_answer(&offer(1, &["audio 9 0", "video 0 1"]), &answer(1, &CALL));
    assert!(revived.contains(&Finding::Revived { line: 1 }), "{revived:?}");
}

#[test]
fn an_answer_keeps_names_bundles_profiles_and_roles() {
    let good = answer(1, &CALL);
    let wrong = |from: &str, to: &str| wrong_answer(&offer(1, &CALL), &good.replacen(from, to, 1));
    assert!(wrong("a=mid:1", "a=mid:7").contains(&Finding::MidChanged {
        line: 1,
        offered: "1".into(),
        answered: "7".into()
    }));
    assert_eq!(wrong("BUNDLE 0 1", "BUNDLE 0 1 2"), [Finding::BundleNotOffered { mid: "2".into() }]);
    assert_eq!(wrong("video 9", "video 0"), [Finding::BundleNotOffered { mid: "1".into() }]);
    assert!(matches!(&wrong("UDP/TLS/RTP/SAVPF", "RTP/AVP")[..], [Finding::ProtocolChanged { line: 0, .. }]));
    assert_eq!(
        wrong("setup:active", "setup:actpass"),
        [Finding::SetupMismatch { line: 0, offered: Setup::ActPass, answered: Setup::ActPass }]
    );
    assert_eq!(wrong("H264", "VP8"), [Finding::NoCommonFormat { line: 1 }]);
    assert_eq!(wrong(FINGERPRINT, "a=x"), [Finding::NotKeyed { line: 0 }, Finding::NotKeyed { line: 1 }]);
}

#[test]
fn another_spelling_of_the_profile_and_another_number_of_the_codec_pass() {
    let mut session = OfferAnswer::new();
    session.offer(Side::Local, &offer(1, &CALL)).unwrap();
    let other = answer(1, &CALL).replace("UDP/TLS/RTP/SAVPF 96", "RTP/SAVPF 99").replace("rtpmap:96", "rtpmap:99");
    assert_eq!(session.answer(Side::Remote, &other).unwrap().lines[1].codecs, ["H264"]);
}

#[test]
fn a_direction_that_was_not_offered_is_refused_from_us_and_cut_from_a_peer() {
    let (asked, given) = (offer(1, &["audio 9 0 sendonly"]), answer(1, &["audio 9 0 sendrecv"]));
    let finding = Finding::DirectionNotOffered { line: 0, offered: Direction::SendOnly, answered: Direction::SendRecv };
    let mut ours = OfferAnswer::new();
    ours.offer(Side::Remote, &asked).unwrap();
    assert_eq!(broken(ours.answer(Side::Local, &given)), std::slice::from_ref(&finding));
    let mut theirs = OfferAnswer::new();
    theirs.offer(Side::Local, &asked).unwrap();
    let agreed = theirs.answer(Side::Remote, &given).unwrap();
    assert_eq!((agreed.remarks, agreed.lines[0].direction), (vec![finding], Some(Direction::SendOnly)));
}

#[test]
fn new_ice_credentials_are_a_restart() {
    let ice = |version, ufrag: &str| {
        offer(version, &[&format!("audio 9 0 ice-ufrag:{ufrag};ice-pwd:0123456789012345678901")])
    };
    let reply = |version| answer(version, &["audio 9 0"]);
    let mut session = OfferAnswer::new();
    session.offer(Side::Remote, &ice(1, "abcd")).unwrap();
    assert!(!session.answer(Side::Local, &reply(1)).unwrap().ice_restarted);
    session.offer(Side::Remote, &ice(2, "abcd")).unwrap();
    assert!(!session.answer(Side::Local, &reply(1)).unwrap().ice_restarted);
    session.offer(Side::Remote, &ice(3, "efgh")).unwrap();
    assert!(session.answer(Side::Local, &reply(1)).unwrap().ice_restarted);
    let half = ice(4, "abcd").replace("ice-pwd", "x");
    assert_eq!(broken(session.offer(Side::Remote, &half)), [Finding::IceIncomplete { line: 0 }]);
}

#[test]
fn what_is_no_description_is_refused_in_plain_words() {
    let refusal = OfferAnswer::new().offer(Side::Remote, "m=audio\r\n").unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "the description cannot be used: it does not begin with v=0; there is no readable o-line; media line 0 cannot be read"
    );
    let many = offer(1, &["audio 9 0"; 200]);
    assert_eq!(broken(OfferAnswer::new().offer(Side::Remote, &many)), [Finding::TooManyLines { has: 200, most: 128 }]);
    let doubled = offer(1, &["audio 9 0", "video 9 0"]);
    assert_eq!(broken(OfferAnswer::new().offer(Side::Remote, &doubled)), [Finding::DoubledMid { mid: "0".into() }]);
}

#[test]
fn a_plain_sip_phone_needs_no_keys_and_no_maps() {
    let phone = "v=0\r\no=phone 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 101\r\n\
                 a=rtpmap:101 telephone-event/8000\r\n";
    let mut session = OfferAnswer::new();
    session.offer(Side::Remote, phone).unwrap();
    let reply = phone.replace("o=phone 1", "o=- 5").replace("8 0 101", "0 101");
    assert_eq!(session.answer(Side::Local, &reply).unwrap().lines[0].codecs, ["PCMU", "telephone-event"]);
    let only_tones = phone.replace("8 0 101", "101");
    session.offer(Side::Remote, &phone.replace("1 1 IN", "1 2 IN")).unwrap();
    assert_eq!(
        broken(session.answer(Side::Local, &only_tones.replace("o=phone 1 1", "o=- 5 2"))),
        [Finding::NoCommonFormat { line: 0 }]
    );
}

#[test]
fn refusing_a_line_leaves_its_name_and_address() {
    let mut description = Description::read(&offer(1, &CALL));
    description.media[1].reject();
    assert_eq!(description.media[1].to_string(), "m=video 0 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\n");
    assert!(description.media[1].is_rejected());
}
