//! What is written over the pictures: names for some seconds, signs as long as they are true. Everything is drawn when it
//! changes and only put on the composed pictures, in small places.

use std::sync::{Arc, Mutex};

use crate::{
    api::{Mark, Names, Sign, View, Words},
    compose::layout::{self, Places, Scene},
    paint::{
        Canvas, Colour, Rectangle,
        stamp::{self, Stamp},
    },
    pipeline::locked,
};

/// Names are shown so long after something has changed.
const NAMED: gst::ClockTime = gst::ClockTime::from_seconds(5);
/// And fade within this time.
const FADING: gst::ClockTime = gst::ClockTime::from_mseconds(800);
/// Between a name and the edges of its picture, and between signs.
const GAP: u32 = 8;
/// From the left and the upper edge of the screen to the first sign: below the code of test pictures.
const FIRST_SIGN: (u32, u32) = (24, 48);
const RED: Colour = Colour(98, 104, 206);
const YELLOW: Colour = Colour(172, 42, 158);
const WHITE: Colour = Colour(225, 128, 128);

/// What lies over the screen.
#[derive(Debug)]
pub(crate) struct Overlay {
    words: Mutex<Arc<Drawn>>,
    state: Mutex<State>,
}

/// Words as they are put on pictures.
#[derive(Debug, Default)]
struct Drawn {
    words: Words,
    remote: Option<Stamp>,
    content: Option<Stamp>,
    own: Option<Stamp>,
    signs: Vec<Stamp>,
}

#[derive(Debug)]
struct State {
    shown: Option<(Scene, View)>,
    names: Names,
    /// When what is named last changed, by the time of the pictures.
    since: gst::ClockTime,
}

impl Default for Overlay {
    fn default() -> Self {
        let state = State { shown: None, names: Names::default(), since: gst::ClockTime::ZERO };
        Self { words: Mutex::default(), state: Mutex::new(state) }
    }
}

impl Overlay {
    /// These words from now on. May read fonts.
    pub(crate) fn write(&self, words: Words) {
        if locked(&self.words).words != words {
            let drawn = Arc::new(Drawn::new(words));
            *locked(&self.words) = drawn;
        }
    }

    /// Puts everything on a picture that shows this scene to somebody who wants this view; `own` is the size of the own
    /// picture.
    pub(crate) fn put(&self, canvas: &mut Canvas<'_>, shown: (Scene, View), own: (u32, u32), now: gst::ClockTime) {
        let drawn = Arc::clone(&locked(&self.words));
        let strength = self.strength(&drawn.words.names, shown, now);
        if strength > 0 {
            drawn.put_names(canvas, layout::places(shown.0, shown.1, own), strength);
        }
        let (x, mut y) = FIRST_SIGN;
        for sign in &drawn.signs {
            canvas.put(sign, (x, y), u8::MAX);
            y += sign.height + GAP;
        }
    }

    /// How strong names are drawn.
    fn strength(&self, names: &Names, shown: (Scene, View), now: gst::ClockTime) -> u8 {
        let mut state = locked(&self.state);
        if state.shown != Some(shown) || state.names != *names {
            *state = State { shown: Some(shown), names: names.clone(), since: now };
        }
        let left = (state.since + NAMED + FADING).saturating_sub(now);
        let share = left.min(FADING).nseconds() * 255 / FADING.nseconds();
        u8::try_from(share).unwrap_or(u8::MAX)
    }
}

impl Drawn {
    fn new(words: Words) -> Self {
        let name = |text: &str, most| Stamp::new(None, text, most);
        let signs = words.signs.iter().filter_map(|sign| Stamp::new(Some(mark(sign)), &sign.text, layout::WIDTH / 2));
        Self {
            remote: name(&words.names.remote, layout::WIDTH / 4),
            content: name(&words.names.content, layout::WIDTH / 3),
            own: name(&words.names.own, layout::WIDTH / 6),
            signs: signs.collect(),
            words,
        }
    }

    fn put_names(&self, canvas: &mut Canvas<'_>, places: Places, strength: u8) {
        let named = [(&self.content, places.content), (&self.remote, places.remote), (&self.own, places.own)];
        for (stamp, place) in named {
            if let (Some(stamp), Some(place)) = (stamp, place) {
                canvas.put(stamp, below_left(place, stamp), strength);
            }
        }
    }
}

/// The lower left corner of a picture.
const fn below_left(place: Rectangle, stamp: &Stamp) -> (u32, u32) {
    (place.x + GAP, place.y + place.height.saturating_sub(stamp.height + GAP))
}

const fn mark(sign: &Sign) -> stamp::Sign {
    match sign.mark {
        Mark::Muted => stamp::Sign::Muted(WHITE),
        Mark::SpeakingMuted => stamp::Sign::Muted(RED),
        Mark::Fair => stamp::Sign::Light(YELLOW),
        Mark::Poor => stamp::Sign::Light(RED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Layout;

    const CALL: (Scene, View) =
        (Scene::Call, View { layout: Layout::Standard, own: Some(crate::api::Corner::BottomRight) });
    const CONTENT: (Scene, View) = (Scene::Content, CALL.1);

    fn names(remote: &str) -> Names {
        Names { remote: remote.into(), ..Names::default() }
    }

    #[test]
    fn names_fade_after_some_seconds_and_come_again_with_every_change() {
        let overlay = Overlay::default();
        let at = |ms, names: &Names, shown| overlay.strength(names, shown, gst::ClockTime::from_mseconds(ms));
        let (room, other) = (names("Room"), names("Other room"));
        assert_eq!(at(1_000, &room, CALL), 255);
        assert_eq!(at(6_000, &room, CALL), 255);
        assert!((100..155).contains(&at(6_400, &room, CALL)));
        assert_eq!((at(6_800, &room, CALL), at(60_000, &room, CALL)), (0, 0));
        assert_eq!(at(61_000, &room, CONTENT), 255);
        assert_eq!(at(70_000, &room, CONTENT), 0);
        assert_eq!(at(71_000, &other, CONTENT), 255);
    }

    #[test]
    fn a_picture_from_before_a_change_harms_nothing() {
        let overlay = Overlay::default();
        let at = |ms, shown| overlay.strength(&names("Room"), shown, gst::ClockTime::from_mseconds(ms));
        assert_eq!((at(9_000, CALL), at(8_000, CALL)), (255, 255));
    }
}
