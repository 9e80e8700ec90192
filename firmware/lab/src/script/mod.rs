//! Scripts: what a lab waits for and does, step by step. The language stands in `docs/developer/lab-scripts.md`.

mod pattern;
mod play;
mod read;

use std::time::Duration;

use roombox_lab_signalling::{Order, Rules};

pub use pattern::Pattern;
pub use play::{Play, StepReport, Turn};
pub use read::ScriptError;

/// A script.
#[derive(Clone, Debug)]
pub struct Script {
    /// The lab ends with the last step.
    pub end: bool,
    /// What participants may do from the start.
    pub rules: Rules,
    /// In their order.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it begins in the file, from 1.
    pub line: usize,
    /// What happens in it.
    pub action: Action,
    /// The same in words.
    pub words: String,
}

/// What happens in a step.
#[derive(Clone, Debug)]
pub enum Action {
    /// Something is done at once.
    Do(Act),
    /// An event that fits must have come since the last [`Action::Do`], or come in time.
    Wait {
        /// Which.
        pattern: Pattern,
        /// Counted from the beginning of the step.
        within: Duration,
    },
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Act {
    /// Play dead: [`crate::LabHandle::kill`].
    Kill(Duration),
    /// An order.
    Order(Order),
}
