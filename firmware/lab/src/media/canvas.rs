//! A picture in I420 that can be drawn on.

use gst_video::prelude::*;

use super::layout::Area;
use super::text::Mask;

/// Pixels a row of a room's picture.
pub(super) const WIDTH: usize = 1280;
/// Rows of a room's picture.
pub(super) const HEIGHT: usize = 720;
/// Frames a second.
pub(super) const RATE: u32 = 30;

/// What painted frames are.
pub(super) fn caps() -> gst::Caps {
    let (width, height, rate) = (1280, 720, gst::Fraction::new(30, 1));
    gst::Caps::builder("video/x-raw")
        .field("format", "I420")
        .field("width", width)
        .field("height", height)
        .field("framerate", rate)
        .field("pixel-aspect-ratio", gst::Fraction::new(1, 1))
        .field("interlace-mode", "progressive")
        .field("colorimetry", "bt709")
        .build()
}

/// A colour in limited-range BT.709.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(pub(super) [u8; 3]);

impl Colour {
    /// From red, green and blue of full range (ITU-R BT.709 section 3, 8 bits).
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the results lie in 16..=240")]
    pub(super) fn rgb(red: u8, green: u8, blue: u8) -> Self {
        let [red, green, blue] = [red, green, blue].map(f32::from);
        let luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        let plane = |value: f32| value.round().clamp(0.0, 255.0) as u8;
        let chroma = [(blue - luma) / 1.8556, (red - luma) / 1.5748];
        Self([
            plane(16.0 + luma * 219.0 / 255.0),
            plane(128.0 + chroma[0] * 224.0 / 255.0),
            plane(128.0 + chroma[1] * 224.0 / 255.0),
        ])
    }
}

/// Three planes without padding: luma, then both chromas at half the resolution.
pub(super) struct Canvas<'a> {
    data: &'a mut [u8],
    width: usize,
    height: usize,
}

/// A plane's place in an I420 picture without padding: offset, bytes a row, and by how much it is smaller.
#[derive(Clone, Copy)]
struct Plane {
    offset: usize,
    stride: usize,
    shrink: usize,
}

/// Bytes of an I420 picture without padding; both sides even.
pub(super) const fn size(width: usize, height: usize) -> usize {
    width * height * 3 / 2
}

const fn planes(width: usize, height: usize) -> [Plane; 3] {
    let luma = width * height;
    [
        Plane { offset: 0, stride: width, shrink: 1 },
        Plane { offset: luma, stride: width / 2, shrink: 2 },
        Plane { offset: luma + luma / 4, stride: width / 2, shrink: 2 },
    ]
}

impl<'a> Canvas<'a> {
    /// Draws on `data`, which holds [`size`] bytes; `None` when it does not.
    pub(super) fn new(data: &'a mut [u8], width: usize, height: usize) -> Option<Self> {
        (data.len() >= size(width, height)).then_some(Self { data, width, height })
    }

    /// The luma plane.
    pub(super) fn luma(&mut self) -> &mut [u8] {
        &mut self.data[..self.width * self.height]
    }

    /// Becomes a copy of a picture of the same size.
    pub(super) fn copy_all(&mut self, picture: &[u8]) {
        self.data[..picture.len()].copy_from_slice(picture);
    }

    /// Fills a rectangle, as far as it lies in the picture.
    pub(super) fn fill(&mut self, area: Area, colour: Colour) {
        let (right, bottom) = ((area.x + area.width).min(self.width), (area.y + area.height).min(self.height));
        for (plane, value) in planes(self.width, self.height).into_iter().zip(colour.0) {
            let (left, right) = (area.x.min(right) / plane.shrink, right / plane.shrink);
            for row in area.y / plane.shrink..bottom / plane.shrink {
                let start = plane.offset + row * plane.stride;
                self.data[start + left..start + right].fill(value);
            }
        }
    }

    /// Copies a picture of this width and height into the rectangle's top left, as much of it as fits both.
    pub(super) fn copy(&mut self, area: Area, source: &gst_video::VideoFrameRef<&gst::BufferRef>) {
        for (index, plane) in planes(self.width, self.height).into_iter().enumerate() {
            let Ok(number) = u32::try_from(index) else { return };
            let (Ok(data), Some(stride)) = (source.plane_data(number), source.plane_stride().get(index)) else {
                return;
            };
            let Ok(stride) = usize::try_from(*stride) else { return };
            let side = |pixels: u32| usize::try_from(pixels).unwrap_or(0);
            let width = area.width.min(side(source.width())) / plane.shrink;
            let height = area.height.min(side(source.height())) / plane.shrink;
            for row in 0..height {
                let to = plane.offset + (area.y / plane.shrink + row) * plane.stride + area.x / plane.shrink;
                if let Some(from) = data.get(row * stride..row * stride + width) {
                    self.data[to..to + width].copy_from_slice(from);
                }
            }
        }
    }

    /// Draws text in a colour with its top left here, as far as it lies in the picture.
    pub(super) fn write(&mut self, x: usize, y: usize, mask: &Mask, colour: Colour) {
        let (width, height) =
            (mask.width.min(self.width.saturating_sub(x)), mask.height.min(self.height - y.min(self.height)));
        for (plane, value) in planes(self.width, self.height).into_iter().zip(colour.0) {
            for row in (0..height).step_by(plane.shrink) {
                let start = plane.offset + (y + row) / plane.shrink * plane.stride + x / plane.shrink;
                let alphas = mask.alpha[row * mask.width..row * mask.width + width].iter().step_by(plane.shrink);
                for (pixel, alpha) in self.data[start..].iter_mut().zip(alphas).filter(|(_, alpha)| **alpha > 0) {
                    *pixel = blend(*pixel, value, *alpha);
                }
            }
        }
    }
}

fn blend(under: u8, over: u8, alpha: u8) -> u8 {
    let (under, over, alpha) = (u16::from(under), u16::from(over), u16::from(alpha));
    // A mean of two bytes is a byte.
    ((under * (255 - alpha) + over * alpha) / 255).to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_has_no_chroma_and_red_has() {
        assert_eq!(Colour::rgb(255, 255, 255), Colour([235, 128, 128]));
        assert_eq!(Colour::rgb(0, 0, 0), Colour([16, 128, 128]));
        assert_eq!(Colour::rgb(255, 0, 0), Colour([63, 102, 240]));
    }

    #[test]
    fn a_rectangle_over_the_edge_is_cut() {
        let mut data = vec![0; size(8, 8)];
        let mut canvas = Canvas::new(&mut data, 8, 8).unwrap();
        canvas.fill(Area { x: 4, y: 4, width: 100, height: 100 }, Colour([9, 8, 7]));
        assert_eq!(
            canvas.luma().chunks(8).map(|row| row.iter().map(|y| usize::from(*y)).sum::<usize>()).sum::<usize>(),
            9 * 16
        );
        assert_eq!((data[64 + 15], data[80 + 15], data[64]), (8, 7, 0));
    }

    #[test]
    fn half_covered_pixels_are_mixed() {
        assert_eq!((blend(0, 255, 255), blend(40, 255, 0)), (255, 40));
        assert!((126..=128).contains(&blend(0, 255, 127)));
    }
}
