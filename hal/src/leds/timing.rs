//! When a light that only knows on and off is on.

use std::time::Duration;

use super::Pattern;

/// What to do now and when to look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The light shines.
    pub on: bool,
    /// Time until the next change; none for a steady light.
    pub next: Option<Duration>,
}

/// The step of a pattern that began `since` ago.
pub fn step(pattern: Pattern, since: Duration) -> Step {
    let half = match pattern {
        Pattern::Off => return Step { on: false, next: None },
        Pattern::On => return Step { on: true, next: None },
        Pattern::Blink => Duration::from_millis(500),
        Pattern::Breathe => Duration::from_secs(1),
    };
    let halves = since.as_nanos() / half.as_nanos();
    let into_half = Duration::from_nanos((since.as_nanos() % half.as_nanos()).try_into().unwrap_or(0));
    Step { on: halves.is_multiple_of(2), next: Some(half.saturating_sub(into_half)) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Step, step};
    use crate::leds::Pattern;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn steady_patterns_need_no_timer() {
        assert_eq!(step(Pattern::On, ms(12_345)), Step { on: true, next: None });
        assert_eq!(step(Pattern::Off, ms(0)), Step { on: false, next: None });
    }

    #[test]
    fn a_new_pattern_begins_lit() {
        assert_eq!(step(Pattern::Blink, ms(0)), Step { on: true, next: Some(ms(500)) });
        assert_eq!(step(Pattern::Breathe, ms(0)), Step { on: true, next: Some(ms(1000)) });
    }

    #[test]
    fn blinking_changes_every_half_second_without_drift() {
        assert_eq!(step(Pattern::Blink, ms(501)), Step { on: false, next: Some(ms(499)) });
        assert_eq!(step(Pattern::Blink, ms(1000)), Step { on: true, next: Some(ms(500)) });
        assert_eq!(step(Pattern::Breathe, ms(3_600_500)), Step { on: true, next: Some(ms(500)) });
    }
}
