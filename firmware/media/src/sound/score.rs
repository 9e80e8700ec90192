//! What the tones of the box are made of, as notes.
#![allow(clippy::cast_precision_loss, reason = "positions inside a score are small")]

use std::f64::consts::TAU;

use crate::{
    api::{Chime, Ring},
    sound::RATE,
};

/// Peak of a tone at full volume of tones, of full scale: as loud as a loud voice.
const AMPLITUDE: f64 = 0.3;
/// A note swells and fades for so many samples, 5 ms, or it would click.
const FADE: u64 = RATE as u64 / 200;

/// One tone of a score; 0 Hz is a pause.
#[derive(Debug, PartialEq)]
struct Note {
    hz: f64,
    ms: u64,
}

/// Notes in a row.
#[derive(Debug, PartialEq)]
pub(crate) struct Score(&'static [Note]);

const fn note(hz: f64, ms: u64) -> Note {
    Note { hz, ms }
}

const fn pause(ms: u64) -> Note {
    note(0.0, ms)
}

/// E5 and A5, twice, in 3 s.
const INCOMING: &[Note] = &[note(659.3, 200), note(880.0, 200), note(659.3, 200), note(880.0, 400), pause(2000)];
const RINGBACK: &[Note] = &[note(425.0, 1000), pause(4000)];
const WAITING: &[Note] = &[note(425.0, 200), pause(600), note(425.0, 200), pause(4000)];
/// C5 and G5 up, and down again at the end.
const JOINED: &[Note] = &[note(523.3, 150), note(784.0, 250)];
const LEFT: &[Note] = &[note(784.0, 150), note(523.3, 250)];
const BUSY: &[Note] = &[note(425.0, 500), pause(500), note(425.0, 500), pause(500), note(425.0, 500)];
const FAILED: &[Note] = &[note(950.0, 330), note(1400.0, 330), note(1800.0, 330)];

impl Score {
    /// To be repeated.
    pub(crate) const fn of_ring(ring: Ring) -> Self {
        Self(match ring {
            Ring::Incoming => INCOMING,
            Ring::Ringback => RINGBACK,
            Ring::Waiting => WAITING,
        })
    }

    /// To be played once.
    pub(crate) const fn of_chime(chime: Chime) -> Self {
        Self(match chime {
            Chime::Joined => JOINED,
            Chime::Left => LEFT,
            Chime::Busy => BUSY,
            Chime::Failed => FAILED,
        })
    }

    /// In samples.
    pub(crate) fn length(&self) -> u64 {
        self.0.iter().map(Note::length).sum()
    }

    /// The sample of this number, of full scale; silence behind the end.
    pub(crate) fn sample(&self, mut number: u64) -> f64 {
        for note in self.0 {
            if number < note.length() {
                return note.sample(number);
            }
            number -= note.length();
        }
        0.0
    }
}

impl Note {
    fn length(&self) -> u64 {
        self.ms * u64::from(RATE) / 1000
    }

    fn sample(&self, number: u64) -> f64 {
        let edge = number.min(self.length() - 1 - number).min(FADE);
        let loudness = AMPLITUDE * edge as f64 / FADE as f64;
        loudness * (TAU * self.hz * number as f64 / f64::from(RATE)).sin()
    }
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, reason = "samples are below one")]
mod tests {
    use roombox_testcard::tone::strength;

    use super::*;

    fn samples(score: &Score) -> Vec<f32> {
        (0..score.length()).map(|number| score.sample(number) as f32).collect()
    }

    #[test]
    fn each_score_sounds_as_its_notes_say_and_never_clicks() {
        let rings = [Ring::Incoming, Ring::Ringback, Ring::Waiting].map(Score::of_ring);
        let chimes = [Chime::Joined, Chime::Left, Chime::Busy, Chime::Failed].map(Score::of_chime);
        for score in rings.iter().chain(&chimes) {
            let (samples, mut begin) = (samples(score), 0);
            for note in score.0 {
                let end = begin + note.length() as usize;
                let heard = &samples[begin..end];
                match note.hz {
                    0.0 => assert!(heard.iter().all(|sample| *sample == 0.0)),
                    hz => assert!(strength(heard, RATE, hz) > 0.9, "{score:?}: {hz} Hz"),
                }
                begin = end;
            }
            // The steepest step of 1800 Hz at full amplitude.
            assert!(samples.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.08), "{score:?}");
        }
    }

    #[test]
    fn behind_its_end_a_score_is_silent() {
        let score = Score::of_chime(Chime::Joined);
        assert!(score.sample(score.length()).abs() < f64::EPSILON);
    }
}
