//! Writing what a client says.

use super::info::{Info, digit};
use super::message_write::tone_info;
use super::{ClientMessage, MediaState};
use crate::api::Device;

impl ClientMessage {
    /// The INFO that says it; `None` for an unknown message.
    pub fn info(&self) -> Option<Info> {
        Some(match self {
            Self::AskForCamera => Info::of("maincam", &[("x-webrtc-request-enable-media-device", "LETMESTARTMAINCAM")]),
            Self::AskToPresent => share("LETMESTARTPRESENTATION"),
            Self::AvailableIncomingBitrate { bits_per_second } => {
                Info::of("stats", &[("x-webrtc-available-incoming-bitrate", &bits_per_second.to_string())])
            }
            Self::Channels { input, output } => {
                Info::of("channels", &[("x-webrtc-input-channels", input), ("x-webrtc-output-channels", output)])
            }
            Self::ContentEnded => share("CONTENTEND"),
            Self::ContentMustStop => share("YOUMUSTSTOPSENDCONTENT"),
            Self::ContentStarts => share("YOUCANRECEIVECONTENT"),
            Self::Dtmf { tone, duration_ms } => tone_info(*tone, *duration_ms),
            Self::MediaState(state) => media_state_info(*state),
            Self::PresentationStopped => share("STOPPRESENTATION"),
            Self::Refusal { device } => {
                Info::of("refusal", &[("x-vinteo-media-type", digit(*device == Device::Camera))])
            }
            Self::RoomName { room, participant } => room_name_info(room, participant),
            Self::Unknown { .. } => return None,
        })
    }

    /// It asks for a permission: a 2xx with another reason phrase than `OK` refuses it (spec section 3.1).
    pub const fn asks_permission(&self) -> bool {
        matches!(self, Self::AskForCamera | Self::AskToPresent | Self::ContentStarts)
    }
}

fn share(state: &str) -> Info {
    Info::of("sharedesktop", &[("x-webrtc-share-state", state)])
}

fn media_state_info(state: MediaState) -> Info {
    let (camera, microphone) = (digit(state.camera), digit(state.microphone));
    Info::of(
        "mediastate",
        &[
            ("x-webrtc-media-state", "currentstate"),
            ("x-vinteo-maincam-state", camera),
            ("x-vinteo-mic-state", microphone),
        ],
    )
}

fn room_name_info(room: &str, participant: &str) -> Info {
    Info::of(
        "roomname",
        &[
            ("x-webrtc-enter-room", room),
            ("x-webrtc-participant-name", participant),
            ("x-webrtc-is-direct-p2p", "true"),
        ],
    )
}
