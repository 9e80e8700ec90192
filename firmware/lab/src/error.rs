//! Why a lab does not start.

use roombox_sip_transports::{ListenError, TlsError};

/// Why a lab does not start.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// The address or certificate cannot be used.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The certificate or key cannot be read.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// No certificate could be made.
    #[error("no certificate could be made: {0}")]
    Identity(#[from] rcgen::Error),
    /// `GStreamer` is not usable.
    #[error("GStreamer cannot be used: {0}")]
    Media(String),
}
