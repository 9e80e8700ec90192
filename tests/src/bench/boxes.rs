//! Two boxes.

use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use super::{Figures, IN_CALL, Stage, idle, in_call};
use crate::measure::median;
use crate::room::RoomBox;
use crate::wait::PATIENCE;

/// Starts and calls whose times are measured; the last one lasts long enough to count what it costs.
const CALLS: usize = 5;
/// Between two looks at the size of the remote picture.
const LOOK: Duration = Duration::from_millis(20);

/// Measures two boxes on this engine for peer connections; `None` = the usual one.
pub fn boxes(stage: &Stage, engine: Option<&str>) -> Figures {
    let all: Vec<Figures> = (1..=CALLS).map(|call| one(stage, engine, call == CALLS)).collect();
    let middle = |of: fn(&Figures) -> Option<f64>| Some(median(all.iter().filter_map(of).collect()));
    let last = *all.last().expect("there are some calls");
    Figures {
        registered: middle(|of| of.registered),
        invite: middle(|of| of.invite),
        connected: middle(|of| of.connected),
        frame: middle(|of| of.frame),
        lines: middle(|of| of.lines),
        ..last
    }
}

fn one(stage: &Stage, engine: Option<&str>, whole: bool) -> Figures {
    let mut setup = stage.setup("bob", engine);
    setup.auto_answer = true;
    let bob = RoomBox::start(&setup);
    reached(&bob, "registered");
    let started = SystemTime::now();
    let alice = RoomBox::start(&stage.setup("alice", engine).with_target("bob"));
    let registered = milliseconds_after(started, &reached(&alice, "registered"));
    let programs = [alice.program.pid(), bob.program.pid()];
    let waiting = whole.then(|| idle(programs));
    alice.press("join");
    let invite = reached(&alice, "invite-sent");
    let begun = Instant::now();
    let [accepted, connected, frame] = ["accepted", "connected", "first-frame"].map(|name| reached(&alice, name));
    let lines = full_picture(&alice, begun);
    let since = |event: &Value, key: &str| event["data"][key].as_f64();
    let mut figures = Figures {
        registered: Some(registered),
        invite: since(&invite, "since_press_ms"),
        connected: since(&connected, "ms").zip(since(&accepted, "ms")).map(|(later, earlier)| later - earlier),
        frame: since(&frame, "since_invite_ms"),
        lines: since(&frame, "since_invite_ms").map(|first| first.max(lines)),
        idle: waiting,
        ..Figures::default()
    };
    if whole {
        let before = decoded(&alice);
        let counted = Instant::now();
        figures.call = Some(in_call(programs));
        figures.delay = alice.statistics()["picture_delay"]["by_stamps_ms"].as_f64();
        figures.rate = Some((decoded(&alice) - before) / counted.elapsed().max(IN_CALL).as_secs_f64());
    }
    figures
}

/// Time from `begun` until the remote picture has all its lines, in ms.
fn full_picture(room: &RoomBox, begun: Instant) -> f64 {
    while room.statistics()["frame_height"] != 720 {
        assert!(begun.elapsed() < PATIENCE, "the picture stays small: {}", room.story());
        std::thread::sleep(LOOK);
    }
    begun.elapsed().as_secs_f64() * 1000.0
}

fn decoded(room: &RoomBox) -> f64 {
    room.statistics()["frames_decoded"].as_f64().expect("statistics count frames")
}

/// The event of this stage.
fn reached(room: &RoomBox, name: &str) -> Value {
    let fits = |event: &Value| event["event"] == "stage" && event["data"]["stage"] == name;
    let event = room.events.pick(0, PATIENCE, |event| fits(event).then(|| event.clone()));
    event.unwrap_or_else(|| panic!("no stage {name}; {}", room.story())).0
}

fn milliseconds_after(start: SystemTime, event: &Value) -> f64 {
    let time = humantime::parse_rfc3339(event["time"].as_str().expect("events have a time")).expect("RFC 3339");
    time.duration_since(start).unwrap_or_default().as_secs_f64() * 1000.0
}
