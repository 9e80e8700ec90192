//! Calls that work.

use std::time::Duration;

use roombox_media::peer::{Direction, PeerConfig, media_lines};
use tokio::sync::mpsc;

use crate::side::{Engines, Side, call, negotiate};

pub async fn picture_and_sound_flow_both_ways(engines: Engines) {
    let (mut a, mut b) = call(engines, &["H264", "VP8"]).await;
    for side in [&mut a, &mut b] {
        side.more(15, 50).await;
        let seen = side.seen.borrow().clone();
        assert_eq!(seen.connected, 1);
        assert_eq!(seen.failed, None);
        let names: Vec<_> = seen.sent.iter().map(|(mid, codec)| (mid.as_str(), codec.name.as_str())).collect();
        assert_eq!(names, [("0", "OPUS"), ("1", "H264")]);
    }
    a.end().await;
    b.end().await;
}

pub async fn vp8_is_sent_where_it_comes_first(engines: Engines) {
    let (a, b) = call(engines, &["VP8", "H264"]).await;
    for side in [&a, &b] {
        let seen = side.seen.borrow().clone();
        assert!(seen.sent.iter().any(|(mid, codec)| mid == "1" && codec.name == "VP8"), "{seen:?}");
    }
    a.end().await;
    b.end().await;
}

pub async fn a_re_offer_by_either_side_keeps_streams_running(engines: Engines) {
    let (mut a, mut b) = call(engines, &["H264"]).await;
    for round in 0..2 {
        if round == 0 {
            negotiate(&a, &b, false).await;
        } else {
            negotiate(&b, &a, false).await;
        }
        a.more(15, 50).await;
        b.more(15, 50).await;
    }
    // The same codec is not told twice: nobody has to build an encoder anew.
    assert_eq!(a.seen.borrow().sent.len(), 2);
    assert_eq!(b.seen.borrow().tracks.len(), 2);
    a.end().await;
    b.end().await;
}

pub async fn ice_restarts_by_either_side_keep_streams_running(engines: Engines) {
    let (mut a, mut b) = call(engines, &["H264"]).await;
    let ufrag = |sdp: &str| sdp.lines().find(|l| l.starts_with("a=ice-ufrag")).map(str::to_owned);
    let mut former = None;
    for round in 0..3 {
        let (from, to) = if round == 1 { (&b, &a) } else { (&a, &b) };
        let offer = from.peer.create_offer(true).await.unwrap();
        assert_ne!(ufrag(&offer), former);
        former = ufrag(&offer);
        let answer = to.peer.create_answer(&offer).await.unwrap();
        from.peer.accept_answer(&answer).await.unwrap();
        a.more(15, 50).await;
        b.more(15, 50).await;
    }
    a.end().await;
    b.end().await;
}

pub async fn hold_and_resume_stops_and_restarts_sending(engines: Engines) {
    let (mut a, b) = call(engines, &["H264"]).await;
    let offer = a.peer.create_offer(false).await.unwrap();
    for held in ["inactive", "sendonly"] {
        let answer = b.peer.create_answer(&offer.replace("a=sendrecv", &format!("a={held}"))).await.unwrap();
        let directions: Vec<_> = media_lines(&answer).unwrap().iter().map(|line| line.direction).collect();
        let wanted = if held == "inactive" { Direction::Inactive } else { Direction::RecvOnly };
        assert_eq!(directions, [wanted; 2]);
    }
    // What was under way arrives, then it is quiet.
    let still = loop {
        let before = a.seen.borrow().sounds;
        tokio::time::sleep(Duration::from_millis(500)).await;
        if a.seen.borrow().sounds == before {
            break before;
        }
    };
    assert!(still > 0);
    let answer = b.peer.create_answer(&offer).await.unwrap();
    a.peer.accept_answer(&answer).await.unwrap();
    a.more(15, 50).await;
    // What was held back is not counted as lost.
    for entry in a.peer.stats().await.iter().filter(|entry| entry["type"] == "inbound-rtp") {
        assert_eq!(entry["packetsLost"], 0, "{entry}");
    }
    a.end().await;
    b.end().await;
}

pub async fn one_of_two_peers_leaves_a_running_pipeline(engines: Engines) {
    let (mut a, mut b) = (Side::new(engines.0, &["H264"]), Side::new(engines.0, &["H264"]));
    let shared = gst::Pipeline::new();
    let mut first = Side::within(&shared, engines.1, &["H264"], Duration::ZERO);
    let mut second = Side::within(&shared, engines.1, &["H264"], Duration::ZERO);
    negotiate(&a, &first, false).await;
    negotiate(&b, &second, false).await;
    for side in [&mut a, &mut b, &mut first, &mut second] {
        side.more(5, 10).await;
    }
    first.leave().await;
    b.more(15, 50).await;
    second.more(15, 50).await;
    a.end().await;
    b.end().await;
    second.end().await;
}

pub async fn a_source_pad_linked_late_still_gives_frames(engines: Engines) {
    let mut a = Side::new(engines.0, &["H264"]);
    // By then media has long been there: it comes within a tenth of a second.
    let mut b = Side::linking_after(engines.1, &["H264"], Duration::from_millis(700));
    negotiate(&a, &b, false).await;
    a.more(15, 50).await;
    b.more(15, 50).await;
    a.end().await;
    b.end().await;
}

pub async fn a_key_frame_asked_for_reaches_the_sender(engines: Engines) {
    let (a, mut b) = call(engines, &["H264"]).await;
    let before = b.seen.borrow().key_frames_wanted;
    a.peer.request_key_frame("1");
    b.until("a key frame request", |seen| seen.key_frames_wanted > before).await;
    a.end().await;
    b.end().await;
}

pub async fn statistics_carry_the_names_of_webrtc_stats(engines: Engines) {
    let (mut a, mut b) = call(engines, &["H264"]).await;
    // Receiver reports come once a second.
    a.more(30, 100).await;
    b.more(30, 100).await;
    let entries = a.peer.stats().await;
    let of = |wanted: &str| entries.iter().filter(|entry| entry["type"] == wanted).collect::<Vec<_>>();
    for wanted in
        ["inbound-rtp", "outbound-rtp", "remote-inbound-rtp", "candidate-pair", "transport", "local-candidate"]
    {
        assert!(!of(wanted).is_empty(), "no {wanted} in {entries:#?}");
    }
    assert!(of("inbound-rtp").iter().all(|entry| entry["packetsReceived"].as_u64() > Some(10)), "{entries:#?}");
    assert!(of("outbound-rtp").iter().all(|entry| entry["packetsSent"].as_u64() > Some(10)), "{entries:#?}");
    assert!(of("remote-inbound-rtp").iter().any(|entry| entry["roundTripTime"].as_f64() >= Some(0.0)));
    assert!(of("candidate-pair").iter().any(|entry| entry["nominated"] == true && entry["state"] == "succeeded"));
    for (kind, ssrcs) in [("audio", 2), ("video", 2)] {
        let streams = entries
            .iter()
            .filter(|entry| entry["kind"] == kind && entry["type"].as_str().unwrap().contains("bound-rtp"));
        let found: std::collections::BTreeSet<_> = streams.filter_map(|entry| entry["ssrc"].as_u64()).collect();
        assert_eq!(found.len(), ssrcs, "{kind}: {entries:#?}");
    }
    a.end().await;
    b.end().await;
}

pub async fn a_peer_that_never_called_can_be_thrown_away(engines: Engines) {
    let (events, _inbox) = mpsc::unbounded_channel();
    let config = PeerConfig { video_codecs: vec!["H264".into()], ..PeerConfig::default() };
    let peer = engines.1(config, events);
    peer.create_offer(false).await.unwrap();
    peer.close().await;
    assert!(peer.create_offer(false).await.is_err());
    drop(peer);
}
