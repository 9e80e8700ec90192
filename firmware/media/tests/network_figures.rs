//! Measures what a call makes of a network that is not good, in real time: `make bench-network` prints the table of
//! `docs/figures.md` and fails where a limit is not kept. The same rules are tested in virtual time by the estimator's
//! own tests and without a clock in `network.rs` and `loss.rs`.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    unreachable_pub,
    missing_docs,
    dead_code,
    reason = "a test owns its tasks, sockets and clock, and may fail; helpers are shared with other tests"
)]

mod support;

#[path = "network/link.rs"]
mod link;

#[path = "network/relay.rs"]
mod relay;

#[path = "network/quality.rs"]
mod quality;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use link::{Bandwidth, Rules};
use quality::{CALL, connect_over, incoming, over};
use relay::{End, Relay};
use roombox_hal::board::{Camera, CameraSource};
use roombox_media::api::{MediaConfig, MediaEvent};
use support::{Box, config};

/// From the loss of a path to the restart: the server answers a sign of life within a round trip.
const RESTART_AFTER: Duration = Duration::from_millis(50);
const WAY: Duration = Duration::from_millis(25);
const GOOD: Rules =
    Rules { loss: 0.0, bursts: None, delay: WAY, jitter: Duration::ZERO, bandwidth: None, blackout: false };
/// Bit/s before and after, and during the narrow time.
const WIDE: u64 = 4_000_000;
const NARROW: u64 = 1_000_000;

/// One line of the table: what, how much, and the limit it must keep to.
struct Figure {
    what: String,
    value: f64,
    unit: &'static str,
    limit: Limit,
}

enum Limit {
    Below(f64),
    Above(f64),
}

impl Figure {
    fn below(what: impl Into<String>, value: f64, unit: &'static str, limit: f64) -> Self {
        Self { what: what.into(), value, unit, limit: Limit::Below(limit) }
    }

    fn above(what: impl Into<String>, value: f64, unit: &'static str, limit: f64) -> Self {
        Self { what: what.into(), value, unit, limit: Limit::Above(limit) }
    }

    fn is_kept(&self) -> bool {
        match self.limit {
            Limit::Below(most) => self.value <= most,
            Limit::Above(least) => self.value >= least,
        }
    }

    fn print(&self) {
        let limit = match self.limit {
            Limit::Below(most) => format!("≤ {most}"),
            Limit::Above(least) => format!("≥ {least}"),
        };
        println!("| {} | {:.2} {} | {limit} |", self.what, self.value, self.unit);
    }
}

/// A call over this relay that shows pictures.
async fn call(relay: &Relay, caller: MediaConfig, answerer: MediaConfig) -> (Box, Box) {
    let (mut caller, mut answerer) = (Box::start(caller), Box::start(answerer));
    connect_over(relay, (&caller, End::A), &answerer, false).await;
    for side in [&mut caller, &mut answerer] {
        side.wait("first picture", |event| *event == MediaEvent::FirstFrame { call: CALL }).await;
    }
    (caller, answerer)
}

async fn end((caller, answerer): (Box, Box)) {
    for side in [caller, answerer] {
        side.engine.close_call(CALL).await;
        side.engine.stop().await;
    }
}

async fn losses(figures: &mut Vec<Figure>) {
    const SECONDS: f64 = 30.0;
    let relay = Relay::new(GOOD, 11);
    let sides = call(&relay, config(2, "tone:440"), config(3, "tone:880")).await;
    for (name, rules, most) in [
        ("5 % loss", Rules { loss: 0.05, ..GOOD }, 2.0),
        ("20 % loss in bursts of 5", Rules { bursts: Some((0.05, 5.0)), ..GOOD }, 10.0),
    ] {
        relay.set(rules);
        // The jitter buffers get to know the path.
        over(&sides.0, 3.0).await;
        let (here, there) = tokio::join!(over(&sides.0, SECONDS), over(&sides.1, SECONDS));
        let concealed = here.concealed.max(there.concealed) / here.sound * 100.0;
        figures.push(Figure::below(format!("{name}: concealed sound, % of the time"), concealed, "%", most));
        let frozen = here.frozen.max(there.frozen) / SECONDS * 100.0;
        let most = if rules.bursts.is_some() { 100.0 } else { 1.0 };
        figures.push(Figure::below(format!("{name}: picture frozen, % of the time"), frozen, "%", most));
    }
    end(sides).await;
}

/// A clip that no encoder makes small, so that the picture takes all it may.
fn snow(folder: &Path) -> Camera {
    let file = folder.join("snow.avi");
    let size = "video/x-raw,width=640,height=360,framerate=30/1";
    support::film(&file, &format!("videotestsrc pattern=snow num-buffers=90 ! {size} ! jpegenc quality=40 ! avimux"));
    Camera { source: CameraSource::File, device: Some(file.display().to_string()) }
}

/// Share of the bottleneck that is used for so long, and the longest wait in it.
async fn used(relay: &Relay, rate: u64, time: Duration) -> (f64, Duration) {
    let (begun, before) = (Instant::now(), relay.counters_from(End::A).bytes);
    tokio::time::sleep(time).await;
    let counters = relay.counters_from(End::A);
    let bits = (counters.bytes - before) as f64 * 8.0;
    (bits / begun.elapsed().as_secs_f64() / rate as f64, counters.longest_wait)
}

/// Seconds until this share of a wide path is used; a figure without limit is better than waiting for ever.
async fn until_used(relay: &Relay, share: f64) -> f64 {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_mins(2) {
        if used(relay, WIDE, Duration::from_secs(1)).await.0 >= share {
            break;
        }
    }
    begun.elapsed().as_secs_f64()
}

async fn step(figures: &mut Vec<Figure>) {
    let folder = tempfile::tempdir().unwrap();
    let mut sending = config(2, "tone:440");
    (sending.camera, sending.picture, sending.max_bitrate_kbps) = (snow(folder.path()), (640, 360, 30), 6_000);
    let of = |rate| Rules { bandwidth: Some(Bandwidth { rate, queue: Duration::from_secs(1) }), ..GOOD };
    let relay = Relay::new(GOOD, 3);
    relay.set_from(End::A, of(WIDE));
    let sides = call(&relay, sending, config(3, "tone:880")).await;
    figures.push(Figure::below(
        "4 Mbit/s from the start: until 85 % are used",
        until_used(&relay, 0.85).await,
        "s",
        30.0,
    ));
    let (share, _) = used(&relay, WIDE, Duration::from_secs(15)).await;
    figures.push(Figure::above("4 Mbit/s: capacity used", share * 100.0, "%", 85.0));
    relay.set_from(End::A, of(NARROW));
    tokio::time::sleep(Duration::from_secs(3)).await;
    relay.counters_from(End::A);
    let (share, wait) = used(&relay, NARROW, Duration::from_secs(20)).await;
    let wait = wait.as_secs_f64() * 1_000.0;
    figures.push(Figure::below("4 → 1 Mbit/s: longest queue after 3 s", wait, "ms", 200.0));
    figures.push(Figure::above("4 → 1 Mbit/s: capacity used", share * 100.0, "%", 85.0));
    relay.set_from(End::A, of(WIDE));
    figures.push(Figure::below("1 → 4 Mbit/s: until 90 % are used", until_used(&relay, 0.9).await, "s", 15.0));
    end(sides).await;
}

/// What of the other side has come so far: sound packets and frames.
async fn come(side: &Box) -> (f64, f64) {
    (incoming(side, "audio", "packetsReceived").await, incoming(side, "video", "framesDecoded").await)
}

/// Seconds since then until both sides get sound and pictures that they had not got by now.
async fn back(since: Instant, sides: &(Box, Box)) -> f64 {
    for side in [&sides.0, &sides.1] {
        let before = come(side).await;
        loop {
            let now = come(side).await;
            if now.0 > before.0 + 5.0 && now.1 > before.1 {
                break;
            }
            assert!(since.elapsed() < Duration::from_mins(1), "media never came back");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    since.elapsed().as_secs_f64()
}

async fn paths(figures: &mut Vec<Figure>) {
    let relay = Relay::new(GOOD, 5);
    let mut sides = call(&relay, config(2, "tone:440"), config(3, "tone:880")).await;
    for (name, from, to, end) in [("caller", &sides.0, &sides.1, End::A), ("called side", &sides.1, &sides.0, End::B)] {
        relay.change_path();
        let since = Instant::now();
        connect_over(&relay, (from, end), to, true).await;
        let back = back(since, &sides).await;
        figures.push(Figure::below(format!("path changes, ICE restart by the {name}: media back"), back, "s", 1.0));
    }
    relay.change_path();
    let since = Instant::now();
    sides.0.wait("the loss", |event| *event == MediaEvent::Disconnected { call: CALL }).await;
    tokio::time::sleep(RESTART_AFTER).await;
    connect_over(&relay, (&sides.0, End::A), &sides.1, true).await;
    let untold = back(since, &sides).await;
    figures.push(Figure::below("path changes and nobody tells: media back", untold, "s", 3.0));
    for seconds in [5, 40] {
        relay.set(Rules { blackout: true, ..GOOD });
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        relay.set(GOOD);
        let back = back(Instant::now(), &sides).await;
        figures.push(Figure::below(format!("{seconds} s without packets: media back"), back, "s", 3.0));
    }
    end(sides).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "four minutes of real time; make bench-network"]
async fn a_call_over_a_network_that_is_not_good() {
    let mut figures = Vec::new();
    losses(&mut figures).await;
    step(&mut figures).await;
    paths(&mut figures).await;
    println!("| path of 50 ms round trip | measured | limit |\n|---|---|---|");
    figures.iter().for_each(Figure::print);
    let missed: Vec<&str> =
        figures.iter().filter(|figure| !figure.is_kept()).map(|figure| figure.what.as_str()).collect();
    assert!(missed.is_empty(), "limits not kept: {missed:?}");
}
