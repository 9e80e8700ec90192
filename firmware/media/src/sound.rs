//! Sound in and out: the microphone with its mute, the speaker with its volume, and what they really carry.

mod level;
mod microphone;
mod mute;
mod ring;
mod speaker;
mod speech;
mod synthetic;

pub(crate) use level::Meter;
pub(crate) use microphone::Microphone;
pub(crate) use speaker::Speaker;

/// Samples a second, everywhere inside the box.
pub(crate) const RATE: u32 = 48_000;

/// The one format of sound inside the box.
pub(crate) const FORMAT: &str = "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1";

/// The samples of a buffer in [`FORMAT`].
pub(crate) fn samples(bytes: &[u8]) -> impl Iterator<Item = i16> {
    bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
}
