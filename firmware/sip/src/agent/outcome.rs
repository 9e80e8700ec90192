//! What the outcome of a REGISTER leads to.
//!
//! | outcome | leads to |
//! |---|---|
//! | 2xx that lists our contact, or no contact at all | registered |
//! | 2xx that lists others only, or ours for 0 s | again after a wait: the server keeps no binding of ours |
//! | 3xx with a sip URI | the same registration, addressed there (RFC 3261 section 8.1.3.4), at most five times |
//! | 401, 407 after our answer, or without credentials | a person: a wrong password is sent once |
//! | 403 after credentials that were never right | a person: many registrars refuse a wrong password so |
//! | 403 otherwise, 404, 604, other 3xx and 6xx, 400, 405, 416, 420, 501 | again after minutes: mended at the server only |
//! | 408, no answer, 503 | the next server (RFC 3263 section 4.3); with no other one, again after a wait |
//! | 423 | again at once with Min-Expires, three times in a row at most |
//! | 439 | again at once without `reg-id` (RFC 5626 section 11.6) |
//! | 480, 500, 504 and all others | again after a wait |
//!
//! Retry-After makes each wait longer, never shorter.

use crate::api::{Cause, Failure};
use crate::message::Response;
use crate::message::uri::SipUri;
use crate::session::cause;

/// 423 answered in a row: they cannot go on for ever.
const MAX_TOO_BRIEF: u8 = 3;
/// Redirections followed in a row.
const MAX_REDIRECTS: u8 = 5;

/// What to do.
#[derive(Debug)]
pub(super) enum Verdict {
    /// 2xx.
    Accepted(Response),
    /// Ask for this many seconds.
    Longer(u32),
    /// Ask another registrar.
    Moved(String),
    /// A person has to look at it.
    NeedsPerson(Failure),
    /// Another server may do it.
    NextServer(Failure),
    /// Later.
    Retry(Failure),
    /// Much later.
    RetrySlowly(Failure),
    /// Without RFC 5626.
    WithoutOutbound,
}

/// What was tried before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tried {
    /// The request carried credentials that were never accepted.
    pub unproven: bool,
    pub outbound: bool,
    pub redirects: u8,
    pub too_brief: u8,
}

/// Judges an outcome by the table above.
pub(super) fn judge(result: Result<Response, Failure>, tried: Tried) -> Verdict {
    let response = match result {
        Err(failure) if failure.cause == Cause::AuthenticationError => return Verdict::NeedsPerson(failure),
        Err(failure) if failure.cause == Cause::RequestTimeout => return Verdict::NextServer(failure),
        Err(failure) => return Verdict::Retry(failure),
        Ok(response) => response,
    };
    let failure = cause::of_response(&response);
    match response.status {
        200..300 => Verdict::Accepted(response),
        300..400 if tried.redirects < MAX_REDIRECTS => match redirection(&response) {
            Some(registrar) => Verdict::Moved(registrar),
            None => Verdict::RetrySlowly(failure),
        },
        401 | 407 => Verdict::NeedsPerson(failure),
        403 if tried.unproven => Verdict::NeedsPerson(failure),
        408 | 503 => Verdict::NextServer(failure),
        423 if tried.too_brief < MAX_TOO_BRIEF => Verdict::Longer(response.headers.seconds("Min-Expires").unwrap_or(0)),
        439 if tried.outbound => Verdict::WithoutOutbound,
        300..400 | 400 | 403 | 404 | 405 | 416 | 420 | 501 | 600.. => Verdict::RetrySlowly(failure),
        _ => Verdict::Retry(failure),
    }
}

/// The first registrar that a 3xx names.
fn redirection(response: &Response) -> Option<String> {
    let uri = response.headers.addresses("Contact").ok()?.into_iter().map(|contact| contact.uri).next()?;
    let parsed = SipUri::parse(&uri).ok()?;
    // A registrar has no user part, and headers in the URI are for whoever clicks on it (RFC 3261 section 10.2).
    let port = parsed.port.map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}:{}{port}", if parsed.secure { "sips" } else { "sip" }, parsed.host))
}
