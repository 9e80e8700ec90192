//! User agents and whole conference clients in virtual time: two user agents with a proxy between or at the lab's
//! signalling, or boxes with the whole client at the lab's, over a network that fails.
//!
//! A run is one scenario with one seed. The seed decides everything: what users do and when, what goes wrong and for how
//! long, every identifier. The same seed gives the same trace, byte for byte, on every machine and with any number of
//! threads. After the troubles everything is healed, and the rules (see [`Violation`]) say what must then be true.

mod agenda;
mod batch;
mod dice;
mod finale;
mod game;
mod player;
mod rooms;
mod rules;
mod scenario;
mod servers;
mod troubles;

pub use batch::{Batch, ScenarioSummary, run_batch};
pub use rules::{Bounds, MOST, REGISTERED_AGAIN, Violation};
pub use scenario::{
    Act, AgentScenario, Between, Deed, Mishap, Purpose, RoomScenario, Scenario, Trouble, scenario, scenario_of,
    scenarios,
};

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use roombox_sip::virtual_network::Tracing;

use game::Game;
use rooms::RoomGame;

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
pub fn run(scenario: Scenario, start: Instant, seed: u64, tracing: Tracing) -> Run {
    match scenario {
        Scenario::Agents(agents) => {
            let mut game = Game::new(agents, start, seed, tracing);
            if let Some(text) = panic_of(|| game.play()) {
                game.violate("no-panic", text);
            }
            let network = &game.network;
            told(scenario, seed, network.trace_hash(), network.trace(), game.violation.take())
        }
        Scenario::Rooms(rooms) => {
            let mut game = RoomGame::new(rooms, start, seed, tracing);
            if let Some(text) = panic_of(|| game.play()) {
                game.violate("no-panic", text);
            }
            let network = &game.network;
            told(scenario, seed, network.trace_hash(), network.trace(), game.violation.take())
        }
    }
}

/// The first line of a panic. What it leaves behind is only looked at, never used further.
fn panic_of(work: impl FnOnce()) -> Option<String> {
    let panic = catch_unwind(AssertUnwindSafe(work)).err()?;
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
    Some(text.lines().next().unwrap_or_default().to_owned())
}

fn told(scenario: Scenario, seed: u64, hash: u64, trace: &str, violation: Option<Violation>) -> Run {
    Run { hash, scenario: scenario.name(), seed, trace: trace.to_owned(), violation }
}
