//! Writing what a conference server says: for servers.

use roombox_sip::dtmf::Tone;

use super::info::{Info, digit};
use super::{Room, VendorMessage};
use crate::catalogue::{License, MainCamCommand, TracksDirection};

impl VendorMessage {
    /// The INFO that says it. What has no row of its own travels as a notification; `None` for an unknown message.
    pub fn info(&self) -> Option<Info> {
        Some(match self {
            Self::AdminStartMainCam { is_sync_forced } => main_cam("ADMINSTARTMAINCAM", None, Some(*is_sync_forced)),
            Self::AdminStartMic { is_sync_forced } => microphone("ADMINSTARTMIC", *is_sync_forced),
            Self::AdminStopMainCam { is_sync_forced } => main_cam("ADMINSTOPMAINCAM", None, Some(*is_sync_forced)),
            Self::AdminStopMic { is_sync_forced } => microphone("ADMINSTOPMIC", *is_sync_forced),
            Self::ChannelsAll { input, output } => {
                Info::of("roomname", &[("x-webrtc-input-channels", input), ("x-webrtc-output-channels", output)])
            }
            Self::ContentAvailable { codec } => content_available(codec.as_deref()),
            Self::ContentGone {} => Info::of("sharedesktop", &[("x-webrtc-share-state", "CONTENTEND")]),
            Self::Dtmf { tone, duration_ms } => tone_info(*tone, *duration_ms),
            Self::EnterRoom(room) => enter_room(room),
            Self::MainCamControl { main_cam: command, resolution, sync } => {
                main_cam(command.map_or("", main_cam_word), resolution.as_deref(), *sync)
            }
            Self::MoveToParticipants {} => Info::of("partstate", &[("x-webrtc-partstate", "PARTICIPANT")]),
            Self::MoveToSpectators { is_available_sending_media, audio_id, .. } => {
                spectator(audio_id.as_deref(), *is_available_sending_media)
            }
            Self::PresentationMustStop {} => {
                Info::of("sharedesktop", &[("x-webrtc-share-state", "YOUMUSTSTOPSENDCONTENT")])
            }
            Self::Restart { tracks_direction, audio_tracks, video_tracks } => {
                restart(*tracks_direction, *audio_tracks, *video_tracks)
            }
            Self::UseLicense { license } => Info::of("uselic", &[("x-webrtc-use-license", license_word(*license))]),
            Self::Unknown { .. } => return None,
            _ => Info { headers: vec![self.notify()?], ..Info::of("notify", &[]) },
        })
    }
}

fn enter_room(room: &Room) -> Info {
    let mut headers =
        vec![("x-webrtc-enter-room", room.name.as_str()), ("x-webrtc-participant-name", room.participant.as_str())];
    headers.extend(room.token.as_ref().map(|token| ("x-bearer-token", token.expose())));
    headers.extend(room.is_direct_peer_to_peer.then_some(("x-webrtc-is-direct-p2p", "true")));
    Info::of("roomname", &headers)
}

fn content_available(codec: Option<&str>) -> Info {
    let mut headers = vec![("x-webrtc-share-state", "YOUCANRECEIVECONTENT")];
    headers.extend(codec.map(|codec| ("x-webrtc-share-codec", codec)));
    Info::of("sharedesktop", &headers)
}

fn main_cam(command: &str, resolution: Option<&str>, sync: Option<bool>) -> Info {
    let mut headers = vec![("x-webrtc-maincam", command)];
    headers.extend(resolution.map(|resolution| ("x-webrtc-maincam-resolution", resolution)));
    headers.extend(sync.map(|sync| ("x-webrtc-sync", digit(sync))));
    Info::of("maincam", &headers)
}

fn microphone(command: &str, is_sync_forced: bool) -> Info {
    Info::of("mic", &[("x-webrtc-mic", command), ("x-webrtc-sync", digit(is_sync_forced))])
}

/// Mode 1 = by the state of the camera, which lets media be sent; 0 = set by hand.
fn spectator(audio_id: Option<&str>, sending: bool) -> Info {
    let mut headers = vec![("x-webrtc-partstate", "SPECTATOR"), ("x-webrtc-spectator-mode", digit(sending))];
    headers.extend(audio_id.map(|id| ("x-webrtc-audioid", id)));
    Info::of("partstate", &headers)
}

fn restart(direction: Option<TracksDirection>, audio: Option<u32>, video: Option<u32>) -> Info {
    let [audio, video] = [audio, video].map(|count| count.map(|count| count.to_string()));
    let direction = direction.map(|direction| match direction {
        TracksDirection::RecvOnly => "RECVONLY",
        TracksDirection::SendOnly => "SENDONLY",
        TracksDirection::SendRecv => "SENDRECV",
    });
    let lines = [
        ("x-webrtc-tracks-direction", direction),
        ("x-webrtc-audio-track-count", audio.as_deref()),
        ("x-webrtc-video-track-count", video.as_deref()),
    ];
    let headers: Vec<_> = lines.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    Info::of("restart", &headers)
}

pub(super) fn tone_info(key: char, duration_ms: u32) -> Info {
    Info { content_type: None, headers: Vec::new(), body: Some(Tone { key, duration_ms }.body()) }
}

const fn main_cam_word(command: MainCamCommand) -> &'static str {
    match command {
        MainCamCommand::MaxMainCamResolution => "MAXMAINCAMRESOLUTION",
        MainCamCommand::PauseMainCam => "PAUSEMAINCAM",
        MainCamCommand::ResumeMainCam => "RESUMEMAINCAM",
    }
}

const fn license_word(license: License) -> &'static str {
    match license {
        License::Audio => "AUDIO",
        License::AudioPlusPresentation => "AUDIOPLUSPRESENTATION",
        License::Video => "VIDEO",
    }
}
