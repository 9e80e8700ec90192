//! What a person or program may ask of the room.

use serde::{Deserialize, Serialize};

use super::cause::Cause;

/// One command, `{"command": "join", "target": "100"}` in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "command", deny_unknown_fields)]
pub enum Command {
    /// Answer the ringing call.
    Answer,
    /// Camera on or off; the other way round when `on` is absent.
    Camera {
        /// True = on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<bool>,
    },
    /// Join `target` (number, user, `sip:` URI or the name of an entry), or the configured conference when absent.
    Join {
        /// Where to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<String>,
    },
    /// Leave the call, or stop trying.
    Leave,
    /// Mute or unmute the microphone; the other way round when `on` is absent.
    Mute {
        /// True = muted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<bool>,
    },
    /// As if this button of the board had been pressed.
    Press {
        /// Name in the board file.
        button: String,
    },
    /// Refuse the ringing call.
    Reject,
    /// Speaker volume.
    Volume {
        /// 0..=100.
        level: u8,
    },
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "result")]
pub enum CommandResult {
    /// Taken; the effect shows in status and events.
    Ok,
    /// Not taken.
    Refused {
        /// Why.
        cause: Cause,
    },
}
