//! Rectangles, gradients and words on I420 frames, for pictures that the box draws itself.

pub(crate) mod letters;
pub(crate) mod stamp;

use gst_video::prelude::*;

use self::stamp::Stamp;

/// A colour as limited-range BT.709: luma, blue and red difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour(pub(crate) u8, pub(crate) u8, pub(crate) u8);

/// A rectangle in pixels; drawn cut off at the picture's edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rectangle {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// A frame to draw on.
pub(crate) struct Canvas<'a> {
    frame: gst_video::VideoFrameRef<&'a mut gst::BufferRef>,
}

impl<'a> Canvas<'a> {
    /// `None` when the buffer is not a writable frame of this format.
    pub(crate) fn on(buffer: &'a mut gst::BufferRef, info: &'a gst_video::VideoInfo) -> Option<Self> {
        let frame = gst_video::VideoFrameRef::from_buffer_ref_writable(buffer, info).ok()?;
        (frame.format() == gst_video::VideoFormat::I420).then_some(Self { frame })
    }

    pub(crate) fn width(&self) -> u32 {
        self.frame.width()
    }

    pub(crate) fn height(&self) -> u32 {
        self.frame.height()
    }

    /// Fills a rectangle.
    pub(crate) fn fill(&mut self, area: Rectangle, colour: Colour) {
        let Rectangle { x, y, width, height } = area;
        self.plane(0, (x, y, width, height), colour.0);
        let half = (x / 2, y / 2, width.div_ceil(2), height.div_ceil(2));
        self.plane(1, half, colour.1);
        self.plane(2, half, colour.2);
    }

    /// A frame of `thickness` pixels along the picture's edge.
    pub(crate) fn border(&mut self, thickness: u32, colour: Colour) {
        let (width, height) = (self.width(), self.height());
        self.outline(Rectangle { x: 0, y: 0, width, height }, thickness, colour);
    }

    /// A frame of `thickness` pixels inside the edge of `area`.
    pub(crate) fn outline(&mut self, area: Rectangle, thickness: u32, colour: Colour) {
        let Rectangle { x, y, width, height } = area;
        let (right, bottom) = (x + width.saturating_sub(thickness), y + height.saturating_sub(thickness));
        self.fill(Rectangle { x, y, width, height: thickness }, colour);
        self.fill(Rectangle { x, y: bottom, width, height: thickness }, colour);
        self.fill(Rectangle { x, y, width: thickness, height }, colour);
        self.fill(Rectangle { x: right, y, width: thickness, height }, colour);
    }

    /// The whole picture from one colour at the top to another at the bottom.
    pub(crate) fn gradient(&mut self, top: Colour, bottom: Colour) {
        let (width, height) = (self.width(), self.height());
        let mix = |from: u8, to: u8, y: u32| {
            let mixed = (u32::from(from) * (height - y) + u32::from(to) * y) / height;
            u8::try_from(mixed).unwrap_or(to)
        };
        for y in (0..height).step_by(2) {
            let colour = Colour(mix(top.0, bottom.0, y), mix(top.1, bottom.1, y), mix(top.2, bottom.2, y));
            self.fill(Rectangle { x: 0, y, width, height: 2 }, colour);
        }
    }

    /// Puts a stamp on the picture with its upper left corner there, in even pixels; `strength` of 255 is as it is.
    pub(crate) fn put(&mut self, stamp: &Stamp, (x, y): (u32, u32), strength: u8) {
        let faded = |share| mixed(0, share, strength);
        self.blend(0, (x, y), (stamp.width, stamp.height), |at| (stamp.luma[at].0, faded(stamp.luma[at].1)));
        let (half, size) = ((x / 2, y / 2), (stamp.width / 2, stamp.height / 2));
        self.blend(1, half, size, |at| (stamp.chroma[at].0, faded(stamp.chroma[at].2)));
        self.blend(2, half, size, |at| (stamp.chroma[at].1, faded(stamp.chroma[at].2)));
    }

    /// Blends `of` each pixel, counted row by row, into a plane.
    fn blend(&mut self, plane: u32, (x, y): (u32, u32), (width, height): (u32, u32), of: impl Fn(usize) -> (u8, u8)) {
        let stride = usize::try_from(self.frame.plane_stride()[plane as usize]).unwrap_or(0);
        let (columns, rows) = self.size_of(plane);
        let Ok(data) = self.frame.plane_data_mut(plane) else { return };
        for row in 0..height.min(rows.saturating_sub(y)) {
            for column in 0..width.min(columns.saturating_sub(x)) {
                let (value, share) = of((row * width + column) as usize);
                if let Some(pixel) = data.get_mut((y + row) as usize * stride + (x + column) as usize) {
                    *pixel = mixed(*pixel, value, share);
                }
            }
        }
    }

    fn size_of(&self, plane: u32) -> (u32, u32) {
        match plane {
            0 => (self.frame.width(), self.frame.height()),
            _ => (self.frame.width().div_ceil(2), self.frame.height().div_ceil(2)),
        }
    }

    /// The luma plane: its bytes and its stride.
    pub(crate) fn luma(&mut self) -> Option<(&mut [u8], usize)> {
        let stride = usize::try_from(*self.frame.plane_stride().first()?).ok()?;
        Some((self.frame.plane_data_mut(0).ok()?, stride))
    }

    fn plane(&mut self, plane: u32, (x, y, width, height): (u32, u32, u32, u32), value: u8) {
        let stride = usize::try_from(self.frame.plane_stride()[plane as usize]).unwrap_or(0);
        let (columns, rows) = self.size_of(plane);
        let Ok(data) = self.frame.plane_data_mut(plane) else { return };
        let (left, right) = (x.min(columns) as usize, (x + width).min(columns) as usize);
        for row in y.min(rows)..(y + height).min(rows) {
            let start = row as usize * stride;
            if let Some(pixels) = data.get_mut(start + left..start + right) {
                pixels.fill(value);
            }
        }
    }
}

/// So much of 255 of the second, the rest of the first.
fn mixed(first: u8, second: u8, share: u8) -> u8 {
    let (first, second, share) = (u32::from(first), u32::from(second), u32::from(share));
    u8::try_from((first * (255 - share) + second * share + 127) / 255).unwrap_or(u8::MAX)
}

/// A new frame of this format, drawn by `paint`.
pub(crate) fn picture(
    info: &gst_video::VideoInfo,
    paint: impl FnOnce(&mut Canvas<'_>),
) -> Result<gst::Buffer, gst::glib::BoolError> {
    let mut buffer = gst::Buffer::with_size(info.size())?;
    if let Some(mut canvas) = buffer.get_mut().and_then(|buffer| Canvas::on(buffer, info)) {
        paint(&mut canvas);
    }
    Ok(buffer)
}
