//! Two boxes in one conference see and hear each other.

use std::path::Path;

use roombox_tests::clips;
use roombox_tests::lab::Lab;
use roombox_tests::room::RoomBox;
use roombox_tests::setup::Setup;
use roombox_tests::wait::{PATIENCE, until};

/// Where the lab shows two participants: x and y of a tile of [`TILE`] pixels.
const TILES: [(usize, usize); 2] = [(56, 226), (648, 226)];
const TILE: (usize, usize) = (576, 324);

/// Share of the energy of one tone among three (the other box and the lab).
const AUDIBLE: f64 = 0.2;

/// A box whose camera is a clip with this number.
fn start(lab: &Lab, folder: &Path, user: &str, source: u8, hz: u16) -> RoomBox {
    let clip = folder.join(format!("{user}.y4m"));
    clips::write_video(&clip, source);
    let setup = lab.setup(user).hearing(hz).dialling("100");
    RoomBox::start(&Setup { camera: "file".into(), camera_device: Some(clip.display().to_string()), ..setup })
}

/// A tile of the conference shows the clip with this number, and it moves.
fn sees(room: &RoomBox, source: u8) {
    let look = || TILES.iter().find_map(|place| room.frame_code_in(*place, TILE).filter(|code| code.source == source));
    let first = until(&format!("the tile of {source}"), PATIENCE, look);
    until(&format!("another frame in the tile of {source}"), PATIENCE, || look().filter(|code| *code != first));
}

fn hears(room: &RoomBox, hz: f64) {
    until(&format!("{hz} Hz"), PATIENCE, || room.speaker().filter(|sound| sound.share(hz) > AUDIBLE).map(drop));
}

#[test]
fn two_boxes_see_and_hear_each_other() {
    let (lab, folder) = (Lab::start(), tempfile::tempdir().unwrap());
    let first = start(&lab, folder.path(), "room-a", 11, 600);
    let second = start(&lab, folder.path(), "room-b", 12, 1000);
    sees(&first, 12);
    sees(&second, 11);
    hears(&first, 1000.0);
    hears(&second, 600.0);
    first.press("join");
    first.until_idle();
    lab.left("room-a");
    assert_eq!(second.status()["call"]["state"], "in-call");
    first.assert_no_panic();
    second.assert_no_panic();
}
