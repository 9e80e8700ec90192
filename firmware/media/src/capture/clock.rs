//! The time of day on the test card, in digits of seven bars.

use crate::paint::{Canvas, Colour, Rectangle};

/// Which bars a digit has: top, upper left, upper right, middle, lower left, lower right, bottom.
const DIGITS: [[bool; 7]; 10] = {
    const X: bool = true;
    const O: bool = false;
    [
        [X, X, X, O, X, X, X],
        [O, O, X, O, O, X, O],
        [X, O, X, X, X, O, X],
        [X, O, X, X, O, X, X],
        [O, X, X, X, O, X, O],
        [X, X, O, X, O, X, X],
        [X, X, O, X, X, X, X],
        [X, O, X, O, O, X, O],
        [X, X, X, X, X, X, X],
        [X, X, X, X, O, X, X],
    ]
};

/// Size of a digit in bar thicknesses.
const WIDTH: u32 = 6;
/// As [`WIDTH`].
const HEIGHT: u32 = 11;
/// From one digit to the next.
const STEP: u32 = 8;

/// Draws `hour:minute:second` centred at `(x, y)`, `height` pixels high.
pub(super) fn draw(canvas: &mut Canvas<'_>, (x, y): (u32, u32), height: u32, time: (u8, u8, u8), colour: Colour) {
    let bar = (height / HEIGHT).max(2) & !1;
    let width = (6 * STEP + 2 * STEP / 2) * bar;
    let mut left = x.saturating_sub(width / 2) & !1;
    let top = y.saturating_sub(HEIGHT * bar / 2) & !1;
    for (place, value) in [time.0, time.1, time.2].into_iter().enumerate() {
        if place > 0 {
            colon(canvas, (left, top), bar, colour);
            left += STEP / 2 * bar;
        }
        for number in [value / 10 % 10, value % 10] {
            digit(canvas, (left, top), bar, DIGITS[usize::from(number)], colour);
            left += STEP * bar;
        }
    }
}

fn digit(canvas: &mut Canvas<'_>, (x, y): (u32, u32), bar: u32, bars: [bool; 7], colour: Colour) {
    let (right, half) = (x + (WIDTH - 1) * bar, HEIGHT / 2 * bar);
    let across = |y| Rectangle { x, y, width: WIDTH * bar, height: bar };
    let down = |x, y| Rectangle { x, y, width: bar, height: half + bar };
    let places = [
        across(y),
        down(x, y),
        down(right, y),
        across(y + half),
        down(x, y + half),
        down(right, y + half),
        across(y + 2 * half),
    ];
    for (place, _) in places.into_iter().zip(bars).filter(|(_, on)| *on) {
        canvas.fill(place, colour);
    }
}

fn colon(canvas: &mut Canvas<'_>, (x, y): (u32, u32), bar: u32, colour: Colour) {
    for row in [3, 7] {
        canvas.fill(Rectangle { x, y: y + row * bar, width: 2 * bar, height: bar }, colour);
    }
}
