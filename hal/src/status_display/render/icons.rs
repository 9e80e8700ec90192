//! Symbols of 11x11 pixels.

use embedded_graphics::Pixel;
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::{DrawTarget, Point};

use super::{Badge, Picture};

/// Width and height in pixels.
pub(super) const SIZE: i32 = 11;

type Drawing = [&'static str; 11];

const BARS: Drawing = [
    "...........",
    ".........##",
    ".........##",
    "......##.##",
    "......##.##",
    "...##.##.##",
    "...##.##.##",
    "##.##.##.##",
    "##.##.##.##",
    "##.##.##.##",
    "...........",
];

const ONE_BAR: Drawing = [
    "...........",
    "...........",
    "...........",
    "...........",
    "...........",
    "...........",
    "...........",
    "##.........",
    "##.........",
    "##.##.##.##",
    "...........",
];

const TWO_BARS: Drawing = [
    "...........",
    "...........",
    "...........",
    "...........",
    "...........",
    "...##......",
    "...##......",
    "##.##......",
    "##.##......",
    "##.##.##.##",
    "...........",
];

const BELL: Drawing = [
    ".....#.....",
    "...#####...",
    "..#######..",
    "..#######..",
    "..#######..",
    "..#######..",
    ".#########.",
    "###########",
    "...........",
    "....###....",
    "...........",
];

const CAMERA: Drawing = [
    "...........",
    "...........",
    "#######...#",
    "########.##",
    "###########",
    "###########",
    "###########",
    "########.##",
    "#######...#",
    "...........",
    "...........",
];

const HANDSET: Drawing = [
    "...........",
    ".##........",
    "####.......",
    "####.......",
    ".##........",
    ".###.......",
    "..###..##..",
    "...#######.",
    "....######.",
    "......##...",
    "...........",
];

const MICROPHONE: Drawing = [
    "....###....",
    "....###....",
    "....###....",
    "..#.###.#..",
    "..#.###.#..",
    "..#.###.#..",
    "...#...#...",
    "....###....",
    ".....#.....",
    "...#####...",
    "...........",
];

const NO_BARS: Drawing = [
    "#.....#....",
    ".#...#.....",
    "..#.#......",
    "...#.......",
    "..#.#......",
    ".#...#.....",
    "#.....#....",
    "...........",
    "##.##.##.##",
    "##.##.##.##",
    "...........",
];

const WARNING: Drawing = [
    ".....#.....",
    "....###....",
    "....###....",
    "...##.##...",
    "...##.##...",
    "..###.###..",
    "..###.###..",
    ".#########.",
    ".####.####.",
    "###########",
    "...........",
];

/// Corners of the ring of [`draw_spinner`], clockwise from the top.
const RING: [(i32, i32); 8] = [(5, 0), (8, 1), (9, 5), (8, 8), (5, 9), (1, 8), (0, 5), (1, 1)];

/// Draws a symbol with its upper left corner at `corner`.
pub(super) fn draw(picture: &mut Picture, badge: Badge, corner: Point, ink: BinaryColor) {
    let (drawing, crossed_out) = match badge {
        Badge::CameraOff => (&CAMERA, true),
        Badge::InCall => (&HANDSET, false),
        Badge::Muted => (&MICROPHONE, true),
        Badge::NetworkBad => (&NO_BARS, false),
        Badge::NetworkFair => (&TWO_BARS, false),
        Badge::NetworkOk => (&BARS, false),
        Badge::NetworkPoor => (&ONE_BAR, false),
        Badge::Ringing => (&BELL, false),
        Badge::Trouble => (&WARNING, false),
    };
    for (y, row) in (0..).zip(drawing) {
        for (x, dot) in (0..).zip(row.bytes()) {
            if lit(dot == b'#', crossed_out, x - y) {
                dot_at(picture, corner + Point::new(x, y), ink);
            }
        }
    }
}

/// A crossed-out symbol has a stroke from corner to corner, with a dark line on each side of it.
const fn lit(drawn: bool, crossed_out: bool, from_stroke: i32) -> bool {
    match from_stroke {
        0 if crossed_out => true,
        -1 | 1 if crossed_out => false,
        _ => drawn,
    }
}

/// A ring of dots with a tail that goes round with the phase.
pub(super) fn draw_spinner(picture: &mut Picture, corner: Point, phase: u32) {
    for (index, (x, y)) in (0u32..).zip(RING) {
        let behind_head = (phase.wrapping_sub(index)) % 8;
        let dot = corner + Point::new(x, y);
        dot_at(picture, dot, BinaryColor::On);
        if behind_head < 3 {
            for offset in [Point::new(1, 0), Point::new(0, 1), Point::new(1, 1)] {
                dot_at(picture, dot + offset, BinaryColor::On);
            }
        }
    }
}

fn dot_at(picture: &mut Picture, point: Point, ink: BinaryColor) {
    let Ok(()) = picture.draw_iter([Pixel(point, ink)]);
}
