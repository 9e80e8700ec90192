//! Where a domain is served, with the DNS answered by hand.
#![allow(clippy::disallowed_methods, reason = "any instant will do as the start of virtual time")]

use std::time::{Duration, Instant};

use roombox_sip::api::{FlowError, ServerTarget, Transport};
use roombox_sip::locate::{DnsFailure, LocateError, Locator, Naptr, Output, Question, Record, Srv, Wish};
use roombox_sip::machine::Machine;

type Outcome = Result<Vec<ServerTarget>, LocateError>;

/// What the DNS of a test knows.
#[derive(Clone, Default)]
struct Zone(Vec<(Question, Result<Vec<Record>, DnsFailure>)>);

impl Zone {
    fn with(mut self, question: Question, records: Vec<Record>) -> Self {
        self.0.push((question, Ok(records)));
        self
    }

    fn failing(mut self, question: Question, failure: DnsFailure) -> Self {
        self.0.push((question, Err(failure)));
        self
    }

    fn answer(&self, question: &Question) -> Result<Vec<Record>, DnsFailure> {
        self.0.iter().find(|(known, _)| known == question).map_or(Err(DnsFailure::NotFound), |(_, a)| a.clone())
    }
}

fn naptr_question(name: &str) -> Question {
    Question::Naptr(name.into())
}

fn srv_question(name: &str) -> Question {
    Question::Srv(name.into())
}

fn naptr(order: u16, preference: u16, service: &str, replacement: &str) -> Record {
    let (flags, regexp) = ("s".into(), String::new());
    Record::Naptr(Naptr { order, preference, flags, service: service.into(), regexp, replacement: replacement.into() })
}

fn srv(priority: u16, weight: u16, port: u16, target: &str) -> Record {
    Record::Srv(Srv { priority, weight, port, target: target.into() })
}

/// Searches with everything asked answered at once; gives the questions too.
fn search(zone: &Zone, domain: &str, transport: Option<Transport>, seed: u64) -> (Vec<Question>, Outcome) {
    let now = Instant::now();
    let wish = Wish { domain: domain.into(), transport, path: "/ws".into() };
    let mut locator = Locator::new(now, wish, seed);
    let mut asked = Vec::new();
    loop {
        match locator.poll_output().expect("a search ends") {
            Output::Ask(question) => {
                let answer = zone.answer(&question);
                asked.push(question.clone());
                locator.handle_input(now, (question, answer));
            }
            Output::Done(outcome) => {
                assert_eq!((locator.next_deadline(), locator.status()), (None, true), "nothing is left over");
                return (asked, outcome);
            }
        }
    }
}

fn places(zone: &Zone, domain: &str, transport: Option<Transport>) -> Vec<String> {
    let outcome = search(zone, domain, transport, 1).1.expect("places");
    outcome.iter().map(|p| format!("{:?} {}:{} {} {}", p.transport, p.host, p.port, p.path, p.name())).collect()
}

#[test]
fn naptr_records_lead_to_srv_records_and_only_secure_ones_count() {
    let zone = Zone::default()
        .with(
            naptr_question("example.com"),
            vec![
                naptr(90, 50, "SIP+D2T", "_sip._tcp.example.com"),
                naptr(50, 60, "SIPS+D2W", "_sips._ws.example.com."),
                naptr(50, 50, "SIPS+D2T", "_sips._tcp.example.com."),
            ],
        )
        .with(srv_question("_sips._tcp.example.com"), vec![srv(0, 1, 5061, "server1.example.com.")])
        .with(srv_question("_sips._ws.example.com"), vec![srv(0, 1, 443, "Edge.example.net.")]);
    assert_eq!(
        places(&zone, "example.com", None),
        ["Tls server1.example.com:5061  example.com".to_owned(), "Wss edge.example.net:443 /ws example.com".to_owned()]
    );
}

#[test]
fn a_service_of_a_later_order_is_not_looked_at() {
    let zone = Zone::default().with(
        naptr_question("example.com"),
        vec![naptr(10, 1, "SIPS+D2T", "a.example.com"), naptr(20, 1, "SIPS+D2W", "b.example.com")],
    );
    let (asked, _) = search(&zone, "example.com", None, 1);
    assert_eq!(asked, [naptr_question("example.com"), srv_question("a.example.com")]);
}

#[test]
fn records_of_other_applications_and_regular_expressions_are_passed_over() {
    let other = |flags: &str, service: &str, regexp: &str| {
        let (flags, service, regexp) = (flags.into(), service.into(), regexp.into());
        Record::Naptr(Naptr { order: 1, preference: 1, flags, service, regexp, replacement: "x.example.com".into() })
    };
    let zone = Zone::default().with(
        naptr_question("example.com"),
        vec![
            other("u", "E2U+sip", "!^.*$!sip:a@b!"),
            other("a", "SIPS+D2T", ""),
            other("s", "SIPS+D2T", "!x!y!"),
            other("s", "SIPS+D2S", ""),
            naptr(1, 1, "SIPS+D2T", "."),
            naptr(1, 1, "SIPS+D2T", "a b.example.com"),
        ],
    );
    let (asked, _) = search(&zone, "example.com", None, 1);
    assert_eq!(asked[1..], [srv_question("_sips._tcp.example.com")]);
}

#[test]
fn without_naptr_records_the_well_known_name_is_asked() {
    for failure in [DnsFailure::NotFound, DnsFailure::Timeout, DnsFailure::Server("NOTIMP".into())] {
        let zone = Zone::default()
            .failing(naptr_question("example.com"), failure)
            .with(srv_question("_sips._tcp.example.com"), vec![srv(0, 0, 5071, "s.example.com")]);
        assert_eq!(places(&zone, "example.com", None), ["Tls s.example.com:5071  example.com"]);
    }
}

#[test]
fn a_transport_asked_for_goes_straight_to_its_srv_name() {
    for (transport, name) in
        [(Transport::Udp, "_sip._udp.a.b"), (Transport::Tcp, "_sip._tcp.a.b"), (Transport::Tls, "_sips._tcp.a.b")]
    {
        let zone = Zone::default().with(srv_question(name), vec![srv(0, 0, 7, "h.b")]);
        let (asked, outcome) = search(&zone, "A.B.", Some(transport), 1);
        assert_eq!(asked, [srv_question(name)]);
        let place = &outcome.expect("a place")[0];
        assert_eq!((place.transport, place.host.as_str(), place.port), (transport, "h.b", 7));
    }
}

#[test]
fn websockets_are_found_by_naptr_only() {
    let zone = Zone::default()
        .with(
            naptr_question("a.b"),
            vec![
                naptr(1, 1, "SIPS+D2T", "tls.a.b"),
                naptr(2, 1, "sips+d2w", "edge.a.b"),
                naptr(3, 1, "SIP+D2W", "p.a.b"),
            ],
        )
        .with(srv_question("edge.a.b"), vec![srv(1, 1, 8443, "e1.a.b")]);
    assert_eq!(places(&zone, "a.b", Some(Transport::Wss)), ["Wss e1.a.b:8443 /ws a.b"]);
    let (asked, outcome) = search(&Zone::default(), "a.b", Some(Transport::Ws), 1);
    assert_eq!(asked, [naptr_question("a.b")], "there is no SRV name for WebSockets");
    assert_eq!(outcome.expect("the domain itself"), [ServerTarget::new(Transport::Ws, "a.b", 80, "/ws")]);
}

#[test]
fn without_any_record_the_domain_itself_is_the_host() {
    for (transport, port) in [
        (Transport::Udp, 5060),
        (Transport::Tcp, 5060),
        (Transport::Tls, 5061),
        (Transport::Ws, 80),
        (Transport::Wss, 443),
    ] {
        let found = search(&Zone::default(), "pbx.example", Some(transport), 1).1.expect("the host");
        assert_eq!((found[0].transport, found[0].host.as_str(), found[0].port), (transport, "pbx.example", port));
        assert_eq!(found[0].server_name, None);
    }
    assert_eq!(places(&Zone::default(), "pbx.example", None), ["Tls pbx.example:5061  pbx.example"]);
}

#[test]
fn addresses_and_explicit_ports_ask_nothing() {
    for (given, expected) in [
        ("192.0.2.7", "Tls 192.0.2.7:5061  192.0.2.7"),
        ("[2001:db8::1]", "Tls 2001:db8::1:5061  2001:db8::1"),
        ("2001:db8::1", "Tls 2001:db8::1:5061  2001:db8::1"),
        ("[2001:db8::1]:7", "Tls 2001:db8::1:7  2001:db8::1"),
        ("pbx.example:5070", "Tls pbx.example:5070  pbx.example"),
    ] {
        let (asked, _) = search(&Zone::default(), given, None, 1);
        assert_eq!(asked, [], "{given}");
        assert_eq!(places(&Zone::default(), given, None), [expected]);
    }
}

#[test]
fn what_is_no_name_is_refused() {
    let long = "a".repeat(64);
    for given in ["", " ", "a b", "a..b", "a.b:0", "a.b:99999", "sip:a.b", "a/b", "[::1", "<a>", &long, "a\r\nb"] {
        let (asked, outcome) = search(&Zone::default(), given, None, 1);
        assert_eq!((asked.len(), outcome), (0, Err(LocateError::Name(given.into()))));
    }
}

#[test]
fn a_dot_says_that_the_service_is_not_there() {
    let zone = Zone::default().with(srv_question("_sip._udp.a.b"), vec![srv(0, 0, 0, ".")]);
    let outcome = search(&zone, "a.b", Some(Transport::Udp), 1).1;
    assert_eq!(outcome, Err(LocateError::NotOffered("a.b".into())));
    assert!(matches!(FlowError::from(outcome.expect_err("declined")), FlowError::NameNotFound(_)));
}

#[test]
fn a_lost_network_and_a_silent_name_server_are_told_apart() {
    let unreachable = DnsFailure::Unreachable("no route".into());
    let no_network = Zone::default().failing(naptr_question("a.b"), unreachable);
    let (asked, outcome) = search(&no_network, "a.b", None, 1);
    assert_eq!(asked.len(), 1, "without network the next question is as vain");
    assert!(matches!(FlowError::from(outcome.expect_err("no network")), FlowError::Unreachable(_)));
    let silent = Zone::default()
        .failing(naptr_question("a.b"), DnsFailure::Timeout)
        .failing(srv_question("_sips._tcp.a.b"), DnsFailure::Timeout);
    let outcome = search(&silent, "a.b", None, 1).1;
    assert!(matches!(FlowError::from(outcome.expect_err("silence")), FlowError::Timeout(_)));
}

#[test]
fn one_service_that_answers_is_enough() {
    let zone = Zone::default()
        .with(naptr_question("a.b"), vec![naptr(1, 1, "SIPS+D2T", "x.a.b"), naptr(1, 2, "SIPS+D2W", "y.a.b")])
        .failing(srv_question("x.a.b"), DnsFailure::Timeout)
        .with(srv_question("y.a.b"), vec![srv(0, 0, 443, "h.a.b")]);
    assert_eq!(places(&zone, "a.b", None), ["Wss h.a.b:443 /ws a.b"]);
}

#[test]
fn a_search_without_answers_ends_in_time() {
    let now = Instant::now();
    let mut locator = Locator::new(now, Wish { domain: "a.b".into(), transport: None, path: String::new() }, 1);
    assert_eq!(locator.poll_output(), Some(Output::Ask(naptr_question("a.b"))));
    let end = locator.next_deadline().expect("a limit");
    assert!(end <= now + Duration::from_secs(10));
    locator.handle_timeout(end);
    let failure = LocateError::Dns { domain: "a.b".into(), source: DnsFailure::Timeout };
    assert_eq!(locator.poll_output(), Some(Output::Done(Err(failure))));
    locator.handle_input(end, (naptr_question("a.b"), Ok(Vec::new())));
    assert_eq!((locator.poll_output(), locator.next_deadline()), (None, None), "a late answer starts nothing");
}

#[test]
fn priorities_are_kept_and_weights_are_shares() {
    let records = vec![
        srv(2, 100, 1, "last.a.b"),
        srv(1, 60, 1, "often.a.b"),
        srv(1, 20, 1, "seldom.a.b"),
        srv(1, 0, 1, "hardly.a.b"),
    ];
    let zone = Zone::default().with(srv_question("_sip._udp.a.b"), records);
    let mut first = std::collections::BTreeMap::new();
    for seed in 0..4000 {
        let found = search(&zone, "a.b", Some(Transport::Udp), seed).1.expect("places");
        assert_eq!(found[3].host, "last.a.b");
        *first.entry(found[0].host.clone()).or_insert(0) += 1;
    }
    // RFC 2782 draws a whole number in 0..=80: 1/81 for weight 0, 20/81 and 60/81; each within five deviations.
    assert!((20..=80).contains(&first["hardly.a.b"]), "{first:?}");
    assert!((850..=1125).contains(&first["seldom.a.b"]), "{first:?}");
    assert!((2820..=3105).contains(&first["often.a.b"]), "{first:?}");
}

#[test]
fn the_same_seed_gives_the_same_order_whatever_the_order_of_the_answer() {
    let mut records: Vec<_> = (0..10).map(|n| srv(1, n, 5060, &format!("h{n}.a.b"))).collect();
    let ask = |records: &[Record]| {
        let zone = Zone::default().with(srv_question("_sip._udp.a.b"), records.to_vec());
        search(&zone, "a.b", Some(Transport::Udp), 7).1.expect("places")
    };
    let one = ask(&records);
    records.reverse();
    assert_eq!(one, ask(&records));
    assert_eq!(one.len(), 10);
}

#[test]
fn long_answers_are_cut_and_nonsense_in_them_is_dropped() {
    let mut records: Vec<_> = (0..500).map(|n| srv(n, 0, 5060, &format!("h{}.a.b", n / 2))).collect();
    records.insert(0, srv(0, 0, 0, "port-zero.a.b"));
    records.insert(0, srv(0, 0, 5060, "with space.a.b"));
    records.insert(0, naptr(0, 0, "SIP+D2U", "x.a.b"));
    let zone = Zone::default().with(srv_question("_sip._udp.a.b"), records);
    let found = search(&zone, "a.b", Some(Transport::Udp), 1).1.expect("places");
    assert!(found.len() <= 32 && found[0].host == "h0.a.b", "{found:?}");
    assert_ne!(found[0], found[1], "nothing is tried twice in a row");
}
