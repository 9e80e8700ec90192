//! From status codes to causes (spec section 14.5).

use crate::api::{Cause, Failure, Originator};
use crate::message::Response;

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
    }
}

/// A failure that no response stands behind.
pub(crate) fn without_status(originator: Originator, cause: Cause, reason: impl Into<String>) -> Failure {
    Failure { originator, cause, status: None, reason: reason.into(), retry_after: None }
}

/// No final response came.
pub(crate) fn timeout() -> Failure {
    without_status(Originator::System, Cause::RequestTimeout, "no answer in time")
}

/// The connection under it was lost.
pub(crate) fn connection() -> Failure {
    without_status(Originator::System, Cause::ConnectionError, "the connection was lost")
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
