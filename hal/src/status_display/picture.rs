//! A 1-bit picture.

use std::convert::Infallible;
use std::fmt;

use embedded_graphics::Pixel;
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::{DrawTarget, OriginDimensions, Size};

/// Width in pixels.
pub const WIDTH: u32 = 128;
/// Height in pixels.
pub const HEIGHT: u32 = 64;

/// A complete 1-bit picture, row by row, one byte a pixel (0 or 1).
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// `WIDTH * HEIGHT` entries.
    pub pixels: Vec<u8>,
}

/// A dark picture.
impl Default for Picture {
    fn default() -> Self {
        Self { pixels: vec![0; (WIDTH * HEIGHT) as usize] }
    }
}

impl Picture {
    /// Whether a pixel shines; dark outside the picture.
    pub fn is_lit(&self, x: u32, y: u32) -> bool {
        x < WIDTH && y < HEIGHT && self.pixels.get((y * WIDTH + x) as usize).is_some_and(|pixel| *pixel != 0)
    }

    /// The picture as a grey PNG, each pixel a square of `scale` (1..=16) pixels.
    pub fn to_png(&self, scale: u32) -> Result<Vec<u8>, png::EncodingError> {
        let scale = scale.clamp(1, 16);
        let (width, height) = (WIDTH * scale, HEIGHT * scale);
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        let pixel = |index: u32| if self.is_lit(index % width / scale, index / width / scale) { 0xff } else { 0 };
        writer.write_image_data(&(0..width * height).map(pixel).collect::<Vec<u8>>())?;
        writer.finish()?;
        Ok(file)
    }
}

/// Two rows in one line of text: `▀` upper, `▄` lower, `█` both.
impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for y in (0..HEIGHT).step_by(2) {
            let line: String = (0..WIDTH)
                .map(|x| match (self.is_lit(x, y), self.is_lit(x, y + 1)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                })
                .collect();
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture\n{self}")
    }
}

impl OriginDimensions for Picture {
    fn size(&self) -> Size {
        Size::new(WIDTH, HEIGHT)
    }
}

impl DrawTarget for Picture {
    type Color = BinaryColor;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(point, color) in pixels {
            let (Ok(x), Ok(y)) = (u32::try_from(point.x), u32::try_from(point.y)) else { continue };
            if x < WIDTH && y < HEIGHT {
                self.pixels[(y * WIDTH + x) as usize] = u8::from(color.is_on());
            }
        }
        Ok(())
    }
}
