//! Via (RFC 3261 section 20.42).

use std::fmt;

use super::HeaderError;
use super::host::split_host_port;
use super::params::Params;

/// One Via value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    /// `UDP`, `WSS`…, as received.
    pub transport: String,
    /// Host of sent-by, lower case, IPv6 in brackets.
    pub host: String,
    /// Port of sent-by.
    pub port: Option<u16>,
    /// `branch`, `received`, `rport`…
    pub params: Params,
}

/// What starts every branch made by RFC 3261 (section 8.1.1.7).
pub const MAGIC_COOKIE: &str = "z9hG4bK";

impl Via {
    /// Parses one Via value; white space around the slashes and the colon is allowed. The version is not looked at: the
    /// start line tells it.
    pub fn parse(text: &str) -> Result<Self, HeaderError> {
        let bad = || HeaderError::Via(text.into());
        let mut parts = text.splitn(3, '/').map(str::trim_ascii);
        let (name, version, rest) = (parts.next(), parts.next(), parts.next().ok_or_else(bad)?);
        if !name.is_some_and(|n| n.eq_ignore_ascii_case("SIP")) || version.is_none() {
            return Err(bad());
        }
        let (transport, rest) = rest.split_once([' ', '\t']).ok_or_else(bad)?;
        let (sent_by, params) = rest.split_at(rest.find(';').unwrap_or(rest.len()));
        let (host, port) = split_host_port(sent_by.trim_ascii())?;
        if !super::lexical::is_token(transport) {
            return Err(bad());
        }
        let params = Params::parse(params)?;
        Ok(Self { transport: transport.into(), host: host.to_ascii_lowercase(), port, params })
    }

    /// The branch parameter.
    pub fn branch(&self) -> Option<&str> {
        self.params.get("branch").filter(|b| !b.is_empty())
    }

    /// The branch when it was made by the rules of RFC 3261 and says something.
    pub fn unique_branch(&self) -> Option<&str> {
        self.branch().filter(|b| b.len() > MAGIC_COOKIE.len() && b.starts_with(MAGIC_COOKIE))
    }

    /// `host[:port]`.
    pub fn sent_by(&self) -> String {
        self.port.map_or_else(|| self.host.clone(), |port| format!("{}:{port}", self.host))
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIP/2.0/{} {}{}", self.transport, self.sent_by(), self.params)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaced_and_compact_forms_are_read() {
        let via = Via::parse("SIP / 2.0 / TCP  h.example : 5060 ;branch=z9hG4bK1;rport").expect("valid");
        assert_eq!((via.transport.as_str(), via.sent_by().as_str()), ("TCP", "h.example:5060"));
        assert_eq!((via.unique_branch(), via.params.has("rport")), (Some("z9hG4bK1"), true));
        assert!(Via::parse("SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3").is_ok());
    }

    #[test]
    fn a_branch_of_the_cookie_alone_is_not_unique() {
        assert_eq!(Via::parse("SIP/2.0/UDP h;branch=z9hG4bK").expect("valid").unique_branch(), None);
        let odd = Via::parse("SIP/2.0/UDP h;branch=z9hG4bü1");
        assert!(odd.is_ok_and(|via| via.unique_branch().is_none()));
    }
}
