//! Sound between participants: short buffers against jitter, and sums without oneself.

use std::collections::VecDeque;

/// Samples a second.
pub(super) const SAMPLE_RATE: u32 = 48_000;
/// Samples of one block of 20 ms, the frame of Opus.
pub(super) const BLOCK: usize = 960;
/// Blocks that must be there before a participant is heard (again): covers the unevenness of two threads.
const CUSHION: usize = 3;
/// Blocks kept at most; more means that the participant's clock runs fast.
const MOST: usize = 10;

/// Sound of 20 ms, mono.
pub(super) type Block = [i16; BLOCK];

/// What came from one participant and was not heard yet.
#[derive(Debug, Default)]
pub(super) struct Voice {
    samples: VecDeque<i16>,
    heard: bool,
}

impl Voice {
    /// Adds what came. A participant whose clock runs fast loses a bit, not the others their time.
    pub(super) fn push(&mut self, samples: impl Iterator<Item = i16>) {
        self.samples.extend(samples);
        if self.samples.len() > MOST * BLOCK {
            self.samples.drain(..self.samples.len() - CUSHION * BLOCK);
        }
    }

    /// The next 20 ms; `None` = silence.
    pub(super) fn take(&mut self) -> Option<Block> {
        let needed = if self.heard { BLOCK } else { CUSHION * BLOCK };
        self.heard = self.samples.len() >= needed;
        if !self.heard {
            return None;
        }
        let mut block = [0; BLOCK];
        block.iter_mut().zip(self.samples.drain(..BLOCK)).for_each(|(to, from)| *to = from);
        Some(block)
    }
}

/// What the participant of the call `listener` hears: the lab and everybody else; voices by their calls.
pub(super) fn mix(lab: &Block, voices: &[(u64, Option<Block>)], listener: u64) -> Block {
    let mut sum = *lab;
    let others = voices.iter().filter(|(call, _)| *call != listener);
    for voice in others.filter_map(|(_, voice)| voice.as_ref()) {
        sum.iter_mut().zip(voice).for_each(|(sum, sample)| *sum = sum.saturating_add(*sample));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_hears_all_but_themselves() {
        let voices = [(0, Some([10; BLOCK])), (1, None), (2, Some([200; BLOCK]))];
        let hears = |listener| mix(&[1; BLOCK], &voices, listener)[0];
        assert_eq!([hears(0), hears(1), hears(2)], [201, 211, 11]);
        assert_eq!(mix(&[i16::MAX; BLOCK], &voices, 1)[5], i16::MAX);
    }

    #[test]
    fn a_voice_waits_for_its_cushion_and_again_after_a_gap() {
        let mut voice = Voice::default();
        voice.push(std::iter::repeat_n(1, 2 * BLOCK));
        assert!(voice.take().is_none());
        voice.push(std::iter::repeat_n(1, BLOCK));
        assert_eq!((0..4).filter_map(|_| voice.take()).count(), 3);
        voice.push(std::iter::repeat_n(1, BLOCK));
        assert!(voice.take().is_none(), "after a gap the cushion is filled first");
    }

    #[test]
    fn a_fast_clock_does_not_add_delay() {
        let mut voice = Voice::default();
        (0..100).for_each(|n| voice.push(std::iter::repeat_n(n, BLOCK)));
        assert!(voice.samples.len() <= MOST * BLOCK);
        assert!(voice.take().is_some_and(|block| block[0] > 85));
    }
}
