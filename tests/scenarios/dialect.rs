//! The whole dialect of a conference server, played by a script of the lab against a box: every stage looked at from both
//! ends, with real sockets and media.

use roombox_tests::checks::{LAB_SOURCE, sees};
use roombox_tests::lab::Lab;
use roombox_tests::room::RoomBox;
use roombox_tests::wait::PATIENCE;

/// What the lab waits for and does. The numbers of its steps stand in the scenario; 2 is the number in a box's camera
/// picture, 102 that in its presentation. The keys 5 and 6 tell the lab that the box has been looked at.
const SCRIPT: &str = r#"
end = true

[rules]
purgatory = "everybody"

[[step]] # 1
wait = { event = "entered", user = "room-a", room = "purgatory", within = "1m" }
[[step]] # 2
wait = { event = "media", user = "room-a", frame_code = { source = 2 }, within = "1m" }
[[step]] # 3
do = { order = "admit", user = "room-a" }
[[step]] # 4
wait = { event = "entered", user = "room-a", room = "100" }
[[step]] # 5
wait = { event = "permission", user = "room-a", granted = true, within = "2m" }
[[step]] # 6
wait = { event = "media", user = "room-a", presentation = { frame_code = { source = 102 } }, within = "1m" }
[[step]] # 7
do = { order = "say", user = "room-a", message = { message = "presentation-must-stop" } }
[[step]] # 8
wait = { event = "presentation-stopped", user = "room-a" }
[[step]] # 9
do = { order = "say", user = "room-a", message = { message = "move-to-spectators", audio_id = "aB-1" } }
[[step]] # 10
wait = { event = "receive-offered", user = "room-a", quality = "high" }
[[step]] # 11
wait = { event = "receive-connected", user = "room-a", within = "1m" }
[[step]] # 12
wait = { event = "said", user = "room-a", message = "dtmf", tone = "5", within = "3m" }
[[step]] # 13
do = { order = "say", user = "room-a", form = "old-info", message = { message = "move-to-participants" } }
[[step]] # 14
wait = { event = "media", user = "room-a", frame_code = { source = 2 } }
[[step]] # 15
do = { order = "say", user = "room-a", message = { message = "restart", audio_tracks = 1, video_tracks = 1 } }
[[step]] # 16
wait = { event = "renegotiated", user = "room-a" }
[[step]] # 17
wait = { event = "media", user = "room-a", frame_code = { source = 2 } }
[[step]] # 18
wait = { event = "said", user = "room-a", message = "dtmf", tone = "6", within = "3m" }
[[step]] # 19
do = { order = "kill", time = "3s" }
[[step]] # 20
wait = { event = "registered", user = "room-a", within = "1m" }
[[step]] # 21
wait = { event = "entered", user = "room-a", room = "purgatory", within = "1m" }
[[step]] # 22
do = { order = "admit", user = "room-a" }
[[step]] # 23
wait = { event = "media", user = "room-a", frame_code = { source = 2 }, within = "1m" }
"#;

#[test]
fn a_box_goes_through_everything_a_server_can_do_to_it() {
    let mut lab = Lab::scripted(SCRIPT);
    let room = RoomBox::start(&lab.setup("room-a").dialling("100"));
    room.until_says("/admission", "waiting-room");
    lab.stepped(4);
    room.until_says("/admission", "admitted");
    presents_until_it_must_stop(&lab, &room);
    watches_and_takes_part_again(&lab, &room);
    restarts_ice(&lab, &room);
    comes_back_after_a_server_death(&lab, &room);
    assert!(lab.program.ended(PATIENCE).success(), "{}", lab.program.tail());
    room.assert_no_panic();
}

fn presents_until_it_must_stop(lab: &Lab, room: &RoomBox) {
    let from = room.events.len();
    room.does(&["present", "start"]);
    let next = room.event_from(from, "the presentation", |event| event["event"] == "presentation:started");
    lab.stepped(6);
    lab.stepped(8);
    room.event_from(next, "the end of the presentation", |event| event["event"] == "presentation:ended");
    assert_eq!(room.status()["call"]["state"], "in-call");
}

/// The picture of the call rests as soon as the lab sees the other connection, so what is seen comes by that.
fn watches_and_takes_part_again(lab: &Lab, room: &RoomBox) {
    lab.stepped(11);
    room.until_says("/role/role", "spectator");
    room.until_says("/role/receiving", "auto");
    sees(room, LAB_SOURCE);
    room.does(&["dtmf", "5"]);
    lab.stepped(14);
    room.until_says("/role/role", "participant");
    sees(room, LAB_SOURCE);
}

fn restarts_ice(lab: &Lab, room: &RoomBox) {
    lab.stepped(17);
    sees(room, LAB_SOURCE);
    room.does(&["dtmf", "6"]);
}

fn comes_back_after_a_server_death(lab: &Lab, room: &RoomBox) {
    lab.stepped(19);
    lab.stepped(23);
    room.until_in_call();
    room.until_says("/admission", "admitted");
}
