//! Codecs that one side leaves out in a call and takes in again.
#![allow(unreachable_pub, reason = "shared by the files of one test")]

use roombox_tests::wait::PATIENCE;

use crate::call::Call;
use crate::of_media::described::only;

/// Pictures go both ways and are in this codec, by what encodes and what decodes.
pub async fn the_codec_is(call: &Call, codec: &str) {
    call.goes_on(&format!("in {codec}")).await;
    let named = |element: &Option<String>| element.as_ref().is_some_and(|name| name.starts_with(codec));
    let both = async {
        loop {
            let statistics = call.room.media.statistics(call.id).await;
            if named(&statistics.encoder) && named(&statistics.decoder) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, both).await;
    assert!(in_time.is_ok(), "{codec} is not used both ways: {:?}", call.room.media.statistics(call.id).await);
}

/// Only one codec, only the other, both again: first by the page's offers, then by ours.
pub async fn codecs_are_left_out_by_either_side(call: &mut Call) {
    let first = codec_of(call).await;
    for codec in ["VP8", "H264"] {
        call.page.tell("only", &[format!("video/{codec}").into()]);
        let (offer, answer) = call.page_offers_again().await;
        assert_eq!((has(&offer, "VP8"), has(&offer, "H264")), (codec == "VP8", codec == "H264"), "{offer}");
        assert_eq!((has(&answer, "VP8"), has(&answer, "H264")), (codec == "VP8", codec == "H264"), "{answer}");
        the_codec_is(call, codec).await;
    }
    call.page.tell("only", &[]);
    let (offer, _) = call.page_offers_again().await;
    assert!(has(&offer, "VP8") && has(&offer, "H264"), "{offer}");
    the_codec_is(call, &first).await;
    for codec in ["VP8", "H264"] {
        let all = call.room.media.offer(call.id).await;
        let (_, answer) = call.we_offer_this(&only(all.text().unwrap_or_default(), codec)).await;
        assert!(has(&answer, codec), "{answer}");
        the_codec_is(call, codec).await;
    }
    let (offer, answer) = call.we_offer().await;
    assert!(has(&offer, "VP8") && has(&offer, "H264"), "what was left out is offered again: {offer}");
    assert!(has(&answer, "VP8") && has(&answer, "H264"), "{answer}");
    the_codec_is(call, &first).await;
}

async fn codec_of(call: &Call) -> String {
    let encoder = call.room.media.statistics(call.id).await.encoder.unwrap_or_default();
    encoder.split(' ').next().unwrap_or_default().to_owned()
}

/// On a line that is in use: one that is refused or over may still name all.
fn has(description: &str, codec: &str) -> bool {
    let mut lines = description.split("\r\nm=").filter(|line| !line.starts_with("video 0 "));
    lines.any(|line| line.lines().any(|line| line.ends_with(&format!(" {codec}/90000"))))
}
