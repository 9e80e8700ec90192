//! The events of a vendor message (spec section 3.2, last column).

use serde_json::Value;

use super::VendorMessage;
use crate::api::Event;
use crate::catalogue::{ApiEvent, MainCamCommand, Side};
use crate::context::Context;

impl VendorMessage {
    /// Its events in their order; some messages have two.
    pub fn events(&self) -> Vec<ApiEvent> {
        let mut events = Vec::new();
        match self {
            Self::MainCamControl { main_cam, sync: Some(is_sync_forced), .. } if is_pause_or_resume(*main_cam) => {
                events.push(ApiEvent::ForceSyncMediaState { is_sync_forced: *is_sync_forced });
            }
            Self::MoveToSpectators { is_available_sending_media, audio_id: None, .. } => {
                let is_available_sending_media = *is_available_sending_media;
                events.push(ApiEvent::MoveRequestToSpectatorsSynthetic { is_available_sending_media });
            }
            Self::MoveToSpectators { is_available_sending_media, audio_id: Some(audio_id), .. } => {
                events.push(ApiEvent::MoveRequestToSpectatorsWithAudioId {
                    is_available_sending_media: *is_available_sending_media,
                    audio_id: audio_id.clone(),
                });
            }
            _ => {}
        }
        events.push(self.event());
        events
    }

    /// Tells its events, in both forms.
    pub(crate) fn tell(&self, context: &mut Context) {
        for event in self.events() {
            context.event(plain(&event));
            context.tell(event);
        }
    }

    fn event(&self) -> ApiEvent {
        match self.clone() {
            Self::AccountChanged {} => ApiEvent::AccountChanged {},
            Self::AccountDeleted {} => ApiEvent::AccountDeleted {},
            Self::AddedToModerators { conference } => ApiEvent::AddedToListModerators { conference },
            Self::AdminStartMainCam { is_sync_forced } => ApiEvent::AdminStartMainCam { is_sync_forced },
            Self::AdminStartMic { is_sync_forced } => ApiEvent::AdminStartMic { is_sync_forced },
            Self::AdminStopMainCam { is_sync_forced } => ApiEvent::AdminStopMainCam { is_sync_forced },
            Self::AdminStopMic { is_sync_forced } => ApiEvent::AdminStopMic { is_sync_forced },
            Self::ChannelsAll { input, output } => {
                ApiEvent::ChannelsAll { input_channels: input, output_channels: output }
            }
            Self::ChannelsNotify { input, output } => {
                ApiEvent::ChannelsNotify { input_channels: input, output_channels: output }
            }
            Self::ContentAvailable { codec } => ApiEvent::ContentedStreamAvailable { codec },
            Self::ContentGone {} => ApiEvent::ContentedStreamNotAvailable {},
            Self::Dtmf { tone, duration_ms } => {
                ApiEvent::NewDtmf { originator: Side::Remote, tone, duration: duration_ms }
            }
            Self::EnterRoom(room) => ApiEvent::EnterRoom {
                room: room.name,
                participant_name: room.participant,
                has_bearer_token: room.token.is_some(),
                is_direct_peer_to_peer: room.is_direct_peer_to_peer,
            },
            Self::MainCamControl { main_cam, resolution, .. } => {
                ApiEvent::MainCamControl { main_cam, resolution_main_cam: resolution }
            }
            Self::MoveToParticipants {} => ApiEvent::MoveRequestToParticipants {},
            Self::MoveToSpectators { is_available_sending_media, is_synthetic, audio_id } => {
                ApiEvent::MoveRequestToSpectators { is_available_sending_media, is_synthetic, audio_id }
            }
            Self::MovedToStream { conference } => ApiEvent::MoveRequestToStream { conference },
            Self::PresentationMustStop {} => ApiEvent::PresentationMustStop {},
            Self::RemovedFromModerators { conference } => ApiEvent::RemovedFromListModerators { conference },
            Self::Restart { tracks_direction, audio_tracks, video_tracks } => {
                ApiEvent::Restart { tracks_direction, audio_track_count: audio_tracks, video_track_count: video_tracks }
            }
            Self::TokenIssued { conference, participant, .. } => {
                ApiEvent::ParticipantTokenIssued { conference, participant }
            }
            Self::Unknown { kind, value } => ApiEvent::Unknown { kind, value },
            Self::UseLicense { license } => ApiEvent::UseLicense(license),
            Self::WebcastStarted { conference, kind } => ApiEvent::WebcastStarted { conference, kind },
            Self::WebcastStopped { conference, kind } => ApiEvent::WebcastStopped { conference, kind },
            Self::WordRequestAccepted { conference } => ApiEvent::AcceptingWordRequest { conference },
            Self::WordRequestRejected { conference } => ApiEvent::CancellingWordRequest { conference },
        }
    }
}

const fn is_pause_or_resume(command: Option<MainCamCommand>) -> bool {
    matches!(command, Some(MainCamCommand::PauseMainCam | MainCamCommand::ResumeMainCam))
}

/// The event as name and data, for who does not know the catalogue.
fn plain(event: &ApiEvent) -> Event {
    let name = event.name();
    let name = name.strip_prefix("api:").unwrap_or(name).to_owned();
    let data = match serde_json::to_value(event) {
        Ok(Value::Object(mut object)) => object.remove("data").unwrap_or_default(),
        _ => Value::Null,
    };
    Event::Vendor { name, data }
}
