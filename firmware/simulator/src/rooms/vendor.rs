//! What the server says by itself, in the vendor's words.

use roombox_conference::catalogue::{License, MainCamCommand, Role};
use roombox_conference::vendor::{Room, Secret, VendorMessage};
use roombox_lab_signalling::Order;

use super::{RoomGame, user};
use crate::dice::Dice;

impl RoomGame {
    fn say(&mut self, number: usize, message: &VendorMessage) {
        let Some(info) = message.info() else { return };
        let headers = info.headers.into_iter().map(|line| (line.name, line.value)).collect();
        let (user, content_type) = (user(self.scenario, number), info.content_type.unwrap_or_default());
        self.order(Order::Info { user, content_type, headers });
    }

    /// One message, whatever the dice say.
    pub(super) fn say_something(&mut self, number: usize) {
        let is_sync_forced = self.chance(50);
        let message = match self.dice(1, 14) {
            1 => self.enter(number, "purgatory"),
            2 | 3 => self.enter(number, "boardroom"),
            4 => VendorMessage::MoveToSpectators {
                is_available_sending_media: is_sync_forced,
                is_synthetic: true,
                audio_id: None,
            },
            5 | 6 => VendorMessage::MoveToSpectators {
                is_available_sending_media: is_sync_forced,
                is_synthetic: false,
                audio_id: Some("17".into()),
            },
            7 => VendorMessage::MoveToParticipants {},
            8 => VendorMessage::PresentationMustStop {},
            9 => {
                let all = [License::Audio, License::AudioPlusPresentation, License::Video];
                VendorMessage::UseLicense { license: self.pick(&all).unwrap_or(License::Video) }
            }
            10 => VendorMessage::ContentAvailable { codec: Some("VP8".into()) },
            11 => VendorMessage::ContentGone {},
            12 => VendorMessage::AdminStopMic { is_sync_forced },
            13 => VendorMessage::MainCamControl {
                main_cam: Some(MainCamCommand::MaxMainCamResolution),
                resolution: Some("640x360".into()),
                sync: Some(is_sync_forced),
            },
            _ => VendorMessage::TokenIssued {
                conference: "boardroom".into(),
                participant: user(self.scenario, number),
                token: Secret::new("another token"),
            },
        };
        self.say(number, &message);
    }

    fn enter(&self, number: usize, room: &str) -> VendorMessage {
        VendorMessage::EnterRoom(Room {
            name: room.to_owned(),
            participant: user(self.scenario, number),
            token: None,
            is_direct_peer_to_peer: false,
        })
    }

    /// Everybody takes part in the room.
    pub(super) fn admit_everybody(&mut self) {
        for number in 0..self.scenario.boxes {
            let room = self.enter(number, "boardroom");
            self.say(number, &room);
            self.say(number, &VendorMessage::MoveToParticipants {});
            self.roles[number] = Some(Role::Participant);
        }
    }
}
