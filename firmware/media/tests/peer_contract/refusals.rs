//! Descriptions that must not work, or only in part.

use roombox_media::peer::{Direction, PeerError, media_lines};

use crate::side::{Engines, Side, call, negotiate, sides};

pub async fn a_wrong_fingerprint_does_not_connect(engines: Engines) {
    let (mut a, mut b) = sides(engines, &["H264"]);
    let offer = a.peer.create_offer(false).await.unwrap();
    let answer = b.peer.create_answer(&corrupted(&offer)).await.unwrap();
    a.peer.accept_answer(&answer).await.unwrap();
    let seen = b.until("the failure", |seen| seen.failed.is_some() || seen.connected > 0).await;
    assert_eq!(seen.connected, 0, "connected with a certificate that is not the signalled one");
    a.until("the failure", |seen| seen.failed.is_some()).await;
    assert_eq!(a.seen.borrow().frames + b.seen.borrow().frames, 0);
    assert_eq!(a.seen.borrow().sounds + b.seen.borrow().sounds, 0);
    a.end().await;
    b.end().await;
}

/// Turns one hexadecimal digit of every fingerprint.
fn corrupted(sdp: &str) -> String {
    let turn = |line: &str| match line.split_at_checked(line.len() - 1) {
        Some((rest, last)) if line.starts_with("a=fingerprint") => {
            format!("{rest}{}", if last == "0" { "1" } else { "0" })
        }
        _ => line.to_owned(),
    };
    sdp.lines().map(turn).map(|line| line + "\r\n").collect()
}

pub async fn what_is_no_description_is_refused(engines: Engines) {
    let side = Side::new(engines.1, &["H264"]);
    let good = Side::new(engines.0, &["H264"]);
    let offer = good.peer.create_offer(false).await.unwrap();
    let without = |what: &str| {
        offer.lines().filter(|line| !line.starts_with(what)).map(|line| line.to_owned() + "\r\n").collect::<String>()
    };
    for text in ["", "hello", "v=0\r\n", &without("a=fingerprint"), &without("a=ice-pwd"), &without("m=")] {
        let refused = side.peer.create_answer(text).await;
        assert!(matches!(refused, Err(PeerError::BadSdp(_))), "{refused:?} for {text:?}");
    }
    let answered = side.peer.accept_answer(&offer).await;
    assert!(answered.is_err());
    // None of that did harm.
    negotiate(&good, &side, false).await;
    good.end().await;
    side.end().await;
}

pub async fn no_common_codec_is_told(engines: Engines) {
    let (a, b) = sides(engines, &["H264"]);
    let offer = a.peer.create_offer(false).await.unwrap();
    let other = offer.replace("opus/48000", "speex/16000").replace(" PCM", " XCM").replace("H264/", "H999/");
    assert!(matches!(b.peer.create_answer(&other).await, Err(PeerError::NoCommonCodec(_))));
    // One line without a codec is refused, the other stands.
    let answer = b.peer.create_answer(&offer.replace("H264/", "H999/")).await.unwrap();
    let lines = media_lines(&answer).unwrap();
    assert_eq!(lines.iter().map(|line| line.rejected).collect::<Vec<_>>(), [false, true]);
    a.peer.accept_answer(&answer).await.unwrap();
    a.end().await;
    b.end().await;
}

pub async fn a_failed_offer_leaves_the_call_standing(engines: Engines) {
    let (mut a, mut b) = call(engines, &["H264"]).await;
    let offer = a.peer.create_offer(false).await.unwrap();
    assert!(b.peer.create_answer(&offer.replace("a=ice-ufrag", "a=x-ufrag")).await.is_err());
    assert!(a.peer.accept_answer("nonsense").await.is_err());
    a.more(15, 50).await;
    b.more(15, 50).await;
    // The offer is still the one that waits; the peer's next answer completes it.
    let answer = b.peer.create_answer(&offer).await.unwrap();
    a.peer.accept_answer(&answer).await.unwrap();
    a.more(15, 50).await;
    a.end().await;
    b.end().await;
}

pub async fn a_peer_that_announces_no_streams_is_received(engines: Engines) {
    let (mut a, mut b) = sides(engines, &["H264"]);
    let silent = |sdp: &str| {
        sdp.lines().filter(|line| !line.starts_with("a=ssrc")).map(|line| line.to_owned() + "\r\n").collect::<String>()
    };
    let offer = a.peer.create_offer(false).await.unwrap();
    let answer = b.peer.create_answer(&silent(&offer)).await.unwrap();
    a.peer.accept_answer(&silent(&answer)).await.unwrap();
    a.more(15, 50).await;
    b.more(15, 50).await;
    // The next description says as little and changes nothing.
    let offer = b.peer.create_offer(false).await.unwrap();
    let answer = a.peer.create_answer(&silent(&offer)).await.unwrap();
    b.peer.accept_answer(&silent(&answer)).await.unwrap();
    a.more(15, 50).await;
    b.more(15, 50).await;
    a.end().await;
    b.end().await;
}

pub async fn a_browsers_offer_is_answered_line_by_line(engines: Engines) {
    let side = Side::new(engines.1, &["H264", "VP8"]);
    let answer = side.peer.create_answer(include_str!("chromium_offer.sdp")).await.unwrap();
    let lines = media_lines(&answer).unwrap();
    let mids: Vec<_> = lines.iter().map(|line| (line.mid.as_str(), line.rejected)).collect();
    assert_eq!(mids, [("0", false), ("1", false), ("2", true)], "{answer}");
    assert!(lines[..2].iter().all(|line| line.direction == Direction::SendRecv));
    assert_eq!(lines[0].codecs[0].payload_type, 111);
    let sent = lines[1].codecs.iter().filter(|codec| codec.name != "RTX").count();
    assert_eq!(sent, 1, "one codec, so that both know what is sent");
    assert_eq!((lines[1].codecs[0].name.as_str(), lines[1].codecs[0].payload_type), ("H264", 108));
    assert!(answer.contains("a=setup:active") && answer.contains("a=group:BUNDLE 0 1\r\n"));
    side.end().await;
}
