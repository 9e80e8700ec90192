//! Tones of the box's own: into far sound while that is played, by themselves while not, always through the speaker's one
//! way, so that the echo canceller knows them.
#![allow(clippy::cast_possible_truncation, reason = "samples are clamped to 16 bits")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{sync::Notify, time::interval};

use super::{
    FORMAT, RATE, buffer,
    level::AUDIBLE,
    reference::{number, time},
    samples,
    score::Score,
};
use crate::{
    api::{Chime, Ring},
    pipeline::{Timeline, locked},
    relay::Hub,
    sound::Meter,
    tasks::Closing,
};

/// Samples of a buffer with nothing but tones, 20 ms.
const PIECE: i64 = RATE as i64 / 50;
/// The time of that.
const TICK: Duration = Duration::from_millis(20);
/// A box that was held up for longer goes on with the present, in pieces: 200 ms.
const LATEST: i64 = 10;

/// Sound with nothing of the other side in it that can be heard is marked so.
pub(crate) const OWN: gst::BufferFlags = gst::BufferFlags::MARKER;

/// What rings and chimes at the speaker.
#[derive(Debug)]
pub(crate) struct Tones {
    /// Factor of every sample; 0 = there are no tones.
    gain: f64,
    state: Mutex<State>,
    changed: Notify,
}

/// Scores with the number of their first sample on the common time line.
#[derive(Debug, Default)]
struct State {
    ring: Option<(Score, i64)>,
    /// Plays instead of the ring.
    chime: Option<(Score, i64)>,
    /// Plays instead of both, as loud as it is.
    clip: Option<(Vec<i16>, i64)>,
    /// Behind the last sample of far sound.
    far: i64,
    /// Behind the last sample of tones by themselves.
    alone: i64,
}

impl Tones {
    /// `gain`: factor of their loudness, 0.0..=1.0.
    pub(crate) fn new(gain: f64) -> Self {
        Self { gain, state: Mutex::default(), changed: Notify::new() }
    }

    /// From the sample of this number on.
    pub(crate) fn ring(&self, ring: Option<Ring>, now: i64) {
        let score = ring.map(Score::of_ring);
        let mut state = locked(&self.state);
        if state.ring.as_ref().map(|(score, _)| score) != score.as_ref() {
            state.ring = score.map(|score| (score, now));
        }
        drop(state);
        self.changed.notify_one();
    }

    /// From the sample of this number on, once.
    pub(crate) fn chime(&self, chime: Chime, now: i64) {
        locked(&self.state).chime = Some((Score::of_chime(chime), now));
        self.changed.notify_one();
    }

    /// Plays these samples from the one of this number on, once.
    pub(crate) fn clip(&self, samples: Vec<i16>, now: i64) {
        locked(&self.state).clip = Some((samples, now));
        self.changed.notify_one();
    }

    /// Takes far sound on its way to the speaker and puts tones into it.
    pub(crate) fn join(&self, buffer: &mut gst::Buffer) {
        let Some(first) = buffer.pts().map(number) else { return };
        let count = i64::try_from(buffer.size() / 2).unwrap_or(0);
        let mut state = locked(&self.state);
        state.far = first + count;
        let sounds = state.sounds(first, self.gain);
        let from = state.alone;
        let changed = buffer.make_mut();
        changed.unset_flags(OWN);
        if !sounds {
            return;
        }
        let Ok(mut map) = changed.map_writable() else { return };
        let is_heard = Meter::default().hear(&map) > AUDIBLE;
        let mut mixed: Vec<i16> = samples(&map).collect();
        self.add(&state, first, from, &mut mixed);
        map.chunks_exact_mut(2).zip(mixed).for_each(|(bytes, sample)| bytes.copy_from_slice(&sample.to_le_bytes()));
        drop(map);
        if !is_heard {
            changed.set_flags(OWN);
        }
    }

    /// Adds to the samples from number `first` on, except those before number `from`.
    fn add(&self, state: &State, first: i64, from: i64, samples: &mut [i16]) {
        for (number, sample) in (first..).zip(samples) {
            if number >= from {
                *sample = sample.saturating_add(state.sample(number, self.gain));
            }
        }
    }

    /// The next tones by themselves, from sample `first` on; `None` while far sound carries them or none are left.
    fn piece(&self, first: i64) -> Option<gst::Buffer> {
        let mut state = locked(&self.state);
        if state.far > first {
            return None;
        }
        state.alone = first + PIECE;
        let mut samples = [0; PIECE as usize];
        self.add(&state, first, first, &mut samples);
        drop(state);
        let mut piece = buffer(&samples);
        let meta = piece.make_mut();
        meta.set_pts(time(first));
        meta.set_duration(time(PIECE));
        meta.set_flags(OWN);
        Some(piece)
    }

    /// Something is left at sample `number`.
    fn go_on(&self, number: i64) -> bool {
        locked(&self.state).sounds(number, self.gain)
    }
}

impl State {
    /// Something is left at this sample; what is over is forgotten.
    fn sounds(&mut self, number: i64, gain: f64) -> bool {
        self.chime.take_if(|(score, begin)| number.saturating_sub(*begin) >= signed(score.length()));
        self.clip.take_if(|(samples, begin)| number.saturating_sub(*begin) >= signed(samples.len() as u64));
        self.clip.is_some() || (gain > 0.0 && (self.chime.is_some() || self.ring.is_some()))
    }

    fn sample(&self, number: i64, gain: f64) -> i16 {
        let after = |begin: i64| u64::try_from(number - begin).ok();
        let tone = match (&self.clip, &self.chime, &self.ring) {
            (Some((samples, begin)), ..) => {
                let at = usize::try_from(number - begin).ok();
                return at.and_then(|at| samples.get(at)).copied().unwrap_or(0);
            }
            (None, Some((score, begin)), _) => after(*begin).map_or(0.0, |number| score.sample(number)),
            (None, None, Some((score, begin))) => {
                after(*begin).map_or(0.0, |number| score.sample(number % score.length()))
            }
            (None, None, None) => 0.0,
        };
        (gain * tone * f64::from(i16::MAX)).round() as i16
    }
}

fn signed(length: u64) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// Plays tones while no far sound carries them, until the engine closes.
pub(crate) async fn feed(tones: Arc<Tones>, hub: Arc<Hub>, timeline: Arc<Timeline>, mut closing: Closing) {
    let Ok(caps) = FORMAT.parse::<gst::Caps>() else { return };
    loop {
        tokio::select! {
            () = closing.wait() => return,
            () = tones.changed.notified() => {}
        }
        let (mut tick, mut next) = (interval(TICK), number(timeline.now()));
        while tones.go_on(next) {
            tokio::select! {
                () = closing.wait() => return,
                _ = tick.tick() => {}
            }
            let now = number(timeline.now());
            next = next.max(now - LATEST * PIECE);
            while next <= now {
                if let Some(piece) = tones.piece(next) {
                    hub.push(&piece, &caps);
                }
                next += PIECE;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 48_000;

    fn far(first: i64, samples: &[i16]) -> gst::Buffer {
        gst::init().unwrap();
        let mut far = buffer(samples);
        far.make_mut().set_pts(time(first));
        far
    }

    fn heard(buffer: &gst::Buffer) -> Vec<i16> {
        samples(&buffer.map_readable().unwrap()).collect()
    }

    #[test]
    fn tones_are_added_to_far_sound_which_stays_as_it_is_without() {
        let tones = Tones::new(1.0);
        let mut buffer = far(NOW, &[1000; 960]);
        tones.join(&mut buffer);
        assert_eq!(heard(&buffer), [1000; 960]);
        tones.chime(Chime::Joined, NOW);
        let mut buffer = far(NOW + 960, &[1000; 960]);
        tones.join(&mut buffer);
        let score = Score::of_chime(Chime::Joined);
        let expected = |number: u64| 1000 + (score.sample(960 + number) * f64::from(i16::MAX)).round() as i16;
        assert_eq!(heard(&buffer), (0..960).map(expected).collect::<Vec<_>>());
        assert!(!buffer.flags().contains(OWN));
    }

    #[test]
    fn what_has_nothing_of_the_other_side_in_it_is_marked() {
        let tones = Tones::new(1.0);
        tones.ring(Some(Ring::Ringback), NOW);
        let mut silence = far(NOW + 960, &[0; 960]);
        tones.join(&mut silence);
        assert!(silence.flags().contains(OWN) && heard(&silence).iter().any(|sample| *sample > 3000));
        assert!(tones.piece(NOW + 1920).unwrap().flags().contains(OWN));
    }

    #[test]
    fn tones_by_themselves_and_in_far_sound_follow_each_other() {
        gst::init().unwrap();
        let tones = Tones::new(0.5);
        tones.ring(Some(Ring::Ringback), NOW);
        let alone = tones.piece(NOW).unwrap();
        // Far sound begins in the middle of what was played already.
        let mut joined = far(NOW + 480, &[0; 960]);
        tones.join(&mut joined);
        assert!(tones.piece(NOW + 960).is_none());
        let score = Score::of_ring(Ring::Ringback);
        let expected = |number: u64| (0.5 * score.sample(number) * f64::from(i16::MAX)).round() as i16;
        assert_eq!(heard(&alone), (0..960).map(expected).collect::<Vec<_>>());
        assert_eq!(heard(&joined)[..480], [0; 480]);
        assert_eq!(heard(&joined)[480..], (960..1440).map(expected).collect::<Vec<_>>());
    }

    #[test]
    fn a_chime_sounds_once_and_the_ring_goes_on_behind_it() {
        let tones = Tones::new(1.0);
        tones.ring(Some(Ring::Incoming), NOW);
        tones.ring(Some(Ring::Incoming), NOW + 700);
        tones.chime(Chime::Left, NOW);
        let length = signed(Score::of_chime(Chime::Left).length());
        assert!(tones.go_on(NOW + length));
        let state = locked(&tones.state);
        assert!(state.chime.is_none());
        let expected = (Score::of_ring(Ring::Incoming).sample(600) * f64::from(i16::MAX)).round() as i16;
        assert_eq!(state.sample(NOW + 600, 1.0), expected);
        drop(state);
        tones.ring(None, NOW + length);
        assert!(!tones.go_on(NOW + length));
    }

    #[test]
    fn without_loudness_there_are_no_tones() {
        let tones = Tones::new(0.0);
        tones.ring(Some(Ring::Incoming), NOW);
        assert!(!tones.go_on(NOW));
        // What is asked for as it is sounds all the same.
        tones.clip(vec![77; 960], NOW);
        assert_eq!(heard(&tones.piece(NOW).unwrap()), [77; 960]);
        assert!(!tones.go_on(NOW + 960));
    }
}
