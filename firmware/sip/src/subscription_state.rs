//! The Subscription-State header of a NOTIFY (RFC 6665 sections 4.1.3 and 8.2.3).

use crate::message::Headers;
use crate::message::headers::delta_seconds;
use crate::message::params::Params;

/// Whether a notifier serves a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// `active`, and any state we do not know (section 4.1.3).
    Active,
    Pending,
    Terminated,
}

/// What a NOTIFY says about its subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notified {
    pub expires: Option<u32>,
    /// Why it is terminated, lower case.
    pub reason: Option<String>,
    pub retry_after: Option<u32>,
    pub standing: Standing,
}

impl Notified {
    /// `None` when the header is missing or cannot be read.
    pub(crate) fn of(headers: &Headers) -> Option<Self> {
        let value = headers.get("Subscription-State")?;
        let (state, params) = value.split_at(value.find(';').unwrap_or(value.len()));
        let params = Params::parse(params).ok()?;
        let seconds = |name| params.get(name).and_then(delta_seconds);
        let standing = match state.trim().to_ascii_lowercase().as_str() {
            "pending" => Standing::Pending,
            "terminated" => Standing::Terminated,
            _ => Standing::Active,
        };
        Some(Self {
            expires: seconds("expires"),
            reason: params.get("reason").map(str::to_ascii_lowercase),
            retry_after: seconds("retry-after"),
            standing,
        })
    }
}
