//! Pictures and sound as the panel hands them out.

use std::io::Cursor;

use roombox_testcard::tone;

/// A picture.
pub struct Picture {
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height * 3` bytes, red green blue.
    pub rgb: Vec<u8>,
}

/// Mono sound.
pub struct Sound {
    /// Samples a second.
    pub rate: u32,
    /// Samples, -1.0..=1.0.
    pub samples: Vec<f32>,
}

impl Sound {
    /// Share of the energy at `hz`, 0.0..=1.0.
    pub fn share(&self, hz: f64) -> f64 {
        tone::strength(&self.samples, self.rate, hz)
    }

    /// Nothing to be heard?
    pub fn is_silent(&self) -> bool {
        tone::is_silent(&self.samples)
    }
}

/// A PNG of 8 bits, with or without transparency; `None` when it is none.
pub fn png(bytes: &[u8]) -> Option<Picture> {
    let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().ok()?;
    let mut data = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut data).ok()?;
    let samples = frame.color_type.samples();
    if frame.bit_depth != png::BitDepth::Eight || samples < 3 {
        return None;
    }
    let pixels = data[..frame.buffer_size()].chunks_exact(samples);
    let rgb = pixels.flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    Some(Picture { width: usize::try_from(frame.width).ok()?, height: usize::try_from(frame.height).ok()?, rgb })
}

/// A WAV of 16 bits; the first channel counts. `None` when it is none.
pub fn wav(bytes: &[u8]) -> Option<Sound> {
    let (head, mut rest) = bytes.split_at_checked(12)?;
    if !head.starts_with(b"RIFF") || !head.ends_with(b"WAVE") {
        return None;
    }
    let mut format = None;
    loop {
        let (name, after) = rest.split_at_checked(4)?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?.min(after.len());
        let (content, after) = after.split_at(length);
        match name {
            b"fmt " => format = Some((short(content, 2)?, long(content, 4)?)),
            b"data" => return format.map(|(channels, rate)| Sound { rate, samples: first(content, channels) }),
            _ => {}
        }
        rest = after;
    }
}

fn first(content: &[u8], channels: u16) -> Vec<f32> {
    let frames = content.chunks_exact(2 * usize::from(channels.max(1)));
    let samples: Vec<i16> = frames.map(|frame| i16::from_le_bytes([frame[0], frame[1]])).collect();
    tone::from_i16(&samples)
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clips;

    #[test]
    fn a_tone_written_is_the_tone_read() {
        let folder = tempfile::tempdir().unwrap();
        clips::write_tone(&folder.path().join("tone.wav"), 440);
        let sound = wav(&std::fs::read(folder.path().join("tone.wav")).unwrap()).unwrap();
        assert_eq!((sound.rate, sound.samples.len()), (48_000, 144_000));
        assert!(sound.share(440.0) > 0.99);
    }

    #[test]
    fn damaged_files_are_none() {
        assert!(wav(b"RIFF....WAVEfmt ").is_none());
        assert!(wav(b"").is_none());
        assert!(png(b"\x89PNG").is_none());
    }
}
