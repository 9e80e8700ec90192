//! A whole call over the relay, and what is heard and seen of it.

use std::time::Duration;

use roombox_media::api::MediaCall;
use serde_json::Value;

use crate::{
    relay::{End, Relay},
    support::Box,
};

pub const CALL: MediaCall = MediaCall(7);

/// Offer and answer; the first of a call, or with `restart_ice` of one that stands.
pub async fn connect_over(relay: &Relay, (caller, end): (&Box, End), answerer: &Box, restart_ice: bool) {
    let offer = relay.pass(end, &caller.engine.create_offer(CALL, restart_ice).await.unwrap()).await;
    let answer = relay.pass(end.other(), &answerer.engine.create_answer(CALL, &offer).await.unwrap()).await;
    caller.engine.accept_answer(CALL, &answer).await.unwrap();
}

/// A field of what comes in of this kind.
pub async fn incoming(side: &Box, kind: &str, field: &str) -> f64 {
    let entries = side.engine.statistics(CALL).await.unwrap().entries;
    let of_kind = |entry: &&Value| entry["type"] == "inbound-rtp" && entry["kind"] == kind;
    entries.iter().find(of_kind).and_then(|entry| entry[field].as_f64()).unwrap_or(0.0)
}

/// What a side got in some seconds.
#[derive(Clone, Copy, Debug)]
pub struct Quality {
    pub sound: f64,
    pub concealed: f64,
    pub frozen: f64,
    pub frames: f64,
}

pub async fn quality(side: &Box) -> Quality {
    Quality {
        sound: incoming(side, "audio", "totalSamplesReceived").await,
        concealed: incoming(side, "audio", "concealedSamples").await,
        frozen: incoming(side, "video", "totalFreezesDuration").await,
        frames: incoming(side, "video", "framesDecoded").await,
    }
}

/// Until so much sound was played, in seconds of it.
pub async fn over(side: &Box, seconds: f64) -> Quality {
    let before = quality(side).await;
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let now = quality(side).await;
        if now.sound - before.sound >= seconds * 48_000.0 {
            return Quality {
                sound: now.sound - before.sound,
                concealed: now.concealed - before.concealed,
                frozen: now.frozen - before.frozen,
                frames: now.frames - before.frames,
            };
        }
    }
}

/// What the path carries as this side believes, in bit/s.
pub async fn available(side: &Box) -> f64 {
    let entries = side.engine.statistics(CALL).await.unwrap().entries;
    let rates = entries.iter().filter(|entry| entry["type"] == "candidate-pair");
    rates.filter_map(|pair| pair["availableOutgoingBitrate"].as_f64()).fold(0.0, f64::max)
}
