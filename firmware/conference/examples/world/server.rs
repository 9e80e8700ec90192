//! A conference server: registers everybody, puts every call into a room, and speaks the vendor's dialect.

use std::collections::VecDeque;
use std::time::Instant;

use roombox_conference::vendor::{ClientMessage, Room as VendorRoom, VendorMessage};
use roombox_sip::api::{Body, Cause, Command, Event, FlowId, FlowInput, HeaderLine, Output, RequestId, SessionId};
use roombox_sip::endpoint::{self, Endpoint, EndpointConfig, EndpointStatus};
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::Node;

use super::DOMAIN;
use super::journal::Journal;

const SDP: &str = "v=0\r\no=- 2 2 IN IP4 127.0.0.2\r\ns=-\r\nt=0 0\r\n";

/// News for the server.
pub(crate) enum ServerInput {
    /// It calls the room.
    Call,
    /// Of the network.
    Flow(FlowId, FlowInput),
    /// It hangs up.
    HangUp,
    /// It says this in the call.
    Say(VendorMessage),
}

/// A conference server with one room.
pub(crate) struct Server {
    endpoint: Endpoint,
    call: Option<SessionId>,
    /// Where the room can be reached.
    contact: Option<(FlowId, String)>,
    outputs: VecDeque<Output>,
    requests: u64,
    journal: Journal,
}

impl Server {
    pub(super) fn new(seed: u64, journal: Journal) -> Self {
        let config = EndpointConfig::server(format!("sip:focus@{DOMAIN}"), "127.0.0.2:443");
        let endpoint = Endpoint::new(config, seed);
        Self { endpoint, call: None, contact: None, outputs: VecDeque::new(), requests: 0, journal }
    }

    fn settle(&mut self, now: Instant) {
        while let Some(output) = self.endpoint.poll_output() {
            if let Output::Event(event) = &output {
                self.heard(now, event);
            }
            self.outputs.push_back(output);
        }
    }

    fn heard(&mut self, now: Instant, event: &Event) {
        match event {
            Event::Request { request, method, headers, flow, .. } if method == "REGISTER" => {
                self.register(now, *request, *flow, headers);
            }
            Event::Incoming { session, from_uri, .. } => {
                self.journal.say(now, "server", &format!("takes the call of {from_uri}"));
                self.call = Some(*session);
                self.command(now, Command::Accept { session: *session, body: Some(Body::sdp(SDP)), headers: vec![] });
            }
            Event::Accepted { session, .. } => self.call = Some(*session),
            Event::Confirmed { .. } => self.speak(
                now,
                &VendorMessage::EnterRoom(VendorRoom {
                    name: "Board Meeting".into(),
                    participant: "Room A".into(),
                    token: None,
                    is_direct_peer_to_peer: false,
                }),
            ),
            Event::Offer { session, .. } => {
                let answer = Ok(Body::sdp(SDP));
                self.command(now, Command::AnswerOffer { session: *session, answer });
            }
            Event::Info { headers, body, .. } if ClientMessage::parse(headers, body.as_ref()).is_some() => {
                self.journal.info(now, "hears", headers, body.as_ref());
            }
            Event::Ended { failure, .. } => {
                self.journal.say(now, "server", &format!("the call is over: {}", failure.cause));
                self.call = None;
            }
            _ => {}
        }
    }

    fn register(&mut self, now: Instant, request: RequestId, flow: FlowId, headers: &[HeaderLine]) {
        let contact = headers.iter().find(|line| line.name.eq_ignore_ascii_case("Contact"));
        let bare = contact.and_then(|line| line.value.split(";expires=").next()).unwrap_or_default();
        let uri = bare.trim_start_matches('<').split('>').next().unwrap_or_default();
        self.contact = Some((flow, uri.to_owned()));
        let headers = vec![HeaderLine::new("Contact", format!("{bare};expires=300"))];
        self.command(now, Command::Respond { request, status: 200, reason: None, headers, body: None });
    }

    fn speak(&mut self, now: Instant, message: &VendorMessage) {
        let (Some(session), Some(info)) = (self.call, message.info()) else { return };
        self.requests += 1;
        self.journal.info(now, "sends", &info.headers, info.body.as_ref());
        self.command(now, info.command(session, RequestId(self.requests)));
    }

    fn call_room(&mut self, now: Instant) {
        let Some((flow, contact)) = self.contact.clone() else { return };
        let command = Command::invite(SessionId(1), contact, Body::sdp(SDP), Vec::new());
        self.endpoint.handle_input(now, endpoint::Input::CommandOn { flow, command });
    }

    fn command(&mut self, now: Instant, command: Command) {
        self.endpoint.handle_input(now, endpoint::Input::Command(command));
    }
}

impl Machine for Server {
    type Input = ServerInput;
    type Output = Output;
    type Status = EndpointStatus;

    fn handle_input(&mut self, now: Instant, input: ServerInput) {
        match input {
            ServerInput::Call => self.call_room(now),
            ServerInput::Flow(flow, input) => self.endpoint.handle_input(now, endpoint::Input::Flow { flow, input }),
            ServerInput::HangUp => {
                if let Some(session) = self.call {
                    self.command(now, Command::Terminate { session, cause: Cause::Bye });
                }
            }
            ServerInput::Say(message) => self.speak(now, &message),
        }
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.endpoint.handle_timeout(now);
        self.settle(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.endpoint.next_deadline()
    }

    fn status(&self) -> EndpointStatus {
        self.endpoint.status()
    }
}

impl Node for Server {
    fn flow_input(flow: FlowId, input: FlowInput) -> ServerInput {
        ServerInput::Flow(flow, input)
    }
}
