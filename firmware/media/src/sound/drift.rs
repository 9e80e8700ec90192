//! How fast a device's clock runs beside the common one, from when its samples arrive: late by the scheduling of threads,
//! never early. The least delay of some seconds is the device's own.
#![allow(clippy::cast_precision_loss, reason = "sample counts stay far inside the exact range")]

use super::RATE;

/// Samples over which the least delay is taken, 2 s.
const WINDOW: f64 = 2.0 * RATE as f64;
/// Share of an error that is made up for in a second; small enough that no echo canceller notices.
const PROPORTIONAL: f64 = 0.05;
/// Of the error, what is taken as the clock's own rate, a second: critical damping.
const INTEGRAL: f64 = PROPORTIONAL * PROPORTIONAL / 4.0;
/// Crystals differ by less, in parts of one: 1000 ppm.
const MOST: f64 = 0.001;
/// In the first window there is nobody to hear a jump, in samples: 1 ms.
const BEGINNING: f64 = RATE as f64 / 1000.0;
/// Samples were lost, or the machine slept: no clock runs away by so much, 40 ms.
const LOST: f64 = RATE as f64 * 0.04;

/// Where the samples of one device lie on the common time line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drift {
    /// Samples of the common clock for one of the device's, less one.
    rate: f64,
    /// What of that is the clock's own.
    own: f64,
    /// Number behind the last sample on the common time line.
    end: Option<f64>,
    /// Samples in this window, and the least delay in it.
    window: (f64, f64),
    windows: u32,
}

/// What an arrival tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Arrival {
    /// Number of the first sample on the common time line.
    pub(crate) first: f64,
    /// Samples of the common clock for one of these.
    pub(crate) rate: f64,
    /// The samples do not follow those before.
    pub(crate) jump: bool,
}

impl Drift {
    pub(crate) const fn new() -> Self {
        Self { rate: 0.0, own: 0.0, end: None, window: (0.0, f64::INFINITY), windows: 0 }
    }

    /// So many samples of the device arrive when the common clock is at sample `now`.
    pub(crate) fn arrive(&mut self, now: f64, samples: usize) -> Arrival {
        let length = samples as f64 * (1.0 + self.rate);
        let jump = self.end.is_none_or(|end| (now - end - length).abs() > f64::from(RATE));
        let first = self.end.filter(|_| !jump).unwrap_or(now - length);
        if jump {
            self.window = (0.0, f64::INFINITY);
        }
        let end = first + length;
        self.end = Some(end);
        self.window = (self.window.0 + samples as f64, self.window.1.min(now - end));
        let told = Arrival { first, rate: 1.0 + self.rate, jump };
        if self.window.0 >= WINDOW {
            self.learn();
        }
        told
    }

    fn learn(&mut self) {
        let (length, error) = std::mem::replace(&mut self.window, (0.0, f64::INFINITY));
        self.windows = self.windows.saturating_add(1);
        let beginning = self.windows == 1 && error.abs() > BEGINNING;
        if beginning || error.abs() > LOST {
            self.end = self.end.map(|end| end + error);
            return;
        }
        let seconds = length / f64::from(RATE);
        let share = error / f64::from(RATE);
        self.own = (self.own + INTEGRAL * share * seconds).clamp(-MOST, MOST);
        self.rate = (self.own + PROPORTIONAL * share).clamp(-MOST, MOST);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A device whose clock is off by so many ppm; its buffers come late by up to 2 ms, some by 30 ms.
    pub(crate) struct Device {
        /// Of the common clock, for one of its samples.
        pub(crate) rate: f64,
        given: f64,
        random: u32,
    }

    impl Device {
        pub(crate) fn new(ppm: f64) -> Self {
            Self { rate: 1.0 / (1.0 + ppm / 1e6), given: 0.0, random: 99 }
        }

        /// When the next so many samples arrive.
        pub(crate) fn next(&mut self, samples: usize) -> f64 {
            self.given += samples as f64;
            self.random = self.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let late = f64::from(self.random >> 16) / 65536.0;
            let late = if late > 0.99 { 1440.0 } else { 96.0 * late * late };
            self.given * self.rate + late
        }

        /// Where the last sample really ends.
        pub(crate) fn end(&self) -> f64 {
            self.given * self.rate
        }
    }

    const BUFFER: usize = 480;

    #[test]
    fn a_clock_that_is_off_is_followed_for_hours_without_a_jump() {
        for ppm in [200.0, -200.0, 500.0, 0.0] {
            let (mut device, mut drift) = (Device::new(ppm), Drift::new());
            let (mut worst, mut jumps, mut fastest) = (0.0_f64, 0, 0.0_f64);
            let mut next: Option<f64> = None;
            for index in 0..3 * 3600 * 100 {
                let arrival = drift.arrive(device.next(BUFFER), BUFFER);
                if next.is_some_and(|next: f64| (next - arrival.first).abs() > 1.0) {
                    jumps += 1;
                }
                next = Some(arrival.first + BUFFER as f64 * arrival.rate);
                if index > 300 * 100 {
                    worst = worst.max((next.unwrap() - device.end()).abs());
                    fastest = fastest.max((arrival.rate - device.rate).abs());
                }
            }
            // The first window may set the time right once.
            assert!(jumps <= 1, "{jumps} jumps at {ppm} ppm");
            assert!(worst < 24.0, "{worst} samples off at {ppm} ppm");
            assert!(fastest < 20e-6, "{fastest} off at {ppm} ppm");
        }
    }

    #[test]
    fn samples_that_were_lost_are_one_jump() {
        let (mut device, mut drift) = (Device::new(100.0), Drift::new());
        for _ in 0..6000 {
            drift.arrive(device.next(BUFFER), BUFFER);
        }
        // A buffer of the driver overflowed.
        device.given += 4800.0;
        for _ in 0..1000 {
            drift.arrive(device.next(BUFFER), BUFFER);
        }
        assert!((drift.end.unwrap() - device.end()).abs() < 20.0, "{drift:?}");
    }

    #[test]
    fn after_a_long_pause_the_present_counts() {
        let mut drift = Drift::new();
        assert!(drift.arrive(480.0, 480).jump);
        assert!(!drift.arrive(960.0, 480).jump);
        let later = drift.arrive(1e6, 480);
        assert!(later.jump && (later.first - (1e6 - 480.0)).abs() < 1e-6, "{later:?}");
    }
}
