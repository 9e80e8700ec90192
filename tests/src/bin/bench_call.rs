//! The first figures of a box, printed as a table and as one JSON object: `bench_call [RUNS]`.
//!
//! Box and lab are processes of their own on this machine; the call is 1280 x 720 at 30 frames a second both ways with
//! software codecs. Medians of all runs.

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use roombox_tests::lab::Lab;
use roombox_tests::measure::{cost, median};
use roombox_tests::room::RoomBox;
use roombox_tests::wait::PATIENCE;
use serde_json::{Map, Value, json};

/// Runs unless told otherwise.
const RUNS: usize = 5;
/// How long processor time is counted.
const WINDOW: Duration = Duration::from_secs(15);

/// One figure: key in JSON, words in the table.
const FIGURES: [(&str, &str); 10] = [
    ("start_to_registered_ms", "start of the process → registered, ms"),
    ("press_to_invite_ms", "press → INVITE sent, ms"),
    ("invite_to_first_frame_ms", "INVITE sent → first remote frame, ms"),
    ("invite_to_first_audio_ms", "INVITE sent → first remote sound, ms"),
    ("call_cpu_seconds_per_minute", "in a 720p30 call: CPU seconds per minute"),
    ("call_memory_mib", "in a 720p30 call: memory (PSS), MiB"),
    ("call_frames_decoded_per_second", "in that call: frames decoded per second"),
    ("call_frames_encoded_per_second", "in that call: frames encoded per second"),
    ("idle_cpu_seconds_per_minute", "registered, idle: CPU seconds per minute"),
    ("idle_memory_mib", "registered, idle: memory (PSS), MiB"),
];

fn main() -> ExitCode {
    let Ok(runs) = std::env::args().nth(1).map_or(Ok(RUNS), |runs| runs.parse()) else {
        eprintln!("usage: bench_call [RUNS]");
        return ExitCode::from(2);
    };
    let lab = Lab::start();
    let values: Vec<_> = (1..=runs.max(1))
        .map(|run| {
            eprintln!("run {run} of {runs}");
            measure(&lab)
        })
        .collect();
    let of = |figure: usize| values.iter().map(|run| run[figure]).collect::<Vec<f64>>();
    let mut report = Map::new();
    for (place, (key, words)) in FIGURES.iter().enumerate() {
        println!("{words:<44} {:>9.1}", median(of(place)));
        report.insert((*key).to_owned(), json!({ "median": median(of(place)), "runs": of(place) }));
    }
    println!("{}", Value::Object(report));
    ExitCode::SUCCESS
}

/// One start and one call, in the order of [`FIGURES`].
fn measure(lab: &Lab) -> [f64; FIGURES.len()] {
    let started = SystemTime::now();
    let room = RoomBox::start(&lab.setup("room-a").with_target("100"));
    let registered = stage(&room, "registered");
    let idle = cost(room.program.pid(), WINDOW);
    room.press("join");
    let invite = stage(&room, "invite-sent");
    let (frame, audio) = (stage(&room, "first-frame"), stage(&room, "first-audio"));
    let before = room.statistics();
    let call = cost(room.program.pid(), WINDOW);
    let after = room.statistics();
    let number = |of: &Value, key: &str| of[key].as_f64().expect("statistics count frames");
    let rate = |key: &str| (number(&after, key) - number(&before, key)) / WINDOW.as_secs_f64();
    let size = (&after["frame_width"], &after["frame_height"]);
    assert_eq!(size, (&1280.into(), &720.into()), "the lab sends 720p");
    let since = |event: &Value, key: &str| event["data"][key].as_f64().expect("the stage is measured from there");
    [
        milliseconds_after(started, &registered),
        since(&invite, "since_press_ms"),
        since(&frame, "since_invite_ms"),
        since(&audio, "since_invite_ms"),
        call.cpu_seconds_per_minute,
        call.memory_mib,
        rate("frames_decoded"),
        rate("frames_encoded"),
        idle.cpu_seconds_per_minute,
        idle.memory_mib,
    ]
}

/// The event of this stage.
fn stage(room: &RoomBox, name: &str) -> Value {
    let reached = |event: &Value| event["event"] == "stage" && event["data"]["stage"] == name;
    let event = room.events.pick(0, PATIENCE, |event| reached(event).then(|| event.clone()));
    event.unwrap_or_else(|| panic!("no stage {name}; {}", room.story())).0
}

fn milliseconds_after(start: SystemTime, event: &Value) -> f64 {
    let time = humantime::parse_rfc3339(event["time"].as_str().expect("events have a time")).expect("RFC 3339");
    time.duration_since(start).unwrap_or_default().as_secs_f64() * 1000.0
}
