//! Paints a room's picture.

use std::collections::HashMap;
use std::f32::consts::TAU;

use roombox_testcard::code::{self, FrameCode, LumaMut, strip_height};

use super::canvas::{Canvas, Colour, HEIGHT, RATE, WIDTH, size};
use super::layout::{Area, FOOTER, MARGIN, TITLE};
use super::text::{self, Mask};
use crate::PICTURE_SOURCE;

/// Bars of the moving row in the footer.
const BARS: usize = 40;
/// Width of a bar and of the space to the next.
const BAR: (usize, usize) = (6, 6);
/// Height of the tallest bar.
const BAR_HEIGHT: f32 = 28.0;
/// Seconds in which a wave runs through the bars.
const WAVE_SECONDS: f32 = 3.0;
/// Masks kept at most: names of many rooms' worth; beyond that they are drawn anew.
const MASKS: usize = 256;

/// Colours of the picture.
struct Palette {
    top: [u8; 3],
    bottom: [u8; 3],
    bar: Colour,
    panel: Colour,
    accent: Colour,
    border: Colour,
    bright: Colour,
    soft: Colour,
}

impl Palette {
    fn new() -> Self {
        Self {
            top: [16, 24, 44],
            bottom: [32, 52, 84],
            bar: Colour::rgb(12, 18, 34),
            panel: Colour::rgb(22, 32, 56),
            accent: Colour::rgb(64, 196, 180),
            border: Colour::rgb(70, 92, 132),
            bright: Colour::rgb(240, 244, 250),
            soft: Colour::rgb(150, 168, 198),
        }
    }
}

/// One tile to paint.
pub(super) struct Tile {
    pub(super) area: Area,
    pub(super) name: String,
    /// The newest picture, already in the tile's size.
    pub(super) picture: Option<gst::Sample>,
}

/// Paints pictures of one room.
pub(super) struct Painter {
    base: Vec<u8>,
    frame: u32,
    masks: HashMap<(String, usize, bool), Mask>,
    palette: Palette,
    room: String,
    /// What the base was painted for.
    tiles: Option<Vec<Area>>,
}

impl Painter {
    pub(super) fn new(room: &str) -> Self {
        let base = vec![0; size(WIDTH, HEIGHT)];
        let (room, palette) = (format!("Room {room}"), Palette::new());
        Self { base, frame: 0, masks: HashMap::new(), palette, room, tiles: None }
    }

    /// Paints the next frame into `data` of 1280 x 720 I420 without padding.
    pub(super) fn paint(&mut self, data: &mut [u8], tiles: &[Tile], clock: &str) {
        let areas: Vec<Area> = tiles.iter().map(|tile| tile.area).collect();
        if self.tiles.as_ref() != Some(&areas) {
            self.paint_base(&areas);
            self.tiles = Some(areas);
        }
        let Some(mut canvas) = Canvas::new(data, WIDTH, HEIGHT) else { return };
        canvas.copy_all(&self.base);
        for tile in tiles {
            self.paint_tile(&mut canvas, tile);
        }
        self.paint_bars(&mut canvas);
        self.write_right(&mut canvas, clock);
        let code = FrameCode { source: PICTURE_SOURCE, frame: self.frame };
        code::draw(&mut LumaMut { data: canvas.luma(), stride: WIDTH, width: WIDTH, height: HEIGHT }, code);
        self.frame = self.frame.wrapping_add(1);
    }

    /// Everything that stands still while nobody comes or goes.
    fn paint_base(&mut self, tiles: &[Area]) {
        let mut base = std::mem::take(&mut self.base);
        let Some(mut canvas) = Canvas::new(&mut base, WIDTH, HEIGHT) else { return };
        for y in (0..HEIGHT).step_by(2) {
            canvas.fill(Area { x: 0, y, width: WIDTH, height: 2 }, self.background(y));
        }
        let strip = Area { x: 0, y: 0, width: WIDTH, height: strip_height(HEIGHT) };
        canvas.fill(strip, Colour([code::BLACK, 128, 128]));
        canvas.fill(TITLE, self.palette.bar);
        let line = Area { y: TITLE.y + TITLE.height - 4, height: 4, ..TITLE };
        canvas.fill(line, self.palette.accent);
        for area in tiles {
            canvas.fill(framed(*area, 4), self.palette.border);
            canvas.fill(*area, self.palette.panel);
        }
        canvas.fill(FOOTER, self.palette.bar);
        let (room, bright, soft) = (self.room.clone(), self.palette.bright, self.palette.soft);
        canvas.write(MARGIN, TITLE.y + 10, self.mask(&room, 32, true), bright);
        canvas.write(MARGIN, FOOTER.y + 14, self.mask("roombox lab", 18, false), soft);
        self.base = base;
    }

    fn background(&self, y: usize) -> Colour {
        let (top, bottom) = (self.palette.top, self.palette.bottom);
        let mix = |index: usize| {
            let (from, to) = (usize::from(top[index]), usize::from(bottom[index]));
            // Between two bytes, so a byte.
            u8::try_from((from * (HEIGHT - y) + to * y) / HEIGHT).unwrap_or(u8::MAX)
        };
        Colour::rgb(mix(0), mix(1), mix(2))
    }

    fn paint_tile(&mut self, canvas: &mut Canvas<'_>, tile: &Tile) {
        let (bright, soft, bar) = (self.palette.bright, self.palette.soft, self.palette.bar);
        if !tile.picture.as_ref().is_some_and(|sample| show(canvas, tile.area, sample)) {
            let waiting = self.mask("waiting for the picture", 22, false);
            let x = tile.area.x + tile.area.width.saturating_sub(waiting.width) / 2;
            canvas.write(x & !1, (tile.area.y + tile.area.height / 2) & !1, waiting, soft);
        }
        let name = self.mask(&tile.name, 20, true);
        let width = (name.width + 28).min(tile.area.width);
        let label = Area { x: tile.area.x, y: tile.area.y + tile.area.height - 36, width: width & !1, height: 36 };
        canvas.fill(label, bar);
        if name.width + 14 <= label.width {
            canvas.write(label.x + 14, (label.y + 5) & !1, name, bright);
        }
    }

    /// A wave that runs through a row of bars: where it stands still, everybody sees that the picture does.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "heights of a few pixels"
    )]
    fn paint_bars(&self, canvas: &mut Canvas<'_>) {
        let phase = (self.frame % (RATE * 60)) as f32 / (RATE as f32 * WAVE_SECONDS);
        let left = (WIDTH - BARS * (BAR.0 + BAR.1)) / 2;
        for bar in 0..BARS {
            let wave = (TAU * (bar as f32 / BARS as f32 * 2.0 - phase)).sin();
            let height = (BAR_HEIGHT * (0.55 + 0.45 * wave)) as usize & !1;
            let y = (FOOTER.y + (FOOTER.height - height) / 2) & !1;
            let x = (left + bar * (BAR.0 + BAR.1)) & !1;
            canvas.fill(Area { x, y, width: BAR.0, height }, self.palette.accent);
        }
    }

    fn write_right(&mut self, canvas: &mut Canvas<'_>, clock: &str) {
        let bright = self.palette.bright;
        // Digit by digit, so that every mask is drawn once and not every second.
        let mut x = WIDTH - MARGIN;
        for character in clock.chars().rev() {
            let mask = self.mask(character.encode_utf8(&mut [0; 4]), 32, false);
            x -= if character == ':' { 14 } else { 22 };
            canvas.write(x & !1, TITLE.y + 10, mask, bright);
        }
    }

    fn mask(&mut self, words: &str, size: usize, bold: bool) -> &Mask {
        if self.masks.len() > MASKS {
            self.masks.clear();
        }
        self.masks.entry((words.to_owned(), size, bold)).or_insert_with(|| {
            text::mask(words, size, bold).unwrap_or_else(|error| {
                tracing::warn!(%error, words, "text cannot be drawn");
                Mask::default()
            })
        })
    }
}

fn framed(area: Area, border: usize) -> Area {
    let (x, y) = (area.x - border, area.y - border);
    Area { x, y, width: area.width + 2 * border, height: area.height + 2 * border }
}

/// Shows a decoded picture in the tile; false when it cannot be read.
fn show(canvas: &mut Canvas<'_>, area: Area, sample: &gst::Sample) -> bool {
    let info = sample.caps().and_then(|caps| gst_video::VideoInfo::from_caps(caps).ok());
    let (Some(info), Some(buffer)) = (info, sample.buffer()) else { return false };
    let Ok(frame) = gst_video::VideoFrameRef::from_buffer_ref_readable(buffer, &info) else { return false };
    canvas.copy(area, &frame);
    true
}

#[cfg(test)]
mod tests {
    use roombox_testcard::code::{Luma, read};

    use super::super::layout::tiles;
    use super::*;

    #[test]
    fn every_frame_carries_its_number_and_moves() {
        gst::init().unwrap();
        let mut painter = Painter::new("1000");
        let tile = Tile { area: tiles(1)[0], name: "Room A".into(), picture: None };
        let mut frames = [vec![0; size(WIDTH, HEIGHT)], vec![0; size(WIDTH, HEIGHT)]];
        for (number, data) in (0..).zip(&mut frames) {
            painter.paint(data, std::slice::from_ref(&tile), "12:34:56");
            let luma = Luma { data, stride: WIDTH, width: WIDTH, height: HEIGHT };
            assert_eq!(read(&luma), Some(FrameCode { source: PICTURE_SOURCE, frame: number }));
        }
        let below = strip_height(HEIGHT) * WIDTH;
        assert_ne!(frames[0][below..], frames[1][below..], "something moves");
    }
}
