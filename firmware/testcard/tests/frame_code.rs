//! The strip outlives what encoders and scalers do to a picture, and nothing else passes for one.

use proptest::prelude::*;
use roombox_testcard::code::{CELLS, FrameCode, Luma, LumaMut, draw, luma_from_rgb, read, read_rgb, strip_height};

struct Picture {
    data: Vec<u8>,
    width: usize,
    height: usize,
}

impl Picture {
    fn grey(width: usize, height: usize) -> Self {
        Self { data: vec![120; width * height], width, height }
    }

    fn with(code: FrameCode, width: usize, height: usize) -> Self {
        let mut picture = Self::grey(width, height);
        draw(&mut LumaMut { data: &mut picture.data, stride: width, width, height }, code);
        picture
    }

    fn luma(&self) -> Luma<'_> {
        Luma { data: &self.data, stride: self.width, width: self.width, height: self.height }
    }

    fn read(&self) -> Option<FrameCode> {
        read(&self.luma())
    }

    /// Bilinear-like scaling: each target pixel is the mean of the source pixels it covers.
    fn scaled(&self, width: usize, height: usize) -> Self {
        let mut scaled = Self::grey(width, height);
        for y in 0..height {
            for x in 0..width {
                let (x0, x1) = span(x, width, self.width);
                let (y0, y1) = span(y, height, self.height);
                let covered = (y0..y1).flat_map(|sy| self.data[sy * self.width + x0..sy * self.width + x1].iter());
                let (sum, count) = covered.fold((0_usize, 0), |(s, n), p| (s + usize::from(*p), n + 1));
                scaled.data[y * width + x] = u8::try_from(sum / count).expect("a mean of bytes is a byte");
            }
        }
        scaled
    }

    fn blurred(&self, radius: usize) -> Self {
        let mut blurred = Self::grey(self.width, self.height);
        for y in 0..self.height {
            for x in 0..self.width {
                let xs = x.saturating_sub(radius)..(x + radius + 1).min(self.width);
                let count = xs.len();
                let sum: usize = xs.map(|x| usize::from(self.data[y * self.width + x])).sum();
                blurred.data[y * self.width + x] = u8::try_from(sum / count).expect("a mean of bytes is a byte");
            }
        }
        blurred
    }
}

fn span(at: usize, target: usize, source: usize) -> (usize, usize) {
    let first = at * source / target;
    (first, ((at + 1) * source / target).max(first + 1).min(source))
}

/// Numbers in -1.0..1.0, the same for the same seed.
fn noise(seed: u32) -> impl Iterator<Item = f64> {
    std::iter::successors(Some(seed | 1), |x| {
        let x = x ^ x << 13;
        let x = x ^ x >> 17;
        Some(x ^ x << 5)
    })
    .map(|x| f64::from(x) / f64::from(u32::MAX) * 2.0 - 1.0)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of a byte")]
fn to_byte(value: f64) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

fn any_code() -> impl Strategy<Value = FrameCode> {
    (any::<u8>(), any::<u32>()).prop_map(|(source, frame)| FrameCode { source, frame })
}

proptest! {
    #[test]
    fn what_was_drawn_is_read(code in any_code(), width in CELLS..1920_usize, height in 8..1080_usize) {
        prop_assert_eq!(Picture::with(code, width, height).read(), Some(code));
    }

    #[test]
    fn scaling_between_720p_and_180p_keeps_the_code(code in any_code(), width in 320..=1280_usize) {
        let drawn = Picture::with(code, 1280, 720);
        prop_assert_eq!(drawn.scaled(width, width * 9 / 16).read(), Some(code));
    }

    #[test]
    fn enlarging_a_small_picture_keeps_the_code(code in any_code(), width in 320..=1920_usize) {
        let drawn = Picture::with(code, 320, 180);
        prop_assert_eq!(drawn.scaled(width, width * 9 / 16).read(), Some(code));
    }

    #[test]
    fn blur_of_two_fifths_of_a_cell_keeps_the_code(code in any_code()) {
        prop_assert_eq!(Picture::with(code, 1280, 720).blurred(8).read(), Some(code));
        prop_assert_eq!(Picture::with(code, 320, 180).blurred(2).read(), Some(code));
    }

    #[test]
    fn noise_low_contrast_and_shifted_levels_keep_the_code(
        code in any_code(), seed in any::<u32>(), gain in 0.35..1.1_f64, offset in -10.0..60.0_f64,
    ) {
        let mut picture = Picture::with(code, 320, 180);
        for (pixel, noise) in picture.data.iter_mut().zip(noise(seed)) {
            *pixel = to_byte(f64::from(*pixel) * gain + offset + noise * 25.0);
        }
        prop_assert_eq!(picture.read(), Some(code));
    }

    #[test]
    fn one_wrong_cell_is_noticed(code in any_code(), cell in 0..CELLS) {
        let mut picture = Picture::with(code, 640, 360);
        for row in picture.data.chunks_exact_mut(640).take(strip_height(360)) {
            row[cell * 10..(cell + 1) * 10].iter_mut().for_each(|pixel| *pixel = 251 - *pixel);
        }
        prop_assert_eq!(picture.read(), None);
    }

    #[test]
    fn a_strip_of_cells_one_pixel_wide_is_read(code in any_code(), width in CELLS..2 * CELLS) {
        prop_assert_eq!(Picture::with(code, width, 8).read(), Some(code));
    }

    #[test]
    fn any_bytes_are_read_without_panic(
        data in prop::collection::vec(any::<u8>(), 0..4096),
        stride in 0..300_usize, width in 0..300_usize, height in 0..300_usize,
    ) {
        let _ = read(&Luma { data: &data, stride, width, height });
        let mut data = data;
        draw(&mut LumaMut { data: &mut data, stride, width, height }, FrameCode { source: 1, frame: 2 });
    }
}

#[test]
fn flat_pictures_carry_no_code() {
    for level in 0..=255 {
        let picture = Picture { data: vec![level; 640 * 360], width: 640, height: 360 };
        assert_eq!(picture.read(), None, "level {level}");
    }
}

#[test]
fn noise_carries_no_code() {
    for seed in 0..200 {
        let mut picture = Picture::grey(320, 180);
        picture.data.iter_mut().zip(noise(seed * 977)).for_each(|(pixel, n)| *pixel = to_byte(128.0 + 127.0 * n));
        assert_eq!(picture.read(), None, "seed {seed}");
    }
}

#[test]
fn stripes_and_ramps_carry_no_code() {
    for period in 1..80 {
        let mut picture = Picture::grey(1280, 720);
        let stripes = (0..1280).map(|x| if x / period % 2 == 0 { 235 } else { 16 });
        let row: Vec<u8> = stripes.collect();
        picture.data.chunks_exact_mut(1280).for_each(|line| line.copy_from_slice(&row));
        assert_eq!(picture.read(), None, "period {period}");
    }
}

#[test]
fn a_negative_picture_carries_no_code() {
    let mut picture = Picture::with(FrameCode { source: 3, frame: 99 }, 640, 360);
    picture.data.iter_mut().for_each(|pixel| *pixel = 255 - *pixel);
    assert_eq!(picture.read(), None);
}

#[test]
fn only_the_strip_is_drawn_over() {
    let picture = Picture::with(FrameCode { source: 1, frame: 0 }, 1280, 720);
    let below = &picture.data[strip_height(720) * 1280..];
    assert!(below.iter().all(|pixel| *pixel == 120));
}

#[test]
fn padding_at_the_end_of_a_row_stays_untouched() {
    let (width, stride, height) = (320, 384, 180);
    let mut data = vec![7; stride * height];
    let code = FrameCode { source: 9, frame: 12_345 };
    draw(&mut LumaMut { data: &mut data, stride, width, height }, code);
    assert!(data.chunks_exact(stride).all(|row| row[width..].iter().all(|pixel| *pixel == 7)));
    assert_eq!(read(&Luma { data: &data, stride, width, height }), Some(code));
}

#[test]
fn each_tile_of_a_layout_is_read_by_its_rectangle() {
    let mut layout = Picture::grey(1280, 720);
    let places = [(0, 0), (640, 0), (0, 360), (640, 360)];
    for (number, (x, y)) in (1..).zip(places) {
        let data = &mut layout.data[y * 1280 + x..];
        let code = FrameCode { source: number, frame: 1000 + u32::from(number) };
        draw(&mut LumaMut { data, stride: 1280, width: 640, height: 360 }, code);
    }
    for (number, (x, y)) in (1..).zip(places) {
        let tile = layout.luma().rectangle(x, y, 640, 360).expect("the tile lies inside");
        assert_eq!(read(&tile), Some(FrameCode { source: number, frame: 1000 + u32::from(number) }));
    }
}

#[test]
fn a_rectangle_outside_the_picture_is_none() {
    let picture = Picture::grey(320, 180);
    assert!(picture.luma().rectangle(1, 0, 320, 180).is_none());
    assert!(picture.luma().rectangle(0, 1, 320, 180).is_none());
    assert!(picture.luma().rectangle(usize::MAX, 0, 2, 2).is_none());
}

#[test]
fn the_code_is_read_from_an_rgb_snapshot() {
    let code = FrameCode { source: 2, frame: u32::MAX };
    let picture = Picture::with(code, 640, 360);
    let rgb: Vec<u8> = picture.data.iter().flat_map(|pixel| [*pixel; 3]).collect();
    assert_eq!(read_rgb(&rgb, 640, 360), Some(code));
}

#[test]
fn luma_of_grey_is_that_grey_and_green_is_brightest() {
    assert_eq!(luma_from_rgb(&[0, 0, 0, 255, 255, 255, 77, 77, 77]), [0, 255, 77]);
    let [red, green, blue] = luma_from_rgb(&[255, 0, 0, 0, 255, 0, 0, 0, 255])[..] else { panic!("three pixels") };
    assert!(green > red && red > blue);
}
