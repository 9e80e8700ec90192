//! Status, events and statistics in words.

use std::fmt::Write;

use roombox_appliance::tree::{
    Admission, BoxInfo, CallState, CameraFact, ConnectionState, DeviceFact, MicrophoneFact, PresentationState,
    PresentationStatus, QualityStatus, RoomRole, SessionStatus, Status, Verdict,
};
use roombox_media::api::Statistics;
use serde_json::Value;

/// The whole tree for a person: what matters first, then what is wrong.
pub(super) fn status(tree: &Value) -> String {
    let Ok(status) = serde_json::from_value::<Status>(tree.clone()) else { return branch(tree) };
    let mut lines = vec![
        row("Box", &identity(&status.identity)),
        row("Server", &connection(&status)),
        row("Call", &call(&status)),
        row("Microphone", &device(microphone(&status), &status.microphone.device)),
        row("Camera", &device(camera(&status), &status.camera.device)),
        row("Speaker", &device(&format!("{} %", status.volume), &status.speaker)),
        row("Panel", status.panel.as_deref().unwrap_or("not served")),
    ];
    lines.extend(session(&status.session));
    lines.extend(status.quality.map(|quality| row("Quality", &quality_words(quality))));
    for cause in &status.causes {
        let detail = cause.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
        lines.push(row("Trouble", &format!("{}{detail}", cause.sentence)));
    }
    lines.join("\n")
}

/// What a sound test found: figures, then sentences.
pub(super) fn sound_test(tree: &Value) -> String {
    let number = |path: &str, unit: &str| {
        tree.pointer(path).and_then(Value::as_f64).map_or_else(|| "–".into(), |value| format!("{value:.0} {unit}"))
    };
    let mut lines = vec![
        row("Room", &number("/noise_db", "dBFS")),
        row("Marker", &number("/marker_db", "dBFS")),
        row("Delay", &number("/echo/delay_ms", "ms")),
        row("Echo", &format!("{}, {} taken away", number("/echo/level_db", "dB"), number("/echo/cancelled_db", "dB"))),
        row("Said", &number("/loopback/recorded_db", "dBFS")),
    ];
    let findings = tree["findings"].as_array().into_iter().flatten();
    lines.extend(findings.filter_map(|finding| finding["sentence"].as_str().map(str::to_owned)));
    lines.join("\n")
}

fn row(label: &str, words: &str) -> String {
    format!("{label:<11} {words}")
}

fn identity(identity: &BoxInfo) -> String {
    format!("{} ({}), roombox {}", identity.name, identity.board, identity.version)
}

fn connection(status: &Status) -> String {
    match &status.connection {
        ConnectionState::Idle => "off line".into(),
        ConnectionState::Connecting { attempt } => format!("connecting (attempt {attempt})"),
        ConnectionState::Connected => "connected, signing in".into(),
        ConnectionState::Established if status.registered => "registered".into(),
        ConnectionState::Established => "connected".into(),
        ConnectionState::Disconnected { reason, needs_person: true, .. } => format!("{reason}; a person is needed"),
        ConnectionState::Disconnected { reason, retry_in_ms: Some(ms), .. } => format!("{reason}; again in {ms} ms"),
        ConnectionState::Disconnected { reason, .. } => reason.clone(),
    }
}

fn call(status: &Status) -> String {
    match &status.call.state {
        CallState::Idle => "none".into(),
        CallState::Waiting { target } => format!("{target} as soon as the server is reached"),
        CallState::Ringing { from, .. } => format!("{from} is calling"),
        CallState::Connecting { target, .. } => format!("joining {target}"),
        CallState::InCall { target, room, media_connected, .. } => {
            if status.session.admission == Admission::WaitingRoom {
                return format!("in the waiting room of {target}");
            }
            let room = room.as_ref().map(|room| format!(", room {room}")).unwrap_or_default();
            let minutes = status.call.minutes.map(|minutes| format!(", {minutes} min")).unwrap_or_default();
            let media = if *media_connected { "" } else { ", no picture and sound yet" };
            format!("in {target}{room}{minutes}{media}")
        }
        CallState::Redialling { target, attempt, retry_in_ms, reason } => {
            format!("{target} again in {retry_in_ms} ms (attempt {attempt}): {reason}")
        }
    }
}

fn quality_words(quality: QualityStatus) -> String {
    let verdict = match quality.verdict {
        Verdict::Good => "good",
        Verdict::Fair => "fair",
        Verdict::Poor => "poor",
    };
    quality.cause.map_or_else(|| verdict.into(), |cause| format!("{verdict}: {}", cause.sentence()))
}

/// What is out of the ordinary about a call.
fn session(session: &SessionStatus) -> Vec<String> {
    let mut lines = Vec::new();
    match (session.hold.asked, session.hold.by_peer) {
        (true, true) => lines.push(row("Hold", "both sides")),
        (true, false) if session.hold.confirmed => lines.push(row("Hold", "the other side is on hold")),
        (true, false) => lines.push(row("Hold", "asked for, not agreed yet")),
        (false, true) => lines.push(row("Hold", "the other side has put this box on hold")),
        (false, false) => {}
    }
    let refused =
        || session.presentation.cause.as_ref().map_or_else(String::new, |cause| format!(": {}", cause.sentence));
    match session.presentation.state {
        PresentationState::Failed => lines.push(row("Presenting", &format!("failed{}", refused()))),
        PresentationState::Idle => {}
        PresentationState::Presenting => lines.push(row("Presenting", &presented(&session.presentation))),
        PresentationState::Starting => lines.push(row("Presenting", "it starts")),
        PresentationState::Stopping => lines.push(row("Presenting", "it stops")),
    }
    if session.content.available || session.content.received {
        lines.push(row("Content", if session.content.received { "received" } else { "offered, not received" }));
    }
    if session.role.role == RoomRole::Spectator {
        lines.push(row("Role", "spectator"));
    }
    lines
}

/// What is presented, with the page where there are several.
fn presented(presentation: &PresentationStatus) -> String {
    let page = presentation.page.as_ref();
    let page = page.map_or_else(String::new, |page| format!(", page {} of {}", page.page, page.pages));
    let share = presentation.share.as_ref().map_or_else(String::new, |share| format!(" of {}", share.name));
    format!("{}{share}{page}", if presentation.source.is_empty() { "yes" } else { &presentation.source })
}

const fn microphone(status: &Status) -> &'static str {
    match status.microphone.fact {
        MicrophoneFact::On => "on",
        MicrophoneFact::Muted => "muted",
        MicrophoneFact::Unknown => "not verified yet",
    }
}

const fn camera(status: &Status) -> &'static str {
    match status.camera.fact {
        CameraFact::On => "on",
        CameraFact::Off => "off",
        CameraFact::Unknown => "not verified yet",
    }
}

fn device(fact: &str, device: &DeviceFact) -> String {
    let name = if device.name.is_empty() { String::new() } else { format!(" ({})", device.name) };
    match &device.reason {
        Some(reason) => format!("{fact}{name}: {reason}"),
        None => format!("{fact}{name}"),
    }
}

/// A branch: leaves as they are, anything else as indented `key: value` lines.
pub(super) fn branch(value: &Value) -> String {
    let mut text = String::new();
    indent(value, 0, &mut text);
    text.trim_end().to_owned()
}

fn indent(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                entry(key, value, depth, text);
            }
        }
        Value::Array(list) => {
            for value in list {
                entry("-", value, depth, text);
            }
        }
        leaf => {
            let _ = writeln!(text, "{}", word(leaf));
        }
    }
}

fn entry(key: &str, value: &Value, depth: usize, text: &mut String) {
    let mark = if key == "-" { "-".to_owned() } else { format!("{key}:") };
    let nested = match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => false,
    };
    let gap = "  ".repeat(depth);
    if nested {
        let _ = writeln!(text, "{gap}{mark}");
        indent(value, depth + 1, text);
    } else {
        let _ = writeln!(text, "{gap}{mark} {}", word(value));
    }
}

fn word(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::String(text) => text.clone(),
        Value::Object(_) | Value::Array(_) => "none".into(),
        other => other.to_string(),
    }
}

/// `09:30:12.345 call state=in-call target=100`
pub(super) fn event(event: &Value) -> String {
    let time = event.get("time").and_then(Value::as_str).unwrap_or_default();
    let clock = time.split('T').nth(1).unwrap_or_default().trim_end_matches('Z');
    format!("{clock} {}", fields(event))
}

/// `call state=in-call target=100` from `{"event", "data"}`.
pub(crate) fn fields(event: &Value) -> String {
    let name = event.get("event").and_then(Value::as_str).unwrap_or_default();
    let data = match event.get("data") {
        Some(Value::Object(map)) => map.iter().map(|(key, value)| format!("{key}={}", inline(value))).collect(),
        Some(Value::Null) | None => Vec::new(),
        Some(other) => vec![inline(other)],
    };
    [vec![name.to_owned()], data].concat().join(" ")
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(text) if !text.contains(' ') => text.clone(),
        other => other.to_string(),
    }
}

pub(super) fn statistics(value: &Value) -> String {
    let Ok(now) = serde_json::from_value::<Statistics>(value.clone()) else { return branch(value) };
    let picture = format!("{}x{}, {:.1} frames a second", now.frame_width, now.frame_height, now.frames_per_second);
    let or_none = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".into());
    [
        row("Received", &picture),
        row("Frames", &format!("{} decoded, {} encoded", now.frames_decoded, now.frames_encoded)),
        row("Decoder", &or_none(&now.decoder)),
        row("Encoder", &or_none(&now.encoder)),
        row("Sound", &format!("speaker {:.0} dBFS, microphone {:.0} dBFS", now.remote_audio_db, now.microphone_db)),
    ]
    .join("\n")
}

#[cfg(test)]
mod tests {
    use roombox_appliance::tree::QualityCause;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_branch_is_told_by_indentation() {
        let value = json!({ "call": { "state": "idle" }, "causes": [], "volume": 70 });
        assert_eq!(branch(&value), "call:\n  state: idle\ncauses: none\nvolume: 70");
    }

    #[test]
    fn a_bad_call_is_told_with_its_cause() {
        let told = |verdict, cause| quality_words(QualityStatus { verdict, cause });
        assert_eq!(told(Verdict::Good, None), "good");
        let poor = told(Verdict::Poor, Some(QualityCause::Loss));
        assert_eq!(poor, "poor: The network loses picture and sound.");
    }

    #[test]
    fn only_what_is_out_of_the_ordinary_about_a_call_is_told() {
        let mut facts = SessionStatus::default();
        assert_eq!(session(&facts), Vec::<String>::new());
        facts.hold.by_peer = true;
        facts.presentation.state = PresentationState::Presenting;
        facts.role.role = RoomRole::Spectator;
        facts.content.available = true;
        let told = session(&facts).join("\n");
        for words in ["put this box on hold", "Presenting  yes", "offered, not received", "spectator"] {
            assert!(told.contains(words), "{words}: {told}");
        }
    }

    #[test]
    fn a_leaf_is_told_alone() {
        assert_eq!(branch(&json!("in-call")), "in-call");
    }

    #[test]
    fn an_event_is_one_line() {
        let value = json!({ "time": "2026-11-21T09:30:12.345Z", "event": "call", "data": { "state": "idle", "n": 2 } });
        assert_eq!(event(&value), "09:30:12.345 call n=2 state=idle");
    }
}
