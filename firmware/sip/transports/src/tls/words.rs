//! What TLS says, in words for a person.

use std::io;
use std::time::{Duration, UNIX_EPOCH};

use roombox_sip::api::FlowError;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error, PeerIncompatible};

use super::pin::OtherKey;

/// The handshake with `name` failed. `shown`: a client certificate of ours was offered.
pub(crate) fn handshake(name: &str, shown: bool, error: &io::Error) -> FlowError {
    match inside(error) {
        Some(error) => failure(name, shown, error),
        None => FlowError::Closed(format!("{name} closed during the TLS handshake: {error}")),
    }
}

/// What TLS has to say about a failure of an open connection, if it was TLS: a server of TLS 1.3 refuses a client's
/// certificate only after the client's own handshake is done.
pub(crate) fn later(error: &io::Error) -> Option<FlowError> {
    inside(error).map(|error| failure("the server", true, error))
}

fn inside(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

fn failure(name: &str, shown: bool, error: &Error) -> FlowError {
    match error {
        Error::InvalidCertificate(why) => FlowError::Certificate(certificate(name, why)),
        Error::AlertReceived(alert) => refused(name, shown, *alert),
        Error::InvalidMessage(_) => FlowError::Handshake(format!("{name} does not speak TLS")),
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13 | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => FlowError::Handshake(no_version(name)),
        other => FlowError::Handshake(format!("TLS with {name}: {other}")),
    }
}

fn certificate(name: &str, why: &CertificateError) -> String {
    match why {
        CertificateError::ExpiredContext { time, not_after } => format!(
            "{name}: the certificate expired {}; the clock of this box says {}, is it right?",
            date(*not_after),
            date(*time)
        ),
        CertificateError::NotValidYetContext { time, not_before } => format!(
            "{name}: the certificate is not valid before {}; the clock of this box says {}, is it right?",
            date(*not_before),
            date(*time)
        ),
        CertificateError::Expired => format!("{name}: the certificate has expired, or the clock of this box is ahead"),
        CertificateError::NotValidYet => {
            format!("{name}: the certificate is not valid yet, or the clock of this box is behind")
        }
        CertificateError::UnknownIssuer => format!("{name}: the certificate is signed by an unknown authority"),
        CertificateError::BadSignature => format!(
            "{name}: the certificate is signed by an authority with the same name as a trusted one but another key"
        ),
        CertificateError::NotValidForName => format!("the certificate is not for {name}"),
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            format!("the certificate is not for {name}: it names nobody")
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            format!("the certificate is not for {name} but for {}", presented.join(", "))
        }
        CertificateError::Revoked => format!("{name}: the certificate was revoked"),
        CertificateError::BadEncoding => format!("{name}: the certificate cannot be read"),
        CertificateError::Other(other) => private(name, other),
        other => format!("{name}: {other}"),
    }
}

fn private(name: &str, error: &rustls::OtherError) -> String {
    if let Some(other) = error.0.downcast_ref::<OtherKey>() {
        return format!("{name}: {other}");
    }
    // Only the words tell this one: the type is private to the certificate library.
    if error.to_string().contains("CaUsedAsEndEntity") {
        return format!("{name}: the server shows the certificate of an authority instead of one of its own");
    }
    format!("{name}: {error}")
}

/// The server ended it (RFC 8446 section 6.2).
fn refused(name: &str, shown: bool, alert: AlertDescription) -> FlowError {
    use AlertDescription as Alert;
    match alert {
        Alert::CertificateRequired => FlowError::Certificate(format!("{name} demands a client certificate")),
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateExpired
        | Alert::CertificateUnknown
        | Alert::UnknownCA
        | Alert::AccessDenied
        | Alert::DecryptError
            if shown =>
        {
            FlowError::Certificate(format!("{name} refuses our client certificate: {alert:?}"))
        }
        Alert::ProtocolVersion => FlowError::Handshake(no_version(name)),
        Alert::UnrecognisedName => FlowError::Handshake(format!("{name} is no name that the server there knows")),
        Alert::HandshakeFailure if !shown => FlowError::Handshake(format!(
            "{name} agrees to none of our ways to encrypt, or demands a client certificate"
        )),
        other => FlowError::Handshake(format!("{name} ended the TLS handshake: {other:?}")),
    }
}

fn no_version(name: &str) -> String {
    format!("{name} speaks none of the TLS versions allowed here")
}

/// The end of 9999, as far as certificates and the notation go.
const LAST_SECOND: u64 = 253_402_300_799;

fn date(time: UnixTime) -> String {
    let seconds = Duration::from_secs(time.as_secs().min(LAST_SECOND));
    humantime::format_rfc3339_seconds(UNIX_EPOCH + seconds).to_string()
}
