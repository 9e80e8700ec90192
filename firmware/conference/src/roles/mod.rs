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
#[derive(Debug)]
pub(crate) struct Roles {
    state: CallSessionState,
}

impl Default for Roles {
    fn default() -> Self {
        Self { state: CallSessionState { is_available_sending_media: true, ..CallSessionState::default() } }
    }
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
