//! How good the call is, as the room is told.

use std::time::Duration;

use roombox_appliance::api::Output;
use roombox_appliance::display::Icon;
use roombox_appliance::tree::{CallId, Event, QualityCause, QualityStatus, ScreenSign, SignKind, Verdict};
use roombox_conference::api as conference;
use roombox_conference::catalogue::{self, Inbound, Outbound, Report, StatsEvent};
use serde_json::json;

use crate::bench::{Bench, in_call_state};
use roombox_conference::api::CallState;

fn call(state: &CallState) -> CallId {
    match state {
        CallState::InCall { call, .. } => *call,
        _ => panic!("{state:?}"),
    }
}

/// So many seconds of a call whose packets come with this round trip in s.
fn seconds(bench: &mut Bench, from: u64, count: u64, round_trip: f64) {
    let call = call(&in_call_state(true));
    for second in from..from + count {
        bench.pass(Duration::from_secs(1));
        let mut report = Report { call, outbound: Outbound::default(), inbound: Inbound::default() };
        report.inbound.video.inbound_rtp = Some(json!({ "packetsReceived": second * 100 }));
        report.outbound.video.remote_inbound_rtp = Some(json!({ "roundTripTime": round_trip }));
        let event = catalogue::Event::StatsEvent(StatsEvent::Collected(Box::new(report)));
        bench.conference(conference::Event::Catalogue(event));
    }
}

fn told(bench: &Bench) -> Vec<Option<QualityStatus>> {
    let quality = |output: &Output| match output {
        Output::Event(Event::Quality(quality)) => Some(*quality),
        _ => None,
    };
    bench.outputs.iter().filter_map(quality).collect()
}

#[test]
fn a_call_that_becomes_bad_is_told_once_and_shown() {
    let mut bench = Bench::in_call();
    seconds(&mut bench, 0, 10, 0.02);
    let good = Some(QualityStatus { verdict: Verdict::Good, cause: None });
    assert_eq!(bench.status().quality, good);
    assert!(bench.status().display.icons.contains(&Icon::NetworkOk));
    assert_eq!(bench.status().screen.signs, []);
    seconds(&mut bench, 10, 10, 2.0);
    let poor = Some(QualityStatus { verdict: Verdict::Poor, cause: Some(QualityCause::Delay) });
    assert_eq!(bench.status().quality, poor);
    let display = bench.status().display;
    assert!(display.icons.contains(&Icon::NetworkPoor), "{display:?}");
    assert!(display.lines.contains(&QualityCause::Delay.short().to_owned()), "{display:?}");
    let sign = ScreenSign { sign: SignKind::Poor, text: "The network answers late".into() };
    assert_eq!(bench.status().screen.signs, [sign]);
    assert_eq!(told(&bench), [good, poor]);
}

#[test]
fn the_end_of_a_call_ends_its_verdict() {
    let mut bench = Bench::in_call();
    seconds(&mut bench, 0, 10, 0.02);
    bench.call(CallState::Idle);
    assert_eq!((bench.status().quality, told(&bench).pop()), (None, Some(None)));
}

#[test]
fn a_verdict_that_nothing_confirms_any_more_is_forgotten() {
    let mut bench = Bench::in_call();
    seconds(&mut bench, 0, 10, 0.02);
    bench.pass(Duration::from_mins(1));
    assert_eq!(bench.status().quality, None);
}
