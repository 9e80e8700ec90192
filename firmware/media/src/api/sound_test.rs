//! What a test of microphone and speaker found.

use serde::{Deserialize, Serialize};

/// Levels in dBFS (-90 = silence), measured with the speaker as loud as it is set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SoundTest {
    /// Level of the microphone while nothing is played.
    pub noise_db: f64,
    /// Its level while the marker is played.
    pub marker_db: f64,
    /// The speaker as the microphone hears it; `None` = not at all.
    pub echo: Option<EchoFound>,
    /// What was said, on its way to the other side and back; `None` where the codec does not work.
    pub loopback: Option<Loopback>,
    /// What that means, the worst first; [`SoundFinding::Good`] alone when nothing is wrong.
    pub findings: Vec<SoundFinding>,
}

/// The speaker as the microphone hears it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EchoFound {
    /// Milliseconds that sound takes from speaker to microphone beyond what the devices tell of themselves.
    pub delay_ms: f64,
    /// Its level beside what was played, in dB.
    pub level_db: f64,
    /// What the echo canceller takes away of it, in dB, with the delay that the board file names (echo return loss
    /// enhancement).
    pub cancelled_db: f64,
}

/// A few seconds after the beep, through encoder and decoder and played again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loopback {
    /// Encoding name of the codec.
    pub codec: String,
    /// Level of what was heard after the beep.
    pub recorded_db: f64,
    /// Level of what came out of the decoder.
    pub decoded_db: f64,
}

/// One result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SoundFinding {
    /// The microphone gives no samples.
    NoMicrophone,
    /// All it gives is zero.
    MicrophoneDead,
    /// The speaker does not play: it is not there, or its volume is 0.
    NothingPlayed,
    /// The microphone does not hear the speaker.
    SpeakerNotHeard,
    /// The echo comes later than the canceller looks for it.
    EchoTooLate,
    /// The canceller leaves much of the echo.
    EchoStays,
    /// The codec does not work here.
    CodecFails,
    /// The room is loud while nothing is played.
    RoomLoud,
    /// The microphone is overdriven.
    Overdriven,
    /// Nobody was heard after the beep.
    NothingSaid,
    /// Nothing is wrong.
    Good,
}

impl SoundFinding {
    /// What it is, and what helps.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NoMicrophone => {
                "The microphone gives nothing: check its plug and audio.microphone in the board file."
            }
            Self::MicrophoneDead => {
                "The microphone is silent: check its own mute switch and its capture volume (alsamixer)."
            }
            Self::NothingPlayed => {
                "The speaker plays nothing: check its plug, the volume of the room and audio.speaker in the board file."
            }
            Self::SpeakerNotHeard => {
                "The microphone does not hear the speaker: turn the speaker or the TV up, choose its input, or bring \
                 both into one room."
            }
            Self::EchoTooLate => {
                "The echo comes later than the canceller looks for it: have `roombox probe --write` measure it, or set \
                 audio.echo_delay_ms in the board file."
            }
            Self::EchoStays => {
                "The other side will hear itself: turn the speaker down, put the microphone further away, and switch \
                 off sound effects of the TV."
            }
            Self::CodecFails => "The sound codec does not work: a GStreamer plugin is missing or broken.",
            Self::RoomLoud => "The room is loud: look for a fan, an open window or a bad cable.",
            Self::Overdriven => "The microphone is overdriven: turn the speaker or the capture volume down.",
            Self::NothingSaid => "Nobody was heard after the beep: speak louder or bring the microphone nearer.",
            Self::Good => "Microphone, speaker and codec work.",
        }
    }
}
