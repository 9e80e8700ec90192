//! Boxes with the whole conference client at the lab's signalling: one run.

mod deeds;
mod finale;
mod made;
mod measured;
mod media;
mod mishaps;
mod node;
mod stampede;
#[cfg(test)]
mod tests;
mod truth;
mod vendor;
mod watch;

use std::time::{Duration, Instant};

use roombox_conference::api::{Command, MediaFact};
use roombox_conference::catalogue::Role;
use roombox_conference::vendor::MediaState;
use roombox_lab_signalling::Order;
use roombox_sip::ident::Random;
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::{Tracing, VirtualNetwork};

use crate::agenda::Agenda;
use crate::dice::Dice;
use crate::rules::Violation;
use crate::scenario::{Purpose, RoomScenario};
use crate::servers::{self, Mood as ServerMood, Server};
use made::{a_box, a_server, user};
use mishaps::Over;
use node::{BoxNode, Input, Mood};

/// Between two looks at what is true.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Something that is going to be done.
#[derive(Debug)]
enum Job {
    Deed(usize),
    Input(usize, Box<Input>),
    Look,
    Mishap,
    Over(Over),
}

/// One run.
#[derive(Debug)]
pub(crate) struct RoomGame {
    agenda: Agenda<Job>,
    pub(crate) network: VirtualNetwork<BoxNode, Server>,
    /// Microphone and camera of each box, as last told to it.
    media_states: Vec<Option<MediaState>>,
    moods: Vec<Mood>,
    /// Persons act as the dice fall; otherwise they take every call.
    free: bool,
    random: Random,
    /// What the server has made of each box.
    roles: Vec<Option<Role>>,
    scenario: &'static RoomScenario,
    seed: u64,
    /// Servers so far.
    servers: u64,
    start: Instant,
    pub(crate) violation: Option<Violation>,
    /// When everybody is awake.
    wake: Instant,
}

impl RoomGame {
    pub(crate) fn new(scenario: &'static RoomScenario, start: Instant, seed: u64, tracing: Tracing) -> Self {
        let boxes = (0..scenario.boxes).map(|number| a_box(scenario, number, seed)).collect();
        let server = a_server(scenario, start, seed, 0);
        let mut network = VirtualNetwork::new(start, seed, boxes, server);
        network.set_tracing(tracing);
        Self {
            agenda: Agenda::default(),
            network,
            media_states: vec![None; scenario.boxes],
            moods: vec![Mood::default(); scenario.boxes],
            free: true,
            random: Random::new(seed.wrapping_add(1)),
            roles: vec![None; scenario.boxes],
            scenario,
            seed,
            servers: 0,
            start,
            violation: None,
            wake: start,
        }
    }

    /// The whole run.
    pub(crate) fn play(&mut self) {
        self.agenda.add(self.now(), Job::Look);
        let life = [Self::begin, Self::freely, Self::recover, Self::agree, Self::end];
        let stampede = [Self::gather, Self::fall_upon, Self::end];
        let course: &[fn(&mut Self)] = match self.scenario.purpose {
            Purpose::Life => &life,
            Purpose::Stampede => &stampede,
        };
        for part in course {
            if self.violation.is_none() {
                part(self);
            }
        }
    }

    fn now(&self) -> Instant {
        self.network.now()
    }

    /// Does something later; a wait drawn from `ms`.
    fn later(&mut self, ms: (u64, u64), job: Job) {
        let wait = Duration::from_millis(self.dice(ms.0, ms.1));
        self.agenda.add(self.now() + wait, job);
    }

    fn pass(&mut self, time: Duration) {
        self.run_until(self.now() + time);
    }

    /// Waits until something holds; breaks the rule when it does not in time.
    fn wait_for(&mut self, rule: &'static str, time: Duration, what: &str, holds: impl Fn(&Self) -> bool) {
        let end = self.now() + time;
        while !holds(self) && self.violation.is_none() {
            if self.now() >= end {
                let told = self.told();
                return self.violate(rule, format!("not within {time:?}: {what}; {told}"));
            }
            self.pass(LOOK_EVERY);
        }
    }

    /// What the boxes tell that are not in the call, for people.
    fn told(&self) -> String {
        let one = |number: usize| {
            let status = self.network.clients[number].status();
            format!("{}: {:?} {:?}", user(self.scenario, number), status.client, status.agent)
        };
        let absent = (0..self.scenario.boxes).filter(|number| !self.is_in_call(*number));
        absent.take(3).map(one).collect::<Vec<_>>().join("; ")
    }

    /// Lets time pass until `end` or until a rule is broken.
    fn run_until(&mut self, end: Instant) {
        while self.violation.is_none() && self.now() <= end {
            let due = self.agenda.next().filter(|at| *at <= end);
            match self.network.next_event(due.unwrap_or(end)) {
                Some(_) => {}
                None => match due.and_then(|at| self.agenda.take(at)) {
                    Some(job) => self.carry_out(job),
                    None => return,
                },
            }
        }
    }

    fn carry_out(&mut self, job: Job) {
        match job {
            Job::Deed(number) => self.deed(number),
            Job::Input(number, input) => self.tell(number, *input),
            Job::Look => self.look(),
            Job::Mishap => self.mishap(),
            Job::Over(over) => self.over(over),
        }
    }

    fn tell(&mut self, number: usize, input: Input) {
        self.network.remark(format_args!("{} {input:?}", user(self.scenario, number)));
        self.network.tell_client(number, input);
    }

    fn command(&mut self, number: usize, command: Command) {
        self.tell(number, Input::Command(command));
    }

    fn order(&mut self, order: Order) {
        self.network.remark(format_args!("{order:?}"));
        self.network.tell_server(servers::Input::Mood(ServerMood::Lab(order)));
    }

    /// Another server takes the place of the one that is there.
    fn restart_server(&mut self) {
        self.servers += 1;
        let fresh = a_server(self.scenario, self.now(), self.seed, self.servers);
        self.network.remark(format_args!("server starts anew"));
        self.network.replace_server(fresh);
    }

    /// Looks at what is true, tells it to media, and at what every box says about it.
    fn look(&mut self) {
        self.agenda.add(self.now() + LOOK_EVERY, Job::Look);
        self.follow_paths();
        for number in 0..self.scenario.boxes {
            let node = &mut self.network.clients[number];
            let broken = node.watch.take_broken();
            let result = node.watch.wish.check(&node.status().client, &node.watch.calls, node.client_deadline());
            if let Some(broken) = broken {
                self.check(number, Err(broken));
            }
            self.check(number, result);
        }
        if self.free {
            self.answer_calls();
        }
    }

    /// Paths of media are there as long as the other ends are.
    fn follow_paths(&mut self) {
        let there = self.far_ends();
        for number in 0..self.scenario.boxes {
            let facts = self.network.clients[number].follow_paths(|origin| there.contains(origin));
            for fact in facts {
                self.media(number, fact);
            }
        }
    }

    fn media(&mut self, number: usize, fact: MediaFact) {
        self.tell(number, Input::Media(fact));
    }

    /// Notes what is broken; the first counts.
    pub(crate) fn violate(&mut self, rule: &'static str, detail: String) {
        if self.violation.is_none() {
            let at_ms = self.now().duration_since(self.start).as_millis();
            self.network.remark(format_args!("BROKEN {rule}: {detail}"));
            self.violation = Some(Violation { at_ms, detail, rule });
        }
    }

    fn check(&mut self, number: usize, result: Result<(), watch::Broken>) {
        if let Err((rule, detail)) = result {
            self.violate(rule, format!("{}: {detail}", user(self.scenario, number)));
        }
    }
}

impl Dice for RoomGame {
    fn random(&mut self) -> &mut Random {
        &mut self.random
    }
}
