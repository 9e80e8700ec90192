//! Hosts and ports in URIs and Via (RFC 3261 section 25.1, RFC 5118).

use std::net::Ipv6Addr;

use super::HeaderError;

/// Splits `host[:port]`, the host in lower case; an IPv6 reference keeps its brackets.
pub fn host_port(text: &str) -> Result<(String, Option<u16>), HeaderError> {
    split_host_port(text).map(|(host, port)| (host.to_ascii_lowercase(), port))
}

/// The same with the host as it came.
pub(super) fn split_host_port(text: &str) -> Result<(&str, Option<u16>), HeaderError> {
    let bad = || HeaderError::Host(text.into());
    let (host, rest) = if let Some(inner) = text.strip_prefix('[') {
        let end = inner.find(']').ok_or_else(bad)?;
        ipv6(&inner[..end]).ok_or_else(bad)?;
        (&text[..end + 2], &text[end + 2..])
    } else {
        let end = text.bytes().position(|b| b == b':').unwrap_or(text.len());
        let host = text[..end].trim_ascii_end();
        if !is_host_name(host) {
            return Err(bad());
        }
        (host, &text[end..])
    };
    let port = match rest.trim_ascii_start().strip_prefix(':') {
        Some(port) => Some(decimal_port(port.trim_ascii()).ok_or_else(bad)?),
        None if rest.trim_ascii().is_empty() => None,
        None => return Err(bad()),
    };
    Ok((host, port))
}

/// The grammar of RFC 3261 let three colons through (RFC 5118 section 4.10), so they are read as two.
fn ipv6(text: &str) -> Option<Ipv6Addr> {
    text.parse().or_else(|_| text.replacen(":::", "::", 1).parse()).ok()
}

fn decimal_port(text: &str) -> Option<u16> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Underscores are no part of a host name, but real networks have them.
fn is_host_name(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_addresses_and_references_are_read() {
        assert_eq!(host_port("Example.com:5061"), Ok(("example.com".into(), Some(5061))));
        assert_eq!(host_port("[2001:db8::9]"), Ok(("[2001:db8::9]".into(), None)));
        assert_eq!(host_port("[2001:db8::9:1]:5070"), Ok(("[2001:db8::9:1]".into(), Some(5070))));
        assert!(host_port("2001:db8::10").is_err());
        assert!(host_port("host:99999").is_err());
        assert!(host_port("").is_err());
    }
}
