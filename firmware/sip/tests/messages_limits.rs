//! Whatever a stream brings, memory and time stay bounded.
#![allow(clippy::disallowed_methods, reason = "virtual time needs some first instant")]

use std::time::{Duration, Instant};

use bytes::Bytes;
use roombox_sip::api::{FlowId, FlowInput, Output, Transport};
use roombox_sip::endpoint::{Endpoint, EndpointConfig, Input};
use roombox_sip::machine::Machine;
use roombox_sip::message::framing::{Frame, Framing, FramingError, StreamFramer};
use roombox_sip::message::limits::{MAX_HEAD, MAX_HEADERS, MAX_MESSAGE};
use roombox_sip::message::parse::parse;
use roombox_sip::message::{Headers, Message};

const FLOW: FlowId = FlowId(1);
const HALF: &[u8] = b"OPTIONS sip:room@box.example SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\n";

struct Stream {
    endpoint: Endpoint,
    now: Instant,
}

impl Stream {
    fn new() -> Self {
        let mut endpoint = Endpoint::new(EndpointConfig::client("sip:room@box.example"), 1);
        let now = Instant::now();
        endpoint.handle_input(now, Input::Flow { flow: FLOW, input: FlowInput::Opened(Transport::Tcp) });
        Self { endpoint, now }
    }

    /// The outputs of these bytes.
    fn receive(&mut self, bytes: &[u8]) -> Vec<Output> {
        let input = FlowInput::Received(Bytes::copy_from_slice(bytes));
        self.endpoint.handle_input(self.now, Input::Flow { flow: FLOW, input });
        self.outputs()
    }

    fn pass(&mut self, time: Duration) -> Vec<Output> {
        self.now += time;
        self.endpoint.handle_timeout(self.now);
        self.outputs()
    }

    fn outputs(&mut self) -> Vec<Output> {
        std::iter::from_fn(|| self.endpoint.poll_output()).collect()
    }
}

fn closes(outputs: &[Output]) -> bool {
    outputs.iter().any(|output| matches!(output, Output::CloseFlow(FLOW)))
}

#[test]
fn a_message_that_stays_half_closes_the_connection() {
    let mut stream = Stream::new();
    stream.receive(HALF);
    assert_eq!(stream.endpoint.next_deadline(), Some(stream.now + Duration::from_secs(32)));
    assert!(!closes(&stream.pass(Duration::from_secs(31))));
    assert!(closes(&stream.pass(Duration::from_secs(1))));
    assert_eq!((stream.endpoint.status().flows, stream.endpoint.next_deadline()), (0, None));
}

#[test]
fn a_trickle_of_octets_gains_no_time() {
    let mut stream = Stream::new();
    let closed = (0..40).any(|_| closes(&stream.receive(b"x")) || closes(&stream.pass(Duration::from_secs(1))));
    assert!(closed);
}

#[test]
fn a_whole_message_leaves_no_deadline_and_the_next_one_has_all_its_time() {
    let mut stream = Stream::new();
    let keep_alive = stream.receive(b"\r\n\r\n");
    assert!(matches!(keep_alive[..], [Output::Send { .. }]));
    assert_eq!(stream.endpoint.next_deadline(), None);
    stream.receive(HALF);
    stream.pass(Duration::from_secs(30));
    stream.receive(b"l: 0\r\n\r\nOPTIONS");
    assert!(!closes(&stream.pass(Duration::from_secs(30))));
    assert!(closes(&stream.pass(Duration::from_secs(2))));
}

#[test]
fn a_million_header_lines_are_refused_after_the_first() {
    let mut framer = StreamFramer::default();
    framer.push(HALF);
    let mut given = Vec::new();
    for _ in 0..1_000 {
        framer.push(&b"X: y\r\n".repeat(1_000));
        match framer.next_frame() {
            Ok(Some(frame)) => given.push(frame),
            Ok(None) => {}
            Err(error) => assert_eq!(error, FramingError::TooLarge),
        }
    }
    let [Frame::Message(head)] = &given[..] else { panic!("{} frames", given.len()) };
    assert_eq!(head.len(), MAX_HEAD + 1);
    let parsed = parse(head, Framing::Stream).expect("as much as can be answered");
    assert_eq!(parsed.defect.map(|defect| defect.status), Some(513));
    let Message::Request(request) = parsed.message else { panic!("a request") };
    assert_eq!(request.headers.lines().len(), MAX_HEADERS);
    assert!(request.headers.get("Via").is_some());
}

#[test]
fn a_content_length_beyond_reason_reserves_nothing() {
    for length in ["2147483648", "18446744073709551615", "99999999999999999999999999"] {
        let mut framer = StreamFramer::default();
        framer.push(&[HALF, format!("Content-Length: {length}\r\n\r\n").as_bytes()].concat());
        assert!(matches!(framer.next_frame(), Ok(Some(Frame::Message(_)))), "to be answered");
        framer.push(&[b'x'; 1_000]);
        assert!(framer.next_frame().is_err(), "{length}");
        assert!(!framer.is_unfinished(), "nothing is kept");
    }
}

#[test]
fn the_largest_body_passes_and_one_octet_more_does_not() {
    for (size, status) in [(MAX_MESSAGE, None), (MAX_MESSAGE + 1, Some(513))] {
        let head = format!("Content-Length: {size}\r\n\r\n");
        let bytes = Bytes::from([HALF, head.as_bytes(), &vec![b'x'; size]].concat());
        for framing in [Framing::Datagram, Framing::WebSocket, Framing::Stream] {
            let parsed = parse(&bytes, framing).expect("a message");
            assert_eq!(parsed.defect.map(|defect| defect.status), status);
        }
    }
}

#[test]
fn a_header_folded_over_the_whole_section_takes_its_own_size() {
    let folded = "\r\n x".repeat(MAX_HEAD / 5);
    let text = format!("OPTIONS sip:a@b SIP/2.0\r\nSubject:{folded}\r\n\r\n");
    let parsed = parse(&Bytes::from(text), Framing::Datagram).expect("a message");
    let Message::Request(request) = parsed.message else { panic!("a request") };
    assert_eq!(request.headers.get("Subject").map(str::len), Some(2 * (MAX_HEAD / 5) - 1));
}

#[test]
fn a_header_section_keeps_no_body_alive() {
    let bytes = Bytes::from([HALF, b"\r\n", &vec![b'x'; 100_000]].concat());
    let headers: Headers = match parse(&bytes, Framing::Datagram).expect("a message").message {
        Message::Request(request) => request.headers,
        Message::Response(response) => response.headers,
    };
    assert!(bytes.is_unique(), "the headers have a copy of the header section alone");
    assert!(headers.get("Via").is_some());
}
