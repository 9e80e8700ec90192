//! The lab's signalling, with media that only pretends.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use roombox_lab_signalling::{
    self as signalling, DescribeError, Faults, MediaNews, MediaRequest, Order, Purpose, Signalling, SignallingConfig,
    Users,
};
use roombox_sip::api::{Body, Output};
use roombox_sip::ident::Random;
use roombox_sip::machine::Machine;

use super::{HOST, Input, Mood, PASSWORD, ServerStatus, USERS};
use crate::player::sdp;

/// The lab.
#[derive(Debug)]
pub(crate) struct LabServer {
    added: u64,
    /// What media is about to say.
    later: BTreeMap<(Instant, u64), (u64, MediaNews)>,
    outputs: VecDeque<Output>,
    random: Random,
    signalling: Signalling,
    /// Media fails now and then.
    unreliable: bool,
}

impl LabServer {
    pub(crate) fn new(now: Instant, seed: u64) -> Self {
        let users = USERS.iter().fold(Users::default(), |users, user| users.with(*user, PASSWORD));
        let config = SignallingConfig { address: HOST.into(), users, ..SignallingConfig::default() };
        Self {
            added: 0,
            later: BTreeMap::new(),
            outputs: VecDeque::new(),
            random: Random::new(seed),
            signalling: Signalling::new(config, now, seed),
            unreliable: true,
        }
    }

    fn on_mood(&mut self, now: Instant, mood: Mood) {
        let order = match mood {
            Mood::Lab(order) => order,
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
                signalling::Output::Event(_) | signalling::Output::Http(_) => {}
                signalling::Output::Media(request) => self.on_media_request(now, request),
                signalling::Output::Send { flow, bytes } => self.outputs.push_back(Output::Send { flow, bytes }),
            }
        }
    }

    fn on_media_request(&mut self, now: Instant, request: MediaRequest) {
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
            _ => Ok(describe(body.as_ref())),
        };
        let slow = if self.unreliable { self.random.millis(0, 2_000) } else { 20 };
        let at = now + Duration::from_millis(slow);
        self.added += 1;
        self.later.insert((at, self.added), (call, MediaNews::Described { purpose, result }));
    }
}

fn describe(offer: Option<&Body>) -> String {
    let body = offer.map_or_else(|| sdp::offer(1), |offer| sdp::answer_to(offer, 1));
    body.text().unwrap_or_default().to_owned()
}

impl Machine for LabServer {
    type Input = Input;
    type Output = Output;
    type Status = ServerStatus;

    fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Flow(flow, input) => {
                self.signalling.handle_input(now, signalling::Input::Flow { flow, input });
            }
            Input::Mood(mood) => self.on_mood(now, mood),
        }
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        while let Some(first) = self.later.first_entry().filter(|first| first.key().0 <= now) {
            let (call, news) = first.remove();
            self.signalling.handle_input(now, signalling::Input::Media { call, news });
        }
        self.signalling.handle_timeout(now);
        self.settle(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        let media = self.later.first_key_value().map(|((at, _), _)| *at);
        self.signalling.next_deadline().into_iter().chain(media).min()
    }

    fn status(&self) -> ServerStatus {
        let status = self.signalling.status();
        ServerStatus { flows: status.endpoint.flows, registered: status.registered, lab: Some(status) }
    }
}
