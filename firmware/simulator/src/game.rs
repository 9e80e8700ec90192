//! One run: a world, its users, an agenda, and the rules watching.

use std::time::{Duration, Instant};

use roombox_sip::agent::{self, AgentConfig, RegistrationConfig, UserAgent};
use roombox_sip::api::{Command, Event, ServerTarget, SessionId};
use roombox_sip::endpoint::{Credentials, DialogStatus, EndpointConfig, Stage};
use roombox_sip::ident::Random;
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::{Side, Tracing, VirtualNetwork};

use crate::agenda::Agenda;
use crate::dice::Dice;
use crate::rules::{Ledger, MOST, Registers, Violation};
use crate::scenario::{AgentScenario, Between};
use crate::servers::{HOST, Input, LabServer, LabSetup, Mood, PASSWORD, Proxy, Server, USERS};
use crate::troubles::Over;

/// Two runs differ in this alone.
const WORLD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Something that is going to be done.
#[derive(Debug)]
pub(crate) enum Job {
    Act(usize),
    Command(usize, Box<Command>),
    Input(usize, agent::Input),
    Over(Over),
    Trouble,
}

/// How users behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As the dice fall.
    Free,
    /// They take every call and every offer at once.
    Obliging,
}

/// One run.
#[derive(Debug)]
pub(crate) struct Game {
    agenda: Agenda<Job>,
    pub(crate) ledgers: Vec<Ledger>,
    pub(crate) manner: Manner,
    pub(crate) network: VirtualNetwork<UserAgent, Server>,
    pub(crate) random: Random,
    registers: Vec<Registers>,
    pub(crate) scenario: &'static AgentScenario,
    seed: u64,
    pub(crate) servers: u64,
    pub(crate) start: Instant,
    pub(crate) violation: Option<Violation>,
    /// When everybody is awake.
    pub(crate) wake: Instant,
}

impl Game {
    pub(crate) fn new(scenario: &'static AgentScenario, start: Instant, seed: u64, tracing: Tracing) -> Self {
        let agents = USERS.iter().zip(1..).map(|(user, n)| agent(scenario, user, seed.wrapping_mul(WORLD) ^ n));
        let server = server(scenario, start, seed);
        let mut network = VirtualNetwork::new(start, seed ^ WORLD, agents.collect(), server);
        network.set_tracing(tracing);
        network.take_wire();
        Self {
            agenda: Agenda::default(),
            ledgers: USERS.iter().map(|_| Ledger::default()).collect(),
            manner: Manner::Free,
            network,
            random: Random::new(seed),
            registers: USERS.iter().map(|_| Registers::default()).collect(),
            scenario,
            seed,
            servers: 0,
            start,
            violation: None,
            wake: start,
        }
    }

    pub(crate) fn now(&self) -> Instant {
        self.network.now()
    }

    /// Does something later; a wait drawn from `ms`.
    pub(crate) fn later(&mut self, ms: (u64, u64), job: Job) {
        let wait = Duration::from_millis(self.dice(ms.0, ms.1));
        self.at(self.now() + wait, job);
    }

    pub(crate) fn at(&mut self, at: Instant, job: Job) {
        self.agenda.add(at, job);
    }

    /// Forgets what users and troubles were about to do; what ends a trouble stays.
    pub(crate) fn forget_acts(&mut self) {
        self.agenda.retain(|job| !matches!(job, Job::Act(_) | Job::Trouble));
    }

    /// Lets time pass until `end` or until a rule is broken.
    pub(crate) fn run_until(&mut self, end: Instant) {
        self.run_while(end, |_| true);
    }

    /// The same, as long as `going` holds; was it still so at the end?
    pub(crate) fn run_while(&mut self, end: Instant, going: impl Fn(&Self) -> bool) -> bool {
        while going(self) {
            if self.violation.is_some() || self.now() > end {
                return true;
            }
            let due = self.agenda.next().filter(|at| *at <= end);
            match self.network.next_event(due.unwrap_or(end)) {
                Some((side, event)) => {
                    // What was sent before the event counts before it.
                    self.watch_wire();
                    if let Side::Client(client) = side {
                        self.on_event(client, event);
                    }
                }
                None => match due.and_then(|at| self.agenda.take(at)) {
                    Some(job) => self.carry_out(job),
                    None => return going(self),
                },
            }
            self.watch_wire();
        }
        false
    }

    fn carry_out(&mut self, job: Job) {
        match job {
            Job::Act(client) => self.act(client),
            Job::Command(client, command) => self.command(client, *command),
            Job::Input(client, input) => self.input(client, input),
            Job::Over(over) => self.trouble_is_over(over),
            Job::Trouble => self.trouble(),
        }
        self.check_bounds();
    }

    /// The dialogs that a user knows.
    pub(crate) fn dialogs(&self, client: usize) -> Vec<(SessionId, DialogStatus)> {
        let calls = self.network.clients[client].status().endpoint.calls.into_iter();
        let standing = calls.filter(|call| call.stage == Stage::Established);
        standing.filter_map(|call| Some((call.session, call.dialog?))).collect()
    }

    pub(crate) fn command(&mut self, client: usize, command: Command) {
        self.network.tell_client(client, agent::Input::Command(command));
    }

    pub(crate) fn input(&mut self, client: usize, input: agent::Input) {
        if matches!(input, agent::Input::Register | agent::Input::Start) {
            self.registers[client].person_acts();
        }
        self.network.remark(format_args!("{} {input:?}", USERS[client]));
        self.network.tell_client(client, input);
    }

    pub(crate) fn mood(&mut self, mood: Mood) {
        self.network.remark(format_args!("{mood:?}"));
        self.network.tell_server(Input::Mood(mood));
    }

    /// Another server takes the place of the one that is there.
    pub(crate) fn restart_server(&mut self) {
        self.servers += 1;
        let fresh = server(self.scenario, self.now(), self.seed.wrapping_add(self.servers << 32));
        self.network.remark(format_args!("server starts anew"));
        self.network.replace_server(fresh);
    }

    /// Notes what is broken; the first counts.
    pub(crate) fn violate(&mut self, rule: &'static str, detail: String) {
        if self.violation.is_none() {
            let at_ms = self.now().duration_since(self.start).as_millis();
            self.network.remark(format_args!("BROKEN {rule}: {detail}"));
            self.violation = Some(Violation { at_ms, detail, rule });
        }
    }

    pub(crate) fn check(&mut self, result: Result<(), (&'static str, String)>) {
        if let Err((rule, detail)) = result {
            self.violate(rule, detail);
        }
    }

    pub(crate) fn registers(&self, client: usize) -> &Registers {
        &self.registers[client]
    }

    pub(crate) fn note_registration(&mut self, client: usize, event: &Event) {
        self.registers[client].on_event(event);
    }

    fn watch_wire(&mut self) {
        for note in self.network.take_wire() {
            if let Side::Client(client) = note.side {
                let result = self.registers[client].on_wire(&note);
                self.check(result);
            }
        }
    }

    fn check_bounds(&mut self) {
        for (client, user) in USERS.iter().enumerate() {
            let agent = &self.network.clients[client];
            let (status, nonces) = (agent.status().endpoint, agent.kept_nonces());
            let over = status.transactions > MOST.transactions
                || status.flows > MOST.flows
                || nonces > MOST.nonces
                || status.calls.len() > MOST.sessions;
            if over {
                self.violate("bounded", format!("{user}: {nonces} nonces, {status:?}"));
            }
        }
    }
}

impl Dice for Game {
    fn random(&mut self) -> &mut Random {
        &mut self.random
    }
}

fn agent(scenario: &AgentScenario, user: &str, seed: u64) -> UserAgent {
    let mut endpoint = EndpointConfig::client(format!("sip:{user}@{HOST}"));
    endpoint.credentials = Some(Credentials { username: user.into(), password: PASSWORD.into() });
    endpoint.instance_id = Some(format!("urn:uuid:00000000-0000-4000-8000-{:012x}", seed & 0xffff_ffff_ffff));
    endpoint.session_expires = scenario.session_expires;
    endpoint.reliable = scenario.reliable;
    let path = if scenario.transport == roombox_sip::api::Transport::Ws { "/ws" } else { "" };
    let target = ServerTarget::new(scenario.transport, HOST, 5060, path);
    let mut config = AgentConfig::new(endpoint, [target]);
    config.registration = Some(RegistrationConfig::at(format!("sip:{HOST}")));
    UserAgent::new(config, seed)
}

fn server(scenario: &AgentScenario, now: Instant, seed: u64) -> Server {
    match scenario.between {
        Between::Lab => {
            let users = USERS.map(str::to_owned).to_vec();
            let setup = LabSetup { bearer_token: None, name: "lab".into(), unreliable: true, users };
            Server::Lab(Box::new(LabServer::new(now, seed, setup)))
        }
        Between::Proxy => Server::Proxy(Box::new(Proxy::new(seed))),
    }
}
