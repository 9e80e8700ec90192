//! Facts about the present call beyond its state: admission, presentation, role, hold, content.

use roombox_conference::api::ReceiveQuality;
use roombox_conference::catalogue::License;
use serde::{Deserialize, Serialize};

use super::cause::Cause;

/// What is known about the present call; all at rest without one. Its fields stand at the top of the tree in
/// JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionStatus {
    /// Whether the conference has let us in.
    pub admission: Admission,
    /// What the other side presents.
    pub content: ContentStatus,
    /// Who is on hold.
    pub hold: HoldStatus,
    /// Our presentation.
    pub presentation: PresentationStatus,
    /// What we are in the conference.
    pub role: RoleStatus,
}

/// Whether the conference has let us in (spec section 2.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Admission {
    /// In, or there is nothing to be let into.
    #[default]
    Admitted,
    /// In a room that has not told our rights yet.
    PendingRights,
    /// In the waiting room (purgatory).
    WaitingRoom,
}

/// What the other side presents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentStatus {
    /// The server says that somebody presents.
    pub available: bool,
    /// Its codec in upper case, where the server says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codec: Option<String>,
    /// It comes in.
    pub received: bool,
}

/// Who is on hold (RFC 3264 section 8.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldStatus {
    /// We want the other side on hold.
    pub asked: bool,
    /// It has agreed.
    pub confirmed: bool,
    /// It has put us on hold.
    pub by_peer: bool,
    /// Its sound or picture comes in; absent as long as nobody has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<bool>,
}

/// How far our presentation is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PresentationState {
    /// It did not start, or broke down.
    Failed,
    /// None.
    #[default]
    Idle,
    /// The other side has it.
    Presenting,
    /// Asked for.
    Starting,
    /// Being taken back.
    Stopping,
}

/// Our presentation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresentationStatus {
    /// How far it is.
    pub state: PresentationState,
    /// Why the last one failed; while one is shown: why its source could not be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Name of what is shown, or would be.
    #[serde(default)]
    pub source: String,
    /// Names of everything that can be shown.
    #[serde(default)]
    pub sources: Vec<String>,
    /// The capture device that starts the presentation by itself has a signal; absent where none is watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<bool>,
    /// The page that is shown, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<PageStatus>,
    /// Who shares a screen through the panel; absent when nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<ShareStatus>,
}

/// A screen that somebody shares through the panel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareStatus {
    /// Its number.
    pub share: u64,
    /// Who shares it, as that person says, or the address of the browser.
    pub name: String,
}

/// A page of the presentation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageStatus {
    /// From 1 on.
    pub page: u32,
    /// Of how many.
    pub pages: u32,
    /// The file.
    pub name: String,
}

/// What we are in a conference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoomRole {
    /// We take part.
    #[default]
    Participant,
    /// We only watch.
    Spectator,
}

/// Role and rights (spec sections 2.8 and 10.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleStatus {
    /// What we are.
    pub role: RoomRole,
    /// Our picture and sound may be sent.
    pub may_send: bool,
    /// What the licence allows us to use.
    pub license: License,
    /// What a spectator receives by a connection of its own; absent without such a connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiving: Option<ReceiveQuality>,
}

impl Default for RoleStatus {
    fn default() -> Self {
        Self { role: RoomRole::Participant, may_send: true, license: License::default(), receiving: None }
    }
}
