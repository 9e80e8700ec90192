//! What the lab itself can be heard with.

use roombox_testcard::tone::Sine;

use super::mixer::{BLOCK, Block, SAMPLE_RATE};
use crate::config::LabSound;

/// Peak of the tone: loud enough to be found in any mix, 12 dB under full scale.
const TONE_PEAK: f64 = 0.25;
/// Peak of a melody note.
const NOTE_PEAK: f64 = 0.12;
/// Notes of the melody in Hz: a falling and rising pentatonic line.
const MELODY: [f64; 8] = [523.25, 440.0, 392.0, 329.63, 293.66, 329.63, 392.0, 440.0];
/// Blocks a note lasts: 600 ms.
const NOTE_BLOCKS: usize = 30;

/// Makes the lab's sound, block by block.
#[derive(Debug)]
pub(super) enum LabVoice {
    Melody { block: usize, note: Sine },
    None,
    Tone(Sine),
}

impl LabVoice {
    pub(super) fn new(sound: LabSound) -> Self {
        match sound {
            LabSound::Melody => Self::Melody { block: 0, note: note(0) },
            LabSound::None => Self::None,
            LabSound::Tone(hz) => Self::Tone(Sine::new(SAMPLE_RATE, hz, TONE_PEAK)),
        }
    }

    pub(super) fn next(&mut self) -> Block {
        let mut samples = [0; BLOCK];
        match self {
            Self::None => {}
            Self::Tone(sine) => sine.fill_i16(&mut samples),
            Self::Melody { block, note } => {
                note.fill_i16(&mut samples);
                fade(&mut samples, *block);
                *block += 1;
                if block.is_multiple_of(NOTE_BLOCKS) {
                    *note = self::note(*block / NOTE_BLOCKS);
                }
            }
        }
        samples
    }
}

fn note(number: usize) -> Sine {
    Sine::new(SAMPLE_RATE, MELODY[number % MELODY.len()], NOTE_PEAK)
}

/// Each note begins at full level and fades out to its end, like a plucked string.
fn fade(samples: &mut Block, block: usize) {
    let length = i32::try_from(NOTE_BLOCKS * BLOCK).unwrap_or(i32::MAX);
    let start = i32::try_from((block % NOTE_BLOCKS) * BLOCK).unwrap_or(0);
    for (sample, at) in samples.iter_mut().zip(start..) {
        // At most the sample itself, so it fits.
        *sample = i16::try_from(i64::from(*sample) * i64::from(length - at) / i64::from(length)).unwrap_or(0);
    }
}
