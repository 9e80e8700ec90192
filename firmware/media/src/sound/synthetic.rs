//! Microphones that are none: speech, a tone, beeps at the marks of lip sync, the noise floor of a silent room, a room in
//! which the speaker is heard.

use std::sync::{Arc, Mutex};

use gst::{ClockTime, prelude::*};
use roombox_testcard::tone::Sine;

use crate::{
    error::MediaError,
    pipeline::{described, locked, named},
    sound::{
        FORMAT, RATE, Reference,
        reference::{number, time},
        speech,
    },
    sync_marks,
};

/// Peak of a tone, of full scale: loud, and far from clipping behind any codec.
const TONE_AMPLITUDE: f64 = 0.3;
/// Pitch of the beeps, as line-up tones have it, in Hz.
const BEEP: f64 = 1000.0;
/// A tone that the sound format can carry, in Hz.
const TONES: std::ops::RangeInclusive<f64> = 20.0..=20_000.0;

/// Leads the name of a microphone that hears the speaker, before the delay in ms.
const ROOM: &str = "room:";
/// The longest way of sound through a virtual room, in ms.
const LONGEST: u16 = 500;
/// Ways from the speaker to the microphone of a virtual room: samples behind the first, and what is left on the way.
const WAYS: [(i64, f64); 3] = [(0, 0.25), (337, 0.1), (911, -0.06)];

/// What a synthetic microphone hears.
enum Content {
    Speech {
        samples: Vec<i16>,
        at: usize,
    },
    Tone(Box<Sine>),
    /// A tone at the marks.
    Beeps(Box<Sine>),
    Silence,
    /// What the speaker plays, so many samples later.
    Room {
        reference: Arc<Reference>,
        delay: i64,
    },
}

/// What such a microphone hears needs the processing of a real one.
pub(crate) fn hears_the_room(kind: &str) -> bool {
    kind.starts_with(ROOM)
}

/// A pipeline for `speech`, `tone:HZ`, `beeps`, `silence` or `room:MS` that ends in an `appsink` named `out`.
pub(crate) fn pipeline(kind: &str, reference: &Arc<Reference>) -> Result<gst::Pipeline, MediaError> {
    let content = Mutex::new((content(kind, reference)?, Noise(1)));
    let pipeline = described(&format!(
        "audiotestsrc name=pace is-live=true wave=silence samplesperbuffer=960 ! {FORMAT} ! \
         appsink name=out wait-on-eos=false enable-last-sample=false max-buffers=5 drop=true sync=false"
    ))?;
    let pad = named::<gst::Element>(&pipeline, "pace")?.static_pad("src");
    let pad = pad.ok_or_else(|| MediaError::pipeline("microphone", "has no pad to fill"))?;
    pad.add_probe(gst::PadProbeType::BUFFER, move |_, probe| {
        if let Some(gst::PadProbeData::Buffer(buffer)) = &mut probe.data {
            let buffer = buffer.make_mut();
            // The pace is made of gaps, which a resampler would leave silent.
            buffer.unset_flags(gst::BufferFlags::GAP);
            let begin = buffer.pts().unwrap_or_default();
            if let Ok(mut map) = buffer.map_writable() {
                let (content, noise) = &mut *locked(&content);
                content.fill(begin, &mut map, noise);
            }
        }
        gst::PadProbeReturn::Ok
    });
    Ok(pipeline)
}

fn content(kind: &str, reference: &Arc<Reference>) -> Result<Content, MediaError> {
    if let Some(text) = kind.strip_prefix(ROOM) {
        let ms = text.parse().ok().filter(|ms: &u16| *ms <= LONGEST);
        let wrong = || MediaError::BadSetting(format!("microphone {kind:?}: a room has 0 to {LONGEST} ms"));
        let delay = i64::from(ms.ok_or_else(wrong)?) * i64::from(RATE) / 1000;
        return Ok(Content::Room { reference: Arc::clone(reference), delay });
    }
    if let Some(text) = kind.strip_prefix("tone:") {
        let hz = text.parse().ok().filter(|hz| TONES.contains(hz));
        let wrong = || MediaError::BadSetting(format!("microphone {kind:?}: a tone has 20 to 20000 Hz"));
        return Ok(Content::Tone(Box::new(Sine::new(RATE, hz.ok_or_else(wrong)?, TONE_AMPLITUDE))));
    }
    match kind {
        "speech" => Ok(Content::Speech { samples: speech::samples()?, at: 0 }),
        "beeps" => Ok(Content::Beeps(Box::new(Sine::new(RATE, BEEP, TONE_AMPLITUDE)))),
        "silence" => Ok(Content::Silence),
        _ => Err(MediaError::BadSetting(format!(
            "microphone {kind:?} is unknown: alsa:NAME, speech, tone:HZ, beeps, silence or room:MS"
        ))),
    }
}

impl Content {
    /// `begin`: time of the first sample on the common time line.
    fn fill(&mut self, begin: ClockTime, bytes: &mut [u8], noise: &mut Noise) {
        let first = number(begin);
        let room = self.room(first, bytes.len() / 2);
        for (index, pair) in bytes.chunks_exact_mut(2).enumerate() {
            let sample = match self {
                Self::Tone(sine) => next(sine),
                Self::Beeps(sine) => {
                    let sample = next(sine);
                    let at = time(first + i64::try_from(index).unwrap_or(0));
                    if sync_marks::is_on(at) { sample } else { 0 }
                }
                Self::Speech { samples, at } => {
                    let sample = samples[*at];
                    *at = (*at + 1) % samples.len();
                    sample
                }
                Self::Silence => 0,
                Self::Room { .. } => room[index],
            };
            pair.copy_from_slice(&sample.saturating_add(noise.next()).to_le_bytes());
        }
    }

    /// What of the speaker reaches the microphone of a room.
    #[allow(clippy::cast_possible_truncation, reason = "the ways take more away than they bring")]
    fn room(&self, first: i64, count: usize) -> Vec<i16> {
        let Self::Room { reference, delay } = self else { return Vec::new() };
        let mut came = vec![0.0; count];
        let mut played = vec![0; count];
        for (later, gain) in WAYS {
            reference.heard(first - delay - later, &mut played);
            came.iter_mut().zip(&played).for_each(|(sum, sample)| *sum += gain * f64::from(*sample));
        }
        came.into_iter().map(|sum| sum as i16).collect()
    }
}

fn next(sine: &mut Sine) -> i16 {
    let mut one = [0];
    sine.fill_i16(&mut one);
    one[0]
}

/// One bit of noise, as every real microphone has: silence in the room is not the silence of a muted microphone.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> i16 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        i16::from(self.0 & 1 == 1)
    }
}
