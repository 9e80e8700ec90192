//! What a person or program may ask of the room.

use serde::{Deserialize, Serialize};

use roombox_conference::api::ReceiveQuality;
use roombox_settings::model::{Layout, SelfView};

use super::cause::Cause;

/// One command, `{"command": "join", "target": "100"}` in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "command", deny_unknown_fields)]
pub enum Command {
    /// Answer the ringing call.
    Answer,
    /// Ask the moderator to allow the camera; the answer is the event `api:answered`.
    AskCamera,
    /// Camera on or off; the other way round when `on` is absent.
    Camera {
        /// True = on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<bool>,
    },
    /// Refuse the ringing call on this device only: it goes on ringing elsewhere.
    Decline,
    /// Telephone keys for the other side.
    Dtmf {
        /// `0`–`9`, `A`–`D`, `*`, `#`; a comma is a pause.
        digits: String,
    },
    /// Put the other side on hold.
    Hold,
    /// End the screen share of this number, and its presentation; no effect when it is over.
    EndShare {
        /// As `POST /api/share` of the panel gave it.
        share: u64,
    },
    /// Join `target` (number, user, `sip:` URI or the name of an entry), or the configured conference when absent.
    Join {
        /// Where to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<String>,
    },
    /// Divide the TV otherwise, until the box starts anew.
    Layout {
        /// `standard`, `side-by-side`, `content`, `speaker` or `remote-only`.
        layout: Layout,
    },
    /// Leave the call, or stop trying.
    Leave,
    /// Mute or unmute the microphone; the other way round when `on` is absent.
    Mute {
        /// True = muted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<bool>,
    },
    /// Turn the pages of the presentation.
    Page {
        /// `first`, `last`, `next`, `previous`, or the number of a page, from 1 on.
        to: PageTurn,
    },
    /// Start or stop the presentation; the other way round when `on` is absent.
    Present {
        /// True = start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<bool>,
        /// Name of what is shown, now if the presentation runs and else from its start on; as before when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
    },
    /// As if this button of the board had been pressed.
    Press {
        /// Name in the board file.
        button: String,
    },
    /// What a spectator wants to receive.
    ReceiveQuality {
        /// `low`, `medium`, `high` or `auto`.
        quality: ReceiveQuality,
    },
    /// Dial at once what is dialled again by itself, or what was dialled last.
    Redial,
    /// Refuse the ringing call wherever it rings.
    Reject,
    /// Take the other side off hold.
    Resume,
    /// Show the own picture elsewhere on the TV, or not at all, in calls, until the box starts anew.
    SelfView {
        /// `off`, `top-left`, `top-right`, `bottom-left` or `bottom-right`.
        self_view: SelfView,
    },
    /// Present the screen of a browser. `POST /api/share` of the panel gives this command and answers the browser.
    Share {
        /// Number given by the panel.
        share: u64,
        /// Who shares it.
        name: String,
        /// End the share of somebody else; without it that is a refusal.
        #[serde(default)]
        take_over: bool,
    },
    /// Hand the other side on to `target` (as in `join`).
    Transfer {
        /// To whom.
        target: String,
    },
    /// Speaker volume.
    Volume {
        /// 0..=100.
        level: u8,
    },
}

/// Where to turn to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageTurn {
    /// The first page.
    First,
    /// The last.
    Last,
    /// The next; the last stays.
    Next,
    /// The one before; the first stays.
    Previous,
    /// The page of this number, from 1 on, or the last.
    #[serde(untagged)]
    Page(u32),
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
