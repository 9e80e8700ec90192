//! Somebody speaks although the microphone is muted: heard from levels before the mute.

use std::time::Duration;

/// So much louder than the room a voice is, in dB.
const OVER_ROOM: f64 = 12.0;
/// Quieter than this, in dBFS, is nobody who speaks to this microphone.
const LEAST: f64 = -50.0;
/// The room seems louder by so many dB a second while it is: a fan is no voice for long.
const GETS_USED: f64 = 6.0;
/// So long a voice must be heard, in all; pauses between syllables take from it.
const ENOUGH: Duration = Duration::from_millis(300);
/// After so long without a voice nobody speaks any more; who spoke is told no more often than that.
const OVER: Duration = Duration::from_secs(4);

/// Listens to one microphone.
#[derive(Debug, Default)]
pub(crate) struct MutedSpeech {
    /// Level of the room without a voice in dBFS.
    room: Option<f64>,
    voice: Duration,
    pause: Duration,
    speaks: bool,
}

impl MutedSpeech {
    /// The next `length` of sound had this level in dBFS. True: from now on somebody speaks to a muted microphone; false:
    /// not any more.
    pub(crate) fn hear(&mut self, level: f64, length: Duration, muted: bool) -> Option<bool> {
        let room = self.room.map_or(level, |room| level.min(room + GETS_USED * length.as_secs_f64()));
        self.room = Some(room);
        if !muted {
            // A word that was begun before is no speech to a muted microphone.
            self.voice = Duration::ZERO;
        } else if level > (room + OVER_ROOM).max(LEAST) {
            self.voice = (self.voice + length).min(ENOUGH);
            self.pause = Duration::ZERO;
        } else {
            self.voice = self.voice.saturating_sub(length);
            self.pause = (self.pause + length).min(OVER);
        }
        let speaks = muted && (self.voice >= ENOUGH || (self.speaks && self.pause < OVER));
        (std::mem::replace(&mut self.speaks, speaks) != speaks).then_some(speaks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: Duration = Duration::from_millis(20);
    const QUIET: f64 = -65.0;
    const VOICE: f64 = -25.0;

    /// News with the milliseconds after which they came.
    fn run(speech: &mut MutedSpeech, level: f64, ms: u64, muted: bool) -> Vec<(u64, bool)> {
        let blocks = 1..=ms / 20;
        blocks.filter_map(|block| speech.hear(level, BLOCK, muted).map(|news| (block * 20, news))).collect()
    }

    #[test]
    fn a_voice_is_told_after_300_ms_and_once() {
        let mut speech = MutedSpeech::default();
        assert_eq!(run(&mut speech, QUIET, 2000, true), []);
        assert_eq!(run(&mut speech, VOICE, 1000, true), [(300, true)]);
        // Pauses between sentences are no end.
        for _ in 0..3 {
            assert_eq!(run(&mut speech, QUIET, 2000, true), []);
            assert_eq!(run(&mut speech, VOICE, 1000, true), []);
        }
        assert_eq!(run(&mut speech, QUIET, 10_000, true), [(4000, false)]);
    }

    #[test]
    fn a_cough_and_a_steady_noise_are_no_voice() {
        let mut speech = MutedSpeech::default();
        run(&mut speech, QUIET, 2000, true);
        for _ in 0..20 {
            assert_eq!(run(&mut speech, VOICE, 200, true), []);
            assert_eq!(run(&mut speech, QUIET, 500, true), []);
        }
        let mut steady = MutedSpeech::default();
        assert_eq!(run(&mut steady, -40.0, 20_000, true), []);
    }

    #[test]
    fn whoever_is_heard_by_the_others_is_told_nothing() {
        let mut speech = MutedSpeech::default();
        run(&mut speech, QUIET, 2000, false);
        assert_eq!(run(&mut speech, VOICE, 1000, false), []);
        // Muted in the middle of a word: it takes as long as from silence.
        assert_eq!(run(&mut speech, VOICE, 300, true), [(300, true)]);
        assert_eq!(run(&mut speech, VOICE, 20, false), [(20, false)]);
    }
}
