//! Where things stand on the screen.

use crate::paint::Rectangle;

/// The screen is composed in this size, in pixels.
pub(crate) const WIDTH: u32 = 1280;
/// The screen is composed in this size, in pixels.
pub(crate) const HEIGHT: u32 = 720;

/// Distance of the self view from the edges.
const MARGIN: u32 = 24;

/// Width of the column beside content.
const COLUMN: u32 = WIDTH / 4;
/// Height of a wide picture in that column.
const TILE: u32 = COLUMN * 9 / 16;
/// The column begins and ends with wide content, which stands in the middle.
const COLUMN_TOP: u32 = (HEIGHT - (WIDTH - COLUMN) * 9 / 16) / 2;

/// What the screen shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scene {
    /// No remote picture: the self view, large, on a quiet background.
    Idle,
    /// The remote picture fills the screen, the self view stands in its lower right corner.
    Call,
    /// The other side presents: content is large, the remote picture and the self view stand small beside it.
    Content,
}

/// Room for the remote picture, which keeps its shape within.
pub(crate) const fn remote(scene: Scene) -> Rectangle {
    match scene {
        Scene::Idle | Scene::Call => Rectangle { x: 0, y: 0, width: WIDTH, height: HEIGHT },
        Scene::Content => Rectangle { x: WIDTH - COLUMN, y: COLUMN_TOP, width: COLUMN, height: TILE },
    }
}

/// Room for content, which keeps its shape within.
pub(crate) const fn content() -> Rectangle {
    Rectangle { x: 0, y: 0, width: WIDTH - COLUMN, height: HEIGHT }
}

/// Where the self view of a picture of `width` x `height` stands: a fifth of the screen's width in a call, below the
/// upper eighteenth of the screen in any case, where test pictures carry their code.
pub(crate) fn self_view(scene: Scene, (width, height): (u32, u32)) -> Rectangle {
    let (most_width, most_height) = match scene {
        Scene::Idle => (WIDTH * 3 / 4, HEIGHT * 3 / 4),
        Scene::Call => (WIDTH / 5, HEIGHT / 3),
        Scene::Content => (COLUMN, TILE),
    };
    let (width, height) = fit((width, height), (most_width, most_height));
    let (x, y) = match scene {
        Scene::Idle => ((WIDTH - width) / 2, (HEIGHT - height) / 2),
        Scene::Call => (WIDTH - width - MARGIN, HEIGHT - height - MARGIN),
        Scene::Content => (WIDTH - COLUMN + (COLUMN - width) / 2, HEIGHT - COLUMN_TOP - height),
    };
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

    #[test]
    fn in_a_call_the_self_view_has_a_fifth_of_the_width_and_leaves_the_code_strip_free() {
        let view = self_view(Scene::Call, (1280, 720));
        assert_eq!((view.width, view.height), (256, 144));
        assert_eq!((view.x + view.width + MARGIN, view.y + view.height + MARGIN), (WIDTH, HEIGHT));
    }

    #[test]
    fn nothing_covers_anything_beside_content() {
        let (content, remote) = (content(), remote(Scene::Content));
        let own = self_view(Scene::Content, (1280, 720));
        assert_eq!((own.width, own.height), (remote.width, remote.height));
        assert!(content.x + content.width <= remote.x.min(own.x));
        assert!(remote.y + remote.height <= own.y);
        assert!([content, remote].iter().all(|r| r.x % 2 + r.y % 2 + r.width % 2 + r.height % 2 == 0));
    }

    #[test]
    fn every_shape_fits_below_the_code_strip() {
        for picture in [(1280, 720), (640, 480), (720, 1280), (64, 36), (3840, 1080)] {
            for scene in [Scene::Idle, Scene::Call, Scene::Content] {
                let view = self_view(scene, picture);
                assert!(view.y >= HEIGHT / 18 && view.x + view.width <= WIDTH && view.y + view.height <= HEIGHT);
                assert!([view.x, view.y, view.width, view.height].iter().all(|edge| edge.is_multiple_of(2)));
            }
        }
    }
}
