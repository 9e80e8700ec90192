//! Flash and beep of one instant, as far apart as who sits before the screen sees and hears them: by the times of what is
//! composed and played, whenever threads got to run.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    missing_docs,
    clippy::cast_precision_loss,
    reason = "helpers are shared with other tests"
)]

#[path = "../../tests/network/link.rs"]
mod link;

#[path = "../../tests/network/relay.rs"]
mod relay;

#[path = "../../tests/support/mod.rs"]
mod support;

use std::{sync::Arc, time::Duration};

use gst::{ClockTime, prelude::*};
use link::Rules;
use relay::{End, Relay};
use support::{Box, PATIENCE, config};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::{
    api::{MediaCall, MediaConfig, MediaEvent},
    compose::{HEIGHT, LATENCY, WIDTH},
    peer::{Engine, media_lines},
    pipeline::{Pace, Running, Timeline, signed},
    relay::{Hub, Taking, drain, entry},
    sound::{self, RATE},
    sync_marks::{LENGTH, PERIOD},
};

const CALL: MediaCall = MediaCall(7);
/// People notice more (ITU-R BT.1359: 45 ms of sound before picture), in ms.
const NOTICED: f64 = 40.0;
/// Many enough for the middle one to be near.
const MARKS: usize = 9;
/// Of full scale: half of the beep's.
const LOUD: u16 = 4_900;

/// What begins: an instant of the common time line.
struct Onsets {
    on: bool,
    begun: Option<ClockTime>,
    tell: UnboundedSender<ClockTime>,
}

impl Onsets {
    fn new() -> (Self, UnboundedReceiver<ClockTime>) {
        let (tell, told) = unbounded_channel();
        (Self { on: true, begun: None, tell }, told)
    }

    /// What is on again within a mark's length is the same.
    fn see(&mut self, at: ClockTime, on: bool) {
        let long_ago = self.begun.is_none_or(|begun| at > begun + LENGTH * 2);
        if on && !self.on && long_ago {
            self.begun = Some(at);
            let _ = self.tell.send(at);
        }
        self.on = on;
    }
}

/// Gives `each` buffer of the hub, on the common time line.
fn watch(
    hub: &Arc<Hub>,
    timeline: &Arc<Timeline>,
    mut each: impl FnMut(&gst::Buffer) + Send + 'static,
) -> (Running, Taking) {
    let (pipeline, source) = (gst::Pipeline::new(), entry("in", None, 1000));
    let sink = gst_app::AppSink::builder().sync(false).async_(false).wait_on_eos(false).build();
    pipeline.add_many([source.upcast_ref::<gst::Element>(), sink.upcast_ref()]).unwrap();
    source.link(&sink).unwrap();
    drain(&sink, Arc::clone(timeline), move |buffer, _| each(&buffer));
    let running = Running::start("watch", pipeline, Pace::Common(timeline)).unwrap();
    (running, hub.attach(&source))
}

/// Waits until the beep is with the flash in the middle of some marks.
async fn together(receiver: &Box) {
    let rooms = receiver.engine.rooms().unwrap();
    let (mut lamp, mut flashes) = Onsets::new();
    let (mut tone, mut beeps) = Onsets::new();
    let screen = watch(&rooms.screen.composed, &rooms.timeline, move |picture| {
        let luma = picture.map_readable().unwrap()[(HEIGHT / 6 * WIDTH + WIDTH / 2) as usize];
        lamp.see(picture.pts().unwrap() + LATENCY, luma > 128);
    });
    let speaking = Arc::clone(&rooms);
    let speaker = watch(&rooms.speaker.hub, &rooms.timeline, move |sound| {
        let (map, begin) = (sound.map_readable().unwrap(), sound.pts().unwrap() + speaking.speaker.latency());
        for (number, sample) in (0_u64..).zip(sound::samples(&map)) {
            let at = begin + ClockTime::from_nseconds(number * 1_000_000_000 / u64::from(RATE));
            tone.see(at, sample.unsigned_abs() > LOUD);
        }
    });
    let mut apart = Vec::new();
    let settling = async {
        while !are_together(&apart) {
            apart.push(next_pair(&mut flashes, &mut beeps).await);
        }
    };
    let settled = tokio::time::timeout(PATIENCE * 3, settling).await;
    println!("beep behind flash, in ms: {apart:.1?}");
    settled.expect("lips and voice are never together");
    drop((screen, speaker));
}

/// The middle of the last marks is not noticed; one that a busy machine shows late does not count.
fn are_together(apart: &[f64]) -> bool {
    let mut last = apart[apart.len().saturating_sub(MARKS)..].to_vec();
    last.sort_by(f64::total_cmp);
    last.len() == MARKS && last[MARKS / 2].abs() <= NOTICED
}

/// How much later than the next flash its beep is, in ms; a mark that was lost on the way has no pair.
async fn next_pair(flashes: &mut UnboundedReceiver<ClockTime>, beeps: &mut UnboundedReceiver<ClockTime>) -> f64 {
    let (mut flash, mut beep) = (flashes.recv().await.unwrap(), beeps.recv().await.unwrap());
    loop {
        let apart = signed(beep) - signed(flash);
        if apart.abs() < signed(PERIOD) / 2 {
            return apart as f64 / 1e6;
        }
        if apart > 0 {
            flash = flashes.recv().await.unwrap();
        } else {
            beep = beeps.recv().await.unwrap();
        }
    }
}

/// A call over a path on which the packets of one kind are so much later, to a speaker that takes so much longer, in ms.
async fn lip_sync(engine: Engine, late: (&str, u64), slow: u64) {
    let with = |source, microphone| MediaConfig { engine, picture: (640, 360, 30), ..config(source, microphone) };
    let (sender, mut receiver) = (Box::start(with(2, "beeps")), Box::start(with(3, "silence")));
    let relay = Relay::new(Rules { delay: Duration::from_millis(20), ..Rules::default() }, 5);
    let offer = sender.engine.create_offer(CALL, false).await.unwrap();
    let answer = receiver.engine.create_answer(CALL, &relay.pass(End::A, &offer).await).await.unwrap();
    let lines = media_lines(&answer).unwrap();
    let codec = lines.iter().flat_map(|line| &line.codecs).find(|codec| codec.name == late.0);
    relay.set_late(codec.unwrap().payload_type, Duration::from_millis(late.1));
    sender.engine.accept_answer(CALL, &relay.pass(End::B, &answer).await).await.unwrap();
    receiver.wait("a picture", |event| *event == MediaEvent::FirstFrame { call: CALL }).await;
    receiver.engine.rooms().unwrap().speaker.set_slow(ClockTime::from_mseconds(slow));
    together(&receiver).await;
    for side in [sender, receiver] {
        side.engine.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lips_and_voice_are_together_where_sound_comes_later() {
    lip_sync(Engine::Webrtc, ("OPUS", 120), 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lips_and_voice_are_together_where_pictures_come_later() {
    lip_sync(Engine::Webrtc, ("H264", 120), 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lips_and_voice_are_together_with_the_other_engine() {
    lip_sync(Engine::Webrtcbin, ("OPUS", 120), 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_wait_for_a_speaker_that_takes_its_time() {
    lip_sync(Engine::Webrtc, ("OPUS", 0), 100).await;
}
