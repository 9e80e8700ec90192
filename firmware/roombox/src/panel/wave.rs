//! Sound as a WAVE file (RIFF, 16-bit PCM, one channel).

use roombox_media::api::SpeakerSamples;

/// The sound as a complete file.
pub(crate) fn wave(sound: &SpeakerSamples) -> Vec<u8> {
    const HEADER: u32 = 36;
    let data = u32::try_from(sound.samples.len() * 2).unwrap_or(u32::MAX - HEADER);
    let mut file = Vec::with_capacity(sound.samples.len() * 2 + 44);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(HEADER + data).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    for half in [1_u16, 1] {
        file.extend_from_slice(&half.to_le_bytes());
    }
    file.extend_from_slice(&sound.rate.to_le_bytes());
    file.extend_from_slice(&(sound.rate * 2).to_le_bytes());
    for half in [2_u16, 16] {
        file.extend_from_slice(&half.to_le_bytes());
    }
    file.extend_from_slice(b"data");
    file.extend_from_slice(&data.to_le_bytes());
    for sample in &sound.samples {
        file.extend_from_slice(&pcm(*sample).to_le_bytes());
    }
    file
}

#[allow(clippy::cast_possible_truncation, reason = "the float is clamped to the range of i16 first")]
fn pcm(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_tells_length_and_rate() {
        let file = wave(&SpeakerSamples { rate: 48_000, samples: vec![1.0, -1.0] });
        assert_eq!(file.len(), 48);
        assert_eq!(file[4..8], 40_u32.to_le_bytes());
        assert_eq!(file[24..28], 48_000_u32.to_le_bytes());
        assert_eq!(file[44..], [255, 127, 1, 128]);
    }
}
