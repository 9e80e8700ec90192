//! TLS servers with whims: one version only, clients by certificate only. Send everything back.
#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::Arc;

use roombox_sip::api::{ServerTarget, Transport};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{Authority, target};

/// What a server insists on.
pub(crate) struct Whim<'a> {
    pub(crate) versions: &'a [&'static SupportedProtocolVersion],
    /// Only clients with a certificate of this authority.
    pub(crate) clients_of: Option<&'a Authority>,
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn clients(authority: &Authority) -> Arc<dyn ClientCertVerifier> {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_slice(authority.pem.as_bytes()).expect("just made");
    roots.add(certificate).expect("an authority");
    WebPkiClientVerifier::builder_with_provider(roots.into(), provider()).build().expect("one authority")
}

/// Starts a server for `localhost` and gives where it is.
pub(crate) async fn start(authority: &Authority, whim: Whim<'_>) -> ServerTarget {
    target(Transport::Tls, "localhost", serve(authority, whim, true).await)
}

/// One that takes everything and never says a word, asked for a WebSocket.
pub(crate) async fn start_mute(authority: &Authority, whim: Whim<'_>) -> ServerTarget {
    target(Transport::Wss, "localhost", serve(authority, whim, false).await)
}

async fn serve(authority: &Authority, whim: Whim<'_>, answers: bool) -> u16 {
    let (certificate, key) = authority.certificate(&["localhost"], 2020, 2090);
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("just made")];
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("just made");
    let versions = ServerConfig::builder_with_provider(provider()).with_protocol_versions(whim.versions);
    let builder = versions.expect("versions of the library");
    let builder = match whim.clients_of {
        Some(authority) => builder.with_client_cert_verifier(clients(authority)),
        None => builder.with_no_client_auth(),
    };
    let acceptor = TlsAcceptor::from(Arc::new(builder.with_single_cert(chain, key).expect("a pair")));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(tcp).await else { continue };
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = stream.read(&mut buffer).await {
                if answers {
                    let _ = stream.write_all(&buffer[..length]).await;
                }
            }
        }
    });
    port
}
