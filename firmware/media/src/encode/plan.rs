//! Which picture goes into a video encoder: its size, frame rate and bitrate, from what comes in and what is wished.

use crate::api::{ContentHint, Encoding};

/// No side is made smaller, in pixels: the macroblock of H.264 and VP8.
const LEAST_SIDE: u32 = 16;
/// For the hints: frame rate is not lowered below this for more detail, in frames a second.
const LEAST_RATE: u32 = 5;
/// Steps in which a picture becomes smaller, in thousandths: each is a new beginning for encoder and decoder.
const SCALES: [u32; 8] = [1000, 1250, 1500, 2000, 2500, 3000, 4000, 5000];
const SMALLEST: u32 = 6000;
/// Steps in which the frame rate falls, in frames a second.
const RATES: [u32; 9] = [30, 25, 20, 15, 12, 10, 8, 6, LEAST_RATE];
/// Frames a second where the source does not tell.
const USUAL_RATE: u32 = 30;
/// Millionths of a bit a pixel and frame below which an encoder of ours shows blocks; the vendor's table of bitrates
/// (spec section 7.3) stays above for 30 frames a second.
const ENOUGH: u64 = 30_000;
/// The same for text, whose edges need more.
const ENOUGH_FOR_TEXT: u64 = 60_000;

/// The picture that comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Frames a second, rounded up; 0 = not told.
    pub(crate) rate: u32,
}

/// What the board and its configuration allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bit/s.
    pub(crate) bitrate: u32,
    /// Largest picture of the encoder.
    pub(crate) size: Option<(u32, u32)>,
}

/// What the encoder is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Frames a second at most; `None` = as they come.
    pub(crate) rate: Option<u32>,
    /// Bit/s.
    pub(crate) bitrate: u32,
}

/// The best picture that keeps to the wishes. `before`: what the encoder has now; it is not made anew for a little.
pub(crate) fn plan(picture: Picture, limits: Limits, wish: Encoding, before: Option<Plan>) -> Plan {
    let bitrate = wish.max_bitrate.map_or(limits.bitrate, |most| most.min(limits.bitrate)).max(1);
    let comes = if picture.rate == 0 { USUAL_RATE } else { picture.rate };
    let rate = wish.max_framerate.map_or(comes, |most| most.clamp(1, comes));
    let scale = wish.scale_down_millis.unwrap_or(1000).max(1000);
    let wished = scaled((picture.width, picture.height), scale);
    let size = limits.size.map_or(wished, |largest| within(wished, largest));
    let (size, rate) = settled(size, rate, bitrate, wish.hint, before);
    Plan { width: size.0, height: size.1, rate: (rate < comes).then_some(rate), bitrate }
}

/// What is left where the bitrate is too little. More than before is taken only when it is more than enough for that:
/// a bitrate that goes up and down a little does not move the picture.
fn settled(
    size: (u32, u32),
    rate: u32,
    bitrate: u32,
    hint: Option<ContentHint>,
    before: Option<Plan>,
) -> ((u32, u32), u32) {
    let next = give_way(size, rate, bitrate, hint);
    let more = |before: &Plan| next.0.0 > before.width || before.rate.is_some_and(|before| next.1 > before);
    if before.as_ref().is_some_and(more) { give_way(size, rate, bitrate - bitrate / 5, hint) } else { next }
}

/// Where the bitrate is too little, the hint says what gives way.
fn give_way(size: (u32, u32), rate: u32, bitrate: u32, hint: Option<ContentHint>) -> ((u32, u32), u32) {
    let Some(hint) = hint else { return (size, rate) };
    let enough = if hint == ContentHint::Text { ENOUGH_FOR_TEXT } else { ENOUGH };
    let pixels = u64::from(size.0) * u64::from(size.1);
    let affordable = u64::from(bitrate) * 1_000_000 / enough;
    if pixels * u64::from(rate) <= affordable {
        return (size, rate);
    }
    match hint {
        ContentHint::Motion => {
            let share = (u64::from(rate) * pixels * 1_000_000 / affordable.max(1)).isqrt();
            let step = SCALES.into_iter().find(|scale| u64::from(*scale) >= share).unwrap_or(SMALLEST);
            (scaled(size, step), rate)
        }
        ContentHint::Detail | ContentHint::Text => {
            let affordable = u32::try_from(affordable / pixels.max(1)).unwrap_or(rate);
            let step = RATES.into_iter().find(|step| *step <= affordable).unwrap_or(LEAST_RATE);
            (size, step.min(rate))
        }
    }
}

/// A size divided by thousandths, with even sides.
fn scaled((width, height): (u32, u32), millis: u32) -> (u32, u32) {
    let side = |side: u32| even((u64::from(side) * 1000).div_ceil(u64::from(millis.max(1))));
    (side(width), side(height))
}

fn within((width, height): (u32, u32), (most_width, most_height): (u32, u32)) -> (u32, u32) {
    let by = |side: u32, most: u32| (u64::from(side) * 1000).div_ceil(u64::from(most.max(1)));
    let millis = by(width, most_width).max(by(height, most_height)).max(1000);
    scaled((width, height), u32::try_from(millis).unwrap_or(u32::MAX))
}

fn even(side: u64) -> u32 {
    u32::try_from(side & !1).unwrap_or(!1).max(LEAST_SIDE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(picture: Picture, limits: Limits, wish: Encoding) -> Plan {
        super::plan(picture, limits, wish, None)
    }

    const HD: Picture = Picture { width: 1280, height: 720, rate: 30 };
    const LIMITS: Limits = Limits { bitrate: 2_500_000, size: None };

    fn size(plan: Plan) -> (u32, u32) {
        (plan.width, plan.height)
    }

    #[test]
    fn without_a_wish_the_picture_goes_as_it_comes() {
        let expected = Plan { width: 1280, height: 720, rate: None, bitrate: 2_500_000 };
        assert_eq!(plan(HD, LIMITS, Encoding::default()), expected);
    }

    #[test]
    fn sides_are_divided_stay_even_and_never_vanish() {
        let by = |millis| size(plan(HD, LIMITS, Encoding { scale_down_millis: Some(millis), ..Encoding::default() }));
        assert_eq!([by(1000), by(2000), by(3000)], [(1280, 720), (640, 360), (426, 240)]);
        assert_eq!([by(200_000), by(u32::MAX), by(0)], [(16, 16), (16, 16), (1280, 720)]);
    }

    #[test]
    fn wishes_are_bounded_by_what_is_configured() {
        let wish = Encoding { max_bitrate: Some(9_000_000), max_framerate: Some(60), ..Encoding::default() };
        assert_eq!(plan(HD, LIMITS, wish), plan(HD, LIMITS, Encoding::default()));
        let least = Encoding { max_bitrate: Some(0), max_framerate: Some(0), ..Encoding::default() };
        let plan = plan(HD, LIMITS, least);
        assert_eq!((plan.bitrate, plan.rate), (1, Some(1)));
    }

    #[test]
    fn an_encoder_with_a_largest_picture_gets_it_in_its_shape() {
        let limits = Limits { size: Some((640, 360)), ..LIMITS };
        assert_eq!(size(plan(HD, limits, Encoding::default())), (640, 360));
        assert_eq!(size(plan(Picture { height: 960, ..HD }, limits, Encoding::default())), (480, 360));
        assert_eq!(size(plan(Picture { width: 320, height: 180, ..HD }, limits, Encoding::default())), (320, 180));
    }

    #[test]
    fn with_little_bitrate_the_hint_says_what_gives_way() {
        let with = |hint| plan(HD, LIMITS, Encoding { max_bitrate: Some(300_000), hint, ..Encoding::default() });
        assert_eq!((size(with(None)), with(None).rate), ((1280, 720), None));
        let motion = with(Some(ContentHint::Motion));
        assert_eq!((size(motion), motion.rate), ((640, 360), None));
        let detail = with(Some(ContentHint::Detail));
        assert_eq!((size(detail), detail.rate), ((1280, 720), Some(10)));
        assert_eq!(with(Some(ContentHint::Text)).rate, Some(5));
    }

    #[test]
    fn a_bitrate_that_trembles_does_not_move_the_picture() {
        let at = |kbps: u32, before| {
            let hint = Some(ContentHint::Motion);
            super::plan(HD, LIMITS, Encoding { max_bitrate: Some(kbps * 1000), hint, ..Encoding::default() }, before)
        };
        let needed = (1..2500).find(|kbps| size(at(*kbps, None)).0 == 1280).unwrap();
        let below = at(needed - 1, None);
        assert_eq!(size(at(needed + 1, Some(below))), size(below));
        assert_eq!(size(at(needed * 13 / 10, Some(below))), (1280, 720));
        assert!(size(at(needed - 1, Some(at(2500, None)))).0 < 1280);
    }

    #[test]
    fn enough_bitrate_changes_nothing_whatever_the_hint() {
        for hint in [ContentHint::Motion, ContentHint::Detail, ContentHint::Text] {
            let wish = Encoding { hint: Some(hint), ..Encoding::default() };
            assert_eq!(plan(HD, LIMITS, wish), plan(HD, LIMITS, Encoding::default()));
        }
    }
}
