//! A media engine with virtual devices, and waiting for what it tells.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "each test file uses its part; tests watch the clock and the process"
)]

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use gst::prelude::*;
use roombox_hal::board::{AudioDevices, Camera, CameraSource, Codecs, Conversion, ScreenWiring};
use roombox_media::{
    MediaError,
    api::{MediaCall, MediaConfig, MediaEvent, Pages, PresentationSource, Snapshot, VoiceProcessing},
    engine::MediaEngine,
    peer::{Dscp, Engine, IcePolicy},
};
use roombox_testcard::code::{self, FrameCode, Luma};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Far longer than anything takes on a loaded machine: reached only when it will never come.
pub const PATIENCE: Duration = Duration::from_mins(1);

pub fn config(picture_source: u8, microphone: &str) -> MediaConfig {
    MediaConfig {
        camera: Camera { source: CameraSource::TestPicture, device: None },
        other_cameras: Vec::new(),
        audio: AudioDevices {
            microphone: Some(microphone.into()),
            speaker: Some("virtual".into()),
            echo_delay_ms: None,
        },
        voice: VoiceProcessing::NONE,
        screen: ScreenWiring { output: Some("none".into()), ..ScreenWiring::default() },
        conversion: Conversion::default(),
        codecs: Codecs::default(),
        virtual_board: None,
        trials: None,
        audio_codecs: ["OPUS", "G722", "PCMU", "PCMA"].map(str::to_owned).into(),
        video_codecs: vec!["H264".into(), "VP8".into()],
        picture: (640, 360, 15),
        max_bitrate_kbps: 1500,
        engine: Engine::default(),
        ice_servers: Vec::new(),
        bind: vec![Ipv4Addr::LOCALHOST.into()],
        ice_policy: IcePolicy::All,
        dscp: Dscp::default(),
        relay_security: None,
        muted: false,
        camera_off: false,
        volume: 100,
        tones_volume: 100,
        picture_source,
        presentation: Some(PresentationSource::TestCard),
        watch_signal: false,
        presentation_max_bitrate_kbps: 1000,
    }
}

/// An engine and what it told.
pub struct Box {
    pub engine: MediaEngine,
    events: UnboundedReceiver<MediaEvent>,
    pub told: Vec<MediaEvent>,
}

impl Box {
    pub fn start(config: MediaConfig) -> Self {
        let _ = tracing_subscriber::fmt().with_env_filter("roombox_media=info").with_test_writer().try_init();
        let (sender, events) = unbounded_channel();
        Self { engine: MediaEngine::start(config, sender).unwrap(), events, told: Vec::new() }
    }

    /// Waits for the next event that fits.
    pub async fn wait(&mut self, what: &str, fits: impl Fn(&MediaEvent) -> bool) -> MediaEvent {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.events.recv()).await;
            let event = next.unwrap_or_else(|_| panic!("{what} never came, but {:?}", self.told)).expect("engine gone");
            self.told.push(event.clone());
            if fits(&event) {
                return event;
            }
        }
    }

    /// Opens what is to be presented and sends it; true when the other side has to agree first.
    pub async fn present(&self, call: MediaCall) -> Result<bool, MediaError> {
        self.engine.open_presentation(call).await?;
        self.engine.add_presentation(call).await
    }

    /// Takes what was told until now.
    pub fn rest(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            self.told.push(event);
        }
    }

    /// Takes pictures until one fits.
    pub async fn screen_until(&mut self, what: &str, fits: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let watching = async {
            loop {
                if let Some(picture) = self.engine.snapshot().await.filter(&fits) {
                    return picture;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, watching).await.unwrap_or_else(|_| panic!("the screen never showed {what}"))
    }

    /// Waits until the last second of the speaker fits.
    pub async fn speaker_until(&self, what: &str, fits: impl Fn(&[f32], u32) -> bool) {
        let listening = async {
            loop {
                let heard = self.engine.speaker_samples(1.0).unwrap();
                if fits(&heard.samples, heard.rate) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, listening).await.unwrap_or_else(|_| panic!("the speaker never played {what}"));
    }
}

/// Offer and answer by hand.
pub async fn connect(caller: &Box, answerer: &Box, call: MediaCall) {
    let offer = caller.engine.create_offer(call, false).await.unwrap();
    let answer = answerer.engine.create_answer(call, &offer).await.unwrap();
    caller.engine.accept_answer(call, &answer).await.unwrap();
}

/// Until both sides have shown the other's camera.
pub async fn first_picture(caller: &mut Box, answerer: &mut Box, call: MediaCall) {
    for here in [caller, answerer] {
        here.wait("first picture", |event| *event == MediaEvent::FirstFrame { call }).await;
    }
}

/// Presents as the caller, until the other side has decoded content.
pub async fn present(caller: &Box, answerer: &Box, call: MediaCall) {
    if caller.present(call).await.unwrap() {
        connect(caller, answerer, call).await;
    }
    let begun = Instant::now();
    while answerer.engine.statistics(call).await.unwrap().content_frames_decoded == 0 {
        assert!(begun.elapsed() < PATIENCE, "no content in {call:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A picture file as the only page.
pub fn still(path: PathBuf) -> PresentationSource {
    PresentationSource::Pages { of: Pages::Picture(path), interval: None }
}

/// Makes a PNG file of one colour (alpha, red, green, blue).
pub fn painted(path: &Path, colour: u32) {
    use gst::prelude::*;
    gst::init().unwrap();
    let text = format!(
        "videotestsrc num-buffers=1 pattern=solid-color foreground-color={colour} ! \
         video/x-raw,width=320,height=180 ! videoconvert ! pngenc ! filesink name=file"
    );
    let pipeline = gst::parse::launch(&text).unwrap();
    pipeline.downcast_ref::<gst::Bin>().unwrap().by_name("file").unwrap().set_property("location", path);
    pipeline.set_state(gst::State::Playing).unwrap();
    let end = pipeline
        .bus()
        .unwrap()
        .timed_pop_filtered(gst::ClockTime::from_seconds(60), &[gst::MessageType::Eos, gst::MessageType::Error]);
    assert_eq!(end.unwrap().type_(), gst::MessageType::Eos);
    pipeline.set_state(gst::State::Null).unwrap();
}

/// Code of a picture that fills the snapshot.
pub fn code_of(picture: &Snapshot) -> Option<FrameCode> {
    code::read_rgb(&picture.rgb, picture.width as usize, picture.height as usize)
}

/// Code of the content, which fills three quarters of the screen's width.
pub fn content(picture: &Snapshot) -> Option<FrameCode> {
    code_in(picture, (0, 90), (960, 540))
}

/// Code in a rectangle of the snapshot: its place and its size in pixels.
pub fn code_in(picture: &Snapshot, (x, y): (usize, usize), (width, height): (usize, usize)) -> Option<FrameCode> {
    let luma = code::luma_from_rgb(&picture.rgb);
    let (whole_width, whole_height) = (picture.width as usize, picture.height as usize);
    let whole = Luma { data: &luma, stride: whole_width, width: whole_width, height: whole_height };
    code::read(&whole.rectangle(x, y, width, height)?)
}

/// CPU time of this process so far.
pub fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    // Fields 14 and 15 of proc(5), in ticks of 10 ms.
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

/// Resident memory of this process (proc(5): `VmRSS` of `status`, in KiB).
pub fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
}

/// Threads of this process.
pub fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

/// Open file descriptors of this process.
pub fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Writes what is made, a film by its elements as `gst_parse_launch` takes them, into a file.
pub fn film(path: &Path, making: &str) {
    gst::init().unwrap();
    let pipeline = gst::parse::launch(&format!("{making} ! filesink name=file")).unwrap();
    let file = pipeline.downcast_ref::<gst::Bin>().unwrap().by_name("file").unwrap();
    file.set_property("location", path.to_str().unwrap());
    pipeline.set_state(gst::State::Playing).unwrap();
    let over = [gst::MessageType::Eos, gst::MessageType::Error];
    let message = pipeline.bus().unwrap().timed_pop_filtered(gst::ClockTime::from_seconds(60), &over).unwrap();
    assert_eq!(message.type_(), gst::MessageType::Eos, "{message:?}");
    pipeline.set_state(gst::State::Null).unwrap();
}
