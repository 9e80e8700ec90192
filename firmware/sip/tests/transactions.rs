//! The four transaction machines of RFC 3261 section 17 with RFC 6026, timer by timer.
#![allow(clippy::disallowed_methods, reason = "virtual time needs some first instant")]

use std::time::{Duration, Instant};

use roombox_sip::api::{FlowId, Transport};
use roombox_sip::message::parse::parse;
use roombox_sip::message::{Message, Request, Response};
use roombox_sip::transaction::{Arrival, Outcome, Path, TransactionId, Transactions};

const UDP: Path = Path { flow: FlowId(1), reliable: false };
const TCP: Path = Path { flow: FlowId(2), reliable: true };

/// Transactions with a clock; `sent` holds the virtual milliseconds and the first line of everything sent.
struct Bench {
    all: Transactions,
    now: Instant,
    sent: Vec<(u128, String)>,
    start: Instant,
}

impl Bench {
    fn new() -> Self {
        let start = Instant::now();
        Self { all: Transactions::default(), now: start, sent: Vec::new(), start }
    }

    fn collect(&mut self) {
        while let Some((_, bytes)) = self.all.poll_send() {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let line = text.lines().next().unwrap_or_default().replace(" SIP/2.0", "").replace("SIP/2.0 ", "");
            self.sent.push((self.now.duration_since(self.start).as_millis(), line));
        }
    }

    fn client(&mut self, path: Path, method: &str) -> TransactionId {
        let id = self.all.send_request(self.now, path, request(method, "c"));
        self.collect();
        id
    }

    fn server(&mut self, path: Path, method: &str) -> TransactionId {
        match self.all.receive_request(self.now, path, &request(method, "s")) {
            Arrival::New(id) => id,
            other => panic!("{other:?}"),
        }
    }

    fn again(&mut self, path: Path, method: &str) -> Arrival {
        let arrival = self.all.receive_request(self.now, path, &request(method, "s"));
        self.collect();
        arrival
    }

    fn respond(&mut self, id: TransactionId, method: &str, status: u16) {
        let response = Response::to(&request(method, "s"), status, None, Some("t"));
        self.all.respond(self.now, id, &response);
        self.collect();
    }

    fn answered(&mut self, method: &str, status: u16) {
        let response = Response::to(&request(method, "c"), status, None, Some("t"));
        self.all.receive_response(self.now, response);
        self.collect();
    }

    /// Lets time pass, timer by timer.
    fn pass(&mut self, ms: u64) {
        let end = self.now + Duration::from_millis(ms);
        while let Some(at) = self.all.next_deadline().filter(|at| *at <= end) {
            self.now = at;
            self.all.handle_timeout(at);
            self.collect();
        }
        self.now = end;
    }

    fn times(&self, line: &str) -> Vec<u128> {
        self.sent.iter().filter(|(_, l)| l.starts_with(line)).map(|(at, _)| *at).collect()
    }

    /// Statuses and failures told to the layer above since the last call.
    fn told(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.all.poll_event())
            .map(|event| match event.outcome {
                Outcome::Response(response) => response.status.to_string(),
                Outcome::Timeout => "timeout".into(),
                Outcome::FlowLost => "flow lost".into(),
            })
            .collect()
    }
}

fn request(method: &str, branch: &str) -> Request {
    let text = format!(
        "{method} sip:room@lab.example SIP/2.0\r\nVia: SIP/2.0/UDP a.example;branch=z9hG4bK{branch}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:a@a.example>;tag=f\r\nTo: <sip:room@lab.example>\r\nCall-ID: {branch}\r\n\
         CSeq: 1 {method}\r\nRoute: <sip:edge.example;lr>\r\nContent-Length: 0\r\n\r\n"
    );
    match parse(&text.into_bytes().into(), Transport::Udp.into()).expect("well-formed").message {
        Message::Request(request) => request,
        Message::Response(_) => panic!("a request"),
    }
}

#[test]
fn an_invite_over_udp_is_repeated_with_doubling_gaps_until_timer_b() {
    let mut bench = Bench::new();
    bench.client(UDP, "INVITE");
    bench.pass(60_000);
    assert_eq!(bench.times("INVITE"), [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    assert_eq!(bench.told(), ["timeout"]);
    assert!(bench.all.is_empty());
}

#[test]
fn an_invite_over_a_reliable_transport_is_sent_once() {
    let mut bench = Bench::new();
    bench.client(TCP, "INVITE");
    bench.pass(60_000);
    assert_eq!(bench.times("INVITE"), [0]);
    assert_eq!(bench.told(), ["timeout"]);
}

#[test]
fn a_provisional_response_ends_the_repetition_of_an_invite_and_its_time_limit() {
    let mut bench = Bench::new();
    bench.client(UDP, "INVITE");
    bench.pass(600);
    bench.answered("INVITE", 180);
    bench.pass(170_000);
    assert_eq!(bench.times("INVITE"), [0, 500]);
    assert_eq!(bench.told(), ["180"]);
    assert_eq!(bench.all.len(), 1);
}

#[test]
fn a_refused_invite_is_acknowledged_as_often_as_the_refusal_comes_for_32_seconds() {
    let mut bench = Bench::new();
    bench.client(UDP, "INVITE");
    bench.answered("INVITE", 486);
    bench.pass(1_000);
    bench.answered("INVITE", 486);
    assert_eq!(bench.times("ACK"), [0, 1_000]);
    assert_eq!(bench.told(), ["486"]);
    bench.pass(30_999);
    assert_eq!(bench.all.len(), 1);
    bench.pass(1);
    assert!(bench.all.is_empty());
}

#[test]
fn a_refused_invite_over_a_reliable_transport_is_over_with_its_ack() {
    let mut bench = Bench::new();
    bench.client(TCP, "INVITE");
    bench.answered("INVITE", 486);
    assert_eq!(bench.times("ACK"), [0]);
    assert!(bench.all.is_empty());
}

#[test]
fn every_2xx_to_an_invite_is_told_for_32_seconds_and_none_is_acknowledged_here() {
    let mut bench = Bench::new();
    bench.client(TCP, "INVITE");
    bench.answered("INVITE", 200);
    bench.pass(31_000);
    bench.answered("INVITE", 200);
    assert_eq!(bench.told(), ["200", "200"]);
    assert!(bench.times("ACK").is_empty());
    bench.pass(1_000);
    assert!(bench.all.is_empty());
    bench.answered("INVITE", 200);
    assert!(bench.told().is_empty());
}

#[test]
fn a_refusal_after_a_2xx_is_not_told() {
    let mut bench = Bench::new();
    bench.client(TCP, "INVITE");
    bench.answered("INVITE", 200);
    bench.answered("INVITE", 486);
    bench.answered("INVITE", 180);
    assert_eq!(bench.told(), ["200"]);
}

#[test]
fn a_request_over_udp_is_repeated_up_to_every_four_seconds_until_timer_f() {
    let mut bench = Bench::new();
    bench.client(UDP, "OPTIONS");
    bench.pass(60_000);
    let expected = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
    assert_eq!(bench.times("OPTIONS"), expected);
    assert_eq!(bench.told(), ["timeout"]);
}

#[test]
fn a_provisional_response_slows_a_request_down_and_leaves_its_time_limit() {
    let mut bench = Bench::new();
    bench.client(UDP, "OPTIONS");
    bench.pass(100);
    bench.answered("OPTIONS", 100);
    bench.pass(60_000);
    assert_eq!(bench.times("OPTIONS")[..3], [0, 4_100, 8_100]);
    assert_eq!(bench.told(), ["100", "timeout"]);
}

#[test]
fn an_answered_request_absorbs_repetitions_for_five_seconds_over_udp_only() {
    let mut bench = Bench::new();
    bench.client(UDP, "OPTIONS");
    bench.answered("OPTIONS", 200);
    bench.pass(4_999);
    bench.answered("OPTIONS", 200);
    assert_eq!((bench.told(), bench.all.len()), (vec!["200".to_string()], 1));
    bench.pass(1);
    assert!(bench.all.is_empty());
    bench.client(TCP, "OPTIONS");
    bench.answered("OPTIONS", 200);
    assert!(bench.all.is_empty());
}

#[test]
fn a_response_of_another_method_or_branch_fits_no_transaction() {
    let mut bench = Bench::new();
    bench.client(TCP, "INVITE");
    bench.answered("CANCEL", 200);
    bench.all.receive_response(bench.now, Response::to(&request("INVITE", "other"), 200, None, Some("t")));
    assert!(bench.told().is_empty());
    assert_eq!(bench.all.len(), 1);
}

#[test]
fn a_repeated_invite_gets_the_last_provisional_response_again() {
    let mut bench = Bench::new();
    let id = bench.server(UDP, "INVITE");
    bench.respond(id, "INVITE", 100);
    bench.respond(id, "INVITE", 180);
    assert_eq!(bench.again(UDP, "INVITE"), Arrival::Handled);
    assert_eq!(
        bench.sent.iter().map(|(_, l)| l.as_str()).collect::<Vec<_>>(),
        ["100 Trying", "180 Ringing", "180 Ringing"]
    );
}

#[test]
fn a_refusal_over_udp_is_repeated_until_its_ack_and_then_for_timer_i_absorbed() {
    let mut bench = Bench::new();
    let id = bench.server(UDP, "INVITE");
    bench.respond(id, "INVITE", 486);
    bench.pass(4_000);
    assert_eq!(bench.times("486"), [0, 500, 1_500, 3_500]);
    assert_eq!(bench.again(UDP, "ACK"), Arrival::Handled);
    bench.pass(4_999);
    assert_eq!(bench.times("486").len(), 4);
    assert_eq!(bench.all.len(), 1);
    bench.pass(1);
    assert!(bench.all.is_empty());
}

#[test]
fn a_refusal_that_is_never_acknowledged_ends_with_timer_h() {
    for path in [UDP, TCP] {
        let mut bench = Bench::new();
        let id = bench.server(path, "INVITE");
        bench.respond(id, "INVITE", 486);
        bench.pass(31_999);
        assert_eq!(bench.all.len(), 1);
        bench.pass(1);
        assert!(bench.all.is_empty());
        assert_eq!(bench.times("486").len(), if path.reliable { 1 } else { 11 });
    }
}

#[test]
fn an_ack_for_a_refusal_over_a_reliable_transport_ends_the_transaction() {
    let mut bench = Bench::new();
    let id = bench.server(TCP, "INVITE");
    bench.respond(id, "INVITE", 486);
    bench.again(TCP, "ACK");
    assert!(bench.all.is_empty());
}

#[test]
fn an_accepted_invite_absorbs_repetitions_and_hands_its_acks_on_for_timer_l() {
    let mut bench = Bench::new();
    let id = bench.server(UDP, "INVITE");
    bench.respond(id, "INVITE", 200);
    bench.pass(31_000);
    assert_eq!(bench.again(UDP, "INVITE"), Arrival::Handled);
    assert_eq!(bench.again(UDP, "ACK"), Arrival::Ack);
    // The session repeats a 2xx, not the transaction.
    assert_eq!(bench.times("200"), [0]);
    bench.pass(1_000);
    assert!(bench.all.is_empty());
}

#[test]
fn a_second_final_response_is_not_sent() {
    let mut bench = Bench::new();
    let id = bench.server(TCP, "INVITE");
    bench.respond(id, "INVITE", 200);
    bench.respond(id, "INVITE", 486);
    bench.respond(id, "INVITE", 180);
    assert_eq!(bench.sent.len(), 1);
}

#[test]
fn a_repeated_request_gets_its_answer_again_until_timer_j_over_udp() {
    let mut bench = Bench::new();
    let id = bench.server(UDP, "OPTIONS");
    assert_eq!(bench.again(UDP, "OPTIONS"), Arrival::Handled);
    assert!(bench.sent.is_empty());
    bench.respond(id, "OPTIONS", 200);
    bench.pass(31_000);
    bench.again(UDP, "OPTIONS");
    assert_eq!(bench.times("200"), [0, 31_000]);
    bench.pass(1_000);
    assert!(bench.all.is_empty());
}

#[test]
fn an_answered_request_over_a_reliable_transport_is_over() {
    let mut bench = Bench::new();
    let id = bench.server(TCP, "OPTIONS");
    bench.respond(id, "OPTIONS", 200);
    assert!(bench.all.is_empty());
}

#[test]
fn a_request_that_nobody_answers_is_forgotten_when_its_sender_has_given_up() {
    let mut bench = Bench::new();
    bench.server(TCP, "OPTIONS");
    bench.pass(32_000);
    assert!(bench.all.is_empty());
}

#[test]
fn the_same_request_by_another_way_is_merged_until_the_first_is_over() {
    let mut bench = Bench::new();
    let first = bench.server(UDP, "INVITE");
    let mut copy = request("INVITE", "s");
    copy.headers.set("Via", "SIP/2.0/UDP a.example;branch=z9hG4bKother");
    assert!(matches!(bench.all.receive_request(bench.now, UDP, &copy), Arrival::Merged(_)));
    bench.respond(first, "INVITE", 486);
    bench.again(UDP, "ACK");
    bench.pass(60_000);
    copy.headers.set("Via", "SIP/2.0/UDP a.example;branch=z9hG4bKthird");
    assert!(matches!(bench.all.receive_request(bench.now, UDP, &copy), Arrival::Merged(_)), "the copy is unanswered");
}

#[test]
fn a_cancel_finds_its_invite_and_is_a_transaction_of_its_own() {
    let mut bench = Bench::new();
    let invite = bench.server(UDP, "INVITE");
    let cancel = bench.server(UDP, "CANCEL");
    assert_ne!(invite, cancel);
    assert_eq!(bench.all.cancelled_by(&request("CANCEL", "s")), Some(invite));
    assert_eq!(bench.all.cancelled_by(&request("CANCEL", "x")), None);
}

#[test]
fn a_cancelled_invite_that_stays_without_a_final_response_is_given_up_after_32_seconds() {
    let mut bench = Bench::new();
    let id = bench.client(UDP, "INVITE");
    bench.answered("INVITE", 180);
    bench.pass(100_000);
    bench.all.give_up_later(bench.now, id);
    bench.pass(31_999);
    assert_eq!(bench.told(), ["180"]);
    bench.pass(1);
    assert_eq!(bench.told(), ["timeout"]);
}

#[test]
fn a_provisional_response_does_not_prolong_the_wait_of_an_invite_that_was_given_up() {
    let mut bench = Bench::new();
    let id = bench.client(UDP, "INVITE");
    bench.answered("INVITE", 180);
    bench.all.give_up_later(bench.now, id);
    bench.pass(20_000);
    bench.answered("INVITE", 180);
    bench.all.give_up_later(bench.now, id);
    bench.pass(12_000);
    assert_eq!(bench.told(), ["180", "180", "timeout"]);
    assert!(bench.all.is_empty());
}

#[test]
fn an_ack_for_a_refusal_keeps_branch_and_route_of_the_invite_and_the_tag_of_the_answer() {
    let mut all = Transactions::default();
    let now = Instant::now();
    all.send_request(now, TCP, request("INVITE", "c"));
    all.poll_send();
    all.receive_response(now, Response::to(&request("INVITE", "c"), 404, None, Some("theirs")));
    let (_, bytes) = all.poll_send().expect("the ACK");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    for part in ["branch=z9hG4bKc", "Route: <sip:edge.example;lr>", ";tag=theirs", "CSeq: 1 ACK", "Max-Forwards: 70"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn the_loss_of_a_flow_ends_what_waits_on_it_and_nothing_else() {
    let mut bench = Bench::new();
    bench.client(TCP, "INVITE");
    bench.all.send_request(bench.now, UDP, request("OPTIONS", "o"));
    bench.server(TCP, "INVITE");
    bench.all.flow_lost(TCP.flow);
    assert_eq!(bench.told(), ["flow lost"]);
    assert_eq!(bench.all.len(), 1);
}

#[test]
fn requests_without_the_cookie_are_matched_as_rfc_2543_asks() {
    let mut bench = Bench::new();
    let mut old = request("INVITE", "s");
    old.headers.set("Via", "SIP/2.0/UDP a.example");
    let Arrival::New(id) = bench.all.receive_request(bench.now, UDP, &old) else { panic!("new") };
    assert_eq!(bench.all.receive_request(bench.now, UDP, &old), Arrival::Handled);
    let mut ack = request("ACK", "s");
    ack.headers.set("Via", "SIP/2.0/UDP a.example");
    bench.all.respond(bench.now, id, &Response::to(&old, 486, None, Some("t")));
    assert_eq!(bench.all.receive_request(bench.now, UDP, &ack), Arrival::Handled);
    bench.pass(5_000);
    assert!(bench.all.is_empty());
}

#[test]
fn ten_thousand_transactions_leave_nothing_behind() {
    let mut bench = Bench::new();
    for n in 0..5_000 {
        bench.all.send_request(bench.now, UDP, request("OPTIONS", &format!("c{n}")));
        bench.all.receive_request(bench.now, UDP, &request("OPTIONS", &format!("s{n}")));
    }
    assert_eq!(bench.all.len(), 10_000);
    bench.pass(40_000);
    assert_eq!(bench.told().len(), 5_000);
    assert!(bench.all.is_empty() && bench.all.next_deadline().is_none());
    assert_eq!(bench.all.take_over().len(), 5_000);
}
