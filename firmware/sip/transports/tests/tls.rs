//! Whom a client trusts over TLS, how it shows itself, and what it says when that does not fit.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the tests play the other side of the socket")]

mod common;

use bytes::Bytes;
use common::tls_server::{Whim, start};
use common::{Authority, Echo, Side, options, target};
use roombox_sip::api::{FlowError, FlowId, FlowInput, ServerTarget, Transport};
use roombox_sip_transports::{ClientTls, ClientTlsOptions, Pem, ServerTls, TlsError, TlsVersion};
use rustls::version::{TLS12, TLS13};
use sha2::{Digest, Sha256};

fn trusting(authority: &Authority) -> ClientTlsOptions {
    ClientTlsOptions { authority: Some(Pem::Text(authority.pem.clone())), ..ClientTlsOptions::default() }
}

fn side(options: &ClientTlsOptions) -> Side {
    Side::new(ClientTls::with(options).expect("good settings"))
}

/// Opens a flow and sends a message through it and back.
async fn talks(options: &ClientTlsOptions, server: ServerTarget) {
    let mut client = side(options);
    client.transports.open(FlowId(1), server);
    client.opened().await;
    client.transports.send(FlowId(1), Bytes::from_static(b"OPTIONS"));
    assert_eq!(client.received().await, "OPTIONS");
}

/// Opens a flow that fails at once, or, as TLS 1.3 has it for clients that are refused, after it seemed to be open.
async fn refusal(options: &ClientTlsOptions, server: ServerTarget) -> FlowError {
    let mut client = side(options);
    client.transports.open(FlowId(1), server);
    match client.next().await.1 {
        FlowInput::Closed(error) => error,
        FlowInput::Opened(_) => client.closed().await,
        other @ FlowInput::Received(_) => panic!("{other:?}"),
    }
}

fn is_certificate(error: &FlowError, words: &str) -> bool {
    matches!(error, FlowError::Certificate(why) if why.contains(words))
}

#[tokio::test]
async fn servers_of_tls_1_2_and_1_3_are_both_taken() {
    let authority = Authority::new();
    for version in [&TLS12, &TLS13] {
        let server = start(&authority, Whim { versions: &[version], clients_of: None }).await;
        talks(&trusting(&authority), server).await;
    }
}

#[tokio::test]
async fn an_old_version_is_refused_where_1_3_is_demanded() {
    let authority = Authority::new();
    let strict = ClientTlsOptions { min_version: TlsVersion::V13, ..trusting(&authority) };
    let old = start(&authority, Whim { versions: &[&TLS12], clients_of: None }).await;
    let error = refusal(&strict, old).await;
    assert!(matches!(&error, FlowError::Handshake(why) if why.contains("none of the TLS versions")), "{error}");
    talks(&strict, start(&authority, Whim { versions: &[&TLS13], clients_of: None }).await).await;
}

#[tokio::test]
async fn a_client_with_the_right_certificate_is_let_in() {
    let (authority, club) = (Authority::new(), Authority::new());
    let (certificate, key) = club.certificate(&["room-5.example"], 2020, 2090);
    let member = ClientTlsOptions { identity: Some((Pem::Text(certificate), Pem::Text(key))), ..trusting(&authority) };
    for version in [&TLS12, &TLS13] {
        let server = start(&authority, Whim { versions: &[version], clients_of: Some(&club) }).await;
        talks(&member, server).await;
    }
}

#[tokio::test]
async fn a_server_that_demands_a_client_certificate_is_told_so() {
    let (authority, club) = (Authority::new(), Authority::new());
    for version in [&TLS12, &TLS13] {
        let server = start(&authority, Whim { versions: &[version], clients_of: Some(&club) }).await;
        let error = refusal(&trusting(&authority), server).await;
        assert!(is_certificate(&error, "demands a client certificate"), "{error}");
    }
}

#[tokio::test]
async fn a_client_certificate_that_the_server_does_not_take_is_told() {
    let (authority, club) = (Authority::new(), Authority::new());
    let (certificate, key) = Authority::new().certificate(&["stranger.example"], 2020, 2090);
    let stranger =
        ClientTlsOptions { identity: Some((Pem::Text(certificate), Pem::Text(key))), ..trusting(&authority) };
    for version in [&TLS12, &TLS13] {
        let server = start(&authority, Whim { versions: &[version], clients_of: Some(&club) }).await;
        let error = refusal(&stranger, server).await;
        assert!(is_certificate(&error, "refuses our client certificate"), "{error}");
    }
}

#[tokio::test]
async fn with_one_authority_only_the_systems_count_no_more() {
    let (own, other) = (Authority::new(), Authority::named("Other"));
    let only = ClientTlsOptions { only_authority: true, ..trusting(&own) };
    talks(&only, start(&own, Whim { versions: &[&TLS13], clients_of: None }).await).await;
    let error = refusal(&only, start(&other, Whim { versions: &[&TLS13], clients_of: None }).await).await;
    assert!(is_certificate(&error, "unknown authority"), "{error}");
    let namesake = Authority::new();
    let error = refusal(&only, start(&namesake, Whim { versions: &[&TLS13], clients_of: None }).await).await;
    assert!(is_certificate(&error, "same name"), "{error}");
    let nobody = ClientTlsOptions { only_authority: true, ..ClientTlsOptions::default() };
    assert!(matches!(ClientTls::with(&nobody), Err(TlsError::NoAuthority)));
}

#[tokio::test]
async fn a_pinned_key_is_taken_whoever_signed_it_and_no_other() {
    let (own, other) = (Authority::new(), Authority::new());
    let pin = Some(Sha256::digest(own.public_key()).into());
    let pinned = ClientTlsOptions { pin, ..ClientTlsOptions::default() };
    // Signed by itself, for no name at all: the key alone counts.
    let server = Echo::start(options(Transport::Tls, Some(own.itself())));
    talks(&pinned, target(Transport::Tls, "localhost", server.address.port())).await;
    let impostor = Echo::start(options(Transport::Tls, Some(other.itself())));
    let error = refusal(&pinned, target(Transport::Tls, "localhost", impostor.address.port())).await;
    let shown = Sha256::digest(other.public_key()).iter().fold(String::new(), |all, byte| all + &format!("{byte:02x}"));
    assert!(is_certificate(&error, &shown), "the key shown is told, so that it can be pinned: {error}");
}

#[tokio::test]
async fn a_located_server_must_prove_the_domain_asked_for() {
    let authority = Authority::new();
    let server = Echo::start(options(Transport::Wss, Some(authority.server("example.org", 2090))));
    let found = target(Transport::Wss, "127.0.0.1", server.address.port());
    let located = ServerTarget { server_name: Some("example.org".into()), ..found.clone() };
    talks(&trusting(&authority), located).await;
    let error = refusal(&trusting(&authority), found).await;
    assert!(is_certificate(&error, "not for 127.0.0.1 but for"), "{error}");
}

#[tokio::test]
async fn the_name_in_the_settings_goes_before_the_one_connected_to() {
    let authority = Authority::new();
    let server = Echo::start(options(Transport::Tls, Some(authority.server("inner.example", 2090))));
    let renamed = ClientTlsOptions { server_name: Some("inner.example".into()), ..trusting(&authority) };
    talks(&renamed, target(Transport::Tls, "localhost", server.address.port())).await;
}

#[tokio::test]
async fn dates_are_told_with_the_clock_of_the_box() {
    let authority = Authority::new();
    for (years, words) in [((2020, 2021), "expired 2021-12-31"), ((2089, 2090), "not valid before 2089-01-01")] {
        let (certificate, key) = authority.certificate(&["localhost"], years.0, years.1);
        let identity = ServerTls::from_text(&certificate, &key).expect("just made");
        let server = Echo::start(options(Transport::Tls, Some(identity)));
        let error = refusal(&trusting(&authority), target(Transport::Tls, "localhost", server.address.port())).await;
        assert!(is_certificate(&error, words) && is_certificate(&error, "clock of this box says 2"), "{error}");
    }
}

#[test]
fn a_key_that_does_not_belong_to_its_certificate_is_refused_at_once() {
    let authority = Authority::new();
    let (certificate, _) = authority.certificate(&["a.example"], 2020, 2090);
    let (_, key) = authority.certificate(&["b.example"], 2020, 2090);
    let mismatched = ClientTlsOptions {
        identity: Some((Pem::Text(certificate), Pem::Text(key.clone()))),
        ..ClientTlsOptions::default()
    };
    assert!(matches!(ClientTls::with(&mismatched), Err(TlsError::Refused { .. })));
    assert!(!format!("{mismatched:?}").contains("PRIVATE KEY"), "a key is not shown");
    let swapped =
        ClientTlsOptions { identity: Some((Pem::Text(key), Pem::Text(String::new()))), ..ClientTlsOptions::default() };
    assert!(matches!(ClientTls::with(&swapped), Err(TlsError::Empty { .. })));
}
