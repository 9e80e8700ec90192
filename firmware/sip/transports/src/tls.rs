//! TLS settings of both sides. The crypto provider is named here and not taken from a process-wide default.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use roombox_sip::api::FlowError;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::failure;

/// Why TLS settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or holds no PEM text of the kind needed.
    #[error("{file}: no usable PEM {what}: {source}")]
    Pem {
        /// The file, or `text` for PEM handed in as text.
        file: PathBuf,
        /// What was looked for.
        what: &'static str,
        /// What is wrong.
        source: pem::Error,
    },
    /// A file has no certificate in it.
    #[error("{file}: no certificate in it")]
    Empty {
        /// The file, or `text`.
        file: PathBuf,
    },
    /// The library refuses the certificate or key.
    #[error("{file}: {source}")]
    Refused {
        /// The file, or `text`.
        file: PathBuf,
        /// What is wrong.
        source: rustls::Error,
    },
}

/// Whom a client trusts: the authorities of the system and, if given, one more.
#[derive(Clone, Debug)]
pub struct ClientTls {
    config: Arc<ClientConfig>,
}

impl ClientTls {
    /// The authorities of the system and those in this PEM file.
    pub fn new(authority: Option<&Path>) -> Result<Self, TlsError> {
        let mut roots = system_roots();
        if let Some(file) = authority {
            add(&mut roots, file, certificates_in(file)?)?;
        }
        Ok(Self::trusting(roots))
    }

    /// The authorities of the system and those in this PEM text.
    pub fn with_authority_text(pem: &str) -> Result<Self, TlsError> {
        let mut roots = system_roots();
        let file = Path::new("text");
        add(&mut roots, file, collect(file, CertificateDer::pem_slice_iter(pem.as_bytes()))?)?;
        Ok(Self::trusting(roots))
    }

    fn trusting(roots: RootCertStore) -> Self {
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("the ring provider has the default versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { config: Arc::new(config) }
    }

    /// Secures a connection to `host`, whose name or address must be in the certificate.
    pub(crate) async fn handshake(&self, host: &str, tcp: TcpStream) -> Result<TlsStream<TcpStream>, FlowError> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| FlowError::Certificate(format!("{host} is no name a certificate can have")))?;
        let connector = TlsConnector::from(self.config.clone());
        connector.connect(name, tcp).await.map_err(|error| failure::tls(host, &error))
    }
}

/// A server's certificate and key.
#[derive(Clone, Debug)]
pub struct ServerTls {
    config: Arc<ServerConfig>,
}

impl ServerTls {
    /// From PEM files: the certificate (with the chain above it) and its private key.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let chain = certificates_in(certificate)?;
        let private = PrivateKeyDer::from_pem_file(key).map_err(|source| pem_error(key, "private key", source))?;
        Self::new(certificate, chain, private)
    }

    /// From PEM text.
    pub fn from_text(certificate: &str, key: &str) -> Result<Self, TlsError> {
        let file = Path::new("text");
        let chain = collect(file, CertificateDer::pem_slice_iter(certificate.as_bytes()))?;
        let private =
            PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|source| pem_error(file, "private key", source))?;
        Self::new(file, chain, private)
    }

    fn new(file: &Path, chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Self, TlsError> {
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|source| TlsError::Refused { file: file.into(), source })?;
        Ok(Self { config: Arc::new(config) })
    }

    /// What secures accepted connections.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.clone())
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// What the system trusts; a file of the system that cannot be read is only worth a warning, because a pinned authority
/// may be all that is needed.
fn system_roots() -> RootCertStore {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "part of the system's certificate authorities cannot be read");
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    roots
}

fn certificates_in(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found = CertificateDer::pem_file_iter(file).map_err(|source| pem_error(file, "certificate", source))?;
    collect(file, found)
}

fn collect(
    file: &Path,
    found: impl Iterator<Item = Result<CertificateDer<'static>, pem::Error>>,
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let all: Vec<_> = found.collect::<Result<_, _>>().map_err(|source| pem_error(file, "certificate", source))?;
    if all.is_empty() { Err(TlsError::Empty { file: file.into() }) } else { Ok(all) }
}

fn add(roots: &mut RootCertStore, file: &Path, found: Vec<CertificateDer<'static>>) -> Result<(), TlsError> {
    for certificate in found {
        roots.add(certificate).map_err(|source| TlsError::Refused { file: file.into(), source })?;
    }
    Ok(())
}

fn pem_error(file: &Path, what: &'static str, source: pem::Error) -> TlsError {
    TlsError::Pem { file: file.into(), what, source }
}
