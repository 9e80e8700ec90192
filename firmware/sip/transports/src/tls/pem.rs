//! Certificates and keys as PEM (RFC 7468).

use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

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
    /// The crypto library cannot speak the versions asked for.
    #[error("TLS: {0}")]
    Provider(#[source] rustls::Error),
    /// Nobody would be trusted.
    #[error("nobody is trusted: no authority is given")]
    NoAuthority,
}

/// Where certificates or a key are.
#[derive(Clone, PartialEq, Eq)]
pub enum Pem {
    /// In this file.
    File(PathBuf),
    /// Here.
    Text(String),
}

/// Text may be a private key, so it is not shown.
impl std::fmt::Debug for Pem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name().display().to_string())
    }
}

impl Pem {
    /// The file, or `text`.
    pub(super) fn name(&self) -> &Path {
        match self {
            Self::File(file) => file,
            Self::Text(_) => Path::new("text"),
        }
    }

    fn failed(&self, what: &'static str) -> impl Fn(pem::Error) -> TlsError {
        let file = self.name().to_owned();
        move |source| TlsError::Pem { file: file.clone(), what, source }
    }

    /// The certificates in it, at least one.
    pub(super) fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let failed = self.failed("certificate");
        let found: Result<Vec<_>, _> = match self {
            Self::File(file) => CertificateDer::pem_file_iter(file).map_err(&failed)?.collect(),
            Self::Text(text) => CertificateDer::pem_slice_iter(text.as_bytes()).collect(),
        };
        let found = found.map_err(failed)?;
        if found.is_empty() { Err(TlsError::Empty { file: self.name().into() }) } else { Ok(found) }
    }

    /// The private key in it.
    pub(super) fn private_key(&self) -> Result<PrivateKeyDer<'static>, TlsError> {
        match self {
            Self::File(file) => PrivateKeyDer::from_pem_file(file),
            Self::Text(text) => PrivateKeyDer::from_pem_slice(text.as_bytes()),
        }
        .map_err(self.failed("private key"))
    }

    /// Adds the certificates in it to those of trusted authorities.
    pub(super) fn add_to(&self, roots: &mut RootCertStore) -> Result<(), TlsError> {
        for certificate in self.certificates()? {
            roots.add(certificate).map_err(|source| self.refused(source))?;
        }
        Ok(())
    }

    pub(super) fn refused(&self, source: rustls::Error) -> TlsError {
        TlsError::Refused { file: self.name().into(), source }
    }
}
