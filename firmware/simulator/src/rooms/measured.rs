//! What media pretends to have measured.

use roombox_sip::ident::Random;
use serde_json::{Value, json};

/// One sample as W3C webrtc-stats entries: a picture that comes in, and the path it comes by.
pub(super) fn entries(random: &mut Random, packets: u64) -> Vec<Value> {
    let bitrate = random.millis(100, 4_000) * 1_000;
    vec![
        json!({
            "type": "inbound-rtp", "id": "in-video", "kind": "video", "bytesReceived": packets * 1_000,
            "framesDecoded": packets / 30, "framesReceived": packets / 30, "packetsReceived": packets,
        }),
        json!({
            "type": "candidate-pair", "id": "pair", "nominated": true, "state": "succeeded",
            "availableIncomingBitrate": bitrate,
        }),
    ]
}
