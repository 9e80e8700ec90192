//! Statistics, again and again (spec sections 8.1 to 8.3).

use roombox_sip::api as sip;
use serde_json::{Value, json};

use crate::bench::{Bench, millis, seconds};

fn bandwidth(rate: u64) -> [Value; 1] {
    [json!({ "type": "candidate-pair", "availableIncomingBitrate": rate })]
}

#[test]
fn the_first_sample_is_taken_a_second_after_the_call_stands() {
    let (mut bench, ..) = Bench::in_call();
    bench.pass(millis(999));
    assert_eq!(bench.samples_asked(), 0);
    bench.pass(millis(1));
    assert_eq!(bench.samples_asked(), 1);
}

#[test]
fn slow_samples_are_taken_less_often() {
    let (mut bench, call, _) = Bench::in_call();
    bench.pass(seconds(1));
    for (took, wait) in [(16, 1), (17, 2), (33, 3), (49, 4), (1, 1)] {
        bench.measured(call, took, &bandwidth(1));
        bench.forget();
        bench.pass(millis(wait * 1000 - 1));
        assert_eq!(bench.samples_asked(), 0, "{took}");
        bench.pass(millis(1));
        assert_eq!(bench.samples_asked(), 1, "{took}");
    }
}

#[test]
fn a_sample_that_does_not_come_or_is_empty_does_not_end_measuring() {
    let (mut bench, call, _) = Bench::in_call();
    bench.pass(seconds(12));
    assert_eq!(bench.samples_asked(), 2);
    bench.measured(call, 5, &[]);
    assert_eq!(bench.told("stats:").len(), 0);
    bench.second_with(call, &bandwidth(1));
    assert_eq!(bench.told("stats:"), ["stats:collected"]);
}

#[test]
fn a_sample_that_nobody_asked_for_is_not_told() {
    let (mut bench, call, _) = Bench::in_call();
    bench.measured(call, 5, &bandwidth(1));
    assert_eq!(bench.told("stats:").len(), 0);
}

#[test]
fn the_server_learns_of_a_bandwidth_that_changed_by_a_quarter() {
    let (mut bench, call, _) = Bench::in_call();
    for rate in [1_000_000, 1_100_000, 1_400_000, 1_400_000] {
        bench.second_with(call, &bandwidth(rate));
    }
    let infos = bench.infos("stats");
    assert_eq!(infos.len(), 1);
    let header = &infos[0].1[0];
    assert!(header.name.eq_ignore_ascii_case("x-webrtc-available-incoming-bitrate") && header.value == "1400000");
}

#[test]
fn the_end_of_the_call_ends_measuring_and_is_told() {
    let (mut bench, _, session) = Bench::in_call();
    bench.end(session, sip::Cause::Rejected, Some(403));
    assert_eq!(bench.told("stats:"), ["stats:stopped"]);
    bench.forget();
    bench.pass(seconds(10));
    assert_eq!(bench.samples_asked(), 0);
}
