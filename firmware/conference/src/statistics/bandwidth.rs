//! When the server is told how much can come in (spec section 8.3).

use super::fields::AVAILABLE_INCOMING_BITRATE;
use crate::catalogue::Report;

/// Least change that is told, in percent.
const CHANGE: f64 = 25.0;

/// Compares one sample with the one before.
#[derive(Debug, Default)]
pub(super) struct Bandwidth {
    last: Option<f64>,
}

impl Bandwidth {
    /// The number to tell, in bit/s, when it changed enough since the last sample.
    pub(super) fn sample(&mut self, report: &Report) -> Option<u64> {
        let now = available(report);
        let before = std::mem::replace(&mut self.last, now);
        now.filter(|now| before.is_some_and(|before| is_news(before, *now))).map(whole)
    }
}

fn available(report: &Report) -> Option<f64> {
    let rate = AVAILABLE_INCOMING_BITRATE.number(report.inbound.additional.candidate_pair.as_ref()?);
    rate.filter(|rate| rate.is_finite() && *rate >= 0.0)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be finite and not negative; `as` saturates"
)]
fn whole(rate: f64) -> u64 {
    rate.round() as u64
}

fn is_news(before: f64, now: f64) -> bool {
    if before == 0.0 { now > 0.0 } else { (now - before).abs() * 100.0 >= before * CHANGE }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::CallId;
    use crate::statistics::report::report;

    fn told(samples: &[Value]) -> Vec<Option<u64>> {
        let mut bandwidth = Bandwidth::default();
        let entry = |rate: &Value| json!({ "type": "candidate-pair", "availableIncomingBitrate": rate });
        samples.iter().map(|rate| bandwidth.sample(&report(CallId(1), &[entry(rate)]))).collect()
    }

    #[test]
    fn a_change_of_a_quarter_is_told_and_a_smaller_one_is_not() {
        let rates = [json!(1000), json!(1249), json!(1562), json!(1172), json!(879)];
        assert_eq!(told(&rates), [None, None, Some(1562), None, Some(879)]);
    }

    #[test]
    fn from_nothing_to_something_is_told() {
        assert_eq!(told(&[json!(0), json!(0), json!(1)]), [None, None, Some(1)]);
    }

    #[test]
    fn a_number_that_is_missing_or_none_is_never_told_and_neither_is_the_one_after_it() {
        for gap in [Value::Null, json!("1000"), json!(-5), json!({})] {
            assert_eq!(told(&[json!(1000), gap, json!(9000), json!(1)]), [None, None, None, Some(1)]);
        }
    }
}
