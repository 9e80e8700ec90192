//! Sound in and out: the microphone with its mute, the speaker with its volume, and what they really carry.

mod batch;
pub(crate) mod codecs;
pub(crate) mod delay;
mod drift;
mod echo;
mod fourier;
mod in_step;
pub(crate) mod level;
mod loopback;
mod marker;
mod microphone;
mod mute;
mod muted_speech;
mod recording;
mod reference;
mod resample;
mod ring;
mod score;
mod speaker;
mod speech;
mod synthetic;
mod tones;
pub(crate) mod trial;
mod voice;

pub(crate) use level::Meter;
pub(crate) use microphone::{Microphone, MicrophoneSetup};
pub(crate) use reference::Reference;
pub(crate) use speaker::{Playout, Speaker};

/// Samples a second, everywhere inside the box.
pub(crate) const RATE: u32 = 48_000;

/// Samples of 10 ms, the length that sound is processed in.
pub(crate) const BLOCK: usize = RATE as usize / 100;

/// The one format of sound inside the box.
pub(crate) const FORMAT: &str = "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1";

/// The samples of a buffer in [`FORMAT`].
pub(crate) fn samples(bytes: &[u8]) -> impl Iterator<Item = i16> {
    bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
}

/// A buffer in [`FORMAT`] without a time.
pub(crate) fn buffer(samples: &[i16]) -> gst::Buffer {
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    gst::Buffer::from_mut_slice(bytes)
}
