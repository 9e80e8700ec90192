//! DNS records as far as finding a SIP server needs them, and the ways in which asking for them fails.

/// What is asked of the DNS.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Question {
    /// NAPTR records of this name.
    Naptr(String),
    /// SRV records of this name.
    Srv(String),
}

impl Question {
    /// The name asked about.
    pub fn name(&self) -> &str {
        match self {
            Self::Naptr(name) | Self::Srv(name) => name,
        }
    }
}

/// One record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// Which services a domain has (RFC 3403).
    Naptr(Naptr),
    /// Where a service is (RFC 2782).
    Srv(Srv),
}

/// A NAPTR record (RFC 3403 section 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naptr {
    /// Lowest first; those behind the first one that fits do not count.
    pub order: u16,
    /// Among equal orders, lowest first.
    pub preference: u16,
    /// `s` = `replacement` is the name of SRV records.
    pub flags: String,
    /// `SIP+D2T`, `SIPS+D2W` and the like.
    pub service: String,
    /// Used by applications other than SIP.
    pub regexp: String,
    /// The next name to ask about.
    pub replacement: String,
}

/// An SRV record (RFC 2782).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Srv {
    /// Lowest first.
    pub priority: u16,
    /// Share among equal priorities.
    pub weight: u16,
    /// TCP or UDP port.
    pub port: u16,
    /// Host name; `.` = the service is not offered.
    pub target: String,
}

/// Why there are no records.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DnsFailure {
    /// The name does not exist, or has no records of this kind.
    #[error("no such records")]
    NotFound,
    /// The name server answered with a failure of its own.
    #[error("the name server failed: {0}")]
    Server(String),
    /// No name server answered.
    #[error("no name server answered")]
    Timeout,
    /// No network, no route, or no name server known.
    #[error("no network: {0}")]
    Unreachable(String),
}
