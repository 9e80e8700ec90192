//! The JSON of `x-vinteo-notify`, in INFO and in NOTIFY outside a dialog (spec section 3.3).

use roombox_sip::api::HeaderLine;
use serde_json::{Value, json};

use super::header::text;
use super::info::line;
use super::{Secret, VendorMessage};

/// Name of the header, in the spelling of version 20 that servers use.
const HEADER: &str = "X-VINTEO-NOTIFY";

/// What the header says; `None` without the header. What cannot be read is told without its text, which may hold a token.
pub fn parse_notify(headers: &[HeaderLine]) -> Option<VendorMessage> {
    let json = text(headers, HEADER)?;
    let Ok(value) = serde_json::from_str::<Value>(json) else {
        return Some(VendorMessage::unknown("notify", "not JSON"));
    };
    let command = value.get("cmd").and_then(Value::as_str).unwrap_or_default();
    Some(read(command, &value).unwrap_or_else(|| VendorMessage::unknown("notify", command)))
}

fn read(command: &str, value: &Value) -> Option<VendorMessage> {
    let body = value.get("body").unwrap_or(&Value::Null);
    Some(match command.to_ascii_lowercase().as_str() {
        "accountchanged" => VendorMessage::AccountChanged {},
        "accountdeleted" => VendorMessage::AccountDeleted {},
        "addedtolistmoderators" => VendorMessage::AddedToModerators { conference: field(value, "conference")? },
        "channels" => VendorMessage::ChannelsNotify { input: field(value, "input")?, output: field(value, "output")? },
        "conferenceparticipanttokenissued" => token_issued(body)?,
        "participantmovedtowebcast" => VendorMessage::MovedToStream { conference: field(body, "conference")? },
        "participationrequestaccepted" => VendorMessage::WordRequestAccepted { conference: field(body, "conference")? },
        "participationrequestrejected" => VendorMessage::WordRequestRejected { conference: field(body, "conference")? },
        "removedfromlistmoderators" => VendorMessage::RemovedFromModerators { conference: field(value, "conference")? },
        "webcaststarted" => {
            VendorMessage::WebcastStarted { conference: field(body, "conference")?, kind: field(body, "type")? }
        }
        "webcaststopped" => {
            VendorMessage::WebcastStopped { conference: field(body, "conference")?, kind: field(body, "type")? }
        }
        _ => return None,
    })
}

/// All three must say something (spec section 3.3).
fn token_issued(body: &Value) -> Option<VendorMessage> {
    let said = |name| field(body, name).filter(|text| !text.trim().is_empty());
    Some(VendorMessage::TokenIssued {
        conference: said("conference")?,
        participant: said("participant")?,
        token: Secret::new(said("jwt")?),
    })
}

fn field(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

impl VendorMessage {
    /// The header that says it in a NOTIFY outside a dialog; `None` for what only INFO says.
    pub fn notify(&self) -> Option<HeaderLine> {
        let json = match self {
            Self::AccountChanged {} => json!({"cmd": "accountChanged"}),
            Self::AccountDeleted {} => json!({"cmd": "accountDeleted"}),
            Self::AddedToModerators { conference } => {
                json!({"cmd": "addedToListModerators", "conference": conference})
            }
            Self::ChannelsNotify { input, output } => json!({"cmd": "channels", "input": input, "output": output}),
            Self::MovedToStream { conference } => about("ParticipantMovedToWebcast", conference),
            Self::RemovedFromModerators { conference } => {
                json!({"cmd": "removedFromListModerators", "conference": conference})
            }
            Self::TokenIssued { conference, participant, token } => json!({
                "cmd": "ConferenceParticipantTokenIssued",
                "body": {"conference": conference, "participant": participant, "jwt": token.expose()},
            }),
            Self::WebcastStarted { conference, kind } => webcast("WebcastStarted", conference, kind),
            Self::WebcastStopped { conference, kind } => webcast("WebcastStopped", conference, kind),
            Self::WordRequestAccepted { conference } => about("ParticipationRequestAccepted", conference),
            Self::WordRequestRejected { conference } => about("ParticipationRequestRejected", conference),
            _ => return None,
        };
        Some(line(HEADER, &json.to_string()))
    }
}

fn about(command: &str, conference: &str) -> Value {
    json!({"cmd": command, "body": {"conference": conference}})
}

fn webcast(command: &str, conference: &str, kind: &str) -> Value {
    json!({"cmd": command, "body": {"conference": conference, "type": kind}})
}
