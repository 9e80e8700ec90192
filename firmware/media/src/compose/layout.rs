//! Where things stand on the screen.

use crate::{
    api::{Corner, Layout, View},
    paint::Rectangle,
};

/// The screen is composed in this size, in pixels.
pub(crate) const WIDTH: u32 = 1280;
/// The screen is composed in this size, in pixels.
pub(crate) const HEIGHT: u32 = 720;

/// Distance of a small picture from the edges.
const MARGIN: u32 = 24;
/// From the upper edge it is the height of the strip in which test pictures carry their code.
const TOP: u32 = HEIGHT / 18;

/// Width of the column beside content.
const COLUMN: u32 = WIDTH / 4;
/// Height of a wide picture in that column.
const TILE: u32 = COLUMN * 9 / 16;
/// The column begins and ends with wide content, which stands in the middle.
const COLUMN_TOP: u32 = (HEIGHT - (WIDTH - COLUMN) * 9 / 16) / 2;

const SCREEN: Rectangle = Rectangle { x: 0, y: 0, width: WIDTH, height: HEIGHT };
const LEFT_HALF: Rectangle = Rectangle { x: 0, y: HEIGHT / 4, width: WIDTH / 2, height: HEIGHT / 2 };
const RIGHT_HALF: Rectangle = Rectangle { x: WIDTH / 2, ..LEFT_HALF };

/// What there is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scene {
    /// No remote picture: the own picture, large, on a quiet background.
    Idle,
    /// The remote picture.
    Call,
    /// The remote picture, and the other side presents.
    Content,
}

/// Where each picture stands; what has no place is not shown. Pictures keep their shapes within, in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Places {
    pub(crate) remote: Option<Rectangle>,
    pub(crate) content: Option<Rectangle>,
    /// In the shape of the own picture.
    pub(crate) own: Option<Rectangle>,
}

/// The places for this wish, with an own picture of this size.
pub(crate) fn places(scene: Scene, view: View, own: (u32, u32)) -> Places {
    let corner = view.own.map(|corner| in_corner(corner, fit(own, (WIDTH / 5, HEIGHT / 3))));
    let fitted = |area: Rectangle| view.own.map(|_| within(area, own));
    // Beside the own picture, above or below it.
    let other_corner = opposite(view.own.unwrap_or_default());
    let (remote, content, own) = match (scene, view.layout) {
        (Scene::Idle, _) => (None, None, Some(within(inset(SCREEN), own))),
        (Scene::Call, Layout::SideBySide) if view.own.is_some() => (Some(LEFT_HALF), None, fitted(RIGHT_HALF)),
        (_, Layout::RemoteOnly) => (Some(SCREEN), None, None),
        (Scene::Call, _) => (Some(SCREEN), None, corner),
        (Scene::Content, Layout::Standard) => (Some(column(true)), Some(beside_column()), fitted(column(false))),
        (Scene::Content, Layout::SideBySide) => {
            let small = view.own.map(|corner| in_corner(corner, fit(own, (WIDTH / 5, HEIGHT / 6))));
            (Some(RIGHT_HALF), Some(LEFT_HALF), small)
        }
        (Scene::Content, Layout::Content) => {
            (Some(in_corner(other_corner, (WIDTH / 4, HEIGHT / 4))), Some(SCREEN), corner)
        }
        (Scene::Content, Layout::Speaker) => {
            (Some(SCREEN), Some(in_corner(other_corner, (WIDTH * 2 / 5, HEIGHT * 2 / 5))), corner)
        }
    };
    Places { remote, content, own }
}

impl Places {
    /// The content lies under the remote picture.
    pub(crate) fn content_is_below(&self) -> bool {
        self.content == Some(SCREEN)
    }
}

const fn beside_column() -> Rectangle {
    Rectangle { x: 0, y: 0, width: WIDTH - COLUMN, height: HEIGHT }
}

/// The upper or the lower place of the column beside content.
const fn column(upper: bool) -> Rectangle {
    let y = if upper { COLUMN_TOP } else { HEIGHT - COLUMN_TOP - TILE };
    Rectangle { x: WIDTH - COLUMN, y, width: COLUMN, height: TILE }
}

const fn inset(area: Rectangle) -> Rectangle {
    let Rectangle { x, y, width, height } = area;
    Rectangle { x: x + width / 8, y: y + height / 8, width: width * 3 / 4, height: height * 3 / 4 }
}

const fn opposite(corner: Corner) -> Corner {
    match corner {
        Corner::TopLeft => Corner::BottomLeft,
        Corner::TopRight => Corner::BottomRight,
        Corner::BottomLeft => Corner::TopLeft,
        Corner::BottomRight => Corner::TopRight,
    }
}

const fn in_corner(corner: Corner, (width, height): (u32, u32)) -> Rectangle {
    let (left, top) = match corner {
        Corner::TopLeft => (true, true),
        Corner::TopRight => (false, true),
        Corner::BottomLeft => (true, false),
        Corner::BottomRight => (false, false),
    };
    let x = if left { MARGIN } else { WIDTH - width - MARGIN };
    let y = if top { TOP } else { HEIGHT - height - MARGIN };
    Rectangle { x: even(x), y: even(y), width, height }
}

/// In the middle of `area`, in the shape of a picture of this size.
fn within(area: Rectangle, picture: (u32, u32)) -> Rectangle {
    let (width, height) = fit(picture, (area.width, area.height));
    let (x, y) = (area.x + (area.width - width) / 2, area.y + (area.height - height) / 2);
    Rectangle { x: even(x), y: even(y), width, height }
}

/// The largest size of the same shape within a limit, in even numbers.
fn fit((width, height): (u32, u32), (most_width, most_height): (u32, u32)) -> (u32, u32) {
    let (width, height) = (width.max(1), height.max(1));
    if most_width * height <= most_height * width {
        (even(most_width), even(most_width * height / width))
    } else {
        (even(most_height * width / height), even(most_height))
    }
}

const fn even(value: u32) -> u32 {
    value & !1
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUTS: [Layout; 5] =
        [Layout::Standard, Layout::SideBySide, Layout::Content, Layout::Speaker, Layout::RemoteOnly];
    const CORNERS: [Option<Corner>; 5] =
        [None, Some(Corner::TopLeft), Some(Corner::TopRight), Some(Corner::BottomLeft), Some(Corner::BottomRight)];
    const WIDE: (u32, u32) = (1280, 720);

    fn usual(scene: Scene) -> Places {
        places(scene, View::default(), WIDE)
    }

    /// Everything that can be wished for, in each scene and for several shapes.
    fn all() -> impl Iterator<Item = (Scene, View, Places)> {
        let pictures = [WIDE, (640, 480), (720, 1280), (64, 36), (3840, 1080)];
        [Scene::Idle, Scene::Call, Scene::Content].into_iter().flat_map(move |scene| {
            LAYOUTS.into_iter().flat_map(move |layout| {
                CORNERS.into_iter().flat_map(move |own| {
                    let view = View { layout, own };
                    pictures.into_iter().map(move |picture| (scene, view, places(scene, view, picture)))
                })
            })
        })
    }

    fn apart(one: Rectangle, other: Rectangle) -> bool {
        let beside = |a: Rectangle, b: Rectangle| a.x + a.width <= b.x || a.y + a.height <= b.y;
        beside(one, other) || beside(other, one)
    }

    #[test]
    fn in_a_call_the_own_picture_has_a_fifth_of_the_width_and_leaves_the_code_strip_free() {
        let own = usual(Scene::Call).own.unwrap();
        assert_eq!((own.width, own.height), (256, 144));
        assert_eq!((own.x + own.width + MARGIN, own.y + own.height + MARGIN), (WIDTH, HEIGHT));
    }

    #[test]
    fn nothing_covers_anything_beside_content() {
        let Places { remote: Some(remote), content: Some(content), own: Some(own) } = usual(Scene::Content) else {
            panic!("everything is shown")
        };
        assert_eq!((own.width, own.height), (remote.width, remote.height));
        assert!(apart(content, remote) && apart(content, own) && apart(remote, own));
    }

    #[test]
    fn small_pictures_never_cover_each_other_and_everything_is_on_the_screen_in_even_places() {
        for (scene, view, places) in all() {
            let shown: Vec<_> = [places.remote, places.content, places.own].into_iter().flatten().collect();
            let small: Vec<_> = shown.iter().filter(|place| **place != SCREEN).copied().collect();
            for (number, one) in small.iter().enumerate() {
                assert!(small[number + 1..].iter().all(|other| apart(*one, *other)), "{scene:?} {view:?} {places:?}");
            }
            for place in shown {
                assert!(place.x + place.width <= WIDTH && place.y + place.height <= HEIGHT);
                assert!([place.x, place.y, place.width, place.height].iter().all(|edge| edge.is_multiple_of(2)));
                assert!(place == SCREEN || place == beside_column() || place.y >= TOP, "{scene:?} {view:?} {places:?}");
            }
        }
    }

    #[test]
    fn whoever_does_not_want_to_see_himself_in_a_call_does_not_and_the_other_side_is_always_seen() {
        for (scene, view, places) in all().filter(|(scene, ..)| *scene != Scene::Idle) {
            assert!(places.remote.is_some());
            assert_eq!(places.own.is_some(), view.own.is_some() && view.layout != Layout::RemoteOnly);
            let content = scene == Scene::Content && view.layout != Layout::RemoteOnly;
            assert_eq!(places.content.is_some(), content);
        }
    }

    #[test]
    fn content_that_fills_the_screen_lies_under_the_others() {
        for (_, view, places) in all().filter(|(scene, ..)| *scene == Scene::Content) {
            assert_eq!(places.content_is_below(), view.layout == Layout::Content);
        }
    }
}
