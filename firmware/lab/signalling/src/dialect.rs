//! The vendor messages of a Vinteo server (spec section 3): INFO without body, everything in headers.

use roombox_sip::api::HeaderLine;
use roombox_sip::message::headers::same_name;

/// Content-Type of the room message.
pub(crate) const ROOM: &str = "application/vinteo.webrtc.roomname";
/// Content-Type of the presentation messages.
pub(crate) const SHARE: &str = "application/vinteo.webrtc.sharedesktop";
/// Header of the presentation messages.
const SHARE_STATE: &str = "x-webrtc-share-state";

/// Tells a participant which room it is in and under which name.
pub(crate) fn enter_room(room: &str, participant: &str, token: Option<&str>) -> Vec<HeaderLine> {
    let mut headers =
        vec![HeaderLine::new("X-WEBRTC-ENTER-ROOM", room), HeaderLine::new("X-WEBRTC-PARTICIPANT-NAME", participant)];
    headers.extend(token.map(|token| HeaderLine::new("X-BEARER-TOKEN", token)));
    headers
}

/// What a participant says about its presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    /// Asks to present; the 200 that it has got is the permission.
    Start,
    /// Has stopped.
    Stop,
}

impl Share {
    /// Reads an INFO of a participant.
    pub(crate) fn of(headers: &[HeaderLine]) -> Option<Self> {
        let value = |name: &str| headers.iter().find(|line| same_name(&line.name, name)).map(|line| line.value.trim());
        if !value("Content-Type")?.eq_ignore_ascii_case(SHARE) {
            return None;
        }
        match value(SHARE_STATE)?.to_ascii_uppercase().as_str() {
            "LETMESTARTPRESENTATION" => Some(Self::Start),
            "STOPPRESENTATION" => Some(Self::Stop),
            _ => None,
        }
    }
}

/// Tells the others of a room that there is a presentation, or none any more.
pub(crate) fn content(available: bool) -> Vec<HeaderLine> {
    vec![HeaderLine::new(SHARE_STATE, if available { "YOUCANRECEIVECONTENT" } else { "CONTENTEND" })]
}

/// Tells a presenter that somebody else presents now.
pub(crate) fn must_stop() -> Vec<HeaderLine> {
    vec![HeaderLine::new(SHARE_STATE, "YOUMUSTSTOPSENDCONTENT")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presentation_messages_are_read_in_any_case() {
        let info = |value: &str| {
            [HeaderLine::new("content-type", SHARE), HeaderLine::new("X-WEBRTC-SHARE-STATE", value.to_owned())]
        };
        assert_eq!(Share::of(&info("LetMeStartPresentation")), Some(Share::Start));
        assert_eq!(Share::of(&info("STOPPRESENTATION")), Some(Share::Stop));
        assert_eq!(Share::of(&info("DANCE")), None);
        assert_eq!(Share::of(&info("STOPPRESENTATION")[1..]), None);
    }
}
