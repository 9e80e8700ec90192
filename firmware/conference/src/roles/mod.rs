//! What we are in the conference: licence, role, and what follows from them (spec section 10.2).
//!
//! The state lives as long as the call, so its end resets it without telling. Moves are told by the events of the message
//! itself (`api:participant:move-request-…`); who wants the whole state reads [`Roles::state`].

use crate::api::{CallId, Encoding, Stream};
use crate::catalogue::{CallSessionState, Role};
use crate::context::Context;
use crate::encodings::Wisher;
use crate::vendor::VendorMessage;

/// What the sound of a spectator may take, in bit/s (spec section 2.8).
const SPECTATOR_AUDIO: u32 = 6_000;
/// What the camera picture of a spectator may take, in bit/s (spec section 2.8).
const SPECTATOR_VIDEO: u32 = 60_000;

/// Licence and role of one call.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    state: CallSessionState,
}

impl Roles {
    /// Licence, role and what follows from them.
    pub(crate) const fn state(&self) -> &CallSessionState {
        &self.state
    }

    pub(crate) const fn role(&self) -> &Role {
        &self.state.role
    }

    /// Takes in what the server says; true when the role is another one now. The same role again changes nothing but
    /// whether we may send.
    pub(crate) fn hear(&mut self, context: &mut Context, call: CallId, message: &VendorMessage) -> bool {
        if let Some(forced) = message.forced_sync() {
            self.state.is_duplex_sending_media_mode = forced;
        }
        match message {
            VendorMessage::MoveToParticipants {} => self.move_to(context, call, Role::Participant, true),
            VendorMessage::MoveToSpectators { is_available_sending_media, audio_id, .. } => {
                let role = match audio_id.clone() {
                    Some(audio_id) => Role::Spectator { audio_id },
                    None => Role::SpectatorSynthetic,
                };
                self.move_to(context, call, role, *is_available_sending_media)
            }
            VendorMessage::UseLicense { license } => {
                self.state.license = *license;
                false
            }
            _ => false,
        }
    }

    fn move_to(&mut self, context: &mut Context, call: CallId, role: Role, sending: bool) -> bool {
        self.state.is_available_sending_media = sending;
        if self.state.role == role {
            return false;
        }
        throttle(context, call, Stream::Audio, &role, SPECTATOR_AUDIO);
        throttle(context, call, Stream::Camera, &role, SPECTATOR_VIDEO);
        self.state.role = role;
        true
    }
}

/// Any spectator sends little. A participant sends again exactly what is wished otherwise; a running presentation was
/// stopped by the move and needs no throttle.
fn throttle(context: &mut Context, call: CallId, stream: Stream, role: &Role, limit: u32) {
    let wish = (*role != Role::Participant).then(|| Encoding { max_bitrate: Some(limit), ..Encoding::default() });
    context.wish_encoding(call, stream, Wisher::Role, wish);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{License, MainCamCommand};
    use crate::config::ConferenceConfig;

    fn after(messages: &[VendorMessage]) -> CallSessionState {
        let mut context = Context::new(ConferenceConfig::new("room1", "meet.example", true), 1);
        let mut roles = Roles::default();
        for message in messages {
            roles.hear(&mut context, CallId(1), message);
        }
        roles.state().clone()
    }

    fn spectator(audio_id: Option<&str>, sending: bool) -> VendorMessage {
        VendorMessage::MoveToSpectators {
            is_available_sending_media: sending,
            is_synthetic: audio_id.is_none(),
            audio_id: audio_id.map(str::to_owned),
        }
    }

    #[test]
    fn a_call_begins_as_a_participant_with_the_video_licence() {
        let state = after(&[]);
        assert_eq!((state.license, &state.role), (License::Video, &Role::Participant));
        assert!(state.is_available_sending_media && !state.is_duplex_sending_media_mode);
        assert!(!state.is_spectator_any() && !state.is_recv_session_expected());
    }

    #[test]
    fn the_licence_is_the_last_one_told() {
        let [audio, both] =
            [License::Audio, License::AudioPlusPresentation].map(|license| VendorMessage::UseLicense { license });
        assert_eq!(after(&[both, audio]).license, License::Audio);
    }

    #[test]
    fn only_a_spectator_by_the_state_of_the_camera_may_send() {
        for (messages, sending) in [
            (vec![spectator(None, true)], true),
            (vec![spectator(None, false)], false),
            (vec![spectator(None, false), spectator(None, true)], true),
            (vec![spectator(Some("7"), false), VendorMessage::MoveToParticipants {}], true),
        ] {
            assert_eq!(after(&messages).is_available_sending_media, sending, "{messages:?}");
        }
    }

    #[test]
    fn what_follows_from_the_role_is_known() {
        let state = after(&[spectator(None, false)]);
        assert!(state.is_spectator_any() && !state.is_recv_session_expected());
        let state = after(&[spectator(Some("7"), false)]);
        assert!(state.is_spectator_any() && state.is_recv_session_expected());
        assert_eq!(state.role, Role::Spectator { audio_id: "7".into() });
    }

    #[test]
    fn duplex_follows_four_messages_and_not_the_start_of_the_camera() {
        let pause = VendorMessage::MainCamControl {
            main_cam: Some(MainCamCommand::PauseMainCam),
            resolution: None,
            sync: Some(true),
        };
        for message in [
            VendorMessage::AdminStopMainCam { is_sync_forced: true },
            VendorMessage::AdminStartMic { is_sync_forced: true },
            VendorMessage::AdminStopMic { is_sync_forced: true },
            pause,
        ] {
            assert!(after(&[message]).is_duplex_sending_media_mode);
        }
        assert!(!after(&[VendorMessage::AdminStartMainCam { is_sync_forced: true }]).is_duplex_sending_media_mode);
    }
}
