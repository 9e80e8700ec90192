//! Sound devices: what they are called.

use serde::{Deserialize, Serialize};

/// A sound device that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioInfo {
    /// ALSA name to open it by, for example `sysdefault:CARD=Jabra`.
    pub name: String,
    /// Description for people, one line.
    pub description: String,
    /// It can record.
    pub microphone: bool,
    /// It can play.
    pub speaker: bool,
}
