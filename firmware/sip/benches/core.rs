//! Whole transactions and calls a second through the pure core, both ends included: every message is written, read and
//! answered, and every timer runs in virtual time. CPU time of one core.
//!
//! `cargo bench -p roombox-sip --bench core`
#![allow(missing_docs, reason = "the macros make the functions")]
#![allow(clippy::disallowed_methods, reason = "virtual time needs some first instant")]

mod cpu_time;

use std::time::{Duration, Instant};

use cpu_time::CpuTime;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use roombox_sip::api::{
    Body, Cause, Command, Event, FlowId, FlowInput, HeaderLine, Output, RequestId, SessionId, Transport,
};
use roombox_sip::digest::Verifier;
use roombox_sip::digest::server::Asked;
use roombox_sip::endpoint::{Credentials, Endpoint, EndpointConfig, Input};
use roombox_sip::machine::Machine;

const FLOW: FlowId = FlowId(1);
/// Virtual time between two calls: what lingers for 32 s after each (RFC 6026) is there as it would be at ten a second.
const PAUSE: Duration = Duration::from_millis(100);
const OFFER: &str =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";

/// A user agent and a server on one secure WebSocket that takes no time.
struct Pair {
    client: Endpoint,
    server: Endpoint,
    now: Instant,
    number: u64,
    done: u64,
    verifier: Verifier,
}

fn login() -> Credentials {
    Credentials { username: "room".into(), password: "secret".into() }
}

impl Pair {
    fn new() -> Self {
        let mut config = EndpointConfig::client("sip:room@lab.example");
        config.credentials = Some(login());
        let client = Endpoint::new(config, 1);
        let server = Endpoint::new(EndpointConfig::server("sip:lab@lab.example", "lab.example"), 2);
        let mut pair =
            Self { client, server, now: Instant::now(), number: 0, done: 0, verifier: Verifier::new("lab", 3) };
        let opened = || Input::Flow { flow: FLOW, input: FlowInput::Opened(Transport::Wss) };
        pair.client.handle_input(pair.now, opened());
        pair.server.handle_input(pair.now, opened());
        pair
    }

    fn next(&mut self) -> u64 {
        self.now += PAUSE;
        for end in [&mut self.client, &mut self.server] {
            while end.next_deadline().is_some_and(|at| at <= self.now) {
                end.handle_timeout(self.now);
            }
        }
        self.number += 1;
        self.number
    }

    fn tell_client(&mut self, command: Command) {
        self.client.handle_input(self.now, Input::Command(command));
        self.carry();
    }

    fn carry(&mut self) {
        loop {
            if let Some(output) = self.client.poll_output() {
                match output {
                    Output::Send { bytes, .. } => self.server.handle_input(self.now, received(bytes)),
                    Output::Event(event) => self.client_told(&event),
                    _ => {}
                }
            } else if let Some(output) = self.server.poll_output() {
                match output {
                    Output::Send { bytes, .. } => self.client.handle_input(self.now, received(bytes)),
                    Output::Event(event) => self.server_told(event),
                    _ => {}
                }
            } else {
                return;
            }
        }
    }

    fn client_told(&mut self, event: &Event) {
        match *event {
            Event::Confirmed { session } => {
                let bye = Command::Terminate { session, cause: Cause::Bye };
                self.client.handle_input(self.now, Input::Command(bye));
            }
            Event::Ended { .. } | Event::Response { .. } => self.done += 1,
            _ => {}
        }
    }

    fn server_told(&mut self, event: Event) {
        let command = match event {
            Event::Incoming { session, .. } => {
                Command::Accept { session, body: Some(Body::sdp(OFFER)), headers: Vec::new() }
            }
            Event::Request { request, headers, .. } => {
                let (status, headers) = self.answer(headers);
                Command::Respond { request, status, reason: None, headers, body: None }
            }
            _ => return,
        };
        self.server.handle_input(self.now, Input::Command(command));
    }

    fn answer(&mut self, headers: Vec<HeaderLine>) -> (u16, Vec<HeaderLine>) {
        let shown = headers.iter().find(|line| line.name == "Authorization").map_or("", |line| &line.value);
        let asked = Asked { method: "REGISTER", uri: "sip:lab.example", body: b"" };
        if self.verifier.verify(self.now, asked, shown, |_| Some(login())).is_ok() {
            return (200, headers.into_iter().filter(|line| line.name == "Contact").collect());
        }
        let lines = self.verifier.challenge(self.now, false);
        (401, lines.into_iter().map(|value| HeaderLine::new("WWW-Authenticate", value)).collect())
    }

    /// INVITE, 100, 180, 200, ACK, BYE, 200.
    fn call(&mut self) {
        let session = SessionId(self.next());
        self.tell_client(Command::invite(session, "sip:conf@lab.example", Body::sdp(OFFER), Vec::new()));
    }

    /// REGISTER with digest, checked, 200; the nonce is used again as long as it lives.
    fn register(&mut self) {
        let request = RequestId(self.next());
        let (method, target) = ("REGISTER".to_owned(), "sip:lab.example".to_owned());
        let headers = vec![HeaderLine::new("Expires", "300")];
        self.tell_client(Command::Request { request, method, target, headers, body: None });
    }
}

fn received(bytes: bytes::Bytes) -> Input {
    Input::Flow { flow: FLOW, input: FlowInput::Received(bytes) }
}

fn core(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("core");
    group.throughput(Throughput::Elements(1));
    for (name, run) in [("REGISTER with digest to 200", Pair::register as fn(&mut Pair)), ("INVITE to BYE", Pair::call)]
    {
        group.bench_function(name, |bencher| {
            let mut pair = Pair::new();
            bencher.iter(|| run(&mut pair));
            assert_eq!(pair.done, pair.number, "every one came to its end");
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = core
}
criterion_main!(benches);
