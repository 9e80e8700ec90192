//! How old the remote picture is when it is seen.

use std::time::Duration;

use serde_json::Value;

use super::picture::PictureFigures;
use crate::{api::PictureDelay, compose::RATE};

/// From what was measured here and what the entries tell of the way.
pub(super) fn estimate(picture: &PictureFigures, entries: &[Value]) -> Option<PictureDelay> {
    if picture.decoded == 0 {
        return None;
    }
    let decode = picture.passed.mean();
    let network_ms = round_trip(entries).map(|seconds| seconds * 500.0);
    let jitter_buffer_ms = ms(picture.waited.lately.saturating_sub(decode));
    let (decode_ms, render_ms) = (ms(decode), 1000.0 / f64::from(RATE));
    let estimate_ms = network_ms.unwrap_or_default() + jitter_buffer_ms + decode_ms + render_ms;
    let by_stamps_ms = picture.waited.age.map(ms);
    Some(PictureDelay { network_ms, jitter_buffer_ms, decode_ms, render_ms, estimate_ms, by_stamps_ms })
}

/// Of the path in use, by its checks or by what the other side reports, in seconds.
fn round_trip(entries: &[Value]) -> Option<f64> {
    let field = |kind: &str, name: &str| {
        let of_kind = entries.iter().filter(|entry| entry["type"] == kind);
        of_kind
            .filter(|entry| kind != "candidate-pair" || entry["nominated"] == true)
            .find_map(|entry| entry[name].as_f64())
    };
    let known = |seconds: &f64| *seconds > 0.0;
    let reported = field("remote-inbound-rtp", "roundTripTime").filter(known);
    reported.or_else(|| field("candidate-pair", "currentRoundTripTime").filter(known))
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{call::waits::Waited, passage::Passed};

    fn picture() -> PictureFigures {
        let passed = Passed { count: 10, time: Duration::from_millis(50), left_out: 0 };
        let waited =
            Waited { lately: Duration::from_millis(65), age: Some(Duration::from_millis(90)), ..Waited::default() };
        PictureFigures { decoded: 10, passed, waited, ..PictureFigures::default() }
    }

    #[test]
    fn the_parts_of_the_way_add_up() {
        let entries = [json!({ "type": "remote-inbound-rtp", "roundTripTime": 0.04 })];
        let delay = estimate(&picture(), &entries).unwrap();
        assert_eq!((delay.network_ms, delay.jitter_buffer_ms, delay.decode_ms), (Some(20.0), 60.0, 5.0));
        assert!((delay.estimate_ms - (20.0 + 60.0 + 5.0 + delay.render_ms)).abs() < 1e-9);
        assert_eq!(delay.by_stamps_ms, Some(90.0));
    }

    #[test]
    fn without_a_report_the_checks_of_the_path_in_use_tell() {
        let entries = [
            json!({ "type": "candidate-pair", "nominated": false, "currentRoundTripTime": 9.0 }),
            json!({ "type": "candidate-pair", "nominated": true, "currentRoundTripTime": 0.1 }),
        ];
        assert_eq!(estimate(&picture(), &entries).unwrap().network_ms, Some(50.0));
        assert_eq!(estimate(&picture(), &[]).unwrap().network_ms, None);
    }

    #[test]
    fn without_a_picture_there_is_no_delay() {
        assert_eq!(estimate(&PictureFigures::default(), &[]), None);
    }
}
