//! What looks after the streams of a call.

mod balancer;
mod codecs;
mod health;
mod mutations;
mod offers;
mod replace;
mod statistics;
mod tables;

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{CallId, Command, Encoding, MediaFact, MediaRequest, Stream};
use roombox_conference::catalogue::{self, MediaCommand, MediaEvent, MediaOutcome};
use roombox_sip::api as sip;
use serde_json::{Value, json};

use crate::bench::{Bench, TARGET, seconds};

/// In a kept call with media, with this configuration.
fn in_call_with(adjust: impl FnOnce(&mut ConferenceConfig)) -> (Bench, CallId, sip::SessionId) {
    let mut config = ConferenceConfig::new("room1", "meet.example", true);
    adjust(&mut config);
    let mut bench = Bench::with(config);
    bench.command(Command::Start);
    bench.connect();
    bench.command(Command::Join { target: TARGET.into(), keep: true });
    let (call, session) = bench.confirm_call();
    bench.media(MediaFact::Connected { call });
    (bench, call, session)
}

impl Bench {
    /// How the camera picture was told to be encoded: scale in thousandths and bit/s.
    fn encoded(&self) -> Vec<(u32, u32)> {
        let of = |encoding: &Encoding| (encoding.scale_down_millis.unwrap_or(0), encoding.max_bitrate.unwrap_or(0));
        self.requests()
            .filter_map(|request| match request {
                MediaRequest::SetEncoding { stream: Stream::Camera, encoding, .. } => Some(of(encoding)),
                _ => None,
            })
            .collect()
    }

    fn camera_is(&mut self, call: CallId, width: u32, height: u32) {
        self.media(MediaFact::CameraSize { call, width, height });
    }

    /// How often media was asked to measure.
    fn samples_asked(&self) -> usize {
        self.requests().filter(|request| matches!(request, MediaRequest::SampleStatistics { .. })).count()
    }

    fn measured(&mut self, call: CallId, took_ms: u64, entries: &[Value]) {
        self.media(MediaFact::Statistics { call, took_ms, entries: entries.to_vec() });
    }

    /// A second passes, and media measures this.
    fn second_with(&mut self, call: CallId, entries: &[Value]) {
        self.pass(seconds(1));
        self.measured(call, 5, entries);
    }

    fn outcomes(&self) -> Vec<(MediaCommand, MediaOutcome)> {
        self.catalogue()
            .filter_map(|event| match event {
                catalogue::Event::MediaEvent(MediaEvent::CommandFinished { command, outcome, .. }) => {
                    Some((*command, outcome.clone()))
                }
                _ => None,
            })
            .collect()
    }
}

fn inbound_video(packets: u64, frames: Option<u64>) -> Value {
    json!({ "type": "inbound-rtp", "kind": "video", "mid": "1", "packetsReceived": packets,
        "bytesReceived": packets * 100, "framesReceived": frames, "framesDecoded": frames })
}
