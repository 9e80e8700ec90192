//! Camera and microphone files for a browser: numbered test cards and a tone.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
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

/// Picture of the clip of much motion in pixels.
const WIDE: (usize, usize) = (1280, 720);
/// Side of the pattern that fills it, in pixels; a power of two.
const PATTERN: usize = 512;
/// Frames of the clip of much motion: the pattern is then where it began.
const WIDE_FRAMES: u32 = 64;
/// Patches that go their own ways.
const PATCHES: usize = 12;

/// Writes a clip of 1280 x 720 at 30 frames a second in which everything moves, as people who walk through the picture
/// of a camera that is turned: little of a frame can be taken over from the one before.
pub fn write_motion(path: &Path) {
    let mut file = BufWriter::new(File::create(path).expect("the folder is writable"));
    let (width, height) = WIDE;
    writeln!(file, "YUV4MPEG2 W{width} H{height} F30:1 Ip A1:1 C420mpeg2").expect("the disk has room");
    let pattern = pattern();
    let mut plane = vec![0; width * height];
    let mut chroma = vec![0; width * height / 4];
    for frame in 0..WIDE_FRAMES {
        pan(&mut plane, &pattern, frame as usize);
        draw(&mut LumaMut { data: &mut plane, stride: width, width, height }, FrameCode { source: 0, frame });
        file.write_all(b"FRAME\n").and_then(|()| file.write_all(&plane)).expect("the disk has room");
        for (shift, about) in [(0, 112), (PATTERN / 2, 136)] {
            for (at, pixel) in chroma.iter_mut().enumerate() {
                let (x, y) = (at % (width / 2) + frame as usize * 4 + shift, at / (width / 2));
                *pixel = about + pattern[y % PATTERN * PATTERN + x % PATTERN] / 8;
            }
            file.write_all(&chroma).expect("the disk has room");
        }
    }
    file.flush().expect("the disk has room");
}

/// Writes a film that shows a clip of [`write_motion`] so often: for a player that stops at the end.
pub fn repeat(clip: &Path, film: &Path, times: u32) {
    let mut film = File::create(film).expect("the folder is writable");
    for turn in 0..times {
        let mut clip = BufReader::new(File::open(clip).expect("the clip was written"));
        let mut header = Vec::new();
        clip.read_until(b'\n', &mut header).expect("the clip can be read");
        if turn == 0 {
            film.write_all(&header).expect("the disk has room");
        }
        std::io::copy(&mut clip, &mut film).expect("the disk has room");
    }
}

/// The pattern goes by, eight pixels a frame, and patches of it in all directions before it.
fn pan(plane: &mut [u8], pattern: &[u8], frame: usize) {
    let (width, height) = WIDE;
    for (y, row) in plane.chunks_exact_mut(width).enumerate() {
        let line = &pattern[y % PATTERN * PATTERN..][..PATTERN];
        row.iter_mut().enumerate().for_each(|(x, pixel)| *pixel = line[(x + frame * 8) % PATTERN]);
    }
    for patch in 0..PATCHES {
        let side = 96 + patch * 8;
        let along = |speed: usize, room: usize| (patch * 211 + frame * speed * room / WIDE_FRAMES as usize) % room;
        let (left, top) = (along(1 + patch % 3, width - side), along(1 + patch % 2, height - side));
        for y in 0..side {
            let line = &pattern[(y + patch * 40 + frame) % PATTERN * PATTERN..][..PATTERN];
            let row = &mut plane[(top + y) * width + left..][..side];
            row.iter_mut().enumerate().for_each(|(x, pixel)| *pixel = 255 - line[(x * 2 + frame * 3) % PATTERN]);
        }
    }
}

/// Smooth random spots of several sizes, the same each time, that join at their edges.
fn pattern() -> Vec<u8> {
    let mut sum = vec![0_u32; PATTERN * PATTERN];
    let mut random = 0x2545_F491_u32;
    for (cell, weight) in [(64_usize, 4_u32), (16, 2), (4, 1)] {
        let cells = PATTERN / cell;
        let knots: Vec<u32> = (0..cells * cells)
            .map(|_| {
                // Xorshift.
                random ^= random << 13;
                random ^= random >> 17;
                random ^= random << 5;
                random >> 24
            })
            .collect();
        let knot = |x: usize, y: usize| knots[y % cells * cells + x % cells];
        for (at, pixel) in sum.iter_mut().enumerate() {
            let (x, y) = (at % PATTERN, at / PATTERN);
            let [right, below] = [x % cell, y % cell].map(|part| u32::try_from(part * 256 / cell).unwrap_or(0));
            let blend = |one: u32, other: u32, part: u32| (one * (256 - part) + other * part) / 256;
            let upper = blend(knot(x / cell, y / cell), knot(x / cell + 1, y / cell), right);
            let lower = blend(knot(x / cell, y / cell + 1), knot(x / cell + 1, y / cell + 1), right);
            *pixel += weight * blend(upper, lower, below);
        }
    }
    sum.into_iter().map(|value| (16 + value * 220 / (7 * 256)).to_le_bytes()[0]).collect()
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
