//! A client with virtual time; the test plays everybody else.

use std::time::{Duration, Instant};

use roombox_conference::api::{
    CallId, CallState, Command, Event, Input, MediaFact, MediaRequest, Output, ParametersId, ProbeId, SipRequest,
};
use roombox_conference::machine::Machine;
use roombox_conference::{ConferenceClient, ConferenceConfig};
use roombox_sip::api as sip;

pub(crate) const TARGET: &str = "sip:100@meet.example";
pub(crate) const OFFER: &str = "v=0\r\no=offer\r\n";
pub(crate) const ANSWER: &str = "v=0\r\no=answer\r\n";

pub(crate) struct Bench {
    pub(crate) client: ConferenceClient,
    pub(crate) now: Instant,
    outputs: Vec<Output>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(ConferenceConfig::new("room1", "meet.example", true))
    }

    pub(crate) fn with(config: ConferenceConfig) -> Self {
        Self { client: ConferenceClient::new(config, 7), now: Instant::now(), outputs: Vec::new() }
    }

    pub(crate) fn seeded(seed: u64) -> Self {
        let config = ConferenceConfig::new("room1", "meet.example", true);
        Self { client: ConferenceClient::new(config, seed), ..Self::new() }
    }

    pub(crate) fn give(&mut self, input: Input) {
        self.input(input);
    }

    pub(crate) fn reconnects(&self) -> usize {
        self.outputs.iter().filter(|output| matches!(output, Output::Sip(SipRequest::Reconnect))).count()
    }

    pub(crate) fn probe_asked(&self) -> Option<ProbeId> {
        self.outputs
            .iter()
            .filter_map(|output| match output {
                Output::Sip(SipRequest::Probe { id, .. }) => Some(*id),
                _ => None,
            })
            .last()
    }

    pub(crate) fn parameters_asked(&self) -> Option<ParametersId> {
        self.outputs
            .iter()
            .filter_map(|output| match output {
                Output::AskParameters { id } => Some(*id),
                _ => None,
            })
            .last()
    }

    /// Started, registered, first telephony check asked.
    pub(crate) fn registered() -> Self {
        let mut bench = Self::new();
        bench.command(Command::Start);
        bench.connect();
        bench.forget();
        bench
    }

    /// In a kept call with media.
    pub(crate) fn in_call() -> (Self, CallId, sip::SessionId) {
        let mut bench = Self::registered();
        bench.command(Command::Join { target: TARGET.into(), keep: true });
        let (call, session) = bench.confirm_call();
        bench.media(MediaFact::Connected { call });
        bench.forget();
        (bench, call, session)
    }

    /// Plays media and the server for the call that has just asked for an offer.
    pub(crate) fn confirm_call(&mut self) -> (CallId, sip::SessionId) {
        let call = self.offer_asked().expect("an offer is asked for");
        self.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
        let session = self.invited().expect("an INVITE goes out");
        self.sip(sip::Event::Accepted { session, body: Some(sip::Body::sdp(ANSWER)), headers: vec![] });
        self.sip(sip::Event::Confirmed { session });
        self.media(MediaFact::AnswerAccepted { call });
        (call, session)
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.input(Input::Command(command));
    }

    pub(crate) fn sip(&mut self, event: sip::Event) {
        self.input(Input::Sip(event));
    }

    pub(crate) fn media(&mut self, fact: MediaFact) {
        self.input(Input::Media(fact));
    }

    pub(crate) fn agent(&mut self, event: sip::AgentEvent) {
        self.sip(sip::Event::Agent(event));
    }

    pub(crate) fn connect(&mut self) {
        self.agent(sip::AgentEvent::Connecting { server: server(), attempt: 1 });
        self.agent(sip::AgentEvent::Connected { server: server() });
        self.agent(sip::AgentEvent::Registered { expires: 300 });
    }

    pub(crate) fn disconnect(&mut self) {
        let error = sip::FlowError::Closed("reset".into());
        self.agent(sip::AgentEvent::Disconnected { error, retry_in_ms: Some(2000) });
    }

    pub(crate) fn end(&mut self, session: sip::SessionId, cause: sip::Cause, status: Option<u16>) {
        self.sip(sip::Event::Ended { session, failure: failed(cause, status) });
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.client.handle_input(self.now, input);
        self.drain();
    }

    /// Lets time pass, with every deadline kept.
    pub(crate) fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.client.next_deadline().filter(|at| *at <= until) {
            self.now = at.max(self.now);
            self.client.handle_timeout(self.now);
            self.drain();
        }
        self.now = until;
    }

    fn drain(&mut self) {
        while let Some(output) = self.client.poll_output() {
            self.outputs.push(output);
        }
    }

    pub(crate) fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    pub(crate) fn forget(&mut self) {
        self.outputs.clear();
    }

    /// Forgets what was told, not what was asked of media.
    pub(crate) fn forget_but_offers(&mut self) {
        self.outputs.retain(|output| matches!(output, Output::Media(_)));
    }

    pub(crate) fn call(&self) -> CallState {
        self.client.status().call
    }

    pub(crate) fn in_call_now(&self) -> bool {
        matches!(self.call(), CallState::InCall { .. })
    }

    pub(crate) fn commands(&self) -> impl Iterator<Item = &sip::Command> {
        self.outputs.iter().filter_map(|output| match output {
            Output::Sip(SipRequest::Command(command)) => Some(command),
            _ => None,
        })
    }

    pub(crate) fn asked(&self, wanted: &SipRequest) -> bool {
        let same = |request: &SipRequest| std::mem::discriminant(request) == std::mem::discriminant(wanted);
        self.outputs.iter().any(|output| matches!(output, Output::Sip(request) if same(request)))
    }

    pub(crate) fn requests(&self) -> impl Iterator<Item = &MediaRequest> {
        self.outputs.iter().filter_map(|output| match output {
            Output::Media(request) => Some(request),
            _ => None,
        })
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = &Event> {
        self.outputs.iter().filter_map(|output| match output {
            Output::Event(event) => Some(event),
            _ => None,
        })
    }

    pub(crate) fn offer_asked(&self) -> Option<CallId> {
        self.requests()
            .filter_map(|request| match request {
                MediaRequest::CreateOffer { call, .. } => Some(*call),
                _ => None,
            })
            .last()
    }

    pub(crate) fn closed(&self, call: CallId) -> bool {
        self.requests().any(|request| *request == MediaRequest::Close { call })
    }

    pub(crate) fn invited(&self) -> Option<sip::SessionId> {
        self.commands()
            .filter_map(|command| match command {
                sip::Command::Invite { session, .. } => Some(*session),
                _ => None,
            })
            .last()
    }

    pub(crate) fn terminated(&self, wanted: sip::SessionId) -> bool {
        self.commands().any(|command| matches!(command, sip::Command::Terminate { session, .. } if *session == wanted))
    }

    /// The INFO of that family that went out, with its headers.
    pub(crate) fn infos(&self, family: &str) -> Vec<(sip::RequestId, Vec<sip::HeaderLine>)> {
        self.commands()
            .filter_map(|command| match command {
                sip::Command::Info { request, headers, content_type: Some(kind), .. } if kind.ends_with(family) => {
                    Some((*request, headers.clone()))
                }
                _ => None,
            })
            .collect()
    }

    /// The running telephony check.
    pub(crate) fn check_asked(&self) -> Option<sip::RequestId> {
        self.commands()
            .filter_map(|command| match command {
                sip::Command::Request { request, method, .. } if method == "OPTIONS" => Some(*request),
                _ => None,
            })
            .last()
    }
}

pub(crate) fn server() -> sip::ServerTarget {
    sip::ServerTarget::new(sip::Transport::Wss, "meet.example", 443, "/webrtc/wss/")
}

pub(crate) fn failed(cause: sip::Cause, status: Option<u16>) -> sip::Failure {
    let originator = sip::Originator::Remote;
    sip::Failure { originator, cause, status, reason: cause.to_string(), retry_after: None, peer_reason: None }
}

pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub(crate) fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}
