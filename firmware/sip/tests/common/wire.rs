//! One endpoint at the end of a wire: hand-made bytes in, bytes and events out.

use std::time::{Duration, Instant};

use roombox_sip::api::{Body, Cause, Command, Event, FlowId, FlowInput, Output, SessionId, Transport};
use roombox_sip::endpoint::{Endpoint, EndpointConfig, Input};
use roombox_sip::machine::Machine;

pub const FLOW: FlowId = FlowId(1);

pub struct Wire {
    pub endpoint: Endpoint,
    pub events: Vec<Event>,
    pub now: Instant,
    pub sent: Vec<String>,
}

impl Wire {
    pub fn new(transport: Transport) -> Self {
        Self::with(transport, EndpointConfig::client("sip:room@lab.example"))
    }

    pub fn with(transport: Transport, config: EndpointConfig) -> Self {
        let endpoint = Endpoint::new(config, 1);
        let mut wire = Self { endpoint, events: Vec::new(), now: Instant::now(), sent: Vec::new() };
        wire.input(Input::Flow { flow: FLOW, input: FlowInput::Opened(transport) });
        wire
    }

    pub fn input(&mut self, input: Input) {
        self.endpoint.handle_input(self.now, input);
        self.drain();
    }

    pub fn command(&mut self, command: Command) {
        self.input(Input::Command(command));
    }

    /// Lets this much time pass, with every timer at its moment.
    pub fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.endpoint.next_deadline().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.endpoint.handle_timeout(self.now);
            self.drain();
        }
        self.now = end;
    }

    /// The events since the last call.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Answers the last request that was sent.
    pub fn respond(&mut self, status: u16, extra: &str) {
        let request = self.last().to_string();
        self.receive(&response_to(&request, status, extra));
    }

    fn drain(&mut self) {
        while let Some(output) = self.endpoint.poll_output() {
            match output {
                Output::Send { bytes, .. } => self.sent.push(String::from_utf8_lossy(&bytes).into_owned()),
                Output::Event(event) => self.events.push(event),
                _ => {}
            }
        }
    }

    pub fn receive(&mut self, text: &str) {
        let bytes = text.replace('\n', "\r\n").into_bytes().into();
        self.input(Input::Flow { flow: FLOW, input: FlowInput::Received(bytes) });
    }

    /// The status of the answer to a request.
    pub fn answer(&mut self, text: &str) -> Option<u16> {
        let before = self.sent.len();
        self.receive(text);
        self.sent.get(before).and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok())
    }

    pub fn last(&self) -> &str {
        self.sent.last().map_or("", String::as_str)
    }
}

pub fn request(method: &str, branch: &str, extra: &str) -> String {
    format!(
        "{method} sip:room@lab.example SIP/2.0\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK{branch}\nFrom: <sip:a@b>;tag=f\n\
         To: <sip:room@lab.example>\nCall-ID: c\nCSeq: 1 {method}\nMax-Forwards: 70\nContact: <sip:a@x.invalid>\n{extra}\n"
    )
}

/// A header line of a message, with its name.
pub fn line(message: &str, name: &str) -> String {
    let found = message.lines().find(|line| line.starts_with(&format!("{name}:")));
    found.unwrap_or_default().trim_end().to_string()
}

/// The value of a header of a message.
pub fn value(message: &str, name: &str) -> String {
    line(message, name).split_once(": ").map(|(_, value)| value.to_string()).unwrap_or_default()
}

/// An answer to a request that the wire sent; outside a dialog the tag of To is `far`.
pub fn response_to(request: &str, status: u16, extra: &str) -> String {
    let to = line(request, "To");
    let tag = if to.contains(";tag=") { "" } else { ";tag=far" };
    let copied = ["Via", "From", "Call-ID", "CSeq"].map(|name| line(request, name)).join("\n");
    format!("SIP/2.0 {status} X\n{copied}\n{to}{tag}\n{extra}\n")
}

/// A call that came in from `sip:a@b` and was answered; gives To with our tag.
pub fn in_call(wire: &mut Wire) -> (SessionId, String) {
    wire.receive(&request("INVITE", "call", ""));
    let session = wire.events.iter().find_map(|e| match e {
        Event::Incoming { session, .. } => Some(*session),
        _ => None,
    });
    let session = session.expect("a call came");
    wire.command(Command::Accept { session, body: Some(Body::sdp("x")), headers: vec![] });
    let to = value(wire.last(), "To");
    wire.receive(&inside(&to, "ACK", 1, "Content-Type: application/sdp\nContent-Length: 3\n\nv=0"));
    wire.take_events();
    (session, to)
}

/// A request of `sip:a@b` inside the call of [`in_call`].
pub fn inside(to: &str, method: &str, cseq: u32, extra: &str) -> String {
    let message = request(method, &format!("{method}{cseq}"), extra).replace("CSeq: 1", &format!("CSeq: {cseq}"));
    message.replace("To: <sip:room@lab.example>", &format!("To: {to}"))
}

/// The one thing told is that a request had no answer in time, and the call goes on.
pub fn only_timed_out(wire: &mut Wire, session: SessionId) {
    let events = wire.take_events();
    assert!(
        matches!(&events[..], [Event::Response { outcome: Err(failure), .. }]
        if failure.cause == Cause::RequestTimeout),
        "{events:?}"
    );
    assert_eq!(wire.endpoint.status().sessions, [session]);
}
