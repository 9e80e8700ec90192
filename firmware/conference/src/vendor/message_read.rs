//! Reading INFO of the conference server (spec section 3.2, rows marked R).

use roombox_sip::api::{Body, HeaderLine};
use roombox_sip::dtmf::Tone;

use super::header::{boolean, content_type, count, keyword, text};
use super::{CONTENT_TYPE_PREFIX, Room, Secret, VendorMessage, notify};
use crate::catalogue::{License, MainCamCommand, TracksDirection};

/// What an INFO says: nothing for a type that is not the vendor's, two messages where one INFO carries them.
pub fn parse_info(headers: &[HeaderLine], body: Option<&Body>) -> Vec<VendorMessage> {
    let Some(kind) = content_type(headers, body) else { return Vec::new() };
    if let Some(Tone { key, duration_ms }) = body.and_then(Tone::parse) {
        return vec![VendorMessage::Dtmf { tone: key, duration_ms }];
    }
    let Some(family) = kind.strip_prefix(CONTENT_TYPE_PREFIX) else { return Vec::new() };
    match family {
        "maincam" => vec![main_cam(headers)],
        "mic" => vec![microphone(headers)],
        "notify" => notify::parse_notify(headers).into_iter().collect(),
        "partstate" => vec![participant_state(headers)],
        "restart" => vec![restart(headers)],
        "roomname" => room_name(headers),
        "sharedesktop" => vec![share_state(headers)],
        "uselic" => vec![licence(headers)],
        other => vec![VendorMessage::unknown(other, "")],
    }
}

fn room_name(headers: &[HeaderLine]) -> Vec<VendorMessage> {
    let messages: Vec<_> = room(headers).map(VendorMessage::EnterRoom).into_iter().chain(channels(headers)).collect();
    if messages.is_empty() {
        return vec![VendorMessage::unknown("roomname", text(headers, "x-webrtc-enter-room").unwrap_or_default())];
    }
    messages
}

/// A room with a participant; one without the other is no room (spec section 3.2, row 1).
pub(super) fn room(headers: &[HeaderLine]) -> Option<Room> {
    Some(Room {
        name: text(headers, "x-webrtc-enter-room")?.to_owned(),
        participant: text(headers, "x-webrtc-participant-name")?.to_owned(),
        token: text(headers, "x-bearer-token").map(Secret::new),
        is_direct_peer_to_peer: boolean(headers, "x-webrtc-is-direct-p2p").unwrap_or(false),
    })
}

fn channels(headers: &[HeaderLine]) -> Option<VendorMessage> {
    Some(VendorMessage::ChannelsAll {
        input: text(headers, "x-webrtc-input-channels")?.to_owned(),
        output: text(headers, "x-webrtc-output-channels")?.to_owned(),
    })
}

fn share_state(headers: &[HeaderLine]) -> VendorMessage {
    let state = keyword(headers, "x-webrtc-share-state").unwrap_or_default();
    match state.as_str() {
        "CONTENTEND" => VendorMessage::ContentGone {},
        "YOUCANRECEIVECONTENT" => VendorMessage::ContentAvailable { codec: keyword(headers, "x-webrtc-share-codec") },
        "YOUMUSTSTOPSENDCONTENT" => VendorMessage::PresentationMustStop {},
        other => VendorMessage::unknown("sharedesktop", other),
    }
}

/// An unknown command is a control without command, as spec section 3.2 row 12 has it.
fn main_cam(headers: &[HeaderLine]) -> VendorMessage {
    let sync = boolean(headers, "x-webrtc-sync");
    let is_sync_forced = sync.unwrap_or(false);
    let main_cam = match keyword(headers, "x-webrtc-maincam").as_deref() {
        Some("ADMINSTARTMAINCAM") => return VendorMessage::AdminStartMainCam { is_sync_forced },
        Some("ADMINSTOPMAINCAM") => return VendorMessage::AdminStopMainCam { is_sync_forced },
        Some("MAXMAINCAMRESOLUTION") => Some(MainCamCommand::MaxMainCamResolution),
        Some("PAUSEMAINCAM") => Some(MainCamCommand::PauseMainCam),
        Some("RESUMEMAINCAM") => Some(MainCamCommand::ResumeMainCam),
        _ => None,
    };
    let resolution = text(headers, "x-webrtc-maincam-resolution").map(str::to_ascii_lowercase);
    VendorMessage::MainCamControl { main_cam, resolution, sync }
}

fn microphone(headers: &[HeaderLine]) -> VendorMessage {
    let is_sync_forced = boolean(headers, "x-webrtc-sync").unwrap_or(false);
    match keyword(headers, "x-webrtc-mic").unwrap_or_default().as_str() {
        "ADMINSTARTMIC" => VendorMessage::AdminStartMic { is_sync_forced },
        "ADMINSTOPMIC" => VendorMessage::AdminStopMic { is_sync_forced },
        other => VendorMessage::unknown("mic", other),
    }
}

fn licence(headers: &[HeaderLine]) -> VendorMessage {
    let license = match keyword(headers, "x-webrtc-use-license").unwrap_or_default().as_str() {
        "AUDIO" => License::Audio,
        "AUDIOPLUSPRESENTATION" => License::AudioPlusPresentation,
        "VIDEO" => License::Video,
        other => return VendorMessage::unknown("uselic", other),
    };
    VendorMessage::UseLicense { license }
}

fn participant_state(headers: &[HeaderLine]) -> VendorMessage {
    match keyword(headers, "x-webrtc-partstate").unwrap_or_default().as_str() {
        "PARTICIPANT" => VendorMessage::MoveToParticipants {},
        "SPECTATOR" => {
            let audio_id = text(headers, "x-webrtc-audioid").map(str::to_owned);
            VendorMessage::MoveToSpectators {
                is_available_sending_media: count(headers, "x-webrtc-spectator-mode") == Some(1),
                is_synthetic: audio_id.is_none(),
                audio_id,
            }
        }
        other => VendorMessage::unknown("partstate", other),
    }
}

fn restart(headers: &[HeaderLine]) -> VendorMessage {
    let tracks_direction = match keyword(headers, "x-webrtc-tracks-direction").as_deref() {
        Some("RECVONLY") => Some(TracksDirection::RecvOnly),
        Some("SENDONLY") => Some(TracksDirection::SendOnly),
        Some("SENDRECV") => Some(TracksDirection::SendRecv),
        _ => None,
    };
    let [audio_tracks, video_tracks] =
        ["x-webrtc-audio-track-count", "x-webrtc-video-track-count"].map(|name| count(headers, name));
    VendorMessage::Restart { tracks_direction, audio_tracks, video_tracks }
}
