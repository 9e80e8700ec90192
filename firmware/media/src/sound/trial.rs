//! A test of microphone and speaker: a marker is played and looked for, then what is said goes through the codec and is
//! played again.

use tokio::{sync::oneshot, time::timeout};

use super::{
    BLOCK, Microphone, RATE, Speaker, codecs,
    level::{AUDIBLE, FLOOR},
    loopback, marker,
    recording::{Recording, Tap},
    score::Score,
};
use crate::{
    api::{Chime, EchoFound, Loopback, SoundFinding, SoundTest},
    error::MediaError,
};

/// The room is listened to for so long before anything is played, in samples: 0.5 s.
const QUIET: usize = RATE as usize / 2;
/// What is said after the beep, in samples: 4 s.
const SAID: usize = 4 * RATE as usize;
/// A recording that is not there this long after its time never will be.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);
/// A room louder than this, in dBFS, is hard to understand somebody in.
const LOUD_ROOM: f64 = -45.0;
/// Sample values from here on are taken as clipped.
const CLIPPED: u16 = 32_700;
/// An echo that stands out of the room by so many dB can be judged.
const STANDS_OUT: f64 = 20.0;
/// What the canceller must take away of it then, in dB: in the second that it has it learns a part only.
const CANCELLED: f64 = 3.0;
/// What the canceller looks at behind the delay of the board file, in ms, less the room's own reflections.
const REACH_MS: f64 = 150.0;
/// Peak of the beep, of full scale.
const BEEP: f64 = 0.8;

/// What is tested with what.
pub(crate) struct Trial<'a> {
    pub(crate) microphone: &'a Microphone,
    pub(crate) speaker: &'a Speaker,
    /// What the board file says of the delay, in ms.
    pub(crate) echo_delay_ms: u16,
    /// Encoding name.
    pub(crate) codec: Option<&'a str>,
}

impl Trial<'_> {
    /// Takes some twelve seconds.
    pub(crate) async fn run(self) -> SoundTest {
        let Ok(quiet) = heard(&self.microphone.taps.raw, QUIET).await else {
            return SoundTest {
                noise_db: FLOOR,
                marker_db: FLOOR,
                echo: None,
                loopback: None,
                findings: vec![SoundFinding::NoMicrophone],
            };
        };
        let noise_db = marker::energy_db(&quiet.heard);
        let marked = self.marked().await;
        let (echo, marked) = reckoned(marked.unwrap_or_default(), self.echo_delay_ms).await;
        let marker_db = marker::energy_db(&marked.heard);
        let loopback = self.loopback().await;
        let mut test = SoundTest { noise_db, marker_db, echo, loopback: loopback.ok(), findings: Vec::new() };
        test.findings = self.findings(&test, &marked);
        test
    }

    /// What is heard while the marker is played.
    pub(crate) async fn marked(&self) -> Result<Recording, MediaError> {
        let recording = self.microphone.taps.raw.record(marker::RECORDED);
        self.speaker.clip(marker::samples());
        arrived(recording, marker::RECORDED).await
    }

    async fn loopback(&self) -> Result<Loopback, MediaError> {
        let codec = self.codec.ok_or_else(|| MediaError::BadSetting("there is no codec for sound".into()))?.to_owned();
        let beep = beep();
        let length = beep.len();
        self.speaker.clip(beep);
        heard(&self.microphone.taps.voice, length + BLOCK).await?;
        let said = heard(&self.microphone.taps.voice, SAID).await?.heard;
        let name = codec.clone();
        let (said, decoded) =
            blocking(move || loopback::through(&name, &said).map(|decoded| (said, decoded))).await??;
        let result = Loopback { codec, recorded_db: marker::energy_db(&said), decoded_db: marker::energy_db(&decoded) };
        let length = decoded.len();
        self.speaker.clip(decoded);
        heard(&self.microphone.taps.raw, length).await?;
        Ok(result)
    }

    fn findings(&self, test: &SoundTest, marked: &Recording) -> Vec<SoundFinding> {
        let dead = marked.heard.iter().all(|sample| *sample == 0);
        let played = marked.played.iter().any(|sample| *sample != 0);
        let late = test.echo.is_some_and(|echo| echo.delay_ms > f64::from(self.echo_delay_ms) + REACH_MS);
        let stays = test.echo.is_some_and(|echo| echo.cancelled_db < CANCELLED);
        let clipped = marked.heard.iter().any(|sample| sample.unsigned_abs() >= CLIPPED);
        let said = test.loopback.as_ref().map(|loopback| loopback.recorded_db > AUDIBLE);
        let found = [
            (dead, SoundFinding::MicrophoneDead),
            (!played, SoundFinding::NothingPlayed),
            (played && !dead && test.echo.is_none(), SoundFinding::SpeakerNotHeard),
            (late, SoundFinding::EchoTooLate),
            (stays && !late && test.marker_db > test.noise_db + STANDS_OUT, SoundFinding::EchoStays),
            (self.codec.is_none() || test.loopback.is_none(), SoundFinding::CodecFails),
            (test.noise_db > LOUD_ROOM, SoundFinding::RoomLoud),
            (clipped, SoundFinding::Overdriven),
            (said == Some(false) && !dead, SoundFinding::NothingSaid),
        ];
        let found: Vec<_> = found.into_iter().filter_map(|(is, finding)| is.then_some(finding)).collect();
        if found.is_empty() { vec![SoundFinding::Good] } else { found }
    }
}

/// The next so many samples of this tap.
async fn heard(tap: &Tap, samples: usize) -> Result<Recording, MediaError> {
    arrived(tap.record(samples), samples).await
}

async fn arrived(recording: oneshot::Receiver<Recording>, samples: usize) -> Result<Recording, MediaError> {
    let lasts = std::time::Duration::from_secs(samples as u64) / RATE;
    let given_up = || MediaError::pipeline("sound test", "the microphone gives nothing");
    timeout(lasts + PATIENCE, recording).await.map_err(|_| given_up())?.map_err(|_| given_up())
}

/// Looks for the marker on a thread of its own: that takes as long as many packets.
async fn reckoned(marked: Recording, echo_delay_ms: u16) -> (Option<EchoFound>, Recording) {
    let reckon = move || (echo_in(&marked, echo_delay_ms), marked);
    blocking(reckon).await.unwrap_or_default()
}

/// The marker in a recording.
pub(crate) fn echo_in(marked: &Recording, echo_delay_ms: u16) -> Option<EchoFound> {
    let echo = marker::find(marked)?;
    let delay = usize::from(echo_delay_ms) * RATE as usize / 1000;
    Some(EchoFound {
        delay_ms: f64::from(i32::try_from(echo.delay).unwrap_or(i32::MAX)) * 1000.0 / f64::from(RATE),
        level_db: echo.level,
        cancelled_db: marker::cancelled(marked, delay),
    })
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, MediaError> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.map_err(|error| MediaError::pipeline("sound test", error.to_string()))
}

#[allow(clippy::cast_possible_truncation, reason = "below full scale")]
fn beep() -> Vec<i16> {
    let score = Score::of_chime(Chime::Joined);
    (0..score.length()).map(|number| (BEEP * score.sample(number) * f64::from(i16::MAX)) as i16).collect()
}

/// Encoding name of the codec that a test goes through: the first that works.
pub(crate) fn codec(names: &[String]) -> Option<String> {
    codecs::working(names).into_iter().next()
}
