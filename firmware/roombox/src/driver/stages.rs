//! When each stage of a start or call was reached.

use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::watch;

/// The stages, in the order in which a start goes through them. Each is told as a `stage` event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stage {
    /// REGISTER was answered with 200.
    Registered,
    /// INVITE went to the socket.
    InviteSent,
    /// INVITE was answered with 200.
    Accepted,
    /// ICE and DTLS stand.
    Connected,
    /// The first remote picture was shown.
    FirstFrame,
    /// The first remote sound that is not silence was played.
    FirstAudio,
}

/// Time from the start of the process to the first time each stage was reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) registered: Option<Duration>,
    pub(crate) accepted: Option<Duration>,
    pub(crate) first_frame: Option<Duration>,
    pub(crate) first_audio: Option<Duration>,
}

impl Times {
    fn note(&mut self, stage: Stage, after: Duration) {
        let place = match stage {
            Stage::Accepted => &mut self.accepted,
            Stage::FirstAudio => &mut self.first_audio,
            Stage::FirstFrame => &mut self.first_frame,
            Stage::Registered => &mut self.registered,
            Stage::Connected | Stage::InviteSent => return,
        };
        place.get_or_insert(after);
    }
}

/// Milliseconds with three digits behind the point.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// Notes stages and words their events.
pub(super) struct Stages {
    started: Instant,
    press: Option<Instant>,
    invite: Option<Instant>,
    times: watch::Sender<Times>,
}

impl Stages {
    pub(super) fn new(started: Instant, times: watch::Sender<Times>) -> Self {
        Self { started, press: None, invite: None, times }
    }

    /// A person asked for something at `at`; the next INVITE is measured from here.
    pub(super) fn asked(&mut self, at: Instant) {
        self.press = Some(at);
    }

    /// `data` of the event: time since the start of the process, since the press and since the INVITE.
    pub(super) fn reached(&mut self, stage: Stage, now: Instant) -> Value {
        let since = |from: Instant| milliseconds(now.saturating_duration_since(from));
        self.times.send_modify(|times| times.note(stage, now.saturating_duration_since(self.started)));
        let mut data = json!({ "stage": stage, "ms": since(self.started) });
        match stage {
            Stage::InviteSent => {
                self.invite = Some(now);
                if let Some(press) = self.press.take() {
                    data["since_press_ms"] = since(press).into();
                }
            }
            Stage::Accepted | Stage::Connected | Stage::FirstFrame | Stage::FirstAudio => {
                if let Some(invite) = self.invite {
                    data["since_invite_ms"] = since(invite).into();
                }
            }
            Stage::Registered => {}
        }
        data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_time_counts() {
        let (sender, times) = watch::channel(Times::default());
        let start = Instant::now();
        let mut stages = Stages::new(start, sender);
        stages.reached(Stage::Registered, start + Duration::from_millis(40));
        stages.reached(Stage::Registered, start + Duration::from_secs(40));
        assert_eq!(times.borrow().registered, Some(Duration::from_millis(40)));
    }

    #[test]
    fn an_invite_is_measured_from_its_press_once() {
        let (sender, _times) = watch::channel(Times::default());
        let start = Instant::now();
        let mut stages = Stages::new(start, sender);
        stages.asked(start + Duration::from_millis(100));
        let data = stages.reached(Stage::InviteSent, start + Duration::from_micros(103_500));
        assert_eq!(data["since_press_ms"], 3.5);
        assert!(stages.reached(Stage::InviteSent, start + Duration::from_secs(1)).get("since_press_ms").is_none());
    }
}
