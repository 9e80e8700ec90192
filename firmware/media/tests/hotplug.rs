//! Camera, microphone, speaker and screen of a virtual board vanish, hang and return in a call: something takes their
//! place meanwhile, nothing else is touched and nothing is negotiated.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "helpers of tests; pictures are taken again and again"
)]

mod support;

use std::time::{Duration, Instant};

use roombox_hal::{Part, VirtualBoard, board::Board};
use roombox_media::api::{MediaCall, MediaConfig, MediaEvent, Snapshot, SoundDevice};
use roombox_testcard::tone;
use serde_json::Value;
use support::{Box, PATIENCE, code_of, config, connect};

const CALL: MediaCall = MediaCall(7);
/// Tone of the caller's microphone in Hz.
const HZ: f64 = 440.0;
/// A device that hangs is noticed within two seconds; the rest is for a machine that is busy.
const NOTICED: Duration = Duration::from_secs(20);

/// A caller on a virtual board, and a room it talks to.
struct Pair {
    board: VirtualBoard,
    caller: Box,
    answerer: Box,
}

impl Pair {
    /// The board is the caller's, or with `theirs` the answerer's.
    async fn start(theirs: bool) -> Self {
        let virtual_board = Board { virtual_board: true, ..Board::default() };
        let board = roombox_hal::open(&virtual_board).virtual_board.unwrap();
        let mut configs: [MediaConfig; 2] = [config(2, "tone:440"), config(3, "silence")];
        configs[usize::from(theirs)].virtual_board = Some(board.clone());
        let [caller, answerer] = configs.map(Box::start);
        connect(&caller, &answerer, CALL).await;
        let mut pair = Self { board, caller, answerer };
        pair.sees_card(0).await;
        pair.hears_tone().await;
        for side in [&mut pair.caller, &mut pair.answerer] {
            side.rest();
            side.told.clear();
        }
        pair
    }

    fn take_away(&self, part: Part, hangs: bool) {
        let deed = if hangs { VirtualBoard::hang } else { VirtualBoard::unplug };
        deed(&self.board, part);
    }

    fn give_back(&self, part: Part, hung: bool) {
        let deed = if hung { VirtualBoard::unhang } else { VirtualBoard::plug };
        deed(&self.board, part);
    }

    async fn sees_card(&mut self, after: u32) -> u32 {
        let card = |picture: &Snapshot| code_of(picture).is_some_and(|code| code.source == 2 && code.frame > after);
        let picture = self.answerer.screen_until("the card", card).await;
        code_of(&picture).unwrap().frame
    }

    async fn sees_something_else(&mut self) {
        self.answerer.screen_until("the placeholder", |picture| code_of(picture).is_none()).await;
    }

    async fn hears_tone(&self) {
        self.answerer.speaker_until("the tone", |samples, rate| tone::strength(samples, rate, HZ) > 0.5).await;
    }

    async fn hears_nothing(&self) {
        self.answerer.speaker_until("silence", |samples, _| tone::is_silent(samples)).await;
    }

    /// What came at the answerer of this kind: lost packets, and packets received.
    async fn came(&self, kind: &str) -> (i64, u64) {
        let statistics = self.answerer.engine.statistics(CALL).await.unwrap();
        let inbound = |entry: &&Value| entry["type"] == "inbound-rtp" && entry["kind"] == kind;
        let entry = statistics.entries.iter().find(inbound).expect("nothing came");
        (entry["packetsLost"].as_i64().unwrap_or(0), entry["packetsReceived"].as_u64().unwrap_or(0))
    }

    /// The stream of this kind goes on, and nothing of it was lost.
    async fn flows(&self, kind: &str) {
        let (_, before) = self.came(kind).await;
        let flowing = async {
            while self.came(kind).await.1 < before + 10 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, flowing).await.unwrap_or_else(|_| panic!("{kind} stopped"));
        assert_eq!(self.came(kind).await.0, 0, "{kind} has a gap");
    }

    /// Neither side gave up the call or saw a track come or go.
    fn undisturbed(&mut self) {
        for side in [&mut self.caller, &mut self.answerer] {
            side.rest();
            let wrong = |event: &&MediaEvent| {
                matches!(
                    event,
                    MediaEvent::Failed { .. }
                        | MediaEvent::Disconnected { .. }
                        | MediaEvent::RemoteTrackAdded { .. }
                        | MediaEvent::RemoteTrackRemoved { .. }
                )
            };
            assert_eq!(side.told.iter().find(wrong), None);
        }
    }
}

fn camera(works: bool, why: &'static str) -> impl Fn(&MediaEvent) -> bool {
    move |event| {
        matches!(event, MediaEvent::Camera { working, reason, .. }
            if *working == works && reason.as_deref().unwrap_or_default().contains(why))
    }
}

fn sound(of: SoundDevice, works: bool, why: &'static str) -> impl Fn(&MediaEvent) -> bool {
    move |event| {
        matches!(event, MediaEvent::Sound { device, working, reason, .. }
            if *device == of && *working == works && reason.as_deref().unwrap_or_default().contains(why))
    }
}

fn screen(works: bool) -> impl Fn(&MediaEvent) -> bool {
    move |event| matches!(event, MediaEvent::Screen { working, .. } if *working == works)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_is_pulled_out_in_a_call_gives_way_to_a_placeholder_and_returns() {
    let mut pair = Pair::start(false).await;
    pair.board.unplug(Part::Camera);
    pair.caller.wait("the camera is gone", camera(false, "unplugged")).await;
    pair.sees_something_else().await;
    pair.flows("audio").await;
    pair.flows("video").await;
    pair.board.plug(Part::Camera);
    pair.caller.wait("the camera is back", camera(true, "")).await;
    pair.sees_card(0).await;
    pair.undisturbed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_hangs_in_a_call_is_noticed_and_returns() {
    let mut pair = Pair::start(false).await;
    let start = Instant::now();
    pair.board.hang(Part::Camera);
    pair.caller.wait("the camera hangs", camera(false, "gives nothing")).await;
    assert!(start.elapsed() < NOTICED);
    pair.sees_something_else().await;
    pair.flows("audio").await;
    pair.board.unhang(Part::Camera);
    pair.caller.wait("the camera is back", camera(true, "")).await;
    pair.sees_card(0).await;
    pair.undisturbed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_microphone_that_is_pulled_out_or_hangs_in_a_call_gives_way_to_silence_and_returns() {
    let mut pair = Pair::start(false).await;
    for hangs in [false, true] {
        pair.take_away(Part::Microphone, hangs);
        let why = if hangs { "gives nothing" } else { "unplugged" };
        pair.caller.wait("the microphone is gone", sound(SoundDevice::Microphone, false, why)).await;
        pair.hears_nothing().await;
        pair.flows("audio").await;
        pair.flows("video").await;
        pair.give_back(Part::Microphone, hangs);
        pair.caller.wait("the microphone is back", sound(SoundDevice::Microphone, true, "")).await;
        pair.hears_tone().await;
    }
    pair.undisturbed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_speaker_that_is_pulled_out_or_hangs_in_a_call_is_noticed_and_plays_again() {
    let mut pair = Pair::start(true).await;
    for hangs in [false, true] {
        pair.take_away(Part::Speaker, hangs);
        let why = if hangs { "takes nothing" } else { "unplugged" };
        pair.answerer.wait("the speaker is gone", sound(SoundDevice::Speaker, false, why)).await;
        pair.hears_nothing().await;
        pair.flows("audio").await;
        pair.flows("video").await;
        pair.give_back(Part::Speaker, hangs);
        pair.answerer.wait("the speaker is back", sound(SoundDevice::Speaker, true, "")).await;
        pair.hears_tone().await;
    }
    pair.undisturbed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_screen_that_is_pulled_out_in_a_call_is_told_and_the_call_goes_on() {
    let mut pair = Pair::start(true).await;
    pair.board.unplug(Part::Screen);
    pair.answerer.wait("the screen is gone", screen(false)).await;
    pair.flows("audio").await;
    pair.flows("video").await;
    pair.board.plug(Part::Screen);
    pair.answerer.wait("the screen is back", screen(true)).await;
    pair.sees_card(0).await;
    pair.undisturbed();
}
