//! What the tests of flows share: identities, a client and a server that sends everything back.
#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod name_server;
pub(crate) mod tls_server;
pub(crate) mod web_server;

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PublicKeyData, date_time_ymd};
use roombox_sip::api::{FlowError, FlowId, FlowInput, ServerTarget, Transport};
use roombox_sip_transports::{ClientTls, FlowEvents, ListenOptions, Listener, ServerTls, Transports, flow_events};
use tokio::time::timeout;

/// Longer than every limit of the crate, so that a test fails with what it waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// An authority with the identities it signs.
pub(crate) struct Authority {
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::named("Authority")
    }

    pub(crate) fn named(name: &str) -> Self {
        let key = KeyPair::generate().expect("the system has random numbers");
        let mut parameters = CertificateParams::new(Vec::new()).expect("no names to get wrong");
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = parameters.self_signed(&key).expect("the parameters are complete").pem();
        Self { pem, issuer: Issuer::new(parameters, key) }
    }

    /// A server for this name, whose certificate ends with this year.
    pub(crate) fn server(&self, name: &str, last_year: i32) -> ServerTls {
        let (certificate, key) = self.certificate(&[name], 2020, last_year);
        ServerTls::from_text(&certificate, &key).expect("just made")
    }

    /// Certificate and key as PEM, good from the first to the last of these years.
    pub(crate) fn certificate(&self, names: &[&str], first_year: i32, last_year: i32) -> (String, String) {
        let key = KeyPair::generate().expect("the system has random numbers");
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        let mut parameters = CertificateParams::new(names).expect("valid names");
        parameters.not_before = date_time_ymd(first_year, 1, 1);
        parameters.not_after = date_time_ymd(last_year, 12, 31);
        let certificate = parameters.signed_by(&key, &self.issuer).expect("the parameters are complete");
        (certificate.pem(), key.serialize_pem())
    }

    /// The public key of the authority itself.
    pub(crate) fn public_key(&self) -> Vec<u8> {
        self.issuer.key().subject_public_key_info()
    }

    /// The authority's own certificate in the place of a server's.
    pub(crate) fn itself(&self) -> ServerTls {
        ServerTls::from_text(&self.pem, &self.issuer.key().serialize_pem()).expect("just made")
    }

    pub(crate) fn client(&self) -> ClientTls {
        ClientTls::with_authority_text(&self.pem).expect("just made")
    }
}

/// Flows with the channel on which they report.
pub(crate) struct Side {
    pub(crate) transports: Transports,
    pub(crate) events: FlowEvents,
}

impl Side {
    pub(crate) fn new(tls: ClientTls) -> Self {
        let (sender, events) = flow_events();
        Self { transports: Transports::new(tls, sender), events }
    }

    pub(crate) async fn next(&mut self) -> (FlowId, FlowInput) {
        timeout(PATIENCE, self.events.recv()).await.expect("something happens in time").expect("the channel lives")
    }

    pub(crate) async fn closed(&mut self) -> FlowError {
        match self.next().await.1 {
            FlowInput::Closed(error) => error,
            other => panic!("expected the end of the flow, got {other:?}"),
        }
    }

    pub(crate) async fn opened(&mut self) -> Transport {
        match self.next().await.1 {
            FlowInput::Opened(transport) => transport,
            other => panic!("expected an open flow, got {other:?}"),
        }
    }

    pub(crate) async fn received(&mut self) -> Bytes {
        match self.next().await.1 {
            FlowInput::Received(bytes) => bytes,
            other => panic!("expected bytes, got {other:?}"),
        }
    }

    /// Opens a flow and gives the error with which it fails.
    pub(crate) async fn failure(&mut self, target: ServerTarget) -> FlowError {
        self.transports.open(FlowId(1), target);
        self.closed().await
    }
}

/// A server that sends everything back.
pub(crate) struct Echo {
    pub(crate) address: SocketAddr,
    pub(crate) listener: Listener,
    pub(crate) transports: Transports,
}

pub(crate) fn options(transport: Transport, identity: Option<ServerTls>) -> ListenOptions {
    ListenOptions { identity, path: None, transport, web: None }
}

impl Echo {
    pub(crate) fn start(options: ListenOptions) -> Self {
        let mut side = Side::new(ClientTls::new(None).expect("system roots"));
        let transports = side.transports.clone();
        let free = "127.0.0.1:0".parse().expect("an address");
        let listener = Listener::bind(&transports, free, options).expect("a free port");
        let back = transports.clone();
        tokio::spawn(async move {
            while let Some((flow, input)) = side.events.recv().await {
                if let FlowInput::Received(bytes) = input {
                    back.send(flow, bytes);
                }
            }
        });
        Self { address: listener.local_addr(), listener, transports }
    }
}

pub(crate) fn target(transport: Transport, host: &str, port: u16) -> ServerTarget {
    ServerTarget::new(transport, host, port, "/webrtc/wss/")
}

/// A client that trusts only the system.
pub(crate) fn stranger() -> Side {
    Side::new(ClientTls::new(None).expect("system roots"))
}
