//! Words as coverage, drawn with the fonts of the system. Nothing of a font stays in memory: words change rarely, and fonts
//! with Chinese letters are large.
#![allow(clippy::cast_precision_loss, reason = "places and sizes on a screen are small numbers")]

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use ab_glyph::{Font, FontVec, Glyph, PxScale, ScaleFont};

/// Where fonts are installed.
const FOLDERS: [&str; 2] = ["/usr/share/fonts", "/usr/local/share/fonts"];
/// Folders in folders that are looked into.
const DEPTH: u32 = 4;
/// Fonts that are used, best first: each letter is drawn with the first that has it. The first ones have Latin and
/// Cyrillic letters, the others Chinese ones.
const NAMES: [&str; 9] = [
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "NotoSansCJK-Regular.ttc",
    "SourceHanSansCN-Regular.otf",
];
/// Stands for what does not fit.
const CUT: char = '…';

/// How much of each pixel letters cover.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Coverage {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Row by row.
    pub(crate) share: Vec<u8>,
}

/// A line of words in letters of this size, at most so wide, both in pixels; `None` without any word or font.
pub(crate) fn line(text: &str, size: f32, most_width: u32) -> Option<Coverage> {
    let mut faces = Faces::default();
    let mut glyphs = placed(text.trim(), size, most_width as f32, &mut faces);
    let first = faces.loaded.first()?.as_scaled(PxScale::from(size));
    let (ascent, height) = (first.ascent(), first.height().ceil());
    let width = glyphs
        .last()
        .map(|(face, glyph)| glyph.position.x + faces.loaded[*face].as_scaled(glyph.scale).h_advance(glyph.id))?;
    let (width, height) = (pixels(width.ceil()), pixels(height));
    let mut coverage = Coverage { width, height, share: vec![0; (width * height) as usize] };
    for (face, glyph) in &mut glyphs {
        glyph.position.y = ascent;
        coverage.add(&faces.loaded[*face], glyph);
    }
    Some(coverage)
}

/// Letters at their places, cut off where they do not fit.
fn placed(text: &str, size: f32, most_width: f32, faces: &mut Faces) -> Vec<(usize, Glyph)> {
    let mut glyphs: Vec<(usize, Glyph)> = Vec::new();
    let mut end = 0.0;
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        let Some((next, advance)) = faces.glyph(letter, size, end) else { return Vec::new() };
        if end + advance > most_width {
            shorten(&mut glyphs, size, most_width, faces);
            return glyphs;
        }
        end += advance;
        glyphs.push(next);
    }
    glyphs
}

/// Takes letters away until the sign that there were more has its place.
fn shorten(glyphs: &mut Vec<(usize, Glyph)>, size: f32, most_width: f32, faces: &mut Faces) {
    while let Some((_, last)) = glyphs.pop() {
        if let Some((cut, advance)) = faces.glyph(CUT, size, last.position.x)
            && last.position.x + advance <= most_width
        {
            return glyphs.push(cut);
        }
    }
}

impl Coverage {
    fn add(&mut self, face: &FontVec, glyph: &Glyph) {
        let Some(outline) = face.outline_glyph(glyph.clone()) else { return };
        let bounds = outline.px_bounds();
        outline.draw(|x, y, share| {
            let (x, y) = (bounds.min.x + x as f32, bounds.min.y + y as f32);
            if x >= 0.0 && y >= 0.0 && x < self.width as f32 && y < self.height as f32 {
                let at = (pixels(y) * self.width + pixels(x)) as usize;
                self.share[at] = self.share[at].saturating_add(byte(share));
            }
        });
    }
}

/// The fonts, opened as far as they are needed.
#[derive(Default)]
struct Faces {
    loaded: Vec<FontVec>,
    tried: usize,
}

impl Faces {
    /// The letter at this place of the line and its width, from the first font that has it; a box where none does.
    fn glyph(&mut self, letter: char, size: f32, x: f32) -> Option<((usize, Glyph), f32)> {
        let mut face = 0;
        loop {
            if face == self.loaded.len() && !self.open_next() {
                face = 0;
                break;
            }
            if self.loaded[face].glyph_id(letter).0 != 0 {
                break;
            }
            face += 1;
        }
        let font = self.loaded.get(face)?;
        let id = font.glyph_id(letter);
        let glyph = id.with_scale_and_position(size, ab_glyph::point(x, 0.0));
        Some(((face, glyph), font.as_scaled(PxScale::from(size)).h_advance(id)))
    }

    fn open_next(&mut self) -> bool {
        while let Some(path) = installed().get(self.tried) {
            self.tried += 1;
            let font = std::fs::read(path).ok().and_then(|bytes| FontVec::try_from_vec_and_index(bytes, 0).ok());
            if let Some(font) = font {
                self.loaded.push(font);
                return true;
            }
            tracing::warn!(path = %path.display(), "this font cannot be read");
        }
        false
    }
}

/// Looked for once.
fn installed() -> &'static [PathBuf] {
    static FOUND: OnceLock<Vec<PathBuf>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let mut found = Vec::new();
        for folder in FOLDERS {
            look(Path::new(folder), DEPTH, &mut found);
        }
        found.sort();
        if found.is_empty() {
            tracing::warn!("no font is installed: nothing is written on the screen");
        }
        found.into_iter().map(|(_, path)| path).collect()
    })
}

fn look(folder: &Path, depth: u32, found: &mut Vec<(usize, PathBuf)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if let Some(rank) = NAMES.iter().position(|known| name == **known) {
            found.push((rank, path));
        } else if depth > 0 && path.is_dir() {
            look(&path, depth - 1, found);
        }
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places on a screen are small and not negative"
)]
const fn pixels(length: f32) -> u32 {
    length as u32
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped first")]
fn byte(share: f32) -> u8 {
    (share.clamp(0.0, 1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: f32 = 24.0;

    fn ink(text: &str) -> u64 {
        line(text, SIZE, 1000).map_or(0, |coverage| coverage.share.iter().map(|share| u64::from(*share)).sum())
    }

    #[test]
    fn cyrillic_and_chinese_letters_are_drawn_each_in_its_own_shape() {
        let lines = ["Room", "Зал заседаний", "会议室", "议会室"].map(|text| line(text, SIZE, 1000).unwrap());
        for (number, one) in lines.iter().enumerate() {
            assert!(one.share.contains(&255), "{number}");
            assert!(lines[number + 1..].iter().all(|other| other != one), "{number}");
        }
        // A letter that no font has is a box: another picture than either of these.
        assert!(ink("会") != ink("\u{10ffff}") && ink("З") != ink("\u{10ffff}"));
    }

    #[test]
    fn what_does_not_fit_is_cut_with_dots() {
        let whole = line("Zentrale Besprechung", SIZE, 1000).unwrap();
        let cut = line("Zentrale Besprechung", SIZE, 120).unwrap();
        assert!(cut.width <= 120 && whole.width > 120);
        assert_eq!(line("Zentrale Besprechung", SIZE, 1), None);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert_eq!(line("  ", SIZE, 1000), None);
        assert_eq!(line("\n\t", SIZE, 1000), None);
    }
}
