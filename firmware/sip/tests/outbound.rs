//! RFC 5626 and its relatives: several flows, keep-alive, GRUU, Service-Route, rport.
#![allow(clippy::disallowed_methods, reason = "virtual time needs some first instant")]

mod common;

use std::time::Duration;

use common::bench::Bench;
use common::config;
use roombox_sip::agent::{ConnectionState, Input, KeepAlive, RegistrationState};
use roombox_sip::api::{
    AgentEvent, Command, FlowChange, FlowError, FlowId, FlowInput, RequestId, Server, ServerTarget, Transport,
};
use roombox_sip::message::{Message, Response};

const OUTBOUND: (&str, &str) = ("Require", "outbound");

fn two_flows() -> Bench {
    let mut config = config(Transport::Tcp, "secret");
    config.outbound_flows = 2;
    config.servers.push(Server::At(ServerTarget::new(Transport::Tcp, "second.example", 5060, "")));
    let mut bench = Bench::connected(config, 1);
    let register = bench.register();
    assert_eq!(bench.opened.len(), 1, "the second flow waits for the first");
    bench.grant(&register, &[OUTBOUND]);
    bench
}

/// Both flows stand and are registered.
fn both() -> Bench {
    let mut bench = two_flows();
    assert_eq!(bench.host(), "second.example");
    bench.accept();
    let register = bench.register();
    assert!(register.1.headers.get("Contact").is_some_and(|c| c.contains("reg-id=2")));
    bench.grant(&register, &[OUTBOUND]);
    assert_eq!(bench.status().flows.iter().filter(|f| f.registration == RegistrationState::Registered).count(), 2);
    bench
}

fn flow_of_next_request(bench: &mut Bench, n: u64) -> FlowId {
    let (method, target) = ("MESSAGE".to_string(), "sip:x@lab.example".to_string());
    bench.tell(Input::Command(Command::Request { request: RequestId(n), method, target, headers: vec![], body: None }));
    bench.request("MESSAGE").expect("sent").0
}

#[test]
fn the_second_flow_has_its_own_server_and_reg_id() {
    let mut bench = both();
    assert!(bench.told().iter().any(|e| matches!(e, AgentEvent::Flow { reg_id: 2, .. })));
    assert_eq!(flow_of_next_request(&mut bench, 1), FlowId(1));
}

#[test]
fn the_loss_of_one_flow_is_no_loss_for_the_room() {
    let mut bench = both();
    bench.told();
    bench.flow_input(FlowId(1), FlowInput::Closed(FlowError::Closed("gone".into())));
    let told = bench.told();
    assert!(
        matches!(
            told[..],
            [AgentEvent::Flow { reg_id: 1, change: FlowChange::Disconnected { retry_in_ms: Some(6000..=7500), .. } }]
        ),
        "{told:?}"
    );
    assert_eq!(bench.status().registration, RegistrationState::Registered);
    assert_eq!(flow_of_next_request(&mut bench, 1), FlowId(2));
    bench.flow_input(FlowId(2), FlowInput::Closed(FlowError::Closed("gone".into())));
    assert!(matches!(bench.told()[..], [AgentEvent::Disconnected { .. }]), "now it is one");
}

#[test]
fn calls_go_on_over_the_flow_that_stands() {
    let mut bench = both();
    let body = common::sdp("v=0");
    bench.tell(Input::Command(Command::invite(common::OUT, "sip:conf@lab.example", body, vec![])));
    let invite = bench.request("INVITE").expect("sent");
    let mut ok = Response::to(&invite.1, 200, None, Some("far"));
    ok.headers.push("Contact", "<sip:conf@lab.example>");
    ok.set_body(Some(&common::sdp("v=0")));
    bench.flow_input(invite.0, FlowInput::Received(ok.to_bytes()));
    bench.flow_input(FlowId(1), FlowInput::Closed(FlowError::Closed("gone".into())));
    assert_eq!(bench.status().endpoint.sessions, [common::OUT]);
    let probe = bench.request("OPTIONS").expect("the peer is asked whether it knows the call");
    assert_eq!(probe.0, FlowId(2));
}

#[test]
fn without_outbound_at_the_registrar_there_is_no_second_telephone() {
    let mut config = config(Transport::Tcp, "secret");
    config.outbound_flows = 2;
    config.servers.push(Server::At(ServerTarget::new(Transport::Tcp, "second.example", 5060, "")));
    let mut bench = Bench::connected(config, 2);
    let register = bench.register();
    bench.grant(&register, &[]);
    bench.live(Duration::from_mins(1));
    assert!(bench.opened.iter().all(|(_, server)| server.host != "second.example"));
}

#[test]
fn what_the_registrar_teaches_is_used() {
    let mut bench = Bench::connected(config(Transport::Tcp, "secret"), 3);
    let register = bench.register();
    let contact = register.1.headers.get("Contact").expect("a contact").to_string();
    let gruu = "sip:room@lab.example;gr=urn:uuid:1";
    let contact = format!("{contact};pub-gruu=\"{gruu}\";temp-gruu=\"sip:t1@lab.example;gr\"");
    let routes = "<sip:edge.example;lr>, <sip:core.example;lr>";
    bench.answer(&register, 200, &[("Contact", &contact), ("Service-Route", routes)]);
    let target = "sip:x@lab.example".to_string();
    let command =
        Command::Request { request: RequestId(1), method: "INFO".into(), target, headers: vec![], body: None };
    bench.tell(Input::Command(command));
    let (flow, request) = bench.request("INFO").expect("sent");
    let sent: Vec<_> = request.headers.all("Route").collect();
    assert_eq!(sent, ["<sip:edge.example;lr>", "<sip:core.example;lr>"]);
    assert_eq!(request.headers.get("Contact"), Some(format!("<{gruu}>").as_str()));
    let options = "OPTIONS sip:t1@lab.example;gr SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
    bench.flow_input(flow, FlowInput::Received(options.into()));
    assert!(bench.sent.iter().any(|(_, bytes)| bytes.starts_with(b"SIP/2.0 200")), "the temporary name is ours");
    bench.live(Duration::from_secs(270));
    let refresh = bench.register();
    assert_eq!(refresh.1.headers.get("Route"), None, "REGISTER goes straight (RFC 3608)");
    assert!(
        refresh.1.headers.get("Contact").is_some_and(|c| c.contains(".invalid")),
        "and names the flow, not the GRUU"
    );
}

#[test]
fn over_udp_the_contact_is_where_the_server_sees_us() {
    let mut config = config(Transport::Udp, "secret");
    config.endpoint.credentials = None;
    let mut bench = Bench::connected(config, 4);
    let seen = |bench: &mut Bench, register: &(FlowId, roombox_sip::message::Request), port: u16| {
        let mut request = register.1.clone();
        let via = request
            .headers
            .get("Via")
            .expect("a Via")
            .replace(";rport", &format!(";rport={port};received=203.0.113.5"));
        request.headers.set("Via", via);
        bench.grant(&(register.0, request), &[]);
    };
    let first = bench.register();
    seen(&mut bench, &first, 40_000);
    let second = bench.register();
    let contacts = second.1.headers.addresses("Contact").expect("contacts");
    assert!(contacts[0].uri.ends_with("@203.0.113.5:40000"), "{contacts:?}");
    assert!(contacts[1].uri.ends_with(".invalid") && contacts[1].params.get("expires") == Some("0"));
    seen(&mut bench, &second, 40_001);
    assert!(bench.request("REGISTER").is_none(), "a NAT that changes its mind each time is not followed at once");
    assert_eq!(bench.told().iter().filter(|e| matches!(e, AgentEvent::Registered { .. })).count(), 1);
}

/// A server that answers everything but, from some time on, nothing; gives how long it took to be found out.
fn found_out_after(transport: Transport, pongs: bool, keep_alive: KeepAlive, alive: u64, seed: u64) -> Duration {
    let mut config = config(transport, "secret");
    config.keep_alive = keep_alive;
    let mut bench = Bench::connected(config, seed);
    let end = bench.now + Duration::from_secs(alive);
    let mut heard = bench.now;
    while bench.now < end {
        while let Some((flow, bytes)) = bench.sent.pop_front() {
            heard = bench.now;
            if &bytes[..] == b"\r\n\r\n" {
                if pongs {
                    bench.flow_input(flow, FlowInput::Received("\r\n".into()));
                }
                continue;
            }
            let parsed = roombox_sip::message::parse::parse(&bytes, Transport::Udp.into()).expect("ours");
            if let Message::Request(request) = parsed.message {
                if request.method == "REGISTER" {
                    bench.grant(&(flow, request), &[]);
                } else {
                    bench.answer(&(flow, request), 200, &[]);
                }
            }
        }
        bench.pass(Duration::from_millis(100));
    }
    bench.told();
    while bench.status().connection == ConnectionState::Connected {
        bench.pass(Duration::from_millis(100));
        assert!(bench.now - heard < Duration::from_mins(5), "never found out");
    }
    bench.now - heard
}

#[test]
fn a_half_open_connection_is_found_within_half_a_minute_in_every_configuration() {
    let long = KeepAlive { interval: Duration::from_hours(1), timeout: Duration::from_mins(1) };
    for (seed, transport) in (0..).zip([Transport::Udp, Transport::Tcp, Transport::Tls, Transport::Ws, Transport::Wss])
    {
        for pongs in [false, true] {
            for keep_alive in [KeepAlive::default(), long] {
                for alive in [0, 20, 100] {
                    let took = found_out_after(transport, pongs, keep_alive, alive, seed);
                    assert!(took <= Duration::from_secs(31), "{transport:?} {pongs} {keep_alive:?} {alive}: {took:?}");
                }
            }
        }
    }
}

#[test]
fn a_peer_that_answers_crlf_is_asked_with_crlf_only() {
    let mut bench = Bench::connected(config(Transport::Wss, "secret"), 5);
    let register = bench.register();
    bench.grant(&register, &[]);
    let crlf = |bench: &Bench| bench.sent.iter().filter(|(_, bytes)| &bytes[..] == b"\r\n\r\n").count();
    bench.pass(Duration::from_secs(16));
    assert_eq!((crlf(&bench), bench.sent.len()), (1, 2), "first in both ways");
    let options = bench.request("OPTIONS").expect("sent");
    bench.answer(&options, 200, &[]);
    bench.pass(Duration::from_secs(16));
    assert_eq!(crlf(&bench), 0, "it did not answer CRLF");
    let options = bench.request("OPTIONS").expect("sent");
    bench.flow_input(options.0, FlowInput::Received("\r\n".into()));
    bench.answer(&options, 200, &[]);
    bench.pass(Duration::from_secs(16));
    assert_eq!((crlf(&bench), bench.sent.len()), (1, 1), "it does after all");
}

#[test]
fn the_flow_timer_of_the_server_is_kept_whatever_it_sends() {
    let mut bench = Bench::connected(config(Transport::Tcp, "secret"), 6);
    let register = bench.register();
    bench.grant(&register, &[OUTBOUND, ("Flow-Timer", "10")]);
    let mut pings = 0;
    for _ in 0..60 {
        bench.pass(Duration::from_secs(1));
        pings += bench.sent.iter().filter(|(_, bytes)| &bytes[..] == b"\r\n\r\n").count();
        bench.sent.clear();
        bench.flow_input(register.0, FlowInput::Received("\r\n".into()));
    }
    assert!((6..=8).contains(&pings), "{pings} in a minute");
    assert!(bench.status().flows[0].outbound);
}

#[test]
fn a_server_that_answers_crlf_but_never_options_is_alive() {
    let mut bench = Bench::connected(config(Transport::Tcp, "secret"), 7);
    let register = bench.register();
    bench.grant(&register, &[]);
    for _ in 0..120 {
        bench.pass(Duration::from_secs(1));
        if bench.sent.drain(..).any(|(_, bytes)| &bytes[..] == b"\r\n\r\n") {
            bench.flow_input(register.0, FlowInput::Received("\r\n".into()));
        }
    }
    assert_eq!(bench.opened.len(), 1);
}
