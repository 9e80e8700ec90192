//! Lights: patterns, and who shows them.

mod timing;

use serde::{Deserialize, Serialize};

pub use timing::{Step, step};

/// What a light does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pattern {
    /// Slow brightening and dimming (2 s period; one second on, one second off where a light knows no shades): working
    /// on it.
    Breathe,
    /// Half a second on, half a second off: look here.
    Blink,
    /// Off.
    Off,
    /// On.
    On,
}

/// A light that can be set. Setting never blocks and never fails loudly: a missing light is a fact in the board report.
pub trait Led: Send {
    /// Shows this pattern from now on.
    fn show(&mut self, pattern: Pattern);
}
