//! From status codes to causes (spec section 14.5).

use crate::api::{Cause, Failure, Originator, PeerReason};
use crate::message::headers::decimal;
use crate::message::lexical::is_token;
use crate::message::params::Params;
use crate::message::{Headers, Request, Response};

/// The cause a final status stands for.
pub(crate) fn of_status(status: u16) -> Cause {
    match status {
        300..=399 => Cause::Redirected,
        401 | 407 => Cause::AuthenticationError,
        403 | 603 => Cause::Rejected,
        404 | 604 => Cause::NotFound,
        408 | 410 | 430 | 480 => Cause::Unavailable,
        424 | 484 => Cause::AddressIncomplete,
        486 | 600 => Cause::Busy,
        487 => Cause::Canceled,
        488 | 606 => Cause::IncompatibleSdp,
        _ => Cause::SipFailureCode,
    }
}

/// The failure a final response stands for.
pub(crate) fn of_response(response: &Response) -> Failure {
    Failure {
        originator: Originator::Remote,
        cause: of_status(response.status),
        status: Some(response.status),
        reason: response.reason.clone(),
        retry_after: response.headers.seconds("Retry-After"),
        peer_reason: peer_reason(&response.headers),
    }
}

/// A failure that no response stands behind.
pub(crate) fn without_status(originator: Originator, cause: Cause, reason: impl Into<String>) -> Failure {
    Failure { originator, cause, status: None, reason: reason.into(), retry_after: None, peer_reason: None }
}

/// No final response came.
pub(crate) fn timeout() -> Failure {
    without_status(Originator::System, Cause::RequestTimeout, "no answer in time")
}

/// The connection under it was lost.
pub(crate) fn connection() -> Failure {
    without_status(Originator::System, Cause::ConnectionError, "the connection was lost")
}

/// A caller gave up. `SIP;cause=200`: somebody else took the call (RFC 3326 section 2).
pub(crate) fn of_cancel(cancel: &Request) -> Failure {
    let reason = peer_reason(&cancel.headers);
    let elsewhere = reason.as_ref().is_some_and(|r| r.protocol.eq_ignore_ascii_case("SIP") && r.cause == Some(200));
    said(if elsewhere { Cause::Unavailable } else { Cause::Canceled }, reason)
}

/// The peer hung up.
pub(crate) fn of_bye(bye: &Request) -> Failure {
    said(Cause::Bye, peer_reason(&bye.headers))
}

fn said(cause: Cause, reason: Option<PeerReason>) -> Failure {
    let text = reason.as_ref().and_then(|reason| reason.text.clone()).unwrap_or_else(|| cause.to_string());
    Failure { peer_reason: reason, ..without_status(Originator::Remote, cause, text) }
}

/// The first Reason header that can be read.
fn peer_reason(headers: &Headers) -> Option<PeerReason> {
    headers.list("Reason").ok()?.into_iter().find_map(|value| {
        let (protocol, params) = value.split_at(value.find(';').unwrap_or(value.len()));
        let params = Params::parse(params).ok().filter(|_| is_token(protocol.trim()))?;
        Some(PeerReason {
            protocol: protocol.trim().into(),
            cause: params.get("cause").and_then(decimal).and_then(|cause| u32::try_from(cause).ok()),
            text: params.get("text").map(Into::into),
        })
    })
}

/// The owner refused what the peer offered with this status.
pub(crate) fn refused_by_us(status: u16) -> Failure {
    let cause = of_status(status);
    without_status(Originator::Local, cause, cause.to_string())
}

/// Reason header for a BYE that is not a normal end (RFC 3326).
pub(crate) fn reason_header(cause: Cause) -> Option<String> {
    let status = match cause {
        Cause::BadMediaDescription => 400,
        Cause::RequestTimeout | Cause::NoAck | Cause::Expires => 408,
        Cause::IncompatibleSdp | Cause::WebrtcError => 488,
        Cause::ConnectionError | Cause::DialogError | Cause::InternalError => 500,
        _ => return None,
    };
    Some(format!("SIP;cause={status};text=\"{cause}\""))
}
