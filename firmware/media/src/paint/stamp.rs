//! Small half transparent pictures that are put on frames: a dark plate with a sign and words on it.
#![allow(clippy::cast_precision_loss, reason = "places and sizes on a screen are small numbers")]

use super::{
    Colour,
    letters::{self, Coverage},
};

/// Letters and what surrounds them, in pixels.
const LETTERS: f32 = 21.0;
const PADDING: u32 = 12;
const HEIGHT: u32 = 36;
/// Of the plate's corners.
const RADIUS: f32 = 10.0;
/// How much of the frame the plate hides, of 255.
const PLATE_SHARE: u8 = 176;
const PLATE: Colour = Colour(24, 131, 125);
const INK: Colour = Colour(225, 128, 128);

/// A plate, ready to be blended in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Even.
    pub(crate) width: u32,
    /// Even.
    pub(crate) height: u32,
    /// Luma and its share, row by row.
    pub(super) luma: Vec<(u8, u8)>,
    /// Both chroma values and their share, for two pixels each way.
    pub(super) chroma: Vec<(u8, u8, u8)>,
}

/// What stands before the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// A crossed-out microphone of this colour.
    Muted(Colour),
    /// A round light of this colour.
    Light(Colour),
}

impl Stamp {
    /// A plate with these words, at most so wide; `None` without words or fonts.
    pub(crate) fn new(sign: Option<Sign>, text: &str, most_width: u32) -> Option<Self> {
        let lead = if sign.is_some() { HEIGHT } else { PADDING };
        let words = letters::line(text, LETTERS, most_width.checked_sub(lead + PADDING)?)?;
        let (width, height) = ((lead + words.width + PADDING).next_multiple_of(2), HEIGHT);
        let mut pixels = plate(width, height);
        if let Some(sign) = sign {
            draw_sign(&mut pixels, width, sign);
        }
        write(&mut pixels, width, &words, lead);
        let luma = pixels.iter().map(|pixel| (pixel.colour.0, pixel.share)).collect();
        Some(Self { width, height, luma, chroma: halved(&pixels, width, height) })
    }
}

#[derive(Clone, Copy)]
struct Pixel {
    colour: Colour,
    share: u8,
}

impl Pixel {
    /// Lays a colour over it.
    fn cover(&mut self, colour: Colour, share: u8) {
        self.colour = Colour(
            super::mixed(self.colour.0, colour.0, share),
            super::mixed(self.colour.1, colour.1, share),
            super::mixed(self.colour.2, colour.2, share),
        );
        self.share = self.share.max(share);
    }
}

fn plate(width: u32, height: u32) -> Vec<Pixel> {
    let (middle_x, middle_y) = (width as f32 / 2.0, height as f32 / 2.0);
    let inside = |x: u32, y: u32| {
        let out_x = ((x as f32 + 0.5 - middle_x).abs() - (middle_x - RADIUS)).max(0.0);
        let out_y = ((y as f32 + 0.5 - middle_y).abs() - (middle_y - RADIUS)).max(0.0);
        edge(RADIUS - out_x.hypot(out_y))
    };
    let pixel = |x, y| Pixel { colour: PLATE, share: super::mixed(0, PLATE_SHARE, inside(x, y)) };
    (0..height).flat_map(|y| (0..width).map(move |x| pixel(x, y))).collect()
}

/// Coverage of a pixel whose middle lies so far inside a shape.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped first")]
fn edge(inside: f32) -> u8 {
    ((inside + 0.5).clamp(0.0, 1.0) * 255.0) as u8
}

fn draw_sign(pixels: &mut [Pixel], width: u32, sign: Sign) {
    let middle = HEIGHT as f32 / 2.0;
    for y in 0..HEIGHT {
        for x in 0..HEIGHT.min(width) {
            let (right, down) = (x as f32 + 0.5 - middle, y as f32 + 0.5 - middle);
            let (colour, inside) = match sign {
                Sign::Light(colour) => (colour, 6.5 - right.hypot(down)),
                Sign::Muted(colour) => (colour, microphone(right, down)),
            };
            pixels[(y * width + x) as usize].cover(colour, edge(inside));
        }
    }
}

/// How far a point lies inside the sign of a crossed-out microphone, from its middle.
fn microphone(right: f32, down: f32) -> f32 {
    // A capsule, the bow around it with its foot, and a stroke across with a gap on either side.
    let capsule = 3.6 - right.hypot((down + 3.5).abs().max(3.0) - 3.0);
    let around = right.hypot(down + 1.0);
    let bow = if down > -1.0 { 1.0 - (around - 7.0).abs() } else { -1.0 };
    let foot = (1.0 - right.abs()).min(2.5 - (down - 8.5).abs());
    let across = (right - down).abs() / std::f32::consts::SQRT_2;
    let stroke = (1.1 - across).min(11.5 - right.hypot(down));
    let body = capsule.max(bow).max(foot).min(across - 2.4);
    body.max(stroke)
}

fn write(pixels: &mut [Pixel], width: u32, words: &Coverage, from: u32) {
    let top = HEIGHT.saturating_sub(words.height) / 2;
    for y in 0..words.height.min(HEIGHT - top) {
        for x in 0..words.width {
            let share = words.share[(y * words.width + x) as usize];
            pixels[((y + top) * width + x + from) as usize].cover(INK, share);
        }
    }
}

fn halved(pixels: &[Pixel], width: u32, height: u32) -> Vec<(u8, u8, u8)> {
    let mean = |x: u32, y: u32, of: fn(&Pixel) -> u8| {
        let at = |x: u32, y: u32| u32::from(of(&pixels[(y * width + x) as usize]));
        u8::try_from((at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) / 4).unwrap_or(u8::MAX)
    };
    let of = |x, y| (mean(x, y, |p| p.colour.1), mean(x, y, |p| p.colour.2), mean(x, y, |p| p.share));
    (0..height).step_by(2).flat_map(|y| (0..width).step_by(2).map(move |x| of(x, y))).collect()
}
