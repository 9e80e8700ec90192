//! Text that always fits: fonts by size and script, cut off with dots.

use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::Point;
use u8g2_fonts::types::{FontColor, VerticalPosition};
use u8g2_fonts::{FontRenderer, fonts};

use super::Picture;

/// Small fonts: western Europe's letters, and one with Cyrillic. At most 8 rows above the baseline and 2 below.
const SMALL: [FontRenderer; 2] =
    [FontRenderer::new::<fonts::u8g2_font_helvR08_te>(), FontRenderer::new::<fonts::u8g2_font_6x12_t_cyrillic>()];

/// Title fonts of western Europe's letters, largest first, each with the rows of a capital letter and the most lines it
/// leaves room for.
const LATIN: [(FontRenderer, i32, i32); 5] = [
    (FontRenderer::new::<fonts::u8g2_font_helvB18_te>(), 19, 1),
    (FontRenderer::new::<fonts::u8g2_font_helvB14_te>(), 14, 2),
    (FontRenderer::new::<fonts::u8g2_font_helvB12_te>(), 12, 3),
    (FontRenderer::new::<fonts::u8g2_font_helvB10_te>(), 11, 3),
    (FontRenderer::new::<fonts::u8g2_font_helvB08_te>(), 8, 3),
];

/// Title fonts with Cyrillic letters.
const CYRILLIC: [(FontRenderer, i32, i32); 3] = [
    (FontRenderer::new::<fonts::u8g2_font_10x20_t_cyrillic>(), 13, 2),
    (FontRenderer::new::<fonts::u8g2_font_9x15_t_cyrillic>(), 10, 3),
    (FontRenderer::new::<fonts::u8g2_font_6x13B_t_cyrillic>(), 9, 3),
];

/// A title in the largest font that fits.
pub(super) struct Title {
    font: FontRenderer,
    height: i32,
    text: String,
}

impl Title {
    /// Chooses a font for `lines` lines below and `width` pixels; the smallest font cuts off what is too long.
    pub(super) fn fitting(text: &str, width: i32, lines: i32) -> Self {
        let script: &[_] = if has_cyrillic(text) { &CYRILLIC } else { &LATIN };
        let low_enough = script.iter().filter(|(_, _, most)| lines <= *most);
        let fits = |font: &FontRenderer| measure(font, &printable(font, text)) <= width;
        let smallest = &script[script.len() - 1];
        let (font, height, _) = low_enough.clone().find(|(font, ..)| fits(font)).unwrap_or(smallest);
        Self { text: cut(font, text, width), font: font.clone(), height: *height }
    }

    /// Rows of a capital letter.
    pub(super) const fn height(&self) -> i32 {
        self.height
    }

    pub(super) fn draw(&self, picture: &mut Picture, baseline: Point) {
        draw(&self.font, picture, &self.text, baseline, BinaryColor::On);
    }
}

/// A line of small text, no further than column `right`.
pub(super) fn line(picture: &mut Picture, text: &str, baseline: Point, right: i32, ink: BinaryColor) {
    let width = right - baseline.x;
    let [plain, narrow] = &SMALL;
    let fits = |font| measure(font, &printable(font, text)) <= width;
    let knows_all = text.chars().all(|c| knows(narrow, c));
    let font = if has_cyrillic(text) || (knows_all && !fits(plain) && fits(narrow)) { narrow } else { plain };
    draw(font, picture, &cut(font, text, width), baseline, ink);
}

fn has_cyrillic(text: &str) -> bool {
    text.chars().any(|c| ('\u{400}'..='\u{4ff}').contains(&c))
}

fn draw(font: &FontRenderer, picture: &mut Picture, text: &str, baseline: Point, ink: BinaryColor) {
    // Every character is known to the font, and a picture takes every pixel, so there is nothing to fail.
    font.render(text, baseline, VerticalPosition::Baseline, FontColor::Transparent(ink), picture).ok();
}

fn knows(font: &FontRenderer, c: char) -> bool {
    c == ' ' || font.get_rendered_dimensions(c, Point::zero(), VerticalPosition::Baseline).is_ok()
}

/// The text with what the font lacks replaced.
fn printable(font: &FontRenderer, text: &str) -> String {
    let mut out = String::new();
    for c in text.trim().chars().map(|c| if c.is_whitespace() { ' ' } else { c }) {
        match c {
            c if knows(font, c) => out.push(c),
            '№' => out.push_str("No"),
            '…' => out.push_str("..."),
            '–' | '—' => out.push('-'),
            '‘' | '’' => out.push('\''),
            '“' | '”' | '«' | '»' | '„' => out.push('"'),
            _ => out.push('?'),
        }
    }
    out
}

fn cut(font: &FontRenderer, text: &str, width: i32) -> String {
    let mut kept = printable(font, text);
    if measure(font, &kept) <= width {
        return kept;
    }
    while kept.pop().is_some() {
        let shorter = format!("{}...", kept.trim_end());
        if measure(font, &shorter) <= width {
            return shorter;
        }
    }
    String::new()
}

fn measure(font: &FontRenderer, text: &str) -> i32 {
    let dimensions = font.get_rendered_dimensions(text, Point::zero(), VerticalPosition::Baseline);
    dimensions.map_or(0, |dimensions| {
        dimensions.bounding_box.map_or(0, |area| area.top_left.x + area.size.width.cast_signed())
    })
}
