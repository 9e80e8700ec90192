//! Does the queue in the path grow? Delay-based detection of overuse by a line through recent delays
//! (draft-ietf-rmcat-gcc-02 sections 5.2 to 5.4, with a least-squares line in place of the Kalman filter).

use std::{collections::VecDeque, time::Duration};

/// Packets sent within this time are one group (section 5.2: 5 ms).
const GROUP: Duration = Duration::from_millis(5);
/// Groups that the line goes through.
const WINDOW: usize = 20;
/// Smoothing of the summed delays.
const SMOOTHING: f64 = 0.9;
/// The slope is the more sure the more groups it comes from, up to so many.
const SURE: f64 = 60.0;
/// Brings the slope to the scale of the threshold.
const GAIN: f64 = 4.0;
/// Bounds of the adaptive threshold in ms (section 5.4: 6..600) and its first value.
const THRESHOLD: (f64, f64) = (6.0, 600.0);
const FIRST_THRESHOLD: f64 = 12.5;
/// How fast the threshold follows from above and from below (section 5.4: `K_u`, `K_d`).
const ADAPTION: (f64, f64) = (0.0087, 0.039);
/// A value so far beyond the threshold is an outlier that does not move it, in ms (section 5.4).
const OUTLIER: f64 = 15.0;
/// Overuse has to last so long in ms (section 5.4: 10).
const LASTING: f64 = 10.0;
/// A pause that begins the line anew.
const PAUSE: Duration = Duration::from_secs(2);

/// What the path does with what is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Usage {
    /// The queue is steady.
    #[default]
    Normal,
    /// It grows.
    Over,
    /// It gets shorter.
    Under,
}

/// Packets sent together; times on the sender's and on the receiver's clock.
#[derive(Clone, Copy, Debug)]
struct Group {
    first_sent: Duration,
    sent: Duration,
    arrived: Duration,
}

/// Watches the delays of groups.
#[derive(Debug)]
pub(crate) struct Trend {
    group: Option<Group>,
    last: Option<Group>,
    /// Arrival in ms and smoothed delay in ms of recent groups.
    line: VecDeque<(f64, f64)>,
    origin: Option<Duration>,
    delay: f64,
    smoothed: f64,
    groups: f64,
    threshold: f64,
    over_for: f64,
    over_groups: u32,
    last_slope: f64,
    usage: Usage,
}

impl Default for Trend {
    fn default() -> Self {
        Self {
            group: None,
            last: None,
            line: VecDeque::new(),
            origin: None,
            delay: 0.0,
            smoothed: 0.0,
            groups: 0.0,
            threshold: FIRST_THRESHOLD,
            over_for: 0.0,
            over_groups: 0,
            last_slope: 0.0,
            usage: Usage::Normal,
        }
    }
}

impl Trend {
    /// A packet was sent then and arrived then, each by the clock of its side.
    pub(crate) fn packet(&mut self, sent: Duration, arrived: Duration) {
        let Some(group) = &mut self.group else {
            self.group = Some(Group { first_sent: sent, sent, arrived });
            return;
        };
        // What came out of order belongs to no group any more.
        if sent < group.first_sent {
            return;
        }
        if sent.saturating_sub(group.first_sent) <= GROUP {
            (group.sent, group.arrived) = (group.sent.max(sent), group.arrived.max(arrived));
            return;
        }
        let complete = *group;
        *group = Group { first_sent: sent, sent, arrived };
        if let Some(last) = self.last.replace(complete) {
            self.compare(last, complete);
        }
    }

    /// What the path does now.
    pub(crate) fn usage(&self) -> Usage {
        self.usage
    }

    fn compare(&mut self, last: Group, group: Group) {
        let sent = group.sent.saturating_sub(last.sent);
        if sent > PAUSE || group.arrived < last.arrived {
            *self = Self { group: self.group, last: self.last, threshold: self.threshold, ..Self::default() };
            return;
        }
        let (sent, came) = (ms(sent), ms(group.arrived.saturating_sub(last.arrived)));
        self.delay += came - sent;
        self.smoothed = SMOOTHING * self.smoothed + (1.0 - SMOOTHING) * self.delay;
        let origin = *self.origin.get_or_insert(group.arrived);
        self.line.push_back((ms(group.arrived.saturating_sub(origin)), self.smoothed));
        if self.line.len() > WINDOW {
            self.line.pop_front();
        }
        self.groups = (self.groups + 1.0).min(SURE);
        if self.line.len() == WINDOW {
            let slope = slope(&self.line).unwrap_or(self.last_slope);
            self.judge(slope, sent, came);
        }
    }

    /// Compares the slope with the threshold and lets that follow.
    fn judge(&mut self, slope: f64, sent: f64, came: f64) {
        let value = slope * self.groups * GAIN;
        if value > self.threshold {
            self.over_for += sent;
            self.over_groups += 1;
            if self.over_for > LASTING && self.over_groups > 1 && slope >= self.last_slope {
                (self.over_for, self.over_groups) = (0.0, 0);
                self.usage = Usage::Over;
            }
        } else {
            (self.over_for, self.over_groups) = (0.0, 0);
            self.usage = if value < -self.threshold { Usage::Under } else { Usage::Normal };
        }
        self.last_slope = slope;
        if value.abs() <= self.threshold + OUTLIER {
            let rate = if value.abs() < self.threshold { ADAPTION.1 } else { ADAPTION.0 };
            let moved = self.threshold + rate * (value.abs() - self.threshold) * came.min(100.0);
            self.threshold = moved.clamp(THRESHOLD.0, THRESHOLD.1);
        }
    }
}

/// Slope of the least-squares line; nothing where all is at one time.
fn slope(line: &VecDeque<(f64, f64)>) -> Option<f64> {
    let count = f64::from(u32::try_from(line.len()).ok()?);
    let (sum_x, sum_y) = line.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
    let (mean_x, mean_y) = (sum_x / count, sum_y / count);
    let (above, below) = line.iter().fold((0.0, 0.0), |(above, below), (x, y)| {
        (above + (x - mean_x) * (y - mean_y), below + (x - mean_x) * (x - mean_x))
    });
    (below > 0.0).then(|| above / below)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups 10 ms apart whose delay grows by so much each.
    fn after(groups: u64, growth_us: i64) -> Usage {
        let mut trend = Trend::default();
        for group in 0..groups {
            let sent = Duration::from_millis(10 * group);
            let delay = (50_000 + growth_us * group.cast_signed()).max(0).unsigned_abs();
            trend.packet(sent, sent + Duration::from_micros(delay));
        }
        trend.usage()
    }

    #[test]
    fn a_growing_queue_is_overuse_and_a_shrinking_one_underuse() {
        assert_eq!(after(60, 2_000), Usage::Over);
        assert_eq!(after(60, -500), Usage::Under);
        assert_eq!(after(60, 0), Usage::Normal);
    }

    #[test]
    fn jitter_around_a_steady_delay_is_normal() {
        let mut trend = Trend::default();
        for group in 0..500_u64 {
            let sent = Duration::from_millis(10 * group);
            trend.packet(sent, sent + Duration::from_micros(50_000 + group * 7_919 % 4_000));
            assert_ne!(trend.usage(), Usage::Over, "group {group}");
        }
    }
}
