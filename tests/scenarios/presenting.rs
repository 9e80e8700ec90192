//! A box presents what its owner has configured: pages that are turned, and sources that give nothing.

use std::net::TcpListener;
use std::path::Path;

use roombox_tests::checks::{LAB_SOURCE, sees};
use roombox_tests::lab::Lab;
use roombox_tests::pages;
use roombox_tests::room::RoomBox;

/// Numbers in the codes of the pages.
const FOLDER: [u8; 2] = [31, 32];
/// Numbers in the codes of the pages.
const PDF: [u8; 2] = [41, 42];

#[test]
fn the_conference_sees_every_page_and_a_source_that_gives_nothing_harms_no_call() {
    let (lab, folder) = (Lab::start(), tempfile::tempdir().unwrap());
    // It takes connections and says nothing.
    let dumb = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/film", dumb.local_addr().unwrap());
    let waits = RoomBox::start(&lab.setup("room-b").dialling("200").presenting("film", "stream", &url));
    let room = start(&lab, folder.path());
    waits.until_in_call();
    waits.does(&["present", "start", "film"]);
    room.until_in_call();
    pages_are_turned(&lab, &room);
    nothing_is_there(&lab, &room, folder.path());
    never_answers(&lab, &waits);
    room.assert_no_panic();
    waits.assert_no_panic();
}

/// A box with a folder, a PDF file, and a folder that does not exist.
fn start(lab: &Lab, folder: &Path) -> RoomBox {
    let (slides, talk) = (folder.join("slides"), folder.join("talk.pdf"));
    std::fs::create_dir(&slides).expect("the folder is writable");
    for (page, source) in (1..).zip(FOLDER) {
        pages::write_png(&slides.join(format!("{page}.png")), source);
    }
    pages::write_pdf(&talk, &PDF);
    let place = |path: &Path| path.display().to_string();
    let setup = lab.setup("room-a").dialling("100");
    let setup = setup.presenting("slides", "folder", &place(&slides)).presenting("talk", "pdf", &place(&talk));
    RoomBox::start(&setup.presenting("lost", "folder", &place(&folder.join("lost"))))
}

fn pages_are_turned(lab: &Lab, room: &RoomBox) {
    room.does(&["present", "start", "slides"]);
    lab.sees_presented("room-a", FOLDER[0]);
    room.does(&["present", "next"]);
    lab.sees_presented("room-a", FOLDER[1]);
    room.until_says("/presentation/page/name", "2.png");
    room.does(&["present", "start", "talk"]);
    lab.sees_presented("room-a", PDF[0]);
    room.does(&["present", "page", "2"]);
    lab.sees_presented("room-a", PDF[1]);
    cannot_change(lab, room);
    room.does(&["present", "stop"]);
    room.until_says("/presentation/state", "idle");
    lab.sees_nothing_presented("room-a");
}

/// What is shown stays.
fn cannot_change(lab: &Lab, room: &RoomBox) {
    room.does(&["present", "start", "lost"]);
    room.until_says("/presentation/cause/code", "nothing-to-present");
    room.until_says("/presentation/source", "talk");
    room.does(&["present", "first"]);
    lab.sees_presented("room-a", PDF[0]);
    room.until_says("/presentation/state", "presenting");
}

fn nothing_is_there(lab: &Lab, room: &RoomBox, folder: &Path) {
    room.does(&["present", "start", "lost"]);
    room.until_says("/presentation/state", "failed");
    room.until_says("/presentation/cause/code", "nothing-to-present");
    let detail = room.status()["presentation"]["cause"]["detail"].to_string();
    assert!(detail.contains(&folder.join("lost").display().to_string()), "{detail}");
    goes_on(lab, room, "room-a");
}

/// Given up by itself.
fn never_answers(lab: &Lab, waits: &RoomBox) {
    waits.until_says("/presentation/state", "failed");
    waits.until_says("/presentation/cause/code", "nothing-to-present");
    goes_on(lab, waits, "room-b");
}

fn goes_on(lab: &Lab, room: &RoomBox, user: &str) {
    assert_eq!(room.status()["call"]["state"], "in-call");
    lab.sees(user);
    sees(room, LAB_SOURCE);
}
