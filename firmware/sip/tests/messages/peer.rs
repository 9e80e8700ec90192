//! A stranger on the wire of a live server endpoint.

use std::time::Instant;

use roombox_sip::api::{Body, Command, Event, FlowId, FlowInput, Output, RequestId, Transport};
use roombox_sip::check::{Decision, Kind, Verdict};
use roombox_sip::endpoint::{Endpoint, EndpointConfig, Input};
use roombox_sip::machine::Machine;

const FLOW: FlowId = FlowId(1);

#[derive(Debug)]
pub(crate) struct Peer {
    /// The endpoint gave the connection up.
    pub(crate) closed: bool,
    endpoint: Endpoint,
    pub(crate) events: Vec<Event>,
    pub(crate) sent: Vec<Vec<u8>>,
}

impl Peer {
    pub(crate) fn new(transport: Transport) -> Self {
        Self::of(EndpointConfig::server("sip:lab@box.example", "box.example"), transport)
    }

    /// Of a box, which takes requests for `room-12` only.
    pub(crate) fn of_box(transport: Transport) -> Self {
        Self::of(EndpointConfig::client("sip:room-12@box.example"), transport)
    }

    fn of(config: EndpointConfig, transport: Transport) -> Self {
        let endpoint = Endpoint::new(config, 1);
        let mut peer = Self { closed: false, endpoint, events: Vec::new(), sent: Vec::new() };
        peer.input(Input::Flow { flow: FLOW, input: FlowInput::Opened(transport) });
        peer
    }

    fn input(&mut self, input: Input) {
        self.endpoint.handle_input(Instant::now(), input);
        while let Some(output) = self.endpoint.poll_output() {
            match output {
                Output::Send { bytes, .. } => self.sent.push(bytes.to_vec()),
                Output::Event(event) => self.events.push(event),
                Output::CloseFlow(_) => self.closed = true,
                other => panic!("nobody asked for {other:?}"),
            }
        }
    }

    /// Answers the call that came in.
    pub(crate) fn accept(&mut self) {
        let Some(Event::Incoming { session, .. }) = self.events.last() else { panic!("no call") };
        let (session, body) = (*session, Some(Body::sdp("v=0")));
        self.input(Input::Command(Command::Accept { session, body, headers: vec![] }));
    }

    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        self.input(Input::Flow { flow: FLOW, input: FlowInput::Received(bytes.to_vec().into()) });
    }

    /// What the endpoint does otherwise than the check says.
    pub(crate) fn disagrees(mut self, bytes: &[u8], verdict: &Verdict) -> Option<String> {
        if verdict.kind == Kind::Response {
            return self.disagrees_on_response(bytes, verdict.verdict);
        }
        self.receive(bytes);
        if verdict.verdict == Decision::Accept {
            // On a stream another request may follow, with an answer of its own.
            let method = bytes.split(|b| *b == b' ').next().map(String::from_utf8_lossy).unwrap_or_default();
            let end = format!(" {method}\r\n");
            self.sent.retain(|sent| String::from_utf8_lossy(sent).contains(&end));
        }
        let first = self.sent.first().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let answer = first.as_deref().and_then(|text| text.lines().next()).unwrap_or("no answer").to_owned();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok());
        let agrees = match (verdict.verdict, verdict.status) {
            (Decision::Reject, None) => first.is_none() && self.events.is_empty(),
            (Decision::Reject, Some(wanted)) => {
                let told = wanted != 400 || answer.ends_with(&verdict.reason);
                status == Some(wanted) && told && self.events.is_empty()
            }
            // What is inside a dialog finds none here.
            (Decision::Accept, _) => {
                status.is_none_or(|s| s < 300 || s == 481) && (first.is_some() || !self.events.is_empty())
            }
        };
        (!agrees).then(|| format!("{answer}, {} events", self.events.len()))
    }

    /// Gives the response the branch and CSeq of a request of ours; a taken one becomes an event.
    fn disagrees_on_response(mut self, bytes: &[u8], decision: Decision) -> Option<String> {
        let (request, target) = (RequestId(1), "sip:anna@example.net".into());
        let method = "OPTIONS".into();
        let command = Command::Request { request, method, target, headers: vec![], body: None };
        self.input(Input::CommandOn { flow: FLOW, command });
        let sent = String::from_utf8_lossy(self.sent.last()?).into_owned();
        let line = |name: &str| sent.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        let (mut text, mut via_seen) = (String::new(), false);
        for old in String::from_utf8_lossy(bytes).split_inclusive("\r\n") {
            if old.starts_with("Via:") && !via_seen {
                via_seen = true;
                text.push_str(&line("Via:"));
                text.push_str("\r\n");
            } else if old.starts_with("CSeq:") && decision == Decision::Accept {
                text.push_str(&line("CSeq:"));
                text.push_str("\r\n");
            } else {
                text.push_str(&old.replace(" INVITE\r\n", " OPTIONS\r\n"));
            }
        }
        let provisional = text.starts_with("SIP/2.0 1");
        self.receive(text.as_bytes());
        let taken =
            provisional || self.events.iter().any(|event| matches!(event, Event::Response { outcome: Ok(_), .. }));
        (taken != (decision == Decision::Accept)).then(|| format!("{} events", self.events.len()))
    }
}
