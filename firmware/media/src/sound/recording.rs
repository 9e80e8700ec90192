//! What a microphone hears, kept for a while beside what the speaker plays at the same time.

use std::sync::Mutex;

use tokio::sync::oneshot;

use super::{
    RATE,
    reference::{JITTER, Reference, number},
    samples,
};
use crate::pipeline::locked;

/// What is played may be told so many samples late, 100 ms: the threads of both devices run as they may.
const LATE: usize = RATE as usize / 10;

/// Samples of the same instants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recording {
    pub(crate) heard: Vec<i16>,
    pub(crate) played: Vec<i16>,
}

/// A place on the way from the microphone where somebody may listen.
#[derive(Debug, Default)]
pub(crate) struct Tap(Mutex<Option<Take>>);

#[derive(Debug)]
struct Take {
    recording: Recording,
    wanted: usize,
    /// Number of the first sample on the common time line.
    begin: Option<i64>,
    done: oneshot::Sender<Recording>,
}

impl Tap {
    /// The next so many samples in a row; a recording that is going on ends without a result.
    pub(crate) fn record(&self, wanted: usize) -> oneshot::Receiver<Recording> {
        let (done, recording) = oneshot::channel();
        *locked(&self.0) = Some(Take { recording: Recording::default(), wanted, begin: None, done });
        recording
    }

    /// Somebody records.
    pub(crate) fn is_open(&self) -> bool {
        locked(&self.0).as_ref().is_some_and(|take| !take.done.is_closed())
    }

    /// This passes.
    pub(crate) fn pass(&self, buffer: &gst::Buffer, reference: &Reference) {
        let mut open = locked(&self.0);
        if let Some(mut take) = open.take().filter(|take| !take.done.is_closed()) {
            take.hear(buffer, reference);
            if take.recording.played.len() < take.wanted {
                *open = Some(take);
            } else {
                take.recording.heard.truncate(take.wanted);
                take.recording.played.truncate(take.wanted);
                // Whoever asked may have given up.
                let _ = take.done.send(take.recording);
            }
        }
    }
}

impl Take {
    /// A gap begins it anew.
    fn hear(&mut self, buffer: &gst::Buffer, reference: &Reference) {
        let (Some(at), Ok(map)) = (buffer.pts().map(number), buffer.map_readable()) else { return };
        let signed = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let next = self.begin.map(|begin| begin + signed(self.recording.heard.len()));
        if next.is_none_or(|next| (at - next).abs() > JITTER) {
            (self.recording, self.begin) = (Recording::default(), Some(at));
        }
        let (begin, Recording { heard, played }) = (self.begin.unwrap_or(at), &mut self.recording);
        heard.extend(samples(&map));
        let known = played.len();
        played.resize(heard.len().saturating_sub(LATE).max(known), 0);
        reference.heard(begin + signed(known), &mut played[known..]);
    }
}

#[cfg(test)]
mod tests {
    use gst::ClockTime;

    use super::*;
    use crate::sound;

    fn buffer(ms: u64, sample: i16) -> gst::Buffer {
        gst::init().unwrap();
        let mut buffer = sound::buffer(&[sample; 960]);
        buffer.make_mut().set_pts(ClockTime::from_mseconds(ms));
        buffer
    }

    #[test]
    fn what_is_heard_is_kept_with_what_is_played_at_the_same_time() {
        let (tap, reference) = (Tap::default(), Reference::default());
        reference.play(ClockTime::from_mseconds(110), [9; 960].into_iter());
        let mut recording = tap.record(1440);
        assert!(tap.is_open());
        for (ms, sample) in [(100, 1), (120, 2), (140, 3), (160, 3), (180, 3), (200, 3)] {
            tap.pass(&buffer(ms, sample), &reference);
            assert!(recording.try_recv().is_err());
        }
        tap.pass(&buffer(220, 3), &reference);
        let Recording { heard, played } = recording.try_recv().unwrap();
        assert_eq!(heard, [[1; 960].as_slice(), &[2; 480]].concat());
        assert_eq!(played, [[0; 480].as_slice(), &[9; 960]].concat());
        assert!(!tap.is_open());
    }

    #[test]
    fn a_gap_begins_a_recording_anew_and_nobody_listening_ends_it() {
        let (tap, reference) = (Tap::default(), Reference::default());
        let mut recording = tap.record(1920);
        for (ms, sample) in [(0, 1), (200, 2), (220, 3), (240, 3), (260, 3), (280, 3), (300, 3), (320, 3)] {
            tap.pass(&buffer(ms, sample), &reference);
        }
        assert_eq!(recording.try_recv().unwrap().heard[..960], [2; 960]);
        drop(tap.record(960));
        assert!(!tap.is_open());
    }
}
