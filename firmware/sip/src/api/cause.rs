//! Why something ended or failed.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Who ended a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Originator {
    /// This side asked for it.
    Local,
    /// The other side did it.
    Remote,
    /// Neither: timeout, lost connection, protocol failure.
    System,
}

/// Why a session ended or a request failed, with the names JsSIP gives (spec section 14.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// 484.
    AddressIncomplete,
    /// 401/407 after an answer with our credentials, or no credentials.
    AuthenticationError,
    /// SDP that cannot be used.
    BadMediaDescription,
    /// Normal end of an established call (BYE).
    Bye,
    /// 486 or 600.
    Busy,
    /// Ended before it was answered, by this side or (with CANCEL) the caller.
    Canceled,
    /// The flow under it was lost.
    ConnectionError,
    /// The peer no longer knows the dialog (481) or it timed out (408).
    DialogError,
    /// Session timer or session refresh expired (RFC 4028).
    Expires,
    /// 488 or 606.
    IncompatibleSdp,
    /// Local failure in media or elsewhere.
    InternalError,
    /// Ringing too long.
    NoAnswer,
    /// The ACK for our 200 never came.
    NoAck,
    /// 404 or 604.
    NotFound,
    /// 3xx.
    Redirected,
    /// 403 or 603.
    Rejected,
    /// Another call took its place (Replaces, RFC 3891).
    Replaced,
    /// No final response in time, or 408.
    RequestTimeout,
    /// Any other final response.
    SipFailureCode,
    /// Answered elsewhere or 410, 430, 480.
    Unavailable,
    /// Media could not be set up or died.
    WebrtcError,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AddressIncomplete => "Address Incomplete",
            Self::AuthenticationError => "Authentication Error",
            Self::BadMediaDescription => "Bad Media Description",
            Self::Bye => "Terminated",
            Self::Busy => "Busy",
            Self::Canceled => "Canceled",
            Self::ConnectionError => "Connection Error",
            Self::DialogError => "Dialog Error",
            Self::Expires => "Expires",
            Self::IncompatibleSdp => "Incompatible SDP",
            Self::InternalError => "Internal Error",
            Self::NoAnswer => "No Answer",
            Self::NoAck => "No ACK",
            Self::NotFound => "Not Found",
            Self::Redirected => "Redirected",
            Self::Rejected => "Rejected",
            Self::Replaced => "Replaced",
            Self::RequestTimeout => "Request Timeout",
            Self::SipFailureCode => "SIP Failure Code",
            Self::Unavailable => "Unavailable",
            Self::WebrtcError => "WebRTC Error",
        })
    }
}

/// How a session or request failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Who caused it.
    pub originator: Originator,
    /// The named cause.
    pub cause: Cause,
    /// The final SIP status behind it, where there was one.
    pub status: Option<u16>,
    /// The reason phrase or a plain description.
    pub reason: String,
    /// Seconds the server asked us to wait (Retry-After), where it said so.
    pub retry_after: Option<u32>,
    /// What the peer said in a Reason header of its BYE, CANCEL or refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_reason: Option<PeerReason>,
}

/// A Reason header (RFC 3326).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerReason {
    /// `SIP`, `Q.850` or another.
    pub protocol: String,
    /// A status of that protocol.
    pub cause: Option<u32>,
    /// For people.
    pub text: Option<String>,
}

/// Longest Retry-After that is obeyed, in s: a box must not be lost for a day by one wrong digit.
const MAX_RETRY_AFTER: u32 = 3600;

impl Failure {
    /// The wait that the server asked for, an hour at most.
    pub fn asked_wait(&self) -> Option<Duration> {
        self.retry_after.map(|seconds| Duration::from_secs(seconds.min(MAX_RETRY_AFTER).into()))
    }

    /// Did the way fail and not the called side: lost connection, no answer, or a server that cannot at the moment (503, RFC
    /// 3261 section 21.5.4)? Then the same call may succeed when it is made again, over another connection or after
    /// `retry_after`.
    pub fn is_of_the_way(&self) -> bool {
        match self.status {
            Some(status) => status == 503,
            None => matches!(self.cause, Cause::ConnectionError | Cause::RequestTimeout),
        }
    }
}
