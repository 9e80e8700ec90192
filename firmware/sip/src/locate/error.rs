//! Why a domain has no server for us.

use super::record::DnsFailure;
use crate::api::FlowError;

/// Why no place was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocateError {
    /// What was asked for is no domain name.
    #[error("{0:?} is no domain name")]
    Name(String),
    /// The domain says that it has no such service (RFC 2782: target `.`).
    #[error("{0} offers no such SIP service")]
    NotOffered(String),
    /// The DNS could not be asked.
    #[error("looking for the SIP server of {domain}: {source}")]
    Dns {
        /// The domain.
        domain: String,
        /// What went wrong.
        source: DnsFailure,
    },
}

impl From<LocateError> for FlowError {
    fn from(error: LocateError) -> Self {
        let words = error.to_string();
        match error {
            LocateError::Name(_) | LocateError::NotOffered(_) => Self::NameNotFound(words),
            LocateError::Dns { source, .. } => match source {
                DnsFailure::NotFound | DnsFailure::Server(_) => Self::NameNotFound(words),
                DnsFailure::Timeout => Self::Timeout(words),
                DnsFailure::Unreachable(_) => Self::Unreachable(words),
            },
        }
    }
}
