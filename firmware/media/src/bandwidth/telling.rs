//! Which rates are worth telling: an encoder gains nothing from each little change.

use std::time::Duration;

/// Changes smaller than this part are not told, unless they have waited long.
const WORTH_TELLING: f64 = 0.03;
/// Small changes are told after so long.
const LATEST: Duration = Duration::from_secs(1);

/// What was told last; times since any beginning.
#[derive(Debug, Default)]
pub(crate) struct Telling {
    told: Option<(Duration, f64)>,
}

impl Telling {
    /// This rate in bit/s is to be told now.
    pub(crate) fn is_news(&mut self, rate: f64, now: Duration) -> bool {
        let known = self
            .told
            .is_some_and(|(at, told)| (rate - told).abs() < told * WORTH_TELLING && now.saturating_sub(at) < LATEST);
        if !known {
            self.told = Some((now, rate));
        }
        !known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_little_change_waits_and_a_large_one_does_not() {
        let mut telling = Telling::default();
        let ms = Duration::from_millis;
        assert!(telling.is_news(1_000_000.0, ms(0)));
        assert!(!telling.is_news(1_010_000.0, ms(100)));
        assert!(telling.is_news(1_040_000.0, ms(200)));
        assert!(!telling.is_news(1_030_000.0, ms(1_100)));
        assert!(telling.is_news(1_030_000.0, ms(1_200)));
    }
}
