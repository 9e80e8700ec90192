//! Where things stand on the screen.

use crate::paint::Rectangle;

/// The screen is composed in this size, in pixels.
pub(crate) const WIDTH: u32 = 1280;
/// The screen is composed in this size, in pixels.
pub(crate) const HEIGHT: u32 = 720;

/// Distance of the self view from the edges.
const MARGIN: u32 = 24;

/// What the screen shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scene {
    /// No remote picture: the self view, large, on a quiet background.
    Idle,
    /// The remote picture fills the screen, the self view stands in its lower right corner.
    Call,
}

/// Where the self view of a picture of `width` x `height` stands: a fifth of the screen's width in a call, below the
/// upper eighteenth of the screen in any case, where test pictures carry their code.
pub(crate) fn self_view(scene: Scene, (width, height): (u32, u32)) -> Rectangle {
    let (most_width, most_height) = match scene {
        Scene::Idle => (WIDTH * 3 / 4, HEIGHT * 3 / 4),
        Scene::Call => (WIDTH / 5, HEIGHT / 3),
    };
    let (width, height) = fit((width, height), (most_width, most_height));
    let (x, y) = match scene {
        Scene::Idle => ((WIDTH - width) / 2, (HEIGHT - height) / 2),
        Scene::Call => (WIDTH - width - MARGIN, HEIGHT - height - MARGIN),
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
    fn every_shape_fits_below_the_code_strip() {
        for picture in [(1280, 720), (640, 480), (720, 1280), (64, 36), (3840, 1080)] {
            for scene in [Scene::Idle, Scene::Call] {
                let view = self_view(scene, picture);
                assert!(view.y >= HEIGHT / 18 && view.x + view.width <= WIDTH && view.y + view.height <= HEIGHT);
                assert!([view.x, view.y, view.width, view.height].iter().all(|edge| edge.is_multiple_of(2)));
            }
        }
    }
}
