//! What an engine costs while no call is on: a test of its own process, as it counts processor time and memory.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a measurement takes its time and reads /proc")]

mod support;

use std::time::Duration;

use roombox_media::api::MediaEvent;
use support::{Box, config, cpu_seconds, threads};

/// How long processor time is counted.
const WINDOW: Duration = Duration::from_secs(10);
/// Processor seconds a minute. A camera picture drawn and composed thirty times a second costs five; what is left is
/// the synthetic microphone, without optimisation.
const MOST: f64 = 2.0;
/// Libraries that only a call needs.
const CODECS: [&str; 5] = ["libavcodec", "libx264", "libopenh264", "libvpx", "libpango"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_for_a_call_costs_next_to_nothing_and_loads_no_codec() {
    let mut config = config(2, "tone:440");
    config.picture = (1280, 720, 30);
    let mut room = Box::start(config);
    room.wait("camera", |event| *event == MediaEvent::CameraSending { sending: true }).await;
    room.engine.prepare().await.unwrap();
    room.screen_until("the idle picture", |_| true).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = cpu_seconds();
    tokio::time::sleep(WINDOW).await;
    let cost = (cpu_seconds() - before) * 60.0 / WINDOW.as_secs_f64();
    println!("waiting: {cost:.1} CPU s/min, {:.1} MiB (PSS), {} threads", pss_mib(), threads());
    assert!(cost < MOST, "{cost:.1} CPU seconds a minute");
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let loaded: Vec<_> = CODECS.into_iter().filter(|library| maps.contains(library)).collect();
    assert!(loaded.is_empty(), "loaded while nobody calls: {loaded:?}");
    room.engine.stop().await;
}

/// Proportional set size (proc(5): `Pss` of `smaps_rollup`, in KiB).
fn pss_mib() -> f64 {
    let rollup = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
}
