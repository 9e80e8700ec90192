//! What every part of the client shares: configuration, numbers, chance and the queue of outputs.

use std::collections::VecDeque;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use roombox_sip::api as sip;

use crate::api::{CallId, Command, Event, HttpId, HttpRequest, MediaRequest, Output, SipRequest};
use crate::catalogue::{self, CommandEvent, ConnectionEvent, Fault, UnprefixedEvent};
use crate::config::ConferenceConfig;
use crate::encodings::Encodings;
use crate::vendor::MediaState;

/// Shared by all parts; passed down by reference, never stored.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) config: ConferenceConfig,
    /// What microphone and camera really do, as last told.
    pub(crate) media_state: MediaState,
    /// How our streams are encoded.
    pub(crate) encodings: Encodings,
    /// There is a call, or one is being made.
    pub(crate) in_call: bool,
    outputs: VecDeque<Output>,
    random: StdRng,
    calls: u64,
    sessions: u64,
    requests: u64,
    https: u64,
    operations: u64,
}

impl Context {
    pub(crate) fn new(config: ConferenceConfig, seed: u64) -> Self {
        Self {
            config,
            media_state: MediaState::default(),
            encodings: Encodings::default(),
            in_call: false,
            outputs: VecDeque::new(),
            random: StdRng::seed_from_u64(seed),
            calls: 0,
            sessions: 0,
            requests: 0,
            https: 0,
            operations: 0,
        }
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    /// Tells an event of the catalogue. What the connection tells while there is no call has a second name (spec section 9).
    pub(crate) fn tell(&mut self, event: impl Into<catalogue::Event>) {
        let event = event.into();
        let second = if self.in_call { None } else { out_of_call(&event) };
        self.event(Event::Catalogue(event));
        if let Some(event) = second {
            self.event(Event::Catalogue(event.into()));
        }
    }

    /// A command was not carried out.
    pub(crate) fn refuse(&mut self, command: &Command, why: &str) {
        if let Some(name) = command.name() {
            let error = Fault::new(why);
            self.tell(CommandEvent::Refused { command: name, call: command.call(), error });
        }
    }

    pub(crate) fn media(&mut self, request: MediaRequest) {
        self.outputs.push_back(Output::Media(request));
    }

    pub(crate) fn agent(&mut self, request: SipRequest) {
        self.outputs.push_back(Output::Sip(request));
    }

    pub(crate) fn sip(&mut self, command: sip::Command) {
        self.agent(SipRequest::Command(command));
    }

    pub(crate) fn http(&mut self, request: HttpRequest) {
        self.outputs.push_back(Output::Http(request));
    }

    pub(crate) fn pop(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub(crate) fn next_call(&mut self) -> CallId {
        self.calls += 1;
        CallId(self.calls)
    }

    pub(crate) fn next_session(&mut self) -> sip::SessionId {
        self.sessions += 1;
        sip::SessionId(self.sessions)
    }

    pub(crate) fn next_request(&mut self) -> sip::RequestId {
        self.requests += 1;
        sip::RequestId(self.requests)
    }

    pub(crate) fn next_http(&mut self) -> HttpId {
        self.https += 1;
        HttpId(self.https)
    }

    /// The number of the next operation, question or probe; one row of numbers for all three.
    pub(crate) const fn next_operation(&mut self) -> u64 {
        self.operations += 1;
        self.operations
    }

    /// Any number.
    pub(crate) fn chance(&mut self) -> u64 {
        self.random.random()
    }

    pub(crate) fn output(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    /// Half of `delay` and a random part of the other half (`equal` jitter, spec section 6.2), in whole milliseconds.
    pub(crate) fn jittered(&mut self, delay: Duration) -> Duration {
        self.between(delay / 2, delay)
    }

    /// A random time in `low..=high`, in whole milliseconds.
    pub(crate) fn between(&mut self, low: Duration, high: Duration) -> Duration {
        let [low, high] = [low, high].map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        Duration::from_millis(self.random.random_range(low..=high.max(low)))
    }
}

fn out_of_call(event: &catalogue::Event) -> Option<UnprefixedEvent> {
    match event {
        catalogue::Event::ConnectionEvent(ConnectionEvent::Disconnected { .. }) => {
            Some(UnprefixedEvent::DisconnectedFromOutOfCall {})
        }
        catalogue::Event::ConnectionEvent(ConnectionEvent::ConnectedWithConfiguration(configuration)) => {
            Some(UnprefixedEvent::ConnectedWithConfigurationFromOutOfCall(configuration.clone()))
        }
        _ => None,
    }
}
