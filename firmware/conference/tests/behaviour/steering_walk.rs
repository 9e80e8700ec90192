//! Whoever steers a stream, in whatever order: what is in force follows from what is wished now, and a throttle that is over
//! leaves no trace (spec sections 2.8 and 7).

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use roombox_conference::ConferenceConfig;
use roombox_conference::api::{
    BalancerCommand, CallId, Command, ContentHint, Encoding, MediaFact, MediaRequest, PresentCommand, Stream,
};
use roombox_conference::catalogue::MainCamCommand;
use roombox_conference::vendor::VendorMessage;
use roombox_sip::api as sip;
use serde_json::json;

use crate::bench::{Bench, TARGET, millis};
use crate::roles::to_spectators;

const SIZES: [(u32, u32); 4] = [(1920, 1080), (1280, 720), (640, 360), (3840, 2160)];

struct Room {
    bench: Bench,
    call: CallId,
    session: sip::SessionId,
}

fn room() -> Room {
    let mut config = ConferenceConfig::new("room1", "meet.example", true);
    config.media.max_resolution = "1920x1080".parse().ok();
    let mut bench = Bench::with(config);
    bench.command(Command::Start);
    bench.connect();
    bench.command(Command::Join { target: TARGET.into(), keep: true });
    let (call, session) = bench.confirm_call();
    bench.media(MediaFact::Connected { call });
    bench.enter(session, "Hall", Some("t0ken"), false);
    Room { bench, call, session }
}

/// One thing that steers our streams, whatever our role is.
#[derive(Clone, Copy, Debug)]
enum Nudge {
    Camera(usize),
    Wanted(Option<MainCamCommand>, Option<&'static str>),
    Codec(&'static str),
    Balance(BalancerCommand),
    Pass(u64),
    Present(ContentHint, u32),
    Unpresent,
}

fn nudge(random: &mut StdRng) -> Nudge {
    let cams = [
        None,
        Some(MainCamCommand::PauseMainCam),
        Some(MainCamCommand::ResumeMainCam),
        Some(MainCamCommand::MaxMainCamResolution),
    ];
    match random.random_range(0..9) {
        0 | 1 => Nudge::Camera(random.random_range(0..SIZES.len())),
        2 | 3 => Nudge::Wanted(
            cams[random.random_range(0..4)],
            [None, Some("640x360"), Some("1280x")][random.random_range(0..3)],
        ),
        4 => Nudge::Codec(["video/AV1", "video/VP8"][random.random_range(0..2)]),
        5 => Nudge::Balance(
            [BalancerCommand::Balance, BalancerCommand::Start, BalancerCommand::Stop][random.random_range(0..3)],
        ),
        6 => Nudge::Pass(random.random_range(1..15_000)),
        7 => Nudge::Present(
            [ContentHint::Detail, ContentHint::Motion, ContentHint::Text][random.random_range(0..3)],
            random.random_range(1..9) * 500_000,
        ),
        _ => Nudge::Unpresent,
    }
}

impl Room {
    fn give(&mut self, nudge: Nudge) {
        let call = self.call;
        match nudge {
            Nudge::Camera(size) => {
                let (width, height) = SIZES[size];
                self.bench.media(MediaFact::CameraSize { call, width, height });
            }
            Nudge::Wanted(main_cam, size) => {
                let resolution = size.map(str::to_owned);
                self.bench
                    .server_says(self.session, &VendorMessage::MainCamControl { main_cam, resolution, sync: None });
            }
            Nudge::Codec(mime) => {
                let codec = json!({ "type": "codec", "id": "c", "mimeType": mime });
                let stream = json!({ "type": "outbound-rtp", "kind": "video", "mid": "1", "codecId": "c" });
                self.bench.pass(millis(1000));
                self.bench.media(MediaFact::Statistics { call, took_ms: 5, entries: vec![codec, stream] });
            }
            Nudge::Balance(command) => self.bench.command(Command::Balance { call, command }),
            Nudge::Pass(time) => self.bench.pass(millis(time)),
            Nudge::Present(hint, rate) => {
                let command = PresentCommand::Start { hint, max_bitrate: Some(rate), attempts: 1 };
                self.bench.command(Command::Present { call, command });
                self.answer_shares();
                self.bench.media(MediaFact::PresentationReady { call, renegotiate: false });
            }
            Nudge::Unpresent => {
                self.bench.command(Command::Present { call, command: PresentCommand::Stop });
                self.answer_shares();
            }
        }
    }

    /// The server grants whatever has been asked.
    fn answer_shares(&mut self) {
        if let Some((request, _)) = self.bench.shares().pop() {
            self.bench.respond(request, 200, "OK");
        }
    }

    fn throttle(&mut self) {
        self.bench.server_says(self.session, &to_spectators(None));
        self.answer_shares();
    }

    fn release(&mut self) {
        self.bench.server_says(self.session, &VendorMessage::MoveToParticipants {});
    }

    /// What media was last told.
    fn in_force(&self, wanted: Stream) -> Encoding {
        let of_stream = |request: &MediaRequest| match request {
            MediaRequest::SetEncoding { stream, encoding, .. } if *stream == wanted => Some(*encoding),
            _ => None,
        };
        self.bench.requests().filter_map(of_stream).last().unwrap_or_default()
    }
}

#[test]
fn a_throttle_at_any_time_leaves_exactly_what_would_be_in_force_without_it() {
    for seed in 0..300 {
        let mut random = StdRng::seed_from_u64(seed);
        let (mut throttled, mut free) = (room(), room());
        for _ in 0..random.random_range(1..4) {
            for _ in 0..random.random_range(0..12) {
                let nudge = nudge(&mut random);
                throttled.give(nudge);
                free.give(nudge);
            }
            // Both presentations are over: the server takes that of a spectator away.
            free.give(Nudge::Unpresent);
            throttled.throttle();
            for _ in 0..random.random_range(0..12) {
                let nudge = nudge(&mut random);
                throttled.give(nudge);
                free.give(nudge);
                let [camera, audio] =
                    [Stream::Camera, Stream::Audio].map(|stream| throttled.in_force(stream).max_bitrate);
                assert!(camera.is_some_and(|rate| rate <= 60_000), "seed {seed}: {nudge:?}");
                assert_eq!(audio, Some(6_000), "seed {seed}: {nudge:?}");
            }
            throttled.release();
            for stream in [Stream::Audio, Stream::Camera, Stream::Presentation] {
                assert_eq!(throttled.in_force(stream), free.in_force(stream), "seed {seed}: {stream:?}");
            }
        }
    }
}
