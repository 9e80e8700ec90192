//! The client's side of TLS: whom it trusts, how it shows itself.

use std::path::Path;
use std::sync::Arc;

use roombox_sip::api::FlowError;
use rustls::client::WantsClientCert;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, SupportedProtocolVersion};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::pem::{Pem, TlsError};
use super::pin::PinnedKey;
use super::{provider, words};

/// The oldest TLS a client speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsVersion {
    /// 1.2 and 1.3.
    #[default]
    V12,
    /// 1.3 only.
    V13,
}

impl TlsVersion {
    const fn and_newer(self) -> &'static [&'static SupportedProtocolVersion] {
        const BOTH: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
        match self {
            Self::V12 => &BOTH,
            Self::V13 => BOTH.split_at(1).0,
        }
    }
}

/// Whom a client trusts and how it shows itself.
#[derive(Clone, Debug, Default)]
pub struct ClientTlsOptions {
    /// Authorities to trust besides the system's.
    pub authority: Option<Pem>,
    /// Trust `authority` only, not the system's.
    pub only_authority: bool,
    /// SHA-256 of the server's public key (`SubjectPublicKeyInfo`, DER). A server with this key is taken whoever signed its
    /// certificate, for whatever name and time; any other is refused.
    pub pin: Option<[u8; 32]>,
    /// Certificate (with the chain above it) and private key for servers that ask who comes.
    pub identity: Option<(Pem, Pem)>,
    /// The oldest version spoken.
    pub min_version: TlsVersion,
    /// The name that certificates must be for, instead of the one connected to.
    pub server_name: Option<String>,
}

/// A client's TLS settings, checked.
#[derive(Clone, Debug)]
pub struct ClientTls {
    config: Arc<ClientConfig>,
    shows_itself: bool,
    server_name: Option<String>,
}

impl ClientTls {
    /// The authorities of the system and those in this PEM file.
    pub fn new(authority: Option<&Path>) -> Result<Self, TlsError> {
        let authority = authority.map(|file| Pem::File(file.into()));
        Self::with(&ClientTlsOptions { authority, ..ClientTlsOptions::default() })
    }

    /// The authorities of the system and those in this PEM text.
    pub fn with_authority_text(pem: &str) -> Result<Self, TlsError> {
        let authority = Some(Pem::Text(pem.into()));
        Self::with(&ClientTlsOptions { authority, ..ClientTlsOptions::default() })
    }

    /// These settings; files are read now.
    pub fn with(options: &ClientTlsOptions) -> Result<Self, TlsError> {
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(options.min_version.and_newer())
            .map_err(TlsError::Provider)?;
        let builder = match options.pin {
            Some(pin) => {
                let pinned: Arc<dyn ServerCertVerifier> = Arc::new(PinnedKey::new(pin, &provider()));
                builder.dangerous().with_custom_certificate_verifier(pinned)
            }
            None => builder.with_root_certificates(roots(options)?),
        };
        let config = identified(builder, options.identity.as_ref())?;
        let (shows_itself, server_name) = (options.identity.is_some(), options.server_name.clone());
        Ok(Self { config: Arc::new(config), shows_itself, server_name })
    }

    /// Secures a connection to `host`, whose name or address must be in the certificate.
    pub async fn handshake(&self, host: &str, tcp: TcpStream) -> Result<TlsStream<TcpStream>, FlowError> {
        let host = self.server_name.as_deref().unwrap_or(host);
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| FlowError::Certificate(format!("{host} is no name a certificate can have")))?;
        let connector = TlsConnector::from(self.config.clone());
        connector.connect(name, tcp).await.map_err(|error| words::handshake(host, self.shows_itself, &error))
    }
}

fn roots(options: &ClientTlsOptions) -> Result<RootCertStore, TlsError> {
    let mut roots = if options.only_authority { RootCertStore::empty() } else { system_roots() };
    match &options.authority {
        Some(authority) => authority.add_to(&mut roots)?,
        None if options.only_authority => return Err(TlsError::NoAuthority),
        None => {}
    }
    Ok(roots)
}

/// What the system trusts; a file of the system that cannot be read is only worth a warning, because an authority of our
/// own may be all that is needed.
fn system_roots() -> RootCertStore {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "part of the system's certificate authorities cannot be read");
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    roots
}

fn identified(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    identity: Option<&(Pem, Pem)>,
) -> Result<ClientConfig, TlsError> {
    let Some((certificate, key)) = identity else { return Ok(builder.with_no_client_auth()) };
    let (chain, private) = (certificate.certificates()?, key.private_key()?);
    builder.with_client_auth_cert(chain, private).map_err(|source| certificate.refused(source))
}
