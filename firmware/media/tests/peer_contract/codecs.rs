//! Codecs in a call: left out by a side that has them not, left out and taken in again by either side.

use roombox_media::peer::Codec;

use crate::{
    browser::{only, speaks_of_its_payload_types_only, with_codecs_of},
    side::{Engines, Side, call, negotiate, sides},
};

/// Pictures go both ways in this codec, more than were under way when it was agreed.
async fn pictures_are_in(a: &mut Side, b: &mut Side, codec: &str) {
    let is =
        |told: &[(String, Codec)]| told.iter().rfind(|(mid, _)| mid == "1").is_some_and(|(_, told)| told.name == codec);
    for side in [&mut *a, &mut *b] {
        side.until("the codec", |seen| is(&seen.sent) && is(&seen.tracks)).await;
    }
    a.more(40, 50).await;
    b.more(40, 50).await;
}

pub async fn a_codec_one_side_has_not_is_left_out(engines: Engines) {
    let (mut a, mut b) = (Side::new(engines.0, &["H264", "VP8"]), Side::new(engines.1, &["VP8"]));
    negotiate(&a, &b, false).await;
    a.more(5, 10).await;
    b.more(5, 10).await;
    let excluded = b.peer.create_offer(false).await.unwrap();
    assert!(!excluded.contains("H264"), "{excluded}");
    negotiate(&b, &a, false).await;
    a.more(15, 50).await;
    b.more(15, 50).await;
    for side in [&a, &b] {
        let seen = side.seen.borrow().clone();
        assert!(seen.sent.iter().all(|(mid, codec)| mid != "1" || codec.name == "VP8"), "{seen:?}");
    }
    a.end().await;
    b.end().await;
}

pub async fn another_codec_is_agreed_in_the_call(engines: Engines) {
    for (codecs, codec) in [(["H264", "VP8"], "VP8"), (["VP8", "H264"], "H264")] {
        let (mut a, mut b) = sides(engines, &codecs);
        let offer = a.peer.create_offer(false).await.unwrap();
        let answer = b.peer.create_answer(&offer).await.unwrap();
        a.peer.accept_answer(&with_codecs_of(&answer, &offer)).await.unwrap();
        a.more(5, 10).await;
        b.more(5, 10).await;
        let offer = only(&b.peer.create_offer(false).await.unwrap(), codec);
        let answer = a.peer.create_answer(&offer).await.unwrap();
        assert!(answer.contains(&format!(" {codec}/90000\r\n")), "{answer}");
        speaks_of_its_payload_types_only(&answer);
        b.peer.accept_answer(&answer).await.unwrap();
        pictures_are_in(&mut a, &mut b, codec).await;
        a.end().await;
        b.end().await;
    }
}

pub async fn codecs_are_left_out_by_either_side_and_taken_in_again(engines: Engines) {
    let (mut a, mut b) = call(engines, &["H264", "VP8"]).await;
    for caller_offers in [true, false] {
        for codecs in [&["VP8"][..], &["H264"], &["H264", "VP8"]] {
            let (from, to) = if caller_offers { (&a, &b) } else { (&b, &a) };
            let offer = from.peer.create_offer(false).await.unwrap();
            speaks_of_its_payload_types_only(&offer);
            let has = |codec: &str| offer.contains(&format!(" {codec}/90000\r\n"));
            assert!(has("VP8") && has("H264"), "what was left out is offered again: {offer}");
            let offer = if let [codec] = codecs { only(&offer, codec) } else { offer };
            let answer = to.peer.create_answer(&offer).await.unwrap();
            speaks_of_its_payload_types_only(&answer);
            from.peer.accept_answer(&answer).await.unwrap();
            pictures_are_in(&mut a, &mut b, codecs[0]).await;
        }
    }
    a.end().await;
    b.end().await;
}

pub async fn a_call_that_began_with_one_codec_takes_the_other_later(engines: Engines) {
    for (codec, other) in [("VP8", "H264"), ("H264", "VP8")] {
        let (mut a, mut b) = sides(engines, &["H264", "VP8"]);
        for codec in [codec, other] {
            let offer = only(&a.peer.create_offer(false).await.unwrap(), codec);
            let answer = b.peer.create_answer(&offer).await.unwrap();
            speaks_of_its_payload_types_only(&answer);
            a.peer.accept_answer(&answer).await.unwrap();
            pictures_are_in(&mut a, &mut b, codec).await;
        }
        a.end().await;
        b.end().await;
    }
}
