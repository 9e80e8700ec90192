//! People share the screens of their computers through the panel of a box in a call.

use roombox_tests::checks::{LAB_SOURCE, sees};
use roombox_tests::interop::chromium::Chromium;
use roombox_tests::lab::Lab;
use roombox_tests::room::RoomBox;
use roombox_tests::wait::PATIENCE;

use crate::world::turn;

/// Number in the shared picture.
const SHARED: u8 = 51;
const USER: &str = "room-a";

fn is_shared_by(room: &RoomBox, name: &str) {
    room.until_status(&format!("the screen of {name}"), PATIENCE, |status| {
        (status["presentation"]["share"]["name"] == name).then_some(())
    });
}

fn is_over(lab: &Lab, room: &RoomBox) {
    room.until_status("the end of the share", PATIENCE, |status| {
        (status["presentation"]["share"].is_null() && status["presentation"]["state"] == "idle").then_some(())
    });
    lab.sees_nothing_presented(USER);
}

#[test]
#[ignore = "needs Chromium: make interop"]
fn the_conference_sees_the_screen_that_somebody_shares_until_it_ends_in_one_way_or_another() {
    let _turn = turn();
    let (lab, folder) = (Lab::start(), tempfile::tempdir().expect("the temporary folder is writable"));
    let room = RoomBox::start(&lab.setup(USER).dialling("100"));
    let (browser, _shown) = Chromium::sharing(folder.path(), SHARED);
    room.until_in_call();

    let anna = browser.panel(&room);
    anna.share("Anna");
    is_shared_by(&room, "Anna");
    lab.sees_presented(USER, SHARED);
    let told = room.command_line(&["status"]);
    assert!(String::from_utf8_lossy(&told.stdout).contains("screen-share of Anna"), "{told:?}");

    let boris = browser.panel(&room);
    boris.share("Boris");
    assert!(boris.asked_about("Anna"));
    is_shared_by(&room, "Boris");
    anna.until_not_shared();
    lab.sees_presented(USER, SHARED);

    room.does(&["present", "stop"]);
    boris.until_not_shared();
    is_over(&lab, &room);

    anna.share("Anna");
    lab.sees_presented(USER, SHARED);
    anna.stop_sharing();
    is_over(&lab, &room);

    boris.share("Boris");
    lab.sees_presented(USER, SHARED);
    boris.close();
    is_over(&lab, &room);
    sees(&room, LAB_SOURCE);
    room.assert_no_panic();
}
