//! How long sound takes from the speaker to the microphone.

use roombox_hal::board::Board;
use roombox_media::{api::EchoFound, can_be_measured, echo_delay};
use serde::Serialize;

/// The canceller begins to look so long before the echo, in ms: a delay that is too great by a little would hide it.
const MARGIN_MS: f64 = 5.0;
/// What it looks at behind the delay of the board file, in ms.
const REACH_MS: f64 = 150.0;
/// The longest delay that a board file takes, in ms.
const LONGEST_MS: f64 = 500.0;

/// What was measured.
#[derive(Debug, Serialize)]
pub(super) struct EchoProbe {
    /// `None` = the microphone does not hear the speaker, or a device does not work.
    #[serde(flatten)]
    pub(super) found: Option<EchoFound>,
    /// Why there is nothing, in plain words.
    pub(super) reason: Option<String>,
}

/// Plays the marker where the board has both devices; `None` where it has not.
pub(super) fn probe(board: &Board) -> Option<EchoProbe> {
    if !can_be_measured(&board.audio) {
        return None;
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string());
    let measured =
        runtime.and_then(|runtime| runtime.block_on(echo_delay(&board.audio)).map_err(|error| error.to_string()));
    Some(match measured {
        Ok(Some(found)) => EchoProbe { found: Some(found), reason: None },
        Ok(None) => EchoProbe { found: None, reason: Some("the microphone does not hear the speaker".into()) },
        Err(reason) => EchoProbe { found: None, reason: Some(reason) },
    })
}

impl EchoProbe {
    /// What `audio.echo_delay_ms` should say, in ms.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what a board file takes")]
    pub(super) fn delay_ms(&self) -> Option<u16> {
        self.found.map(|found| (found.delay_ms - MARGIN_MS).clamp(0.0, LONGEST_MS) as u16)
    }

    /// Where the board file makes the canceller look elsewhere.
    pub(super) fn disagreement(&self, board: &Board) -> Option<String> {
        let (found, named) = (self.found?, board.audio.echo_delay_ms.unwrap_or_default());
        let fits = (f64::from(named)..f64::from(named) + REACH_MS).contains(&found.delay_ms.max(0.0));
        let sentence = || {
            format!("sound takes {:.0} ms from speaker to microphone, audio.echo_delay_ms says {named}", found.delay_ms)
        };
        (!fits).then(sentence)
    }

    /// For a person.
    pub(super) fn told(&self) -> String {
        let reason = self.reason.as_deref().unwrap_or_default();
        let found = |found: &EchoFound| {
            format!(
                "{:.0} ms, {:.0} dB; the canceller takes away {:.0} dB",
                found.delay_ms, found.level_db, found.cancelled_db
            )
        };
        self.found.as_ref().map_or_else(|| format!("not measured: {reason}"), found)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::cli::probe) fn after(delay_ms: f64) -> EchoProbe {
        EchoProbe { found: Some(EchoFound { delay_ms, level_db: -20.0, cancelled_db: 19.0 }), reason: None }
    }

    #[test]
    fn the_delay_of_a_board_file_lies_a_little_before_the_echo() {
        let delays = [2.0, 87.4, 900.0].map(|ms| after(ms).delay_ms());
        assert_eq!(delays, [Some(0), Some(82), Some(500)]);
        assert_eq!(EchoProbe { found: None, reason: None }.delay_ms(), None);
    }

    #[test]
    fn a_board_file_disagrees_when_the_canceller_looks_elsewhere() {
        let mut board = Board::default();
        assert_eq!(after(100.0).disagreement(&board), None);
        assert!(after(160.0).disagreement(&board).unwrap().contains("160 ms"));
        board.audio.echo_delay_ms = Some(120);
        assert!(after(100.0).disagreement(&board).unwrap().ends_with("says 120"));
    }

    #[test]
    fn a_virtual_room_is_measured_and_a_microphone_without_a_room_is_not() {
        let mut board = Board::default();
        board.audio.speaker = Some("virtual".into());
        board.audio.microphone = Some("speech".into());
        assert!(probe(&board).is_none());
        board.audio.microphone = Some("room:240".into());
        assert_eq!(probe(&board).unwrap().delay_ms(), Some(235));
    }
}
