//! The moving test card: colour bars, moving parts, a flash at the marks of lip sync, and the frame code strip along its
//! top edge.

use roombox_testcard::code::{self, FrameCode, LumaMut};

use crate::{
    capture::{PictureFormat, clock, pool::PicturePool},
    error::MediaError,
    paint::{self, Canvas, Colour, Rectangle},
    sync_marks,
};

const TOP: Colour = Colour(70, 142, 112);
const BOTTOM: Colour = Colour(36, 138, 118);
const LIGHT: Colour = Colour(200, 128, 128);
const WHITE: Colour = Colour(235, 128, 128);
const BLACK: Colour = Colour(16, 128, 128);
const ORANGE: Colour = Colour(150, 60, 175);

/// Colour bars of 75 %, BT.709: white, yellow, cyan, green, magenta, red, blue, black.
const BARS: [Colour; 8] = [
    Colour(180, 128, 128),
    Colour(168, 44, 136),
    Colour(145, 147, 44),
    Colour(133, 63, 52),
    Colour(63, 193, 204),
    Colour(51, 109, 212),
    Colour(28, 212, 120),
    Colour(16, 128, 128),
];

/// Frames of the card, one after the other.
pub(crate) struct CardFrames {
    info: gst_video::VideoInfo,
    background: gst::Buffer,
    pool: PicturePool,
    card: TestCard,
}

impl CardFrames {
    /// `source`: who draws, for the frame code.
    pub(crate) fn new(source: u8, format: &PictureFormat) -> Result<Self, MediaError> {
        let info = format.info.clone();
        let background = paint::picture(&info, TestCard::background)?;
        let pool = PicturePool::new(format)?;
        Ok(Self { info, background, pool, card: TestCard::new(source) })
    }

    /// The next frame, with the times of `pace`.
    pub(crate) fn next(&mut self, pace: &gst::BufferRef) -> Result<gst::Buffer, MediaError> {
        let mut frame = self.pool.take()?;
        let writable = frame.make_mut();
        let from = self.background.map_readable()?;
        if let Ok(mut to) = writable.map_writable() {
            to.copy_from_slice(&from);
        }
        if let Some(mut canvas) = Canvas::on(writable, &self.info) {
            self.card.draw(&mut canvas, flashes(pace));
        }
        pace.copy_into(writable, gst::BufferCopyFlags::TIMESTAMPS, ..)?;
        Ok(frame)
    }
}

/// The middle of this frame is within a mark, so that over some marks frames begin as much before as after them.
fn flashes(pace: &gst::BufferRef) -> bool {
    pace.pts().is_some_and(|time| sync_marks::is_on(time + pace.duration().unwrap_or_default() / 2))
}

/// Draws frame after frame onto buffers that already carry the background.
#[derive(Debug)]
struct TestCard {
    source: u8,
    frame: u32,
}

impl TestCard {
    /// `source`: who draws, for the frame code.
    const fn new(source: u8) -> Self {
        Self { source, frame: 0 }
    }

    /// What never moves.
    fn background(canvas: &mut Canvas<'_>) {
        canvas.gradient(TOP, BOTTOM);
        let (width, height) = (canvas.width(), canvas.height());
        for (bar, colour) in (0_u32..).zip(BARS) {
            let (x, end) = (bar * width / 8, (bar + 1) * width / 8);
            canvas.fill(Rectangle { x, y: height * 3 / 4, width: end - x, height: height / 4 }, colour);
        }
        let strip = Rectangle { x: 0, y: 0, width, height: code_rows(height) };
        canvas.fill(strip, BLACK);
    }

    /// The next frame: a square that walks to and fro, a line that sweeps, a lamp, the code.
    fn draw(&mut self, canvas: &mut Canvas<'_>, flashes: bool) {
        let (width, height) = (canvas.width(), canvas.height());
        let lamp = Rectangle { x: width * 7 / 16, y: height / 8, width: width / 8, height: height / 12 };
        canvas.fill(lamp, if flashes { WHITE } else { BLACK });
        let side = (height / 8) & !1;
        let track = (width - side).max(1);
        let along = (self.frame.wrapping_mul(8)) % (2 * track);
        let x = if along < track { along } else { 2 * track - along };
        canvas.fill(Rectangle { x, y: height * 19 / 32, width: side, height: side }, ORANGE);
        if let Some(time) = time_of_day() {
            clock::draw(canvas, (width / 2, height * 9 / 20), height / 10, time, WHITE);
        }
        let sweep = self.frame.wrapping_mul(4) % width;
        canvas.fill(Rectangle { x: sweep & !1, y: height / 4, width: 4, height: height * 5 / 16 }, LIGHT);
        self.draw_code(canvas);
        self.frame = self.frame.wrapping_add(1);
    }

    fn draw_code(&self, canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width() as usize, canvas.height() as usize);
        if let Some((data, stride)) = canvas.luma() {
            let mut plane = LumaMut { data, stride, width, height };
            code::draw(&mut plane, FrameCode { source: self.source, frame: self.frame });
        }
    }
}

/// Hour, minute and second here; `None` where the clock of the system cannot be read.
fn time_of_day() -> Option<(u8, u8, u8)> {
    let now = gst::glib::DateTime::now_local().ok()?;
    let part = |value: i32| u8::try_from(value).ok();
    Some((part(now.hour())?, part(now.minute())?, part(now.second())?))
}

/// Rows of the strip, even, so that its chroma is its own.
const fn code_rows(height: u32) -> u32 {
    (height / 18 + 1) & !1
}
