//! Camera and microphone files for a browser: numbered test cards and a tone.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use roombox_testcard::code::{FrameCode, LumaMut, draw};
use roombox_testcard::tone::Sine;

/// Picture of the clip in pixels.
const SIZE: (usize, usize) = (640, 360);
/// Frames before the clip starts over; three seconds.
pub const CLIP_FRAMES: u32 = 90;
/// Samples a second.
const RATE: u32 = 48_000;

/// Writes a moving clip of 30 frames a second (YUV4MPEG2, 4:2:0) whose frames carry `source` and count from 0.
pub fn write_video(path: &Path, source: u8) {
    let mut file = BufWriter::new(File::create(path).expect("the folder is writable"));
    let (width, height) = SIZE;
    writeln!(file, "YUV4MPEG2 W{width} H{height} F30:1 Ip A1:1 C420jpeg").expect("the disk has room");
    let mut plane = vec![0; width * height];
    let chroma = vec![128; width * height / 2];
    for frame in 0..CLIP_FRAMES {
        shade(&mut plane, frame);
        draw(&mut LumaMut { data: &mut plane, stride: width, width, height }, FrameCode { source, frame });
        file.write_all(b"FRAME\n").and_then(|()| file.write_all(&plane)).expect("the disk has room");
        file.write_all(&chroma).expect("the disk has room");
    }
    file.flush().expect("the disk has room");
}

/// Diagonal bands that travel.
fn shade(plane: &mut [u8], frame: u32) {
    let shift = frame as usize * 4;
    for (y, row) in plane.chunks_exact_mut(SIZE.0).enumerate() {
        for (x, pixel) in row.iter_mut().enumerate() {
            *pixel = 48 + ((x + y + shift) % 128).to_le_bytes()[0];
        }
    }
}

/// Writes three seconds of a sine (WAV, 16 bits, mono) that joins itself without a click for whole `hz`.
pub fn write_tone(path: &Path, hz: u16) {
    let mut samples = vec![0; RATE as usize * 3];
    Sine::new(RATE, f64::from(hz), 0.5).fill_i16(&mut samples);
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let length = u32::try_from(bytes.len()).expect("three seconds are small");
    let mut wav = Vec::new();
    for part in [&b"RIFF"[..], &(length + 36).to_le_bytes(), b"WAVEfmt ", &16_u32.to_le_bytes()] {
        wav.extend_from_slice(part);
    }
    for field in [1_u16, 1] {
        wav.extend_from_slice(&field.to_le_bytes());
    }
    wav.extend_from_slice(&RATE.to_le_bytes());
    wav.extend_from_slice(&(RATE * 2).to_le_bytes());
    for field in [2_u16, 16] {
        wav.extend_from_slice(&field.to_le_bytes());
    }
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&length.to_le_bytes());
    wav.extend_from_slice(&bytes);
    std::fs::write(path, wav).expect("the folder is writable");
}
