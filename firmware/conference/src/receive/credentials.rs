//! Where the offer of a spectator goes, and with which right (spec section 2.8).

use super::effective;
use crate::api::ReceiveQuality;
use crate::call::Call;
use crate::catalogue::CallPhase;
use crate::vendor::Secret;

/// Where the offer goes. The token is a secret that printing hides.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    conference: String,
    audio_id: String,
    quality: ReceiveQuality,
    token: Secret,
}

impl Target {
    /// `None` until the call is in a room with a token for it.
    pub(super) fn of(call: &Call, audio_id: &str, quality: ReceiveQuality) -> Option<Self> {
        let (CallPhase::InRoom, Some(room), Some(token)) = (call.phase(), call.room(), call.token()) else {
            return None;
        };
        let (audio_id, quality) = (audio_id.to_owned(), effective(quality));
        Some(Self { conference: room.name.clone(), audio_id, quality, token: token.clone() })
    }

    /// The same session, perhaps by another token.
    pub(super) fn is_same_place(&self, other: &Self) -> bool {
        (&self.conference, &self.audio_id, self.quality) == (&other.conference, &other.audio_id, other.quality)
    }

    pub(super) fn url(&self, server: &str) -> String {
        let quality = match self.quality {
            ReceiveQuality::Low => "low",
            ReceiveQuality::Medium => "medium",
            ReceiveQuality::Auto | ReceiveQuality::High => "high",
        };
        let (server, conference) = (server.trim_end_matches('/'), encoded(&self.conference));
        let audio = encoded(&self.audio_id);
        format!("https://{server}/api/v2/rtp2webrtc/offer/{conference}?quality={quality}&audio={audio}")
    }

    pub(super) fn authorization(&self) -> String {
        format!("Bearer {}", self.token.expose())
    }
}

/// As `encodeURIComponent` does it (ECMA-262): everything but these signs becomes `%XX`, byte by byte.
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut done, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            done.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(done, "%{byte:02X}");
        }
        done
    })
}
