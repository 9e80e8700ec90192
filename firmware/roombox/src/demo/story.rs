//! What a demo tells a person while it runs, and its summary.

use std::{path::Path, time::Duration};

use serde::Serialize;
use serde_json::Value;

use crate::{
    cli,
    driver::{Times, milliseconds},
    events::Event,
    exit::{Outcome, Refusal},
    house::House,
    run::appliance::RunningBox,
};

/// The one JSON object of `--json`. Times are milliseconds from the start of the process, null where never reached.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Summary {
    registered_ms: Option<f64>,
    accepted_ms: Option<f64>,
    first_frame_ms: Option<f64>,
    first_audio_ms: Option<f64>,
    frames_decoded: u64,
    panel: Option<String>,
}

impl Summary {
    fn new(times: &Times, frames_decoded: u64, panel: Option<String>) -> Self {
        let ms = |time: Option<Duration>| time.map(milliseconds);
        Self {
            registered_ms: ms(times.registered),
            accepted_ms: ms(times.accepted),
            first_frame_ms: ms(times.first_frame),
            first_audio_ms: ms(times.first_audio),
            frames_decoded,
            panel,
        }
    }

    /// A call with decoded picture and sound stood.
    fn stood(&self) -> bool {
        let reached = [self.accepted_ms, self.first_frame_ms, self.first_audio_ms];
        reached.iter().all(Option::is_some) && self.frames_decoded > 0
    }
}

/// Tells on standard output, or on standard error when that is for the summary alone.
pub(super) struct Story {
    json: bool,
    panel: Option<String>,
    /// A command that reaches this box.
    command: String,
}

impl Story {
    /// `control`: the socket of this box; `usual`: the one that commands take by themselves.
    pub(super) fn new(json: bool, running: &RunningBox, control: &Path, usual: &Path) -> Self {
        let option = if control == usual { String::new() } else { format!("--socket {} ", control.display()) };
        Self { json, panel: running.panel.clone(), command: format!("roombox {option}status") }
    }

    /// Tells until the house ends.
    pub(super) async fn tell(&self, house: &House) {
        let panel = self.panel.as_deref().unwrap_or("not served");
        let title = "roombox demo: a room, a conference server and the panel";
        self.say(&format!("\n  {title}\n\n  Panel    {panel}\n  Command  {}\n", self.command));
        let (kept, mut listener) = house.events.subscribe();
        kept.iter().filter_map(|event| words(event)).for_each(|words| self.say(&words));
        while let Some(event) = listener.next().await {
            if let Some(words) = words(&event) {
                self.say(&words);
            }
        }
    }

    pub(super) async fn summary(&self, running: &RunningBox) -> Summary {
        let frames = running.house.statistics().await.ok();
        let frames = frames.and_then(|statistics| statistics["frames_decoded"].as_u64()).unwrap_or(0);
        let times = *running.times.borrow();
        Summary::new(&times, frames, self.panel.clone())
    }

    /// Prints the summary. A demo that was to prove something fails when no call with picture and sound stood.
    pub(super) fn finish(&self, summary: &Summary, proves: bool) -> Outcome {
        if self.json {
            cli::say(&serde_json::to_string(summary).unwrap_or_default())?;
        } else {
            self.say(&format!("\n  {} frames decoded\n", summary.frames_decoded));
        }
        if proves && !summary.stood() {
            return Err(Refusal::refused("No call with picture and sound stood."));
        }
        Ok(())
    }

    fn say(&self, text: &str) {
        if self.json {
            eprintln!("{text}");
        } else {
            // Whoever closed the pipe does not want to know more; the demo goes on for its panel.
            let _ = cli::say(text);
        }
    }
}

/// The events a person wants to follow.
fn words(event: &Event) -> Option<String> {
    let text = |key: &str| event.data.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    match event.name.as_str() {
        "stage" => {
            let stage = match text("stage").as_str() {
                "registered" => "registered at the server",
                "invite-sent" => "calling the conference",
                "accepted" => "conference answered (200 OK)",
                "first-frame" => "first remote picture shown",
                "first-audio" => "first remote sound played",
                _ => return None,
            };
            let ms = event.data["ms"].as_f64().unwrap_or_default();
            Some(format!("  {ms:>8.0} ms  {stage}"))
        }
        "cause-raised" => Some(format!("              {} {}", text("sentence"), text("detail"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: Option<Duration> = Some(Duration::from_millis(120));

    #[test]
    fn the_summary_has_the_documented_keys() {
        let value = serde_json::to_value(Summary::new(&Times::default(), 0, None)).unwrap();
        let mut keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        let documented =
            ["accepted_ms", "first_audio_ms", "first_frame_ms", "frames_decoded", "panel", "registered_ms"];
        assert_eq!(keys, documented);
    }

    #[test]
    fn a_call_without_sound_did_not_stand() {
        let mute = Times { registered: SOME, accepted: SOME, first_frame: SOME, first_audio: None };
        assert!(!Summary::new(&mute, 300, None).stood());
        let whole = Times { first_audio: SOME, ..mute };
        assert!(Summary::new(&whole, 300, None).stood());
        assert!(!Summary::new(&whole, 0, None).stood());
    }
}
