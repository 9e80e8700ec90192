//! A whole world around one client: a server that can die, forget and be deaf, and media that can be cut.
//! Everything answers by itself after a short time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use roombox_conference::api::{CallId, CallState, Command, Input, MediaFact, MediaRequest, Output, SipRequest};
use roombox_conference::machine::Machine;
use roombox_conference::{ConferenceClient, ConferenceConfig};
use roombox_sip::api as sip;

use crate::bench::{ANSWER, OFFER, TARGET, failed, millis, server};

#[allow(clippy::struct_excessive_bools, reason = "independent switches of the world")]
pub(crate) struct World {
    pub(crate) client: ConferenceClient,
    pub(crate) now: Instant,
    pub(crate) random: StdRng,
    /// Every output, for the comparison of two runs.
    pub(crate) trace: Vec<String>,
    /// What will be told to the client, in order of time.
    coming: BTreeMap<(Instant, u64), Input>,
    number: u64,
    server_up: bool,
    /// The answer to the next INVITEs.
    pub(crate) refusal: Option<sip::Failure>,
    /// The server takes everything and answers nothing.
    pub(crate) deaf: bool,
    wanted: bool,
    connected: bool,
    /// Sessions that the server knows.
    sessions: BTreeSet<sip::SessionId>,
    media: BTreeSet<CallId>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            client: ConferenceClient::new(ConferenceConfig::new("room1", "meet.example", true), seed),
            now: Instant::now(),
            random: StdRng::seed_from_u64(seed),
            trace: Vec::new(),
            coming: BTreeMap::new(),
            number: 0,
            server_up: true,
            refusal: None,
            deaf: false,
            wanted: false,
            connected: false,
            sessions: BTreeSet::new(),
            media: BTreeSet::new(),
        }
    }

    pub(crate) fn start(&mut self) {
        self.input(Input::Command(Command::Start));
        self.input(Input::Command(Command::Join { target: TARGET.into(), keep: true }));
    }

    pub(crate) fn call(&self) -> CallState {
        self.client.status().call
    }

    pub(crate) fn in_call_with_media(&self) -> bool {
        matches!(self.call(), CallState::InCall { media_connected: true, .. })
    }

    pub(crate) fn kill_server(&mut self) {
        self.server_up = false;
        self.sessions.clear();
        self.lose_connection();
        self.cut_media();
    }

    pub(crate) fn return_server(&mut self) {
        self.server_up = true;
    }

    /// Media of all calls is cut; it does not come back by itself.
    pub(crate) fn cut_media(&mut self) {
        for call in std::mem::take(&mut self.media) {
            self.later(millis(5000), Input::Media(MediaFact::Disconnected { call }));
        }
    }

    pub(crate) fn lose_connection(&mut self) {
        if std::mem::take(&mut self.connected) {
            let error = sip::FlowError::Closed("reset".into());
            self.agent(0, sip::AgentEvent::Disconnected { error, retry_in_ms: Some(2000) });
            self.agent(2000, sip::AgentEvent::Connecting { server: server(), attempt: 1 });
        }
    }

    /// The other side hangs up.
    pub(crate) fn hang_up(&mut self) {
        for session in std::mem::take(&mut self.sessions) {
            self.end(session, failed(sip::Cause::Bye, None));
        }
    }

    pub(crate) fn run_until_connected(&mut self) {
        while !self.connected {
            self.run(millis(100));
        }
    }

    pub(crate) fn run(&mut self, time: Duration) {
        let until = self.now + time;
        loop {
            let coming = self.coming.first_key_value().map(|((at, _), _)| *at);
            let next = [coming, self.client.next_deadline()].into_iter().flatten().min();
            let Some(at) = next.filter(|at| *at <= until) else { break };
            self.now = at.max(self.now);
            if coming.is_some_and(|coming| coming <= self.now) {
                let (_, input) = self.coming.pop_first().expect("looked at above");
                self.arrive(input);
            } else {
                self.client.handle_timeout(self.now);
                self.answer_outputs();
            }
        }
        self.now = until;
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.client.handle_input(self.now, input);
        self.answer_outputs();
    }

    /// An attempt to connect succeeds only while the server is there.
    fn arrive(&mut self, input: Input) {
        if let Input::Sip(sip::Event::Agent(sip::AgentEvent::Connecting { .. })) = &input {
            self.connect();
        }
        self.input(input);
    }

    fn connect(&mut self) {
        if !self.wanted {
            return;
        }
        if self.server_up {
            self.connected = true;
            self.agent(20, sip::AgentEvent::Connected { server: server() });
            self.agent(40, sip::AgentEvent::Registered { expires: 300 });
        } else {
            let error = sip::FlowError::Refused("nobody listens".into());
            self.agent(10, sip::AgentEvent::Disconnected { error, retry_in_ms: Some(2000) });
            let wait = self.random.random_range(2000..=6000);
            self.agent(wait, sip::AgentEvent::Connecting { server: server(), attempt: 2 });
        }
    }

    fn answer_outputs(&mut self) {
        while let Some(output) = self.client.poll_output() {
            self.trace.push(format!("{output:?}"));
            match output {
                Output::AskParameters { .. } | Output::Event(_) | Output::Http(_) => {}
                Output::Media(request) => self.media_request(&request),
                Output::Sip(SipRequest::Command(command)) => self.sip_command(&command),
                Output::Sip(SipRequest::Start) => {
                    self.wanted = true;
                    self.agent(0, sip::AgentEvent::Connecting { server: server(), attempt: 1 });
                }
                Output::Sip(SipRequest::Stop) => {
                    self.wanted = false;
                    self.connected = false;
                    let error = sip::FlowError::Closed("stopped".into());
                    self.agent(10, sip::AgentEvent::Unregistered);
                    self.agent(20, sip::AgentEvent::Disconnected { error, retry_in_ms: None });
                }
                Output::Sip(SipRequest::Reconnect) if self.connected => self.lose_connection(),
                Output::Sip(SipRequest::Reconnect) => {
                    self.agent(0, sip::AgentEvent::Connecting { server: server(), attempt: 1 });
                }
                Output::Sip(SipRequest::Probe { id, .. }) => {
                    let refused = || Err(sip::FlowError::Refused("nobody listens".into()));
                    let outcome = if self.server_up { Ok(()) } else { refused() };
                    self.later(millis(20), Input::Probed { id, outcome });
                }
                Output::Sip(SipRequest::Configure { .. } | SipRequest::Register | SipRequest::Unregister) => {}
            }
        }
    }

    fn media_request(&mut self, request: &MediaRequest) {
        let wait = self.random.random_range(1..200);
        match *request {
            MediaRequest::CreateOffer { call, .. } => {
                self.later(millis(wait), Input::Media(MediaFact::OfferReady { call, sdp: OFFER.into() }));
            }
            MediaRequest::CreateAnswer { call, .. } => {
                self.later(millis(wait), Input::Media(MediaFact::AnswerReady { call, sdp: ANSWER.into() }));
                self.connect_media(call, wait + 200);
            }
            MediaRequest::AcceptAnswer { call, .. } => {
                self.later(millis(wait), Input::Media(MediaFact::AnswerAccepted { call }));
                self.connect_media(call, wait + 100);
            }
            MediaRequest::Close { call } => {
                self.media.remove(&call);
            }
            MediaRequest::AddPresentation { call, .. } => {
                self.later(millis(wait), Input::Media(MediaFact::PresentationReady { call, renegotiate: true }));
            }
            MediaRequest::CreateReceiveOffer { call } => {
                self.later(millis(wait), Input::Media(MediaFact::ReceiveOfferReady { call, sdp: OFFER.into() }));
            }
            MediaRequest::AcceptReceiveAnswer { call, .. } => {
                self.later(millis(wait), Input::Media(MediaFact::ReceiveRunning { call }));
            }
            MediaRequest::ReplaceCamera { call } => {
                self.later(millis(wait), Input::Media(MediaFact::CameraReplaced { call, track: "other".into() }));
            }
            MediaRequest::SampleStatistics { call, .. } => {
                self.later(millis(5), Input::Media(MediaFact::Statistics { call, took_ms: 5, entries: Vec::new() }));
            }
            MediaRequest::SendKeys { call, request, .. } => {
                self.later(millis(5), Input::Media(MediaFact::KeysSent { call, request }));
            }
            MediaRequest::CloseReceive { .. }
            | MediaRequest::RemovePresentation { .. }
            | MediaRequest::RequestKeyFrame { .. }
            | MediaRequest::SetEncoding { .. } => {}
        }
    }

    fn connect_media(&mut self, call: CallId, wait: u64) {
        if self.server_up {
            self.media.insert(call);
            self.later(millis(wait), Input::Media(MediaFact::Connected { call }));
        }
    }

    fn sip_command(&mut self, command: &sip::Command) {
        if self.deaf || !self.connected {
            return self.unanswered(command);
        }
        let body = Some(sip::Body::sdp(ANSWER));
        match *command {
            sip::Command::Invite { session, .. } => {
                if let Some(failure) = self.refusal.clone() {
                    self.end(session, failure);
                } else {
                    self.sessions.insert(session);
                    self.tell(30, sip::Event::Accepted { session, body, headers: vec![] });
                    self.tell(30, sip::Event::Confirmed { session });
                }
            }
            sip::Command::Reinvite { session, .. } if self.sessions.contains(&session) => {
                self.tell(30, sip::Event::OfferAnswered { session, body });
            }
            sip::Command::Reinvite { session, .. } => self.end(session, failed(sip::Cause::DialogError, Some(481))),
            sip::Command::Accept { session, .. } => {
                self.sessions.insert(session);
                self.tell(30, sip::Event::Confirmed { session });
            }
            sip::Command::Terminate { session, cause } => {
                self.sessions.remove(&session);
                self.end(session, failed(cause, None));
            }
            sip::Command::Request { request, .. } | sip::Command::Info { request, .. } => {
                let answer = sip::FinalResponse { status: 200, reason: "OK".into(), headers: vec![], body: None };
                self.tell(20, sip::Event::Response { request, outcome: Ok(answer) });
            }
            _ => {}
        }
    }

    /// What becomes of a request that nobody answers.
    fn unanswered(&mut self, command: &sip::Command) {
        let timeout = failed(sip::Cause::RequestTimeout, None);
        match command {
            sip::Command::Invite { session, .. } | sip::Command::Reinvite { session, .. } => {
                self.later(millis(32_000), Input::Sip(sip::Event::Ended { session: *session, failure: timeout }));
            }
            sip::Command::Request { request, .. } | sip::Command::Info { request, .. } => {
                self.tell(32_000, sip::Event::Response { request: *request, outcome: Err(timeout) });
            }
            _ => {}
        }
    }

    fn end(&mut self, session: sip::SessionId, failure: sip::Failure) {
        self.tell(25, sip::Event::Ended { session, failure });
    }

    fn agent(&mut self, wait: u64, event: sip::AgentEvent) {
        self.tell(wait, sip::Event::Agent(event));
    }

    fn tell(&mut self, wait: u64, event: sip::Event) {
        self.later(millis(wait), Input::Sip(event));
    }

    fn later(&mut self, wait: Duration, input: Input) {
        self.number += 1;
        self.coming.insert((self.now + wait, self.number), input);
    }
}
