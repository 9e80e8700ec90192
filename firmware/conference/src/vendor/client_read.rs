//! What a client says (spec section 3.2, rows marked S), and reading it: for servers.

use roombox_sip::api::{Body, HeaderLine};
use roombox_sip::dtmf::Tone;
use serde::{Deserialize, Serialize};

use super::header::{boolean, content_type, keyword, number, text};
use super::message::shortened;
use super::{CONTENT_TYPE_PREFIX, MediaState};
use crate::api::Device;

/// One vendor message of a client; serialised for the reports of servers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "message")]
pub enum ClientMessage {
    /// Row 16: asks to switch the camera on. Refused by 603, or by a 2xx with another reason phrase than `OK`.
    AskForCamera,
    /// Row 7: asks to present. Granted by 2xx; one with another reason phrase than `OK` refuses.
    AskToPresent,
    /// Row 27: what the path can carry to the client, in bit/s.
    AvailableIncomingBitrate { bits_per_second: u64 },
    /// Row 24: channels of the client.
    Channels { input: String, output: String },
    /// Row 10: our presentation ended, told to a single participant.
    ContentEnded,
    /// Row 11, only version 20: the single participant must stop its own presentation.
    ContentMustStop,
    /// Row 9: our presentation starts, told to a single participant; counts as the question for permission.
    ContentStarts,
    /// Row 28: a telephone key.
    Dtmf { tone: char, duration_ms: u32 },
    /// Row 25: what microphone and camera do.
    MediaState(MediaState),
    /// Row 8: our presentation stopped.
    PresentationStopped,
    /// Row 26: the person declined to switch this on.
    Refusal { device: Device },
    /// Row 3: the room that a call between two participants makes, and the other's number.
    RoomName { room: String, participant: String },
    /// Nothing of the table: the family, and the value that was not understood.
    Unknown { kind: String, value: String },
}

impl ClientMessage {
    /// What an INFO of a client says; `None` for a type that is not the vendor's.
    pub fn parse(headers: &[HeaderLine], body: Option<&Body>) -> Option<Self> {
        let kind = content_type(headers, body)?;
        if let Some(Tone { key, duration_ms }) = body.and_then(Tone::parse) {
            return Some(Self::Dtmf { tone: key, duration_ms });
        }
        let family = kind.strip_prefix(CONTENT_TYPE_PREFIX)?;
        Some(read(family, headers).unwrap_or_else(|| Self::Unknown {
            kind: family.to_owned(),
            value: shortened(&keyword(headers, telling_header(family)).unwrap_or_default()),
        }))
    }
}

fn read(family: &str, headers: &[HeaderLine]) -> Option<ClientMessage> {
    let word = keyword(headers, telling_header(family));
    let word = word.as_deref();
    match family {
        "channels" => Some(ClientMessage::Channels {
            input: text(headers, "x-webrtc-input-channels")?.to_owned(),
            output: text(headers, "x-webrtc-output-channels")?.to_owned(),
        }),
        "maincam" => (word? == "LETMESTARTMAINCAM").then_some(ClientMessage::AskForCamera),
        "mediastate" => Some(ClientMessage::MediaState(MediaState {
            microphone: boolean(headers, "x-vinteo-mic-state")?,
            camera: boolean(headers, "x-vinteo-maincam-state")?,
        })),
        "refusal" => match word? {
            "0" => Some(ClientMessage::Refusal { device: Device::Microphone }),
            "1" => Some(ClientMessage::Refusal { device: Device::Camera }),
            _ => None,
        },
        "roomname" => Some(ClientMessage::RoomName {
            room: text(headers, "x-webrtc-enter-room")?.to_owned(),
            participant: text(headers, "x-webrtc-participant-name")?.to_owned(),
        }),
        "sharedesktop" => match word? {
            "CONTENTEND" => Some(ClientMessage::ContentEnded),
            "LETMESTARTPRESENTATION" => Some(ClientMessage::AskToPresent),
            "STOPPRESENTATION" => Some(ClientMessage::PresentationStopped),
            "YOUCANRECEIVECONTENT" => Some(ClientMessage::ContentStarts),
            "YOUMUSTSTOPSENDCONTENT" => Some(ClientMessage::ContentMustStop),
            _ => None,
        },
        "stats" => {
            let bits_per_second = whole(number(headers, "x-webrtc-available-incoming-bitrate")?);
            Some(ClientMessage::AvailableIncomingBitrate { bits_per_second })
        }
        _ => None,
    }
}

/// The header that tells what an INFO of this family is about.
fn telling_header(family: &str) -> &'static str {
    match family {
        "maincam" => "x-webrtc-request-enable-media-device",
        "mediastate" => "x-webrtc-media-state",
        "refusal" => "x-vinteo-media-type",
        "sharedesktop" => "x-webrtc-share-state",
        "stats" => "x-webrtc-available-incoming-bitrate",
        _ => "x-webrtc-enter-room",
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "finite and not negative; `as` saturates")]
fn whole(number: f64) -> u64 {
    number.round() as u64
}
