//! Why a sent picture is less than it could be, as webrtc-stats tells it (`qualityLimitationReason`).

use std::time::{Duration, Instant};

/// The reasons of webrtc-stats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It is not.
    #[default]
    None,
    /// The encoder does not get through.
    Cpu,
    /// The path carries less.
    Bandwidth,
    /// The encoder takes no larger picture.
    Other,
}

impl Reason {
    /// In the order of their numbers.
    pub(crate) const ALL: [Self; 4] = [Self::None, Self::Cpu, Self::Bandwidth, Self::Other];

    /// Its name in webrtc-stats.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Cpu => "cpu",
            Self::Bandwidth => "bandwidth",
            Self::Other => "other",
        }
    }
}

/// Keeps the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limitation {
    now: Option<(Reason, Instant)>,
    past: [Duration; 4],
    resized: u32,
}

impl Limitation {
    /// This is the reason from now on.
    pub(crate) fn becomes(&mut self, reason: Reason, now: Instant) {
        if self.now.is_some_and(|(same, _)| same == reason) {
            return;
        }
        self.past = self.durations(now);
        self.now = Some((reason, now));
    }

    /// The size changed for such a reason.
    pub(crate) fn resizes(&mut self) {
        self.resized += 1;
    }

    pub(crate) fn reason(&self) -> Reason {
        self.now.map_or(Reason::None, |(reason, _)| reason)
    }

    /// How long each reason held, in the order of [`Reason::ALL`].
    pub(crate) fn durations(&self, now: Instant) -> [Duration; 4] {
        let mut all = self.past;
        if let Some((reason, since)) = self.now {
            all[reason as usize] += now.saturating_duration_since(since);
        }
        all
    }

    /// How often the size changed for one.
    pub(crate) fn resized(&self) -> u32 {
        self.resized
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_to_the_reason_that_held() {
        let (start, seconds) = (Instant::now(), Duration::from_secs);
        let mut limitation = Limitation::default();
        for (reason, at) in [(Reason::None, 0), (Reason::Bandwidth, 2), (Reason::Bandwidth, 3), (Reason::None, 7)] {
            limitation.becomes(reason, start + seconds(at));
        }
        let durations = limitation.durations(start + seconds(8));
        assert_eq!(durations, [seconds(3), seconds(0), seconds(5), seconds(0)]);
        assert_eq!(limitation.reason(), Reason::None);
    }

    #[test]
    fn before_the_first_picture_nothing_is_counted() {
        assert_eq!(Limitation::default().durations(Instant::now()), [Duration::ZERO; 4]);
    }

    #[test]
    fn every_reason_has_its_own_place() {
        for (place, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, place, "{}", reason.name());
        }
    }
}
