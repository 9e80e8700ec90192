//! What every call scenario looks at: picture and sound by content, at both ends.

use roombox_testcard::code::FrameCode;

use crate::room::RoomBox;
use crate::wait::{PATIENCE, until};

/// Number in the lab's picture.
pub const LAB_SOURCE: u8 = 1;
/// Number in a box's test picture.
pub const BOX_SOURCE: u8 = 2;
/// Share of the energy from which on a tone counts as heard in a mix that has little else.
pub const HEARD: f64 = 0.6;

/// The TV of the box shows frames from `source` that follow one another.
#[track_caller]
pub fn sees(room: &RoomBox, source: u8) {
    moves(&format!("the picture of {source} on the TV"), source, || room.frame_code());
}

/// The loudspeaker of the box plays `hz` and little else.
#[track_caller]
pub fn hears(room: &RoomBox, hz: f64) {
    until(&format!("{hz} Hz from the loudspeaker"), PATIENCE, || {
        room.speaker().filter(|sound| sound.share(hz) > HEARD).map(drop)
    });
}

/// Three looks see three frames of `source`, each newer than the one before.
#[track_caller]
pub fn moves(what: &str, source: u8, mut look: impl FnMut() -> Option<FrameCode>) {
    let mut newest = None;
    for _ in 0..3 {
        newest = Some(until(what, PATIENCE, || {
            look().filter(|code| code.source == source && newest.is_none_or(|frame| code.frame > frame))
        }))
        .map(|code| code.frame);
    }
}
