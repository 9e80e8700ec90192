//! Draws what the box has to say into a [`Picture`].
//!
//! The upper 13 rows are a bar with the corner text and the symbols (on two-coloured displays the coloured strip); it is
//! filled while in a call or ringing. Below stand a title, as large as fits, and up to three lines.

mod icons;
mod text;

use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::{Drawable, Point, Primitive, Size};
use embedded_graphics::primitives::{PrimitiveStyle, Rectangle};

use super::{HEIGHT, Picture, WIDTH};

/// Most lines that are shown below the title.
pub const MOST_LINES: usize = 3;

const WIDTH_PX: i32 = WIDTH.cast_signed();
const HEIGHT_PX: i32 = HEIGHT.cast_signed();
/// Rows of the bar.
const BAR: i32 = 13;
/// From the baseline of a line to that of the next.
const PITCH: i32 = 11;

/// What the status display says; plain data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusPicture {
    /// The state in one or two words, shown large.
    pub title: String,
    /// Up to three lines below the title; what does not fit is cut off with `…`.
    pub lines: Vec<String>,
    /// Symbols, from left to right, at the right of the bar.
    pub badges: Vec<Badge>,
    /// Text at the left of the bar, for example a clock or the room's name.
    pub corner: String,
    /// Something is under way: phase of the ring of dots beside the title, counted up by the caller about four times a
    /// second.
    pub progress: Option<u32>,
}

/// A symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Badge {
    /// The camera is off.
    CameraOff,
    /// In a call.
    InCall,
    /// The microphone is off.
    Muted,
    /// No network or no server.
    NetworkBad,
    /// Network and server are there; the call is fair.
    NetworkFair,
    /// Network and server are there.
    NetworkOk,
    /// Network and server are there; the call is poor.
    NetworkPoor,
    /// Somebody is calling.
    Ringing,
    /// Something needs a person.
    Trouble,
}

/// Draws the picture.
pub fn render(status: &StatusPicture) -> Picture {
    let mut picture = Picture::default();
    draw_bar(&mut picture, status);
    draw_body(&mut picture, status);
    picture
}

fn draw_bar(picture: &mut Picture, status: &StatusPicture) {
    let filled = status.badges.iter().any(|badge| matches!(badge, Badge::InCall | Badge::Ringing));
    let ink = if filled { BinaryColor::Off } else { BinaryColor::On };
    let bar = if filled { (0, BAR) } else { (BAR - 1, 1) };
    fill(picture, bar.0, bar.1);
    let mut left = WIDTH_PX - 1;
    for badge in status.badges.iter().rev() {
        left -= icons::SIZE;
        icons::draw(picture, *badge, Point::new(left, 1), ink);
        left -= 3;
    }
    text::line(picture, &status.corner, Point::new(2, 10), left - 4, ink);
}

fn draw_body(picture: &mut Picture, status: &StatusPicture) {
    let lines: Vec<&String> = status.lines.iter().filter(|line| !line.trim().is_empty()).take(MOST_LINES).collect();
    let count = i32::try_from(lines.len()).unwrap_or(0);
    let width = WIDTH_PX - 2 - if status.progress.is_some() { icons::SIZE + 4 } else { 0 };
    let title = text::Title::fitting(&status.title, width, count);
    // What is left of the height goes in equal parts above the title, below it and below the lines.
    let free = HEIGHT_PX - BAR - title.height() - count * PITCH;
    let gap = (free / if count == 0 { 2 } else { 3 }).max(1);
    let baseline = BAR + gap + title.height();
    title.draw(picture, Point::new(2, baseline));
    if let Some(phase) = status.progress {
        let middle = baseline - title.height() / 2;
        icons::draw_spinner(picture, Point::new(WIDTH_PX - icons::SIZE - 1, middle - icons::SIZE / 2), phase);
    }
    for (index, line) in (1..).zip(lines) {
        text::line(picture, line, Point::new(2, baseline + gap - 2 + index * PITCH), WIDTH_PX - 3, BinaryColor::On);
    }
}

fn fill(picture: &mut Picture, top: i32, rows: i32) {
    let area = Rectangle::new(Point::new(0, top), Size::new(WIDTH, rows.unsigned_abs()));
    let Ok(()) = area.into_styled(PrimitiveStyle::with_fill(BinaryColor::On)).draw(picture);
}
