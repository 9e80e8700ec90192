//! Where things stand in the picture. Everything is even, because chroma has half the resolution.

use super::canvas::WIDTH;

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// Left and right margin.
pub(super) const MARGIN: usize = 40;
/// The title bar; above it only the frame code.
pub(super) const TITLE: Area = Area { x: 0, y: 40, width: WIDTH, height: 68 };
/// The footer with the moving parts.
pub(super) const FOOTER: Area = Area { x: 0, y: 668, width: WIDTH, height: 52 };
/// Where tiles may stand.
const STAGE: Area = Area { x: MARGIN, y: 122, width: WIDTH - 2 * MARGIN, height: 532 };
/// Between tiles.
const GAP: usize = 16;
/// Tiles shown at most: three rows of three can still be told apart.
pub(super) const MOST_TILES: usize = 9;

/// The tiles for this many pictures, of 16:9, as large as fit, rows centred.
pub(super) fn tiles(count: usize) -> Vec<Area> {
    let count = count.min(MOST_TILES);
    let columns = (1..=MOST_TILES).find(|columns| columns * columns >= count).unwrap_or(MOST_TILES);
    let rows = count.div_ceil(columns).max(1);
    let (width, height) = tile_size(columns, rows);
    let total = rows * height + (rows - 1) * GAP;
    let tile = |index: usize| {
        let row = index / columns;
        let in_row = columns.min(count - row * columns);
        let row_width = in_row * width + (in_row - 1) * GAP;
        let x = STAGE.x + (STAGE.width - row_width) / 2 + (index % columns) * (width + GAP);
        let y = STAGE.y + (STAGE.height - total) / 2 + row * (height + GAP);
        Area { x: x & !1, y: y & !1, width, height }
    };
    (0..count).map(tile).collect()
}

/// The largest 16:9 size that fits, a multiple of 16 by 9 doubled, so that both sides are even.
fn tile_size(columns: usize, rows: usize) -> (usize, usize) {
    let widest = (STAGE.width - (columns - 1) * GAP) / columns;
    let highest = (STAGE.height - (rows - 1) * GAP) / rows;
    let units = (widest / 32).min(highest / 18);
    (units * 32, units * 18)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_never_overlap_and_stay_on_the_stage() {
        for count in 0..=12 {
            let tiles = tiles(count);
            assert_eq!(tiles.len(), count.min(MOST_TILES));
            for (index, a) in tiles.iter().enumerate() {
                assert!(a.x >= STAGE.x && a.x + a.width <= STAGE.x + STAGE.width, "{count}: {a:?}");
                assert!(a.y >= STAGE.y && a.y + a.height <= STAGE.y + STAGE.height, "{count}: {a:?}");
                assert!(a.x % 2 == 0 && a.y % 2 == 0 && a.width % 2 == 0 && a.height % 2 == 0);
                let apart = |b: &Area| {
                    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
                };
                assert!(tiles[index + 1..].iter().all(apart), "{count}");
            }
        }
    }

    #[test]
    fn one_participant_fills_the_stage() {
        assert_eq!(tiles(1)[0], Area { x: 176, y: 126, width: 928, height: 522 });
    }
}
