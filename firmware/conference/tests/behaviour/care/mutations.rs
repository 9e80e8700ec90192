//! Media may measure anything.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::{in_call_with, inbound_video};
use crate::bench::seconds;

fn odd(random: &mut StdRng) -> Value {
    match random.random_range(0..9) {
        0 => Value::Null,
        1 => json!(-1),
        2 => json!(u64::MAX),
        3 => json!(1e308),
        4 => json!("text"),
        5 => json!([]),
        6 => json!({}),
        7 => json!(true),
        _ => json!(0),
    }
}

/// Takes away, changes or doubles something.
fn mutate(random: &mut StdRng, entries: &mut Vec<Value>) {
    let at = random.random_range(0..entries.len());
    let names: Vec<String> = entries[at].as_object().map(|entry| entry.keys().cloned().collect()).unwrap_or_default();
    match (random.random_range(0..4), names.is_empty()) {
        (0, _) => entries[at] = odd(random),
        (1, _) => entries.push(entries[at].clone()),
        (_, true) => {}
        (choice, false) => {
            let name = &names[random.random_range(0..names.len())];
            let entry = entries[at].as_object_mut().unwrap();
            if choice == 2 {
                entry.remove(name);
            } else {
                entry.insert(name.clone(), odd(random));
            }
        }
    }
}

#[test]
fn two_thousand_mutated_samples_are_all_taken_and_measuring_goes_on() {
    let mut random = StdRng::seed_from_u64(11);
    let (mut bench, call, _) = in_call_with(|config| config.media.health.samples = std::num::NonZeroU32::MAX);
    let original = vec![
        inbound_video(900, Some(30)),
        json!({"type": "outbound-rtp", "id": "o", "kind": "video", "mid": "1", "ssrc": 2, "codecId": "c", "remoteId": "r", "mediaSourceId": "s", "packetsSent": 5}),
        json!({"type": "media-source", "id": "s", "kind": "video", "trackIdentifier": "cam", "frames": 3}),
        json!({"type": "remote-inbound-rtp", "id": "r", "localId": "o"}),
        json!({"type": "codec", "id": "c", "mimeType": "video/VP8"}),
        json!({"type": "transport", "id": "t", "selectedCandidatePairId": "p", "localCertificateId": "f"}),
        json!({"type": "candidate-pair", "id": "p", "localCandidateId": "l", "availableIncomingBitrate": 1000}),
    ];
    for _ in 0..2000 {
        let mut entries = original.clone();
        for _ in 0..random.random_range(1..12) {
            mutate(&mut random, &mut entries);
        }
        bench.forget();
        bench.pass(seconds(1));
        assert_eq!(bench.samples_asked(), 1);
        bench.measured(call, 5, &entries);
        assert_eq!(bench.told("stats:"), ["stats:collected"]);
    }
    assert!(bench.in_call_now());
}
