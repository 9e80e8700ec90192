//! The server's side of TLS.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use tokio_rustls::TlsAcceptor;

use super::pem::{Pem, TlsError};
use super::provider;

/// A server's certificate and key.
#[derive(Clone, Debug)]
pub struct ServerTls {
    config: Arc<ServerConfig>,
}

impl ServerTls {
    /// From PEM files: the certificate (with the chain above it) and its private key.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        Self::new(&Pem::File(certificate.into()), &Pem::File(key.into()))
    }

    /// From PEM text.
    pub fn from_text(certificate: &str, key: &str) -> Result<Self, TlsError> {
        Self::new(&Pem::Text(certificate.into()), &Pem::Text(key.into()))
    }

    fn new(certificate: &Pem, key: &Pem) -> Result<Self, TlsError> {
        let (chain, key) = (certificate.certificates()?, key.private_key()?);
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|source| certificate.refused(source))?;
        Ok(Self { config: Arc::new(config) })
    }

    /// What secures accepted connections.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.clone())
    }
}
