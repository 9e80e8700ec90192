//! The lab's signalling, with media that only pretends.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use roombox_lab_signalling::{
    self as signalling, DescribeError, Faults, MediaNews, MediaRequest, Order, Purpose, Signalling, SignallingConfig,
    Users,
};
use roombox_sip::api::{Body, FlowInput, Output};
use roombox_sip::ident::Random;
use roombox_sip::machine::Machine;

use super::records::Records;
use super::{HOST, Input, Mood, PASSWORD, ServerStatus};
use crate::agenda::Agenda;
use crate::dice::Dice;
use crate::player::sdp::{self, Origin};

/// One thing that goes wrong at a lab; calls are refused with one of these statuses.
pub(crate) fn lab_faults(dice: &mut impl Dice, call_statuses: &[u16]) -> Faults {
    let mut faults = Faults::default();
    let time = |ms| Some(Duration::from_millis(ms));
    match dice.dice(1, 7) {
        1 => faults.register = dice.pick(&[403, 480, 486, 500, 503]),
        2 => faults.invite = dice.pick(call_statuses),
        3 => faults.expires = dice.pick(&[10, 30, 60]),
        4 => faults.drop_after = time(dice.dice(100, 20_000)),
        5 => faults.hangup_after = time(dice.dice(100, 5_000)),
        6 => faults.delay = time(dice.dice(100, 2_000)),
        _ => faults.silent = true,
    }
    faults
}

/// What a lab is made of.
#[derive(Clone, Debug)]
pub(crate) struct LabSetup {
    /// Given to participants.
    pub(crate) bearer_token: Option<String>,
    /// Its name in session descriptions; another one after a restart.
    pub(crate) name: String,
    /// Media fails now and then.
    pub(crate) unreliable: bool,
    pub(crate) users: Vec<String>,
}

/// The lab.
#[derive(Debug)]
pub(crate) struct LabServer {
    /// What media is about to say.
    later: Agenda<(u64, MediaNews)>,
    name: String,
    outputs: VecDeque<Output>,
    random: Random,
    records: Records,
    signalling: Signalling,
    /// Media fails now and then.
    unreliable: bool,
}

impl LabServer {
    pub(crate) fn new(now: Instant, seed: u64, setup: LabSetup) -> Self {
        let users = setup.users.into_iter().fold(Users::default(), |users, user| users.with(user, PASSWORD));
        let bearer_token = setup.bearer_token;
        let config = SignallingConfig { address: HOST.into(), bearer_token, users, ..SignallingConfig::default() };
        Self {
            later: Agenda::default(),
            name: setup.name,
            outputs: VecDeque::new(),
            random: Random::new(seed),
            records: Records::default(),
            signalling: Signalling::new(config, now, seed),
            unreliable: setup.unreliable,
        }
    }

    fn on_mood(&mut self, now: Instant, mood: Mood) {
        let order = match mood {
            Mood::Lab(order) => order,
            Mood::Unreliable => {
                self.unreliable = true;
                return;
            }
            Mood::Good => {
                self.unreliable = false;
                Order::Faults(Faults::default())
            }
            _ => return,
        };
        self.signalling.handle_input(now, signalling::Input::Order(order));
    }

    fn settle(&mut self, now: Instant) {
        while let Some(output) = self.signalling.poll_output() {
            match output {
                signalling::Output::Abort(flow) | signalling::Output::Close(flow) => {
                    self.outputs.push_back(Output::CloseFlow(flow));
                }
                signalling::Output::Event(event) => self.records.hear(&event),
                signalling::Output::Http(_) => {}
                signalling::Output::Media(request) => self.on_media_request(now, request),
                signalling::Output::Send { flow, bytes } => self.outputs.push_back(Output::Send { flow, bytes }),
            }
        }
    }

    fn on_media_request(&mut self, now: Instant, request: MediaRequest) {
        self.records.describe(&request);
        let (call, purpose, body) = match request {
            MediaRequest::Accept { call, answer } => (call, Purpose::Done, answer),
            MediaRequest::Describe { call, offer } => (call, Purpose::Answer, offer),
            MediaRequest::Enter { call, offer, .. } => (call, Purpose::Accept, offer),
            MediaRequest::Offer { call, .. } | MediaRequest::Content { call, shown: true } => {
                (call, Purpose::Offer, None)
            }
            MediaRequest::Watch { call, request, offer, .. } => (call, Purpose::Watch(request), Some(offer)),
            MediaRequest::Content { .. }
            | MediaRequest::Faults(_)
            | MediaRequest::Leave { .. }
            | MediaRequest::Move { .. }
            | MediaRequest::Present { .. }
            | MediaRequest::Unwatch { .. } => return,
        };
        let result = match self.random.millis(1, 100) {
            1..=5 if self.unreliable => Err(DescribeError::NotAcceptable("no codec in common".into())),
            6..=8 if self.unreliable => Err(DescribeError::Failed("the engine has failed".into())),
            _ if purpose == Purpose::Done => Ok(String::new()),
            _ => Ok(self.describe(call, body.as_ref())),
        };
        let slow = if self.unreliable { self.random.millis(0, 2_000) } else { 20 };
        let at = now + Duration::from_millis(slow);
        self.later.add(at, (call, MediaNews::Described { purpose, result }));
    }

    fn describe(&self, call: u64, offer: Option<&Body>) -> String {
        let direction = offer.and_then(Body::text).map_or("sendrecv", sdp::answering);
        sdp::describe(&Origin { who: self.name.clone(), call }, 1, direction)
    }
}

impl Machine for LabServer {
    type Input = Input;
    type Output = Output;
    type Status = ServerStatus;

    fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Flow(flow, input) => {
                if let FlowInput::Received(bytes) = &input {
                    self.records.message(bytes);
                }
                self.signalling.handle_input(now, signalling::Input::Flow { flow, input });
            }
            Input::Mood(mood) => self.on_mood(now, mood),
        }
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        while let Some((call, news)) = self.later.take(now) {
            self.signalling.handle_input(now, signalling::Input::Media { call, news });
        }
        self.signalling.handle_timeout(now);
        self.settle(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.signalling.next_deadline().into_iter().chain(self.later.next()).min()
    }

    fn status(&self) -> ServerStatus {
        let status = self.signalling.status();
        ServerStatus {
            flows: status.endpoint.flows,
            registered: status.registered,
            lab: Some(status),
            name: self.name.clone(),
            records: self.records.clone(),
        }
    }
}
