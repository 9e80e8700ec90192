//! What goes wrong, and how it ends.

use std::time::Duration;

use roombox_conference::api::NetworkEvent;
use roombox_lab_signalling::Order;
use roombox_sip::virtual_network::Faults;

use super::node::{Input, Mood};
use super::{Job, RoomGame, user};
use crate::dice::Dice;
use crate::scenario::Mishap;
use crate::servers::{self, Mood as ServerMood};

/// The end of a mishap.
#[derive(Clone, Copy, Debug)]
pub(super) enum Over {
    /// Inside and around one box.
    Mood(usize),
    /// Of the network, for one box or all.
    Network(Option<usize>),
    /// One box has a network again.
    Online(usize),
    /// Of the server.
    Server,
}

/// Statuses that the lab refuses calls with.
const CALL_STATUSES: &[u16] = &[403, 404, 408, 480, 486, 488, 500, 503, 600, 603];
/// Sleeps, in seconds: the other boxes do not sleep meanwhile.
const SLEEPS: &[(u64, u64)] = &[(10, 120), (120, 900), (1_800, 3_600)];

impl RoomGame {
    /// Something goes wrong, and the next mishap is planned.
    pub(super) fn mishap(&mut self) {
        self.later(self.scenario.mishap_every_ms, Job::Mishap);
        let Some(mishap) = self.draw(self.scenario.mishaps) else { return };
        self.network.remark(format_args!("mishap {mishap:?}"));
        let highest = u64::try_from(self.scenario.boxes).unwrap_or(1).saturating_sub(1);
        let number = usize::try_from(self.dice(0, highest)).unwrap_or(0);
        match mishap {
            Mishap::Cut => self.network.cut_client(number),
            Mishap::HalfOpen => self.trouble_network(number, Faults { silent: true, ..Faults::NONE }),
            Mishap::LabFault => self.trouble_lab(),
            Mishap::LabHangsUp => self.order(Order::HangUp(user(self.scenario, number))),
            Mishap::NetworkChanged => self.tell(number, Input::Network(NetworkEvent::Changed)),
            Mishap::Offline => self.go_offline(number),
            Mishap::Partition => self.trouble_network(number, Faults { partitioned: true, ..Faults::NONE }),
            Mishap::Refused => {
                self.network.cut();
                self.trouble_network(number, Faults { refused: true, ..Faults::NONE });
            }
            Mishap::Restart => self.restart_server(),
            Mishap::Sleep => self.sleep(number),
            Mishap::Slow => {
                let slow = self.dice(100, 2_000);
                self.trouble_network(number, Faults { latency_ms: (slow / 2, slow), ..Faults::NONE });
            }
            Mishap::Vendor => self.say_something(number),
            of_the_box => self.trouble_box(number, of_the_box),
        }
    }

    fn trouble_network(&mut self, number: usize, faults: Faults) {
        let whom = Some(number).filter(|_| self.chance(66));
        match whom {
            Some(number) => drop(self.network.client_faults.insert(number, faults)),
            None => self.network.faults = faults,
        }
        self.later((500, 60_000), Job::Over(Over::Network(whom)));
    }

    fn trouble_box(&mut self, number: usize, mishap: Mishap) {
        let percent = self.dice(30, 100);
        let slow_ms = self.dice(20, 4_000);
        let mood = &mut self.moods[number];
        match mishap {
            Mishap::CameraFails => mood.media.camera_fails = percent,
            Mishap::DescriptionsFail => mood.media.descriptions_fail = percent,
            Mishap::Frozen => mood.media.frozen = true,
            Mishap::HttpFails => mood.http_fails = percent,
            Mishap::MediaSilent => (mood.media.silent, mood.media.slow_ms) = (percent, slow_ms),
            Mishap::ParametersFail => mood.parameters_fail = percent,
            Mishap::PathLost => mood.media.blocked = true,
            Mishap::PresentationFails => mood.media.presentations_fail = percent,
            Mishap::ReceivingFails => mood.media.receiving_fails = percent,
            _ => return,
        }
        let mood = *mood;
        self.tell(number, Input::Mood(mood));
        self.later((1_000, 60_000), Job::Over(Over::Mood(number)));
    }

    fn trouble_lab(&mut self) {
        let faults = servers::lab_faults(self, CALL_STATUSES);
        self.order(Order::Faults(faults));
        self.later((1_000, 90_000), Job::Over(Over::Server));
    }

    /// Without network nothing gets through either.
    fn go_offline(&mut self, number: usize) {
        self.network.client_faults.insert(number, Faults { partitioned: true, ..Faults::NONE });
        self.tell(number, Input::Network(NetworkEvent::Offline));
        self.later((500, 60_000), Job::Over(Over::Online(number)));
    }

    fn sleep(&mut self, number: usize) {
        let (least, most) = self.pick(SLEEPS).unwrap_or((10, 120));
        let time = Duration::from_secs(self.dice(least, most));
        self.network.remark(format_args!("box {number} sleeps {time:?}"));
        self.wake = self.wake.max(self.now() + time);
        self.network.suspend(number, time);
    }

    pub(super) fn over(&mut self, over: Over) {
        self.network.remark(format_args!("over {over:?}"));
        match over {
            Over::Mood(number) => {
                self.moods[number] = Mood::default();
                self.tell(number, Input::Mood(Mood::default()));
            }
            Over::Network(Some(number)) => drop(self.network.client_faults.remove(&number)),
            Over::Network(None) => self.network.faults = Faults::NONE,
            Over::Online(number) => {
                self.network.client_faults.remove(&number);
                self.tell(number, Input::Network(NetworkEvent::Online));
            }
            Over::Server => self.network.tell_server(servers::Input::Mood(ServerMood::Good)),
        }
    }

    /// Everything works again, at once and for good.
    pub(super) fn heal(&mut self) {
        self.network.client_faults.clear();
        self.network.faults = Faults::NONE;
        self.network.cut_broken();
        self.over(Over::Server);
        for number in 0..self.scenario.boxes {
            self.over(Over::Mood(number));
            self.over(Over::Online(number));
        }
    }
}
