//! Where a domain is served, asked of a name server over the network.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the tests play the name server")]

mod common;

use common::name_server::{Manner, NameServer, naptr, srv};
use common::{Authority, Echo, Side, options};
use hickory_resolver::proto::op::ResponseCode;
use roombox_sip::api::{FlowError, FlowId, ServerTarget, Transport};
use roombox_sip::locate::Wish;
use roombox_sip_transports::{NameServers, Resolver};

async fn locate(
    server: &NameServer,
    domain: &str,
    transport: Option<Transport>,
) -> Result<Vec<ServerTarget>, FlowError> {
    let wish = Wish { domain: domain.into(), transport, path: "/ws".into() };
    Resolver::new(NameServers::at(server.address)).locate(wish, 1).await
}

#[tokio::test]
async fn naptr_and_srv_records_of_a_real_name_server_lead_to_the_places() {
    let zone = vec![
        naptr("example.com.", 10, "SIPS+D2T", "_sips._tcp.example.com."),
        naptr("example.com.", 20, "SIP+D2U", "_sip._udp.example.com."),
        srv("_sips._tcp.example.com.", 2, 0, 5061, "backup.example.net."),
        srv("_sips._tcp.example.com.", 1, 0, 5071, "first.example.net."),
    ];
    let server = NameServer::start(zone, Manner::Knows).await;
    let found = locate(&server, "example.com", None).await.expect("places");
    let hosts: Vec<_> = found.iter().map(|place| (place.host.as_str(), place.port, place.name())).collect();
    assert_eq!(hosts, [("first.example.net", 5071, "example.com"), ("backup.example.net", 5061, "example.com")]);
}

#[tokio::test]
async fn a_server_found_by_srv_is_reached_and_proves_the_domain() {
    let authority = Authority::new();
    let echo = Echo::start(options(Transport::Tls, Some(authority.server("example.org", 2090))));
    let zone = vec![srv("_sips._tcp.example.org.", 1, 0, echo.address.port(), "localhost.")];
    let server = NameServer::start(zone, Manner::Knows).await;
    let found = locate(&server, "example.org", None).await.expect("the place");
    let mut client = Side::new(authority.client());
    client.transports.open(FlowId(1), found[0].clone());
    assert_eq!(client.opened().await, Transport::Tls);
    // The host's own name is not the one that was asked for.
    let direct = ServerTarget { server_name: None, ..found[0].clone() };
    client.transports.open(FlowId(2), direct);
    let error = client.closed().await;
    assert!(matches!(&error, FlowError::Certificate(why) if why.contains("not for localhost")), "{error}");
}

#[tokio::test]
async fn a_domain_without_records_is_its_own_host() {
    let server = NameServer::start(Vec::new(), Manner::Knows).await;
    let found = locate(&server, "pbx.example", Some(Transport::Udp)).await.expect("the host");
    assert_eq!(found, [ServerTarget::new(Transport::Udp, "pbx.example", 5060, "")]);
}

#[tokio::test]
async fn bytes_that_are_no_answer_do_not_end_the_search() {
    let zone = vec![srv("_sip._udp.a.b.", 1, 0, 5062, "h.a.b.")];
    let server = NameServer::start(zone, Manner::Babbles).await;
    let found = locate(&server, "a.b", Some(Transport::Udp)).await.expect("the place");
    assert_eq!((found[0].host.as_str(), found[0].port), ("h.a.b", 5062));
}

#[tokio::test]
async fn a_name_server_that_refuses_is_told() {
    for code in [ResponseCode::Refused, ResponseCode::ServFail] {
        let server = NameServer::start(Vec::new(), Manner::Fails(code)).await;
        let error = locate(&server, "a.b", Some(Transport::Tcp)).await.expect_err("refused");
        // A box without network has another trouble to tell of.
        let told = match &error {
            FlowError::NameNotFound(words) | FlowError::Unreachable(words) => words.contains("a.b"),
            _ => false,
        };
        assert!(told, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_server_that_never_answers_is_waited_for_in_vain_but_not_for_ever() {
    let server = NameServer::start(Vec::new(), Manner::Silent).await;
    let begin = tokio::time::Instant::now();
    let error = locate(&server, "a.b", None).await.expect_err("silence");
    assert!(matches!(error, FlowError::Timeout(_) | FlowError::Unreachable(_)), "{error}");
    assert!(begin.elapsed() <= std::time::Duration::from_secs(11), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn an_address_needs_no_name_server() {
    let found = Resolver::system()
        .locate(Wish { domain: "192.0.2.1:5070".into(), transport: Some(Transport::Tcp), path: String::new() }, 1)
        .await;
    assert_eq!(found, Ok(vec![ServerTarget::new(Transport::Tcp, "192.0.2.1", 5070, "")]));
}
