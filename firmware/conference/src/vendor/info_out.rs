//! INFO that we send (spec section 3.2, rows marked S).

use roombox_sip::api::{Command, HeaderLine, RequestId, SessionId};

use super::CONTENT_TYPE_PREFIX;
use super::invite::MediaState;

/// Row 25: what microphone and camera really do.
pub(crate) fn media_state(session: SessionId, request: RequestId, state: MediaState) -> Command {
    let headers = vec![
        HeaderLine::new("X-WEBRTC-MEDIA-STATE", "currentstate"),
        HeaderLine::new("X-Vinteo-MainCam-State", MediaState::digit(state.camera)),
        HeaderLine::new("X-Vinteo-Mic-State", MediaState::digit(state.microphone)),
    ];
    info(session, request, "mediastate", headers)
}

/// Row 3: the name of the room that a call between two participants makes (spec section 2.4).
pub(crate) fn room_name(session: SessionId, request: RequestId, room: &str, participant: &str) -> Command {
    let headers = vec![
        HeaderLine::new("x-webrtc-enter-room", room),
        HeaderLine::new("x-webrtc-participant-name", participant),
        HeaderLine::new("x-webrtc-is-direct-p2p", "true"),
    ];
    info(session, request, "roomname", headers)
}

fn info(session: SessionId, request: RequestId, family: &str, headers: Vec<HeaderLine>) -> Command {
    let content_type = Some(format!("{CONTENT_TYPE_PREFIX}{family}"));
    Command::Info { session, request, headers, body: None, content_type }
}
