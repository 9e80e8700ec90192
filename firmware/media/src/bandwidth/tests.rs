//! The estimator on a path in virtual time.
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a model of a path counts in small numbers"
)]

use std::{collections::VecDeque, time::Duration};

use super::{
    estimator::{Estimator, Fate},
    probe,
};

/// One way of the empty path.
const WAY: Duration = Duration::from_millis(25);
/// Between two reports of the receiver.
const REPORTS: Duration = Duration::from_millis(100);
/// Between two frames.
const FRAME: Duration = Duration::from_millis(33);
/// What an encoder needs from a new rate to frames of it.
const ENCODER: usize = 3;
const PACKET: usize = 1_200;

/// A path with a bottleneck, a sender with an encoder that follows the estimate, a receiver that reports.
struct Path {
    now: Duration,
    rate: f64,
    loss: f64,
    random: u64,
    busy_until: Duration,
    longest: Duration,
    reports: VecDeque<(Duration, Vec<Fate>)>,
    fates: Vec<Fate>,
    reported: Duration,
    encoder: VecDeque<f64>,
    estimator: Estimator,
    wait: Duration,
    carried: usize,
    /// Padding to be sent then.
    padding: VecDeque<Duration>,
    /// Bytes of padding sent.
    padded: usize,
    /// Padding is sent where the estimator wants it.
    probes: bool,
    processors: Vec<Processor>,
    /// The sender notices how late it is.
    notices: bool,
    late: Duration,
}

/// Does other things now and then; what comes meanwhile is seen afterwards.
#[derive(Clone, Copy)]
struct Processor {
    /// How long it is there for us and how long it is not, at most.
    turns: (Duration, Duration),
    away_from: Duration,
    away_until: Duration,
}

impl Path {
    fn new(rate: f64) -> Self {
        Self {
            now: Duration::ZERO,
            rate,
            loss: 0.0,
            random: 1,
            busy_until: Duration::ZERO,
            longest: Duration::from_secs(1),
            reports: VecDeque::new(),
            fates: Vec::new(),
            reported: Duration::ZERO,
            encoder: VecDeque::new(),
            estimator: Estimator::default(),
            wait: Duration::ZERO,
            carried: 0,
            padding: VecDeque::new(),
            padded: 0,
            probes: true,
            processors: Vec::new(),
            notices: false,
            late: Duration::ZERO,
        }
    }

    /// Everything goes through so many busy processors.
    fn busy(mut self, processors: usize, turns: (Duration, Duration)) -> Self {
        let processor = Processor { turns, away_from: Duration::ZERO, away_until: Duration::ZERO };
        self.processors = vec![processor; processors];
        self
    }

    /// Sends frames for so long with this much to send at most; tells bit/s that came through and the longest wait.
    fn run(&mut self, seconds: f64, most: f64) -> (f64, Duration) {
        if self.probes {
            self.estimator.want(most);
        }
        let (begun, carried) = (self.now, self.carried);
        self.wait = Duration::ZERO;
        while (self.now.saturating_sub(begun)).as_secs_f64() < seconds {
            self.frame(most);
            self.now += FRAME;
            self.report();
        }
        ((self.carried - carried) as f64 * 8.0 / seconds, self.wait)
    }

    fn frame(&mut self, most: f64) {
        self.encoder.push_back(self.estimator.rate().min(most));
        let rate = if self.encoder.len() > ENCODER { self.encoder.pop_front() } else { self.encoder.front().copied() };
        // Frames differ by a fifth.
        let bits = rate.unwrap_or(0.0) * FRAME.as_secs_f64() * (0.9 + 0.2 * self.chance());
        let packets = (bits / 8.0 / PACKET as f64).ceil().max(1.0) as u32;
        let size = (bits / 8.0 / f64::from(packets)) as usize;
        for packet in 0..packets {
            let at = self.now + FRAME * packet / packets / 2;
            self.pad(at);
            self.send(at, size);
            self.carried += if self.fates.last().is_some_and(|fate| fate.arrived.is_some()) { size } else { 0 };
        }
        self.pad(self.now + FRAME);
    }

    /// Sends what is due of padding.
    fn pad(&mut self, now: Duration) {
        while self.padding.front().is_some_and(|at| *at < now) {
            let at = self.padding.pop_front().unwrap();
            self.send(at, probe::PACKET);
            self.padded += probe::PACKET;
        }
    }

    fn send(&mut self, sent: Duration, size: usize) {
        let lost = self.chance() < self.loss;
        let begin = self.busy_until.max(sent);
        let wait = begin.saturating_sub(sent);
        let arrived = (!lost && wait <= self.longest).then(|| {
            self.wait = self.wait.max(wait);
            self.busy_until = begin + Duration::from_secs_f64(size as f64 * 8.0 / self.rate);
            self.busy_until + WAY
        });
        let arrived = arrived.map(|arrived| self.read(arrived));
        self.fates.push(Fate { sent, arrived, size, judged: true });
    }

    /// When what arrives then has been seen by all who must.
    fn read(&mut self, arrived: Duration) -> Duration {
        (0..self.processors.len()).fold(arrived, |arrived, number| self.processed(number, arrived))
    }

    fn processed(&mut self, number: usize, arrived: Duration) -> Duration {
        while self.processors[number].away_until <= arrived {
            let (there, away) = self.processors[number].turns;
            let (there, away) = (there.mul_f64(self.chance()), away.mul_f64(self.chance()));
            let processor = &mut self.processors[number];
            processor.away_from = processor.away_until + there;
            processor.away_until = processor.away_from + away;
        }
        let Processor { away_from, away_until, .. } = self.processors[number];
        if arrived < away_from { arrived } else { away_until }
    }

    fn report(&mut self) {
        if self.now.saturating_sub(self.reported) >= REPORTS {
            self.reported = self.now;
            let (now, come) = (self.now, |fate: &Fate| fate.arrived.is_none_or(|at| at <= self.now));
            // In the order they were sent; what is still under way is told later.
            let count = self.fates.iter().take_while(|fate| come(fate)).count();
            let fates = self.fates.drain(..count).collect();
            self.reports.push_back((now + WAY, fates));
        }
        if self.notices {
            let late = self.processed(0, self.now).saturating_sub(self.now);
            self.late = late.max(self.late.mul_f64(0.95));
            self.estimator.late(self.late);
        }
        while self.reports.front().is_some_and(|(at, _)| *at <= self.now) {
            let (at, fates) = self.reports.pop_front().unwrap();
            self.estimator.learn(&fates, WAY * 2, at);
            if let Some(cluster) = self.estimator.probe(at) {
                let packets = u32::try_from(cluster.bytes.div_ceil(probe::PACKET)).unwrap();
                self.padding.extend((0..packets).map(|packet| self.now + cluster.lasts() * packet / packets));
            }
        }
    }

    fn chance(&mut self) -> f64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) as f64 / (1_u64 << 31) as f64
    }
}

const MBIT: f64 = 1_000_000.0;

/// Seconds until the path carries this much again, in bit/s.
fn until(path: &mut Path, rate: f64) -> u32 {
    (1..120).find(|_| path.run(1.0, 6.0 * MBIT).0 >= rate).unwrap()
}

#[test]
fn a_path_that_becomes_narrow_is_followed_without_a_queue_and_taken_again_when_it_is_wide() {
    for begins in 0..10 {
        let mut path = Path::new(4.0 * MBIT);
        path.random += begins;
        path.run(15.0 + f64::from(begins as u32) / 3.0, 6.0 * MBIT);
        let (wide, _) = path.run(10.0, 6.0 * MBIT);
        assert!(wide > 0.85 * 4.0 * MBIT, "wide: {wide}");
        path.rate = MBIT;
        let (_, highest) = path.run(3.0, 6.0 * MBIT);
        let (narrow, wait) = path.run(20.0, 6.0 * MBIT);
        assert!(narrow > 0.85 * MBIT, "narrow: {narrow}");
        assert!(wait < Duration::from_millis(200), "narrow: {wait:?}");
        path.rate = 4.0 * MBIT;
        let back = until(&mut path, 0.9 * 4.0 * MBIT);
        println!("narrow: {narrow:.0} bit/s, {highest:?} then {wait:?}; back after {back} s");
        assert!(back <= 15, "back after {back} s");
        let (again, wait) = path.run(15.0, 6.0 * MBIT);
        assert!(again > 0.85 * 4.0 * MBIT, "again: {again}");
        assert!(wait < Duration::from_millis(200), "again: {wait:?}");
    }
}

#[test]
fn probes_show_a_path_that_is_wide_again_within_seconds_and_cost_hardly_anything_while_it_is_narrow() {
    for begins in 0..10 {
        let mut path = Path::new(4.0 * MBIT);
        path.random += begins;
        path.run(15.0 + f64::from(begins as u32) / 3.0, 6.0 * MBIT);
        path.rate = MBIT;
        path.run(10.0, 6.0 * MBIT);
        let padded = path.padded;
        let (_, wait) = path.run(20.0, 6.0 * MBIT);
        let share = (path.padded - padded) as f64 * 8.0 / 20.0 / MBIT;
        path.rate = 4.0 * MBIT;
        let back = until(&mut path, 0.9 * 4.0 * MBIT);
        println!("padding {:.1} % of the path, {wait:?} of queue; back after {back} s", share * 100.0);
        assert!(share < 0.03, "{share}");
        // Twice what it is without: a probe comes on top of a frame.
        assert!(wait < Duration::from_millis(150), "{wait:?}");
        assert!(back <= 7, "back after {back} s");
    }
}

#[test]
fn a_wide_path_shows_itself_within_two_seconds_of_the_first_packet() {
    let mut path = Path::new(50.0 * MBIT);
    path.run(2.0, 4.0 * MBIT);
    assert!(path.estimator.rate() > 3.6 * MBIT, "{}", path.estimator.rate());
    let padded = path.padded;
    path.run(30.0, 4.0 * MBIT);
    assert_eq!(path.padded, padded, "nothing more is wanted");
}

#[test]
fn a_sender_that_sends_little_learns_that_there_is_room_for_more() {
    let mut path = Path::new(50.0 * MBIT);
    path.estimator.want(3.0 * MBIT);
    path.probes = false;
    path.run(10.0, 0.1 * MBIT);
    assert!(path.estimator.rate() > 2.7 * MBIT, "{}", path.estimator.rate());
}

#[test]
fn a_wide_path_gives_all_that_is_asked_for_within_seconds() {
    let mut path = Path::new(50.0 * MBIT);
    path.run(4.0, 2.5 * MBIT);
    let (rate, wait) = path.run(5.0, 2.5 * MBIT);
    assert!(rate > 2.4 * MBIT, "{rate}");
    assert!(wait < Duration::from_millis(20), "{wait:?}");
}

#[test]
fn a_receiver_whose_processor_is_busy_is_not_taken_for_a_narrow_path() {
    let ms = Duration::from_millis;
    for turns in [(ms(200), ms(30)), (ms(60), ms(60)), (ms(100), ms(120)), (ms(500), ms(300))] {
        let mut path = Path::new(50.0 * MBIT).busy(1, turns);
        path.run(10.0, 2.5 * MBIT);
        for second in 0..60 {
            path.run(1.0, 2.5 * MBIT);
            let rate = path.estimator.rate();
            assert!(rate > 1.2 * MBIT, "{turns:?}: {rate} in second {second}");
        }
    }
}

#[test]
fn with_hardly_any_processor_the_rate_stays_as_well() {
    let ms = Duration::from_millis;
    // That of the sender, the receiver, and what is between them on the same machine.
    let mut path = Path::new(50.0 * MBIT).busy(3, (ms(30), ms(300)));
    path.notices = true;
    path.run(10.0, 2.5 * MBIT);
    for second in 0..60 {
        path.run(1.0, 2.5 * MBIT);
        let rate = path.estimator.rate();
        assert!(rate > 1.0 * MBIT, "{rate} in second {second}");
    }
}

#[test]
fn a_busy_processor_hides_no_narrow_path() {
    let ms = Duration::from_millis;
    let mut path = Path::new(MBIT).busy(1, (ms(60), ms(60)));
    path.run(10.0, 6.0 * MBIT);
    let (rate, wait) = path.run(20.0, 6.0 * MBIT);
    assert!(rate > 0.7 * MBIT, "{rate}");
    assert!(wait < ms(300), "{wait:?}");
}

#[test]
fn a_little_loss_costs_nothing_and_much_of_it_a_lot() {
    let mut path = Path::new(50.0 * MBIT);
    path.loss = 0.05;
    path.run(20.0, 2.5 * MBIT);
    assert!(path.estimator.rate() > 1.0 * MBIT, "{}", path.estimator.rate());
    path.loss = 0.3;
    path.run(10.0, 2.5 * MBIT);
    assert!(path.estimator.rate() < 0.5 * MBIT, "{}", path.estimator.rate());
    path.loss = 0.0;
    path.run(10.0, 2.5 * MBIT);
    let (rate, _) = path.run(3.0, 2.5 * MBIT);
    assert!(rate > 2.3 * MBIT, "{rate}");
}

#[test]
fn after_a_time_with_sound_alone_there_is_room_for_a_picture_again() {
    let mut path = Path::new(0.06 * MBIT);
    path.run(20.0, 2.5 * MBIT);
    assert!(path.estimator.rate() < 0.08 * MBIT, "{}", path.estimator.rate());
    path.rate = 4.0 * MBIT;
    path.run(15.0, 0.02 * MBIT);
    assert!(path.estimator.rate() >= 0.1 * MBIT, "{}", path.estimator.rate());
}

#[test]
fn what_was_not_sent_says_nothing_about_the_path() {
    let mut path = Path::new(50.0 * MBIT);
    path.run(30.0, 0.3 * MBIT);
    assert!(path.estimator.rate() < 1.3 * MBIT, "{}", path.estimator.rate());
}

#[test]
fn a_receiver_that_allows_less_is_obeyed() {
    let mut path = Path::new(50.0 * MBIT);
    path.estimator.allow(0.5 * MBIT);
    path.run(5.0, 2.5 * MBIT);
    assert!(path.estimator.rate() <= 0.5 * MBIT);
}
