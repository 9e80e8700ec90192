//! What the status display says, in words and symbols; drawing it is the board's business.

use roombox_conference::api::{CallState, ConnectionState};
use serde::{Deserialize, Serialize};

use crate::appliance::Life;
use crate::causes::{CONFERENCE, CONNECTION};
use crate::session::Session;
use crate::tree::{Admission, Cause, CauseCode, PresentationState, QualityCause, QualityStatus, RoomRole, Verdict};

/// Letters that fit on a line of the status display (128 pixels, 6 a letter).
const LINE: usize = 21;
/// Lines below the title.
const LINES: usize = 3;

/// Content of the status display (128x64: a title, up to three lines, a row of symbols).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisplayContent {
    /// One or two words: `In call`, `Ready`.
    pub title: String,
    /// Up to three short lines.
    pub lines: Vec<String>,
    /// Symbols, from left to right.
    pub icons: Vec<Icon>,
    /// Small text in the corner: the name of the box.
    pub corner: String,
    /// Something is under way.
    pub working: bool,
}

/// A symbol of the status display.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Icon {
    /// Verified: the camera picture does not go out.
    CameraOff,
    /// In a call.
    InCall,
    /// Verified: the microphone is muted.
    Muted,
    /// No network or no server.
    NetworkBad,
    /// The server is reached, and a call is fair.
    NetworkFair,
    /// The server is reached.
    NetworkOk,
    /// The server is reached, and a call is poor.
    NetworkPoor,
    /// A call rings.
    Ringing,
}

/// What the display is made from.
#[derive(Clone, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) life: Life,
    pub(crate) name: &'a str,
    pub(crate) connection: &'a ConnectionState,
    pub(crate) call: &'a CallState,
    /// What else is known about the call.
    pub(crate) session: &'a Session,
    /// How good it is.
    pub(crate) quality: Option<QualityStatus>,
    /// The conference in the words of the room.
    pub(crate) conference: &'a str,
    /// Where the join button leads, if anywhere.
    pub(crate) target: Option<&'a str>,
    pub(crate) minutes: u64,
    pub(crate) muted: bool,
    /// Somebody speaks although the microphone is muted.
    pub(crate) speaking_muted: bool,
    pub(crate) camera_off: bool,
    /// Everything that is wrong, in catalogue order.
    pub(crate) causes: &'a [Cause],
    /// Why the last press was refused, for a moment.
    pub(crate) notice: Option<&'a Cause>,
}

/// The words and symbols for a scene.
pub(crate) fn content(scene: &Scene) -> DisplayContent {
    let (title, lines, working) = match (scene.notice, scene.call) {
        _ if scene.life == Life::Starting => ("Starting", vec![], true),
        _ if scene.life == Life::Stopped => ("Off", vec![], false),
        (Some(notice), _) => ("Sorry", wrapped(&notice.sentence), false),
        (None, CallState::Ringing { from, .. }) => {
            ("Incoming call", vec![shortened(from), "Press to answer".into()], false)
        }
        (None, CallState::InCall { .. }) if scene.session.admission() == Admission::WaitingRoom => {
            ("Waiting room", vec![shortened(scene.conference), "Waiting for admission".into()], true)
        }
        (None, CallState::InCall { media_connected, .. }) => {
            (in_call_title(scene.session), in_call(scene, *media_connected), false)
        }
        (None, CallState::Connecting { .. }) => ("Joining", vec![shortened(scene.conference)], true),
        (None, CallState::Redialling { .. }) => redialling(scene),
        (None, CallState::Waiting { .. } | CallState::Idle) => at_rest(scene),
    };
    DisplayContent {
        title: title.to_owned(),
        lines: lines.into_iter().filter(|line| !line.is_empty()).take(LINES).collect(),
        icons: icons(scene),
        corner: shortened(scene.name),
        working,
    }
}

fn in_call(scene: &Scene, media_connected: bool) -> Vec<String> {
    let third = match media_connected {
        _ if scene.speaking_muted => "You speak while muted",
        true => hint(scene),
        false => "Waiting for picture",
    };
    let third = if third.is_empty() { in_call_words(scene.session) } else { third };
    let worse = scene.quality.and_then(|quality| quality.cause).map_or("", QualityCause::short);
    let third = if third.is_empty() { worse } else { third };
    vec![shortened(scene.conference), format!("{} min", scene.minutes), third.to_owned()]
}

const fn in_call_title(session: &Session) -> &'static str {
    match session.presentation() {
        _ if session.on_hold() => "On hold",
        PresentationState::Presenting => "Presenting",
        _ => "In call",
    }
}

/// What people in the room should know about the call, on one line.
const fn in_call_words(session: &Session) -> &'static str {
    match (session.role(), session.presentation(), session.admission()) {
        (RoomRole::Spectator, ..) => "Only watching",
        (_, PresentationState::Starting, _) => "Presentation starts",
        (.., Admission::PendingRights) => "Waiting for admission",
        _ => "",
    }
}

fn redialling(scene: &Scene) -> (&'static str, Vec<String>, bool) {
    match obstacle(scene) {
        Some(cause) => ("Trouble", wrapped(&cause.sentence), true),
        None => ("Calling again", vec![shortened(scene.conference)], true),
    }
}

fn at_rest(scene: &Scene) -> (&'static str, Vec<String>, bool) {
    let established = *scene.connection == ConnectionState::Established;
    match (obstacle(scene), scene.connection) {
        (Some(cause), _) => ("Trouble", wrapped(&cause.sentence), !established),
        (None, ConnectionState::Established) => ("Ready", ready(scene), false),
        (None, ConnectionState::Idle) => ("Off line", vec![], false),
        (None, _) => ("Connecting", vec![], true),
    }
}

fn ready(scene: &Scene) -> Vec<String> {
    let join = scene.target.map(|target| vec![shortened(target), "Press to join".to_owned()]);
    join.unwrap_or_default().into_iter().chain([hint(scene).to_owned()]).collect()
}

/// What stands in the way of a call. Causes stand in catalogue order, so this is the first on the way.
fn obstacle<'a>(scene: &Scene<'a>) -> Option<&'a Cause> {
    scene.causes.iter().find(|cause| {
        CONNECTION.contains(&cause.code)
            || CONFERENCE.contains(&cause.code)
            || matches!(
                cause.code,
                CauseCode::ConfigError | CauseCode::MediaNotStarted | CauseCode::NoConferenceConfigured
            )
    })
}

/// What is wrong with the call or the box but does not stand in the way, on one line.
fn hint(scene: &Scene) -> &'static str {
    let words = scene.causes.iter().find_map(|cause| match cause.code {
        CauseCode::MediaPathLost => Some("Connection disturbed"),
        CauseCode::NoPictureFromConference => Some("No picture comes in"),
        CauseCode::NoCamera => Some("Camera does not work"),
        CauseCode::NoMicrophone => Some("No microphone"),
        CauseCode::NoSpeaker => Some("No speaker"),
        _ => None,
    });
    words.unwrap_or_default()
}

fn icons(scene: &Scene) -> Vec<Icon> {
    let network = match (scene.connection, scene.quality.map(|quality| quality.verdict)) {
        (ConnectionState::Established, Some(Verdict::Fair)) => Icon::NetworkFair,
        (ConnectionState::Established, Some(Verdict::Poor)) => Icon::NetworkPoor,
        (ConnectionState::Established, _) => Icon::NetworkOk,
        _ => Icon::NetworkBad,
    };
    let call = match scene.call {
        CallState::InCall { .. } => Some(Icon::InCall),
        CallState::Ringing { .. } => Some(Icon::Ringing),
        _ => None,
    };
    [Some(network), call, scene.muted.then_some(Icon::Muted), scene.camera_off.then_some(Icon::CameraOff)]
        .into_iter()
        .flatten()
        .collect()
}

/// Words on as many lines as they need and the display has.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= LINE => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > LINES {
        let rest = lines.split_off(LINES - 1).join(" ");
        lines.push(rest);
    }
    lines.iter().map(|line| shortened(line)).collect()
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LINE {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(LINE - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_of_the_catalogue_keeps_to_the_display() {
        for code in CauseCode::ALL {
            let lines = wrapped(code.sentence());
            assert!(lines.len() <= LINES && lines.iter().all(|line| line.chars().count() <= LINE), "{code:?}");
        }
    }

    #[test]
    fn every_hint_fits_on_a_line() {
        for code in CauseCode::ALL {
            let causes = [Cause::new(*code)];
            let scene = Scene {
                life: Life::Working,
                name: "",
                connection: &ConnectionState::Established,
                call: &CallState::Idle,
                session: &Session::default(),
                quality: None,
                conference: "",
                target: None,
                minutes: 0,
                muted: false,
                speaking_muted: false,
                camera_off: false,
                causes: &causes,
                notice: None,
            };
            assert_eq!(shortened(hint(&scene)), hint(&scene));
        }
    }

    #[test]
    fn the_words_of_every_cause_of_a_bad_call_fit_on_a_line() {
        for cause in QualityCause::ALL {
            assert_eq!(shortened(cause.short()), cause.short());
        }
    }

    #[test]
    fn a_long_word_is_cut_and_not_lost() {
        assert_eq!(shortened("abcdefghijklmnopqrstuvwxyz"), "abcdefghijklmnopqrst…");
    }
}
