//! Appliance and conference client together, with a server and media that answer by themselves.

use std::collections::BTreeMap;
use std::collections::btree_map::OccupiedEntry;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use roombox_appliance::Appliance;
use roombox_appliance::api::{Input, MediaFact, MediaSetting, Output};
use roombox_conference::api::{self as conference, MediaRequest, SipRequest};
use roombox_conference::machine::Machine;
use roombox_conference::{ConferenceClient, ConferenceConfig};
use roombox_sip::api as sip;

use crate::bench::{config, settings};

/// Something on its way.
enum Coming {
    Client(conference::Input),
    Room(Input),
}

pub(crate) struct House {
    pub(crate) room: Appliance,
    client: ConferenceClient,
    now: Instant,
    pub(crate) random: StdRng,
    pub(crate) trace: Vec<String>,
    /// What media last verified.
    pub(crate) muted: Option<bool>,
    pub(crate) server_up: bool,
    coming: BTreeMap<(Instant, u64), Coming>,
    number: u64,
}

impl House {
    /// With auto-dial on.
    pub(crate) fn new(seed: u64) -> Self {
        let mut settings = settings();
        settings.conference.auto_dial = true;
        Self {
            room: Appliance::new(config(&settings)),
            client: ConferenceClient::new(ConferenceConfig::new("room1", "meet.example", true), seed),
            now: Instant::now(),
            random: StdRng::seed_from_u64(seed),
            trace: Vec::new(),
            muted: None,
            server_up: true,
            coming: BTreeMap::new(),
            number: 0,
        }
    }

    pub(crate) fn now(&self) -> Instant {
        self.now
    }

    pub(crate) fn room_input(&mut self, input: Input) {
        if let Input::Media(MediaFact::Microphone { muted }) = input {
            self.muted = Some(muted);
        }
        self.room.handle_input(self.now, input);
        self.settle();
    }

    pub(crate) fn conference_told(&mut self, event: sip::Event) {
        self.client.handle_input(self.now, conference::Input::Sip(event));
        self.settle();
    }

    pub(crate) fn lose_connection(&mut self) {
        let error = sip::FlowError::Closed("reset".into());
        self.conference_told(sip::Event::Agent(sip::AgentEvent::Disconnected { error, retry_in_ms: Some(2000) }));
        self.agent(2000, sip::AgentEvent::Connecting { server: server(), attempt: 1 });
    }

    pub(crate) fn run(&mut self, time: Duration) {
        let until = self.now + time;
        loop {
            let coming = self.coming.first_key_value().map(|((at, _), _)| *at);
            let deadlines = [coming, self.client.next_deadline(), self.room.next_deadline()];
            let Some(at) = deadlines.into_iter().flatten().min().filter(|at| *at <= until) else { break };
            self.now = at.max(self.now);
            match self.coming.first_entry().filter(|entry| entry.key().0 <= at).map(OccupiedEntry::remove) {
                Some(Coming::Client(input)) => self.arrive(input),
                Some(Coming::Room(input)) => self.room_input(input),
                None => {
                    self.client.handle_timeout(self.now);
                    self.room.handle_timeout(self.now);
                    self.settle();
                }
            }
        }
        self.now = until;
    }

    fn arrive(&mut self, input: conference::Input) {
        if let conference::Input::Sip(sip::Event::Agent(sip::AgentEvent::Connecting { .. })) = &input {
            self.connect();
        }
        self.client.handle_input(self.now, input);
        self.settle();
    }

    fn connect(&mut self) {
        if self.server_up {
            self.agent(20, sip::AgentEvent::Connected { server: server() });
            self.agent(40, sip::AgentEvent::Registered { expires: 300 });
        } else {
            let error = sip::FlowError::Refused("nobody listens".into());
            self.agent(10, sip::AgentEvent::Disconnected { error, retry_in_ms: Some(3000) });
            self.agent(3000, sip::AgentEvent::Connecting { server: server(), attempt: 2 });
        }
    }

    fn settle(&mut self) {
        loop {
            if let Some(output) = self.client.poll_output() {
                self.trace.push(format!("{output:?}"));
                self.client_output(output);
            } else if let Some(output) = self.room.poll_output() {
                self.trace.push(format!("{output:?}"));
                self.room_output(output);
            } else {
                return;
            }
        }
    }

    fn room_output(&mut self, output: Output) {
        match output {
            Output::Conference(command) => {
                self.client.handle_input(self.now, conference::Input::Command(command));
            }
            Output::Media(MediaSetting::Microphone(on)) => {
                let wait = self.random.random_range(1..80);
                self.later(wait, Coming::Room(Input::Media(MediaFact::Microphone { muted: !on })));
            }
            Output::Media(MediaSetting::Camera(sending)) => {
                self.later(30, Coming::Room(Input::Media(MediaFact::CameraSending { sending })));
            }
            _ => {}
        }
    }

    fn client_output(&mut self, output: conference::Output) {
        match output {
            conference::Output::AskParameters { .. } | conference::Output::Http(_) => {}
            conference::Output::Event(event) => self.room.handle_input(self.now, Input::Conference(event)),
            conference::Output::Media(request) => self.media_request(&request),
            conference::Output::Sip(SipRequest::Command(command)) => self.sip_command(&command),
            conference::Output::Sip(SipRequest::Start | SipRequest::Reconnect) => {
                self.agent(0, sip::AgentEvent::Connecting { server: server(), attempt: 1 });
            }
            conference::Output::Sip(
                SipRequest::Configure { .. }
                | SipRequest::Probe { .. }
                | SipRequest::Register
                | SipRequest::Stop
                | SipRequest::Unregister,
            ) => {}
        }
    }

    fn media_request(&mut self, request: &MediaRequest) {
        let (wait, fact) = match *request {
            MediaRequest::CreateOffer { call, .. } => (20, conference::MediaFact::OfferReady { call, sdp: "o".into() }),
            MediaRequest::CreateAnswer { call, .. } => {
                (20, conference::MediaFact::AnswerReady { call, sdp: "a".into() })
            }
            MediaRequest::AcceptAnswer { call, .. } => {
                self.later(5, Coming::Client(conference::Input::Media(conference::MediaFact::AnswerAccepted { call })));
                (150, conference::MediaFact::Connected { call })
            }
            MediaRequest::AddPresentation { call, .. } => {
                (20, conference::MediaFact::PresentationReady { call, renegotiate: true })
            }
            _ => return,
        };
        self.later(wait, Coming::Client(conference::Input::Media(fact)));
    }

    fn sip_command(&mut self, command: &sip::Command) {
        let body = Some(sip::Body::sdp("a"));
        match *command {
            sip::Command::Invite { session, .. } if self.server_up => {
                self.tell(30, sip::Event::Accepted { session, body, headers: vec![] });
                self.tell(30, sip::Event::Confirmed { session });
            }
            sip::Command::Reinvite { session, .. } if self.server_up => {
                self.tell(30, sip::Event::OfferAnswered { session, body });
            }
            sip::Command::Request { request, .. } if self.server_up => {
                let answer = sip::FinalResponse { status: 200, reason: "OK".into(), headers: vec![], body: None };
                self.tell(20, sip::Event::Response { request, outcome: Ok(answer) });
            }
            _ => {}
        }
    }

    fn agent(&mut self, wait: u64, event: sip::AgentEvent) {
        self.tell(wait, sip::Event::Agent(event));
    }

    fn tell(&mut self, wait: u64, event: sip::Event) {
        self.later(wait, Coming::Client(conference::Input::Sip(event)));
    }

    fn later(&mut self, wait: u64, coming: Coming) {
        self.number += 1;
        self.coming.insert((self.now + Duration::from_millis(wait), self.number), coming);
    }
}

fn server() -> sip::ServerTarget {
    sip::ServerTarget::new(sip::Transport::Wss, "h", 443, "")
}
