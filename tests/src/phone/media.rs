//! Real media for a phone: the media engine with a test picture, a tone, and a screen and speaker that only remember.

use std::net::Ipv4Addr;
use std::time::Duration;

use crate::checks::HEARD;
use crate::wait::PATIENCE;
use roombox_hal::board::{AudioDevices, Camera, CameraSource, Codecs, Conversion, ScreenWiring};
use roombox_media::MediaError;
use roombox_media::api::{MediaCall, MediaConfig, MediaEvent, PresentationSource, Statistics, VoiceProcessing};
use roombox_media::engine::MediaEngine;
use roombox_media::peer::{Dscp, Engine, IcePolicy};
use roombox_sip::api::{Body, SessionId};
use roombox_testcard::code::{self, FrameCode, Luma, read_rgb};
use roombox_testcard::tone;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Pause between two looks at the screen, which tells nobody that it changes.
const LOOK: Duration = Duration::from_millis(50);

/// Number that the picture of the other camera carries.
pub const OTHER_CAMERA: u8 = 77;

/// The media of one phone's calls.
pub struct Media {
    engine: MediaEngine,
    events: UnboundedReceiver<MediaEvent>,
}

fn config(picture_source: u8, hz: u16) -> MediaConfig {
    MediaConfig {
        camera: Camera { source: CameraSource::TestPicture, device: None },
        other_cameras: vec![Camera { source: CameraSource::TestPicture, device: Some(OTHER_CAMERA.to_string()) }],
        audio: AudioDevices {
            microphone: Some(format!("tone:{hz}")),
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
        max_bitrate_kbps: 1000,
        engine: Engine::default(),
        ice_servers: Vec::new(),
        bind: vec![Ipv4Addr::LOCALHOST.into()],
        ice_policy: IcePolicy::All,
        dscp: Dscp::default(),
        relay_security: None,
        muted: false,
        camera_off: false,
        tones_volume: 0,
        volume: 100,
        picture_source,
        presentation: Some(PresentationSource::TestCard),
        watch_signal: false,
        presentation_max_bitrate_kbps: 1000,
    }
}

fn number(session: SessionId) -> MediaCall {
    MediaCall(session.0)
}

fn text(body: &Body) -> &str {
    body.text().expect("a description is text")
}

impl Media {
    /// Media that sends pictures with this source number and a tone of `hz`.
    pub fn start(source: u8, hz: u16) -> Self {
        Self::adapted(source, hz, |_| ())
    }

    /// The same, set up otherwise.
    pub fn adapted(source: u8, hz: u16, adapt: impl FnOnce(&mut MediaConfig)) -> Self {
        let (telling, events) = unbounded_channel();
        let mut config = config(source, hz);
        adapt(&mut config);
        let engine = MediaEngine::start(config, telling).expect("the test devices are always there");
        Self { engine, events }
    }

    /// An offer for a call, new or running.
    pub async fn offer(&self, session: SessionId) -> Body {
        Body::sdp(&self.engine.create_offer(number(session), false).await.expect("an offer can be made"))
    }

    /// An offer for a running call with new ICE credentials.
    pub async fn restart(&self, session: SessionId) -> Result<Body, MediaError> {
        self.engine.create_offer(number(session), true).await.map(|offer| Body::sdp(&offer))
    }

    /// The answer to an offer that may be refused.
    pub async fn try_answer(&self, session: SessionId, offer: &Body) -> Result<Body, MediaError> {
        self.engine.create_answer(number(session), text(offer)).await.map(|answer| Body::sdp(&answer))
    }

    /// The answer to an offer, for a call new or running.
    pub async fn answer(&self, session: SessionId, offer: &Body) -> Body {
        self.try_answer(session, offer).await.unwrap_or_else(|error| panic!("{error}\n{}", text(offer)))
    }

    /// Takes the peer's answer.
    pub async fn take_answer(&self, session: SessionId, answer: &Body) {
        let taken = self.engine.accept_answer(number(session), text(answer)).await;
        taken.unwrap_or_else(|error| panic!("{error}\n{}", text(answer)));
    }

    /// What was measured in the call.
    pub async fn statistics(&self, session: SessionId) -> Statistics {
        self.engine.statistics(number(session)).await.unwrap_or_default()
    }

    /// Waits until pictures with this source number and a tone of `hz` arrive, and the counters say so, too.
    ///
    /// # Panics
    /// When they do not in time.
    pub async fn until(&self, session: SessionId, source: u8, hz: u16) {
        let seen = async {
            let heard = || self.tone_share(f64::from(hz)) > HEARD;
            while self.frame_code().await.map(|code| code.source) != Some(source) || !heard() {
                tokio::time::sleep(LOOK).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, seen).await;
        let counted = self.statistics(session).await;
        assert!(in_time.is_ok(), "neither picture {source} nor {hz} Hz came; {counted:?}");
        assert!(counted.frames_decoded > 0 && counted.frames_encoded > 0, "{counted:?}");
    }

    /// The frame code of the picture that is shown.
    pub async fn frame_code(&self) -> Option<FrameCode> {
        let shown = self.engine.snapshot().await?;
        read_rgb(&shown.rgb, usize::try_from(shown.width).ok()?, usize::try_from(shown.height).ok()?)
    }

    /// The frame code of what the peer presents, which has three quarters of the screen's width.
    pub async fn content_code(&self) -> Option<FrameCode> {
        let shown = self.engine.snapshot().await?;
        let (width, height) = (usize::try_from(shown.width).ok()?, usize::try_from(shown.height).ok()?);
        let luma = code::luma_from_rgb(&shown.rgb);
        let whole = Luma { data: &luma, stride: width, width, height };
        code::read(&whole.rectangle(0, height / 8, width * 3 / 4, height * 3 / 4)?)
    }

    /// Share of the energy at `hz` in the last second that was played.
    pub fn tone_share(&self, hz: f64) -> f64 {
        self.engine.speaker_samples(1.0).map_or(0.0, |heard| tone::strength(&heard.samples, heard.rate, hz))
    }

    /// The number of the frame that the camera gives now.
    pub async fn camera_frame(&self) -> Option<u32> {
        let shown = self.engine.camera_snapshot().await?;
        let code = read_rgb(&shown.rgb, usize::try_from(shown.width).ok()?, usize::try_from(shown.height).ok()?)?;
        Some(code.frame)
    }

    /// Presents the test card; true when the peer has to agree by an offer first.
    pub async fn present(&self, session: SessionId) -> bool {
        self.engine.open_presentation(number(session)).await.expect("the test card is always there");
        self.engine.add_presentation(number(session)).await.expect("it is open")
    }

    /// Ends that; the line stays for the next time.
    pub async fn present_no_more(&self, session: SessionId) {
        self.engine.remove_presentation(number(session)).await.expect("the call stands");
    }

    /// The other camera takes the place of the one that sends.
    pub async fn replace_camera(&self, session: SessionId) {
        self.engine.replace_camera(number(session)).await.expect("test pictures are always there");
    }

    /// Nothing of the call is sent, played or shown, or again.
    pub fn hold(&self, session: SessionId, hold: bool) {
        self.engine.set_hold(number(session), hold).expect("the call stands");
    }

    /// Presses a telephone key for so long.
    pub async fn press(&self, session: SessionId, key: char, duration_ms: u32) -> Result<(), MediaError> {
        self.engine.send_keys(number(session), &key.to_string(), duration_ms, 100).await
    }

    /// The next key that the peer presses.
    ///
    /// # Panics
    /// When none comes in time.
    pub async fn pressed(&mut self) -> char {
        let key = async {
            loop {
                if let MediaEvent::KeyPressed { key, .. } = self.events.recv().await.expect("the engine runs") {
                    return key;
                }
            }
        };
        tokio::time::timeout(PATIENCE, key).await.expect("the peer presses a key")
    }

    /// Ends the media of a call.
    pub async fn close(&self, session: SessionId) {
        self.engine.close_call(number(session)).await;
    }
}
