//! The JSON of `x-vinteo-notify`, in INFO and in NOTIFY outside a dialog (spec section 3.3).

use roombox_sip::api::HeaderLine;
use serde::Deserialize;

use super::header::text;
use super::message::VendorMessage;

#[derive(Deserialize)]
#[serde(tag = "cmd")]
enum Notify {
    #[serde(rename = "channels")]
    Channels {
        input: String,
        output: String,
    },
    WebcastStarted {
        body: Webcast,
    },
    WebcastStopped {
        body: Webcast,
    },
    #[serde(rename = "addedToListModerators")]
    AddedToListModerators {
        conference: String,
    },
    #[serde(rename = "removedFromListModerators")]
    RemovedFromListModerators {
        conference: String,
    },
    ParticipationRequestAccepted {
        body: InConference,
    },
    ParticipationRequestRejected {
        body: InConference,
    },
    ParticipantMovedToWebcast {
        body: InConference,
    },
    #[serde(rename = "accountChanged")]
    AccountChanged,
    #[serde(rename = "accountDeleted")]
    AccountDeleted,
    ConferenceParticipantTokenIssued {
        body: Token,
    },
}

#[derive(Deserialize)]
struct Webcast {
    conference: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct InConference {
    conference: String,
}

#[derive(Deserialize)]
struct Token {
    conference: String,
    participant: String,
    jwt: String,
}

/// What the header says; `None` without the header.
pub(crate) fn parse_notify(headers: &[HeaderLine]) -> Option<VendorMessage> {
    let json = text(headers, "x-vinteo-notify")?;
    Some(match serde_json::from_str(json) {
        Ok(notify) => message(notify),
        Err(error) => VendorMessage::unknown("notify", &error.to_string()),
    })
}

fn message(notify: Notify) -> VendorMessage {
    match notify {
        Notify::Channels { input, output } => VendorMessage::ChannelsNotify { input, output },
        Notify::WebcastStarted { body: Webcast { conference, kind } } => {
            VendorMessage::WebcastStarted { conference, kind }
        }
        Notify::WebcastStopped { body: Webcast { conference, kind } } => {
            VendorMessage::WebcastStopped { conference, kind }
        }
        Notify::AddedToListModerators { conference } => VendorMessage::AddedToModerators { conference },
        Notify::RemovedFromListModerators { conference } => VendorMessage::RemovedFromModerators { conference },
        Notify::ParticipationRequestAccepted { body } => {
            VendorMessage::WordRequestAccepted { conference: body.conference }
        }
        Notify::ParticipationRequestRejected { body } => {
            VendorMessage::WordRequestRejected { conference: body.conference }
        }
        Notify::ParticipantMovedToWebcast { body } => VendorMessage::MovedToStream { conference: body.conference },
        Notify::AccountChanged => VendorMessage::AccountChanged {},
        Notify::AccountDeleted => VendorMessage::AccountDeleted {},
        Notify::ConferenceParticipantTokenIssued { body } => token_issued(body),
    }
}

fn token_issued(token: Token) -> VendorMessage {
    if [&token.conference, &token.participant, &token.jwt].iter().any(|value| value.trim().is_empty()) {
        return VendorMessage::unknown("notify", "a token notification with a blank value");
    }
    VendorMessage::TokenIssued { conference: token.conference, participant: token.participant }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(json: &str) -> VendorMessage {
        parse_notify(&[HeaderLine::new("X-VINTEO-NOTIFY", json)]).unwrap()
    }

    #[test]
    fn every_shape_of_the_table_is_read() {
        assert_eq!(
            parsed(r#"{"cmd":"WebcastStarted","body":{"conference":"Hall","type":"hls"}}"#),
            VendorMessage::WebcastStarted { conference: "Hall".into(), kind: "hls".into() }
        );
        assert_eq!(
            parsed(r#"{"cmd":"addedToListModerators","conference":"Hall"}"#),
            VendorMessage::AddedToModerators { conference: "Hall".into() }
        );
        assert_eq!(parsed(r#"{"cmd":"accountDeleted"}"#), VendorMessage::AccountDeleted {});
    }

    #[test]
    fn a_broken_or_unknown_notification_is_told_as_unknown() {
        assert!(matches!(parsed("{"), VendorMessage::Unknown { .. }));
        assert!(matches!(parsed(r#"{"cmd":"somethingNew"}"#), VendorMessage::Unknown { .. }));
        assert!(parse_notify(&[]).is_none());
    }

    #[test]
    fn a_token_never_appears_in_the_event() {
        let issued = parsed(
            r#"{"cmd":"ConferenceParticipantTokenIssued","body":{"conference":"c","participant":"p","jwt":"s3cret"}}"#,
        );
        assert!(!format!("{:?}", issued.event()).contains("s3cret"));
    }
}
