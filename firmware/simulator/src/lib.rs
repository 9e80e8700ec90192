//! User agents in virtual time: two of them with a proxy between, or at the lab's signalling, over a network that fails.
//!
//! A run is one scenario with one seed. The seed decides everything: what users do and when, what goes wrong and for how
//! long, every identifier. The same seed gives the same trace, byte for byte, on every machine and with any number of
//! threads. After the troubles everything is healed, and the rules (see [`Violation`]) say what must then be true.

mod batch;
mod finale;
mod game;
mod player;
mod rules;
mod scenario;
mod servers;
mod troubles;

pub use batch::{Batch, ScenarioSummary, run_batch};
pub use rules::{Bounds, MOST, REGISTERED_AGAIN, Violation};
pub use scenario::{Act, Between, SCENARIOS, Scenario, Trouble, scenario, scenario_of};

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use roombox_sip::virtual_network::Tracing;

use game::Game;

/// What came of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Stands for everything that happened.
    pub hash: u64,
    /// The scenario.
    pub scenario: &'static str,
    /// The seed.
    pub seed: u64,
    /// Everything that happened, a line each; empty unless it was asked for.
    pub trace: String,
    /// The first rule that was broken.
    pub violation: Option<Violation>,
}

/// Plays one scenario with one seed. `start` is any instant: only differences matter. A panic is a broken rule.
pub fn run(scenario: &'static Scenario, start: Instant, seed: u64, tracing: Tracing) -> Run {
    let mut game = Game::new(scenario, start, seed, tracing);
    // What a panic leaves behind is only looked at, never used further.
    let done = catch_unwind(AssertUnwindSafe(|| game.play()));
    if let Err(panic) = done {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
        game.violate("no-panic", text.lines().next().unwrap_or_default().to_owned());
    }
    Run {
        hash: game.network.trace_hash(),
        scenario: scenario.name,
        seed,
        trace: game.network.trace().to_owned(),
        violation: game.violation.take(),
    }
}
