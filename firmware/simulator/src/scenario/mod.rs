//! The scenarios by name: who is there, what they do, what goes wrong.

mod agents;
mod agents_table;
mod rooms;
mod rooms_table;

pub use agents::{Act, AgentScenario, Between, Trouble};
pub use rooms::{Deed, Mishap, Purpose, RoomScenario};

/// One scenario.
#[derive(Clone, Copy, Debug)]
pub enum Scenario {
    /// Two user agents.
    Agents(&'static AgentScenario),
    /// Boxes with the whole conference client.
    Rooms(&'static RoomScenario),
}

impl Scenario {
    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agents(scenario) => scenario.name,
            Self::Rooms(scenario) => scenario.name,
        }
    }

    /// What it is about, in one line.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Agents(scenario) => scenario.about,
            Self::Rooms(scenario) => scenario.about,
        }
    }
}

/// All scenarios.
pub fn scenarios() -> Vec<Scenario> {
    let agents = agents_table::SCENARIOS.iter().map(Scenario::Agents);
    agents.chain(rooms_table::SCENARIOS.iter().map(Scenario::Rooms)).collect()
}

/// The scenario of this name.
pub fn scenario(name: &str) -> Option<Scenario> {
    scenarios().into_iter().find(|scenario| scenario.name() == name)
}

/// The scenario that a seed plays when none is named: all of them in turn.
pub fn scenario_of(seed: u64) -> Scenario {
    let all = scenarios();
    // The remainder fits an index.
    all[usize::try_from(seed % all.len() as u64).unwrap_or(0)]
}
