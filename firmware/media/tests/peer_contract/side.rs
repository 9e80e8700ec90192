//! One side of a call: a peer in its own pipeline, with a camera and microphone that are made up.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use gst::prelude::*;
use roombox_media::peer::{
    Codec, Kind, PeerConfig, PeerConnection, PeerEvent, Role, Track, webrtc_engine::WebrtcPeer,
    webrtcbin_engine::WebrtcbinPeer,
};
use tokio::sync::{mpsc, watch};

/// Makes an engine.
pub type Engine = fn(PeerConfig, mpsc::UnboundedSender<PeerEvent>) -> Box<dyn PeerConnection>;

/// Generous: the machine may be busy with other tests.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub fn webrtc_crate(config: PeerConfig, events: mpsc::UnboundedSender<PeerEvent>) -> Box<dyn PeerConnection> {
    Box::new(WebrtcPeer::new(config, events).expect("a peer can be made"))
}

pub fn webrtcbin(config: PeerConfig, events: mpsc::UnboundedSender<PeerEvent>) -> Box<dyn PeerConnection> {
    Box::new(WebrtcbinPeer::new(config, events).expect("webrtcbin is installed"))
}

/// The engines of the two sides of a call: of the one that calls, and of the other.
#[derive(Clone, Copy)]
pub struct Engines(pub Engine, pub Engine);

/// What was seen so far.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub frames: u64,
    pub sounds: u64,
    /// Mean of the luma of the last frame, 0..=255.
    pub luma: u8,
    pub connected: u64,
    pub disconnected: u64,
    /// What the path carries, as last told, in bit/s.
    pub bandwidth: Option<u32>,
    pub failed: Option<String>,
    pub key_frames_wanted: u64,
    pub sent: Vec<(String, Codec)>,
    pub tracks: Vec<(String, Codec)>,
    /// Frames and sounds by line.
    pub lines: BTreeMap<String, u64>,
    /// What was last told of the content lines: what the peer sends on them, and whether it is to be sent on them.
    pub content: BTreeMap<String, Track>,
    pub presented: BTreeSet<String>,
}

pub struct Side {
    pub peer: Box<dyn PeerConnection>,
    pub pipeline: gst::Pipeline,
    pub seen: watch::Receiver<Seen>,
}

impl Side {
    pub fn new(engine: Engine, codecs: &[&str]) -> Self {
        Self::linking_after(engine, codecs, Duration::ZERO)
    }

    /// A side that links its decoders so long after it was told of the tracks.
    pub fn linking_after(engine: Engine, codecs: &[&str], pause: Duration) -> Self {
        gst::init().unwrap();
        Self::within(&gst::Pipeline::new(), engine, codecs, pause)
    }

    /// A side in a pipeline that others may be in, too.
    pub fn within(pipeline: &gst::Pipeline, engine: Engine, codecs: &[&str], pause: Duration) -> Self {
        let (events, inbox) = mpsc::unbounded_channel();
        let config = PeerConfig {
            video_codecs: codecs.iter().map(ToString::to_string).collect(),
            bind: vec!["127.0.0.1".parse().unwrap()],
            ..PeerConfig::default()
        };
        let peer = engine(config, events);
        let pipeline = pipeline.clone();
        pipeline.add(&peer.bin()).unwrap();
        pipeline.set_state(gst::State::Playing).unwrap();
        peer.bin().sync_state_with_parent().unwrap();
        let (seen, receiver) = watch::channel(Seen::default());
        tokio::spawn(follow(inbox, pipeline.downgrade(), peer.bin().downgrade(), Arc::new(seen), pause));
        Self { peer, pipeline, seen: receiver }
    }

    /// Waits until the condition holds.
    pub async fn until(&mut self, what: &str, condition: impl FnMut(&Seen) -> bool) -> Seen {
        let waiting = tokio::time::timeout(PATIENCE, self.seen.wait_for(condition)).await;
        let reached = waiting.ok().map(|seen| seen.unwrap().clone());
        reached.unwrap_or_else(|| panic!("waited in vain for {what}: {:?}", self.seen.borrow()))
    }

    /// Waits for so many more frames and sounds.
    pub async fn more(&mut self, frames: u64, sounds: u64) {
        let now = self.seen.borrow().clone();
        let (frames, sounds) = (now.frames + frames, now.sounds + sounds);
        self.until("frames and sounds", |seen| seen.frames >= frames && seen.sounds >= sounds).await;
    }

    /// Waits for so many more frames or sounds on each of these lines.
    pub async fn more_on(&mut self, lines: &[&str], count: u64) {
        let now = self.seen.borrow().lines.clone();
        let of = |seen: &BTreeMap<String, u64>, line: &str| seen.get(line).copied().unwrap_or_default();
        let all = |seen: &Seen| lines.iter().all(|line| of(&seen.lines, line) >= of(&now, line) + count);
        self.until(&format!("{count} more on each of {lines:?}"), all).await;
    }

    /// Another camera takes the place of this line's, while it runs: a white picture from the next encoder chain.
    pub async fn replace_camera(&self, mid: &str) {
        let (bin, pipeline, mid) = (self.peer.bin(), self.pipeline.clone(), mid.to_owned());
        let codec = self.seen.borrow().sent.iter().rfind(|(of, _)| *of == mid).unwrap().1.clone();
        let change = move || {
            take_out(&pipeline, &bin, &format!("sink_{mid}"));
            send(&pipeline, &bin, &mid, Kind::Video, &codec);
            let camera = pipeline.by_name(&format!("camera_{}", encoder_name(&bin, &mid))).unwrap();
            camera.set_property_from_str("pattern", "white");
        };
        tokio::task::spawn_blocking(change).await.unwrap();
    }

    /// Closes the peer and takes everything that belongs to it out of the running pipeline.
    pub async fn leave(self) {
        self.peer.close().await;
        let (bin, pipeline) = (self.peer.bin(), self.pipeline);
        let removal = move || {
            let neighbours = |pads: Vec<gst::Pad>| {
                pads.into_iter().filter_map(|pad| pad.peer()?.parent_element()).collect::<Vec<_>>()
            };
            // Sources first, so that nothing pushes into what is gone.
            let mut parts = neighbours(bin.sink_pads());
            let sinks = neighbours(bin.src_pads());
            parts.push(bin.upcast());
            parts.extend(sinks);
            for part in parts {
                part.set_state(gst::State::Null).unwrap();
                pipeline.remove(&part).unwrap();
            }
        };
        tokio::task::spawn_blocking(removal).await.unwrap();
    }

    /// Ends it; the pipeline goes down outside the runtime's threads.
    pub async fn end(self) {
        self.peer.close().await;
        let pipeline = self.pipeline;
        tokio::task::spawn_blocking(move || pipeline.set_state(gst::State::Null)).await.unwrap().unwrap();
    }
}

/// Offer from `a`, answer from `b`.
pub async fn negotiate(a: &Side, b: &Side, restart_ice: bool) {
    let offer = a.peer.create_offer(restart_ice).await.unwrap();
    let answer = b.peer.create_answer(&offer).await.unwrap();
    a.peer.accept_answer(&answer).await.unwrap();
}

/// Two sides that know nothing of each other yet.
pub fn sides(engines: Engines, codecs: &[&str]) -> (Side, Side) {
    (Side::new(engines.0, codecs), Side::new(engines.1, codecs))
}

/// A call that stands, with media both ways.
pub async fn call(engines: Engines, codecs: &[&str]) -> (Side, Side) {
    let (mut a, mut b) = sides(engines, codecs);
    negotiate(&a, &b, false).await;
    a.more(5, 10).await;
    b.more(5, 10).await;
    (a, b)
}

async fn follow(
    mut events: mpsc::UnboundedReceiver<PeerEvent>,
    pipeline: gst::glib::WeakRef<gst::Pipeline>,
    bin: gst::glib::WeakRef<gst::Bin>,
    seen: Arc<watch::Sender<Seen>>,
    pause: Duration,
) {
    while let Some(event) = events.recv().await {
        let (Some(pipeline), Some(bin)) = (pipeline.upgrade(), bin.upgrade()) else { return };
        match event {
            PeerEvent::Connected => seen.send_modify(|s| s.connected += 1),
            PeerEvent::Disconnected => seen.send_modify(|s| s.disconnected += 1),
            PeerEvent::Bandwidth { rate, .. } => seen.send_modify(|s| s.bandwidth = Some(rate)),
            PeerEvent::Servers { .. } | PeerEvent::KeysAgreed { .. } | PeerEvent::KeyPressed { .. } => {}
            PeerEvent::Failed { reason } => seen.send_modify(|s| s.failed = Some(reason)),
            PeerEvent::SendCodec { mid, kind, role, codec } => {
                // A chain that stands from before sends on, one of another codec gives way.
                let former = seen.borrow().sent.iter().rfind(|(of, _)| *of == mid).map(|(_, codec)| codec.name.clone());
                if former.is_some_and(|former| former != codec.name) {
                    take_out(&pipeline, &bin, &format!("sink_{mid}"));
                }
                if bin.static_pad(&format!("sink_{mid}")).is_some_and(|pad| !pad.is_linked()) {
                    send(&pipeline, &bin, &mid, kind, &codec);
                }
                seen.send_modify(|s| {
                    if role == Role::Content {
                        s.presented.insert(mid.clone());
                    }
                    s.sent.push((mid, codec));
                });
            }
            PeerEvent::SendEnded { mid } => seen.send_modify(|s| s.presented.retain(|line| *line != mid)),
            PeerEvent::RemoteTrack { mid, kind, role, codec, pad, track } => {
                tokio::time::sleep(pause).await;
                let former =
                    seen.borrow().tracks.iter().rfind(|(of, _)| *of == mid).map(|(_, codec)| codec.name.clone());
                if former.is_some_and(|former| former != codec.name) {
                    take_out(&pipeline, &bin, &pad);
                }
                if bin.static_pad(&pad).is_some_and(|pad| !pad.is_linked()) {
                    receive(&pipeline, &bin, &pad, kind, &codec, &seen);
                }
                seen.send_modify(|s| {
                    if role == Role::Content {
                        s.content.insert(mid.clone(), track);
                    }
                    s.tracks.push((mid, codec));
                });
            }
            PeerEvent::RemoteEnded { mid } => seen.send_modify(|s| s.content.retain(|line, _| *line != mid)),
            PeerEvent::KeyFrameWanted { mid } => {
                let encoder = pipeline.by_name(&encoder_name(&bin, &mid));
                if let Some(pad) = encoder.and_then(|encoder| encoder.static_pad("src")) {
                    pad.send_event(gst_video::UpstreamForceKeyUnitEvent::builder().all_headers(true).build());
                }
                seen.send_modify(|s| s.key_frames_wanted += 1);
            }
        }
    }
}

/// Takes the chain at this pad of the peer out of the running pipeline.
fn take_out(pipeline: &gst::Pipeline, bin: &gst::Bin, pad: &str) {
    let Some(former) = bin.static_pad(pad).and_then(|pad| pad.peer()?.parent_element()) else { return };
    former.set_state(gst::State::Null).unwrap();
    pipeline.remove(&former).unwrap();
}

/// Several sides may share a pipeline.
fn encoder_name(bin: &gst::Bin, mid: &str) -> String {
    format!("encoder_{}_{mid}", bin.name())
}

fn send(pipeline: &gst::Pipeline, bin: &gst::Bin, mid: &str, kind: Kind, codec: &Codec) {
    let encoder = match (kind, codec.name.as_str()) {
        (Kind::Video, "H264") => {
            "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=600 bitrate=400 name=ENC ! rtph264pay config-interval=0 aggregate-mode=zero-latency"
        }
        (Kind::Video, "VP8") => "vp8enc deadline=1 cpu-used=8 keyframe-max-dist=600 name=ENC ! rtpvp8pay",
        (Kind::Audio, "OPUS") => "opusenc name=ENC ! rtpopuspay",
        other => panic!("no encoder for {other:?}"),
    };
    let source = match kind {
        Kind::Video => {
            "videotestsrc name=CAMERA is-live=true pattern=ball ! video/x-raw,width=320,height=180,framerate=15/1 ! videoconvert"
        }
        Kind::Audio => {
            "audiotestsrc is-live=true freq=440 ! audioconvert ! audioresample ! audio/x-raw,rate=48000,channels=2"
        }
    };
    let text = format!("{source} ! {}", encoder.replace("ENC", &encoder_name(bin, mid)));
    let text = text.replace("CAMERA", &format!("camera_{}", encoder_name(bin, mid)));
    let chain = gst::parse::bin_from_description(&text, true).unwrap();
    pipeline.add(&chain).unwrap();
    chain.link_pads(Some("src"), bin, Some(&format!("sink_{mid}"))).unwrap();
    chain.sync_state_with_parent().unwrap();
}

/// Of a planar frame, whose first two thirds are luma.
fn mean_luma(frame: &[u8]) -> u8 {
    let luma = &frame[..frame.len() * 2 / 3];
    let sum: usize = luma.iter().map(|sample| usize::from(*sample)).sum();
    u8::try_from(sum / luma.len().max(1)).unwrap()
}

fn receive(
    pipeline: &gst::Pipeline,
    bin: &gst::Bin,
    pad: &str,
    kind: Kind,
    codec: &Codec,
    seen: &Arc<watch::Sender<Seen>>,
) {
    let decoder = match codec.name.as_str() {
        "H264" => "rtph264depay request-keyframe=true ! h264parse ! avdec_h264",
        "VP8" => "rtpvp8depay request-keyframe=true wait-for-keyframe=true ! vp8dec",
        "OPUS" => "rtpopusdepay ! opusdec",
        other => panic!("no decoder for {other}"),
    };
    let text = format!("{decoder} ! fakesink name=counter signal-handoffs=true sync=false async=false");
    let chain = gst::parse::bin_from_description(&text, true).unwrap();
    let counter = chain.by_name("counter").unwrap();
    let (seen, line) = (Arc::clone(seen), pad.trim_start_matches("src_").to_owned());
    counter.connect("handoff", false, move |values| {
        let frame = values.get(1).filter(|_| kind == Kind::Video).and_then(|value| value.get::<gst::Buffer>().ok());
        let luma = frame.and_then(|frame| Some(mean_luma(frame.map_readable().ok()?.as_slice())));
        seen.send_modify(|s| {
            s.luma = luma.unwrap_or(s.luma);
            *s.lines.entry(line.clone()).or_default() += 1;
            if kind == Kind::Video { s.frames += 1 } else { s.sounds += 1 }
        });
        None
    });
    pipeline.add(&chain).unwrap();
    chain.sync_state_with_parent().unwrap();
    // The pad may still have the caps of a former codec.
    bin.link_pads_full(Some(pad), &chain, Some("sink"), gst::PadLinkCheck::empty()).unwrap();
}
