//! What goes wrong, and how it ends.

use std::time::Duration;

use roombox_lab_signalling::Order;
use roombox_sip::virtual_network::Faults;

use crate::dice::Dice;
use crate::game::{Game, Job};
use crate::scenario::Trouble;
use crate::servers::{self, Mood, PASSWORD, Refusal, USERS};

/// The end of a trouble.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Over {
    /// Of the network, for one user or all.
    Network(Option<usize>),
    /// Of the server.
    Server,
}

/// Statuses a proxy refuses calls with.
const CALL_STATUSES: &[u16] = &[403, 404, 408, 480, 486, 488, 491, 500, 503, 600, 603];
/// How REGISTERs are refused.
const REFUSALS: &[Refusal] = &[
    Refusal::Brief(600),
    Refusal::Brief(3600),
    Refusal::Silence,
    Refusal::Status(403, None),
    Refusal::Status(480, None),
    Refusal::Status(486, None),
    Refusal::Status(500, None),
    Refusal::Status(503, None),
    Refusal::Status(503, Some(7)),
    Refusal::Status(503, Some(60)),
];
/// Sleeps, in seconds: the lid of a lunch, a night, days.
const SLEEPS: &[(u64, u64)] = &[(10, 120), (120, 900), (3_600, 40_000), (80_000, 300_000)];

impl Game {
    /// Something goes wrong, and the next trouble is planned.
    pub(crate) fn trouble(&mut self) {
        self.later(self.scenario.trouble_every_ms, Job::Trouble);
        let Some(trouble) = self.draw(self.scenario.troubles) else { return };
        self.network.remark(format_args!("trouble {trouble:?}"));
        let client = self.pick(&[0, 1]).unwrap_or(0);
        match trouble {
            Trouble::ChallengeCalls => self.server_trouble(Mood::ChallengeCalls(true)),
            Trouble::Cut => self.network.cut_client(client),
            Trouble::HalfOpen => self.network_trouble(Faults { silent: true, ..Faults::NONE }, (1_000, 60_000)),
            Trouble::InviteRefused => {
                let status = self.pick(CALL_STATUSES).unwrap_or(480);
                self.server_trouble(Mood::InviteStatus(status));
            }
            Trouble::LabFault => self.lab_trouble(),
            Trouble::LabHangsUp => self.mood(Mood::Lab(Order::HangUp(USERS[client].into()))),
            Trouble::Loss => {
                let faults = Faults {
                    doubled: self.dice(0, 20),
                    latency_ms: (5, self.random.millis(5, 800)),
                    lost: self.dice(5, 40),
                    ..Faults::NONE
                };
                self.network_trouble(faults, (5_000, 40_000));
            }
            Trouble::Mute => self.server_trouble(Mood::Mute),
            Trouble::NewNonces => {
                let seed = self.dice(0, u64::from(u32::MAX));
                self.mood(Mood::NewNonces(seed));
            }
            Trouble::Partition => self.network_trouble(Faults { partitioned: true, ..Faults::NONE }, (500, 45_000)),
            Trouble::Password => self.server_trouble(Mood::Password("tr0ub4dor&3")),
            Trouble::Refused => {
                self.network.cut();
                self.network_trouble(Faults { refused: true, ..Faults::NONE }, (1_000, 60_000));
            }
            Trouble::RegisterRefused => {
                let refusal = self.pick(REFUSALS).unwrap_or(Refusal::Silence);
                self.server_trouble(Mood::Register(refusal));
            }
            Trouble::Restart => self.restart_server(),
            Trouble::Sleep => self.sleep(client),
            Trouble::Slow if self.chance(30) => {
                let delay = Duration::from_millis(self.dice(50, 5_000));
                self.server_trouble(Mood::Slow(delay));
            }
            Trouble::Slow => {
                let slow = self.dice(100, 2_000);
                self.network_trouble(Faults { latency_ms: (slow / 2, slow), ..Faults::NONE }, (2_000, 40_000));
            }
        }
    }

    fn network_trouble(&mut self, faults: Faults, lasts_ms: (u64, u64)) {
        let whom = self.pick(&[None, Some(0), Some(1)]).flatten();
        match whom {
            Some(client) => drop(self.network.client_faults.insert(client, faults)),
            None => self.network.faults = faults,
        }
        self.later(lasts_ms, Job::Over(Over::Network(whom)));
    }

    fn server_trouble(&mut self, mood: Mood) {
        self.mood(mood);
        self.later((1_000, 90_000), Job::Over(Over::Server));
    }

    fn lab_trouble(&mut self) {
        let faults = servers::lab_faults(self, CALL_STATUSES);
        self.server_trouble(Mood::Lab(Order::Faults(faults)));
    }

    fn sleep(&mut self, client: usize) {
        let (least, most) = self.pick(SLEEPS).unwrap_or((10, 120));
        let time = Duration::from_secs(self.dice(least, most));
        self.network.remark(format_args!("{} sleeps {time:?}", USERS[client]));
        self.wake = self.wake.max(self.now() + time);
        self.network.suspend(client, time);
    }

    pub(crate) fn trouble_is_over(&mut self, over: Over) {
        self.network.remark(format_args!("over {over:?}"));
        match over {
            Over::Network(Some(client)) => drop(self.network.client_faults.remove(&client)),
            Over::Network(None) => self.network.faults = Faults::NONE,
            Over::Server => {
                self.mood(Mood::Good);
                self.mood(Mood::Password(PASSWORD));
            }
        }
    }

    /// Everything works again, at once and for good.
    pub(crate) fn heal(&mut self) {
        self.network.client_faults.clear();
        self.network.faults = Faults::NONE;
        self.network.cut_broken();
        self.trouble_is_over(Over::Server);
    }
}
