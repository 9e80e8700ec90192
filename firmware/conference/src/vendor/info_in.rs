//! INFO of the conference server (spec section 3.2, rows marked R).

use roombox_sip::api::{Body, HeaderLine};
use roombox_sip::dtmf::Tone;

use super::header::{boolean, content_type, keyword, text};
use super::message::{Room, VendorMessage};
use super::{CONTENT_TYPE_PREFIX, notify};

/// What an INFO says: nothing for a type that is not the vendor's, several messages where one INFO carries them.
pub(crate) fn parse_info(headers: &[HeaderLine], body: Option<&Body>) -> Vec<VendorMessage> {
    let Some(kind) = content_type(headers, body) else { return Vec::new() };
    if let Some(Tone { key, duration_ms }) = body.and_then(Tone::parse) {
        return vec![VendorMessage::Dtmf { tone: key, duration_ms }];
    }
    let Some(family) = kind.strip_prefix(CONTENT_TYPE_PREFIX) else { return Vec::new() };
    match family {
        "roomname" => room_name(headers),
        "sharedesktop" => vec![share_state(headers)],
        "maincam" => main_cam(headers),
        "mic" => vec![microphone(headers)],
        "uselic" => vec![licence(headers)],
        "partstate" => vec![participant_state(headers)],
        "notify" => notify::parse_notify(headers).into_iter().collect(),
        other => vec![VendorMessage::unknown(other, "")],
    }
}

fn room_name(headers: &[HeaderLine]) -> Vec<VendorMessage> {
    let mut messages = Vec::new();
    if let (Some(room), Some(participant)) =
        (text(headers, "x-webrtc-enter-room"), text(headers, "x-webrtc-participant-name"))
    {
        messages.push(VendorMessage::EnterRoom(Room {
            name: room.to_owned(),
            participant: participant.to_owned(),
            has_token: text(headers, "x-bearer-token").is_some(),
            is_direct_peer_to_peer: boolean(headers, "x-webrtc-is-direct-p2p").unwrap_or(false),
        }));
    }
    if let (Some(input), Some(output)) =
        (text(headers, "x-webrtc-input-channels"), text(headers, "x-webrtc-output-channels"))
    {
        messages.push(VendorMessage::ChannelsAll { input: input.to_owned(), output: output.to_owned() });
    }
    messages
}

fn share_state(headers: &[HeaderLine]) -> VendorMessage {
    let state = keyword(headers, "x-webrtc-share-state").unwrap_or_default();
    match state.as_str() {
        "YOUCANRECEIVECONTENT" => VendorMessage::ContentAvailable { codec: keyword(headers, "x-webrtc-share-codec") },
        "CONTENTEND" => VendorMessage::ContentGone {},
        "YOUMUSTSTOPSENDCONTENT" => VendorMessage::PresentationMustStop {},
        other => VendorMessage::unknown("sharedesktop", other),
    }
}

fn main_cam(headers: &[HeaderLine]) -> Vec<VendorMessage> {
    let sync = boolean(headers, "x-webrtc-sync");
    let is_sync_forced = sync.unwrap_or(false);
    let main_cam = keyword(headers, "x-webrtc-maincam");
    let known = match main_cam.as_deref() {
        Some("ADMINSTARTMAINCAM") => return vec![VendorMessage::AdminStartMainCam { is_sync_forced }],
        Some("ADMINSTOPMAINCAM") => return vec![VendorMessage::AdminStopMainCam { is_sync_forced }],
        Some("PAUSEMAINCAM" | "RESUMEMAINCAM" | "MAXMAINCAMRESOLUTION") => main_cam,
        _ => None,
    };
    let resolution = text(headers, "x-webrtc-maincam-resolution").map(str::to_ascii_lowercase);
    let pauses = matches!(known.as_deref(), Some("PAUSEMAINCAM" | "RESUMEMAINCAM"));
    let mut messages = Vec::new();
    if pauses && sync.is_some() {
        messages.push(VendorMessage::ForceSyncMediaState { is_sync_forced });
    }
    messages.push(VendorMessage::MainCamControl { main_cam: known, resolution });
    messages
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
    let license = keyword(headers, "x-webrtc-use-license").unwrap_or_default();
    match license.as_str() {
        "AUDIO" | "VIDEO" | "AUDIOPLUSPRESENTATION" => VendorMessage::UseLicense { license },
        other => VendorMessage::unknown("uselic", other),
    }
}

fn participant_state(headers: &[HeaderLine]) -> VendorMessage {
    match keyword(headers, "x-webrtc-partstate").unwrap_or_default().as_str() {
        "SPECTATOR" => {
            let audio_id = text(headers, "x-webrtc-audioid").map(str::to_owned);
            VendorMessage::MoveToSpectators {
                is_available_sending_media: text(headers, "x-webrtc-spectator-mode") == Some("1"),
                is_synthetic: audio_id.is_none(),
                audio_id,
            }
        }
        "PARTICIPANT" => VendorMessage::MoveToParticipants {},
        other => VendorMessage::unknown("partstate", other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Event;

    fn info(family: &str, headers: &[(&str, &str)]) -> Vec<VendorMessage> {
        let mut lines = vec![HeaderLine::new("Content-Type", format!("application/vinteo.webrtc.{family}"))];
        lines.extend(headers.iter().map(|(name, value)| HeaderLine::new(*name, *value)));
        parse_info(&lines, None)
    }

    #[test]
    fn the_room_keeps_the_case_of_its_name_and_participant() {
        let room = info(
            "roomname",
            &[
                ("X-WEBRTC-ENTER-ROOM", " Board Meeting "),
                ("x-webrtc-participant-name", "Room A"),
                ("x-bearer-token", "eyJ.secret"),
            ],
        );
        let [message @ VendorMessage::EnterRoom(entered)] = room.as_slice() else { panic!("{room:?}") };
        assert_eq!(("Board Meeting", "Room A", true), (&*entered.name, &*entered.participant, entered.has_token));
        let Event::Vendor { name, data } = message.event() else { panic!() };
        assert_eq!(name, "enter-room");
        assert!(!data.to_string().contains("secret"));
    }

    #[test]
    fn a_room_without_a_participant_is_not_entered() {
        assert!(info("roomname", &[("x-webrtc-enter-room", "a")]).is_empty());
    }

    #[test]
    fn a_pause_with_sync_is_two_messages_and_without_only_one() {
        let pause = [("x-webrtc-maincam", "PauseMainCam"), ("x-webrtc-sync", "1")];
        assert!(matches!(
            info("maincam", &pause).as_slice(),
            [VendorMessage::ForceSyncMediaState { is_sync_forced: true }, VendorMessage::MainCamControl { .. }]
        ));
        assert_eq!(info("maincam", &pause[..1]).len(), 1);
    }

    #[test]
    fn a_spectator_with_audio_id_is_not_synthetic() {
        let moved = info(
            "partstate",
            &[("x-webrtc-partstate", "spectator"), ("x-webrtc-audioid", "aBc"), ("x-webrtc-spectator-mode", "1")],
        );
        assert_eq!(
            moved,
            [VendorMessage::MoveToSpectators {
                is_available_sending_media: true,
                is_synthetic: false,
                audio_id: Some("aBc".into()),
            }]
        );
    }

    #[test]
    fn unknown_values_are_told_and_foreign_types_are_not_ours() {
        assert_eq!(info("uselic", &[("x-webrtc-use-license", "gold")]), [VendorMessage::unknown("uselic", "GOLD")]);
        assert_eq!(info("restart", &[]), [VendorMessage::unknown("restart", "")]);
        assert!(parse_info(&[HeaderLine::new("Content-Type", "text/plain")], None).is_empty());
        assert!(parse_info(&[], None).is_empty());
    }

    #[test]
    fn a_dtmf_tone_is_read_from_the_body() {
        let body = Body {
            content_type: "application/dtmf-relay".into(),
            content: b"Signal=a\r\nDuration=120".as_slice().into(),
        };
        assert_eq!(parse_info(&[], Some(&body)), [VendorMessage::Dtmf { tone: 'A', duration_ms: 120 }]);
    }
}
