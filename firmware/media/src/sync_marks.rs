//! Instants at which a test picture flashes and a test microphone beeps: what is seen and heard of them tells lip sync.

use gst::ClockTime;

/// From one mark to the next: no multiple of a picture's length, so that the grid of pictures evens out over some marks.
pub(crate) const PERIOD: ClockTime = ClockTime::from_mseconds(1010);
/// Of flash and beep: some pictures.
pub(crate) const LENGTH: ClockTime = ClockTime::from_mseconds(200);

/// Is this time of the common time line within a mark?
pub(crate) fn is_on(at: ClockTime) -> bool {
    at.nseconds() % PERIOD.nseconds() < LENGTH.nseconds()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_comes_every_period_and_lasts_its_length() {
        let on = |ms| is_on(ClockTime::from_mseconds(ms));
        assert_eq!([0, 199, 200, 1009, 1010, 1209, 1210].map(on), [true, true, false, false, true, true, false]);
    }
}
