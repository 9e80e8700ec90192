//! Names as they are asked for and as records give them.

use std::net::IpAddr;

use crate::message::host::host_port;

/// Splits `host[:port]`, without brackets, without the dot at the end, in small letters; `None` = neither name nor address.
pub(super) fn split(asked: &str) -> Option<(String, Option<u16>)> {
    let asked = asked.trim();
    if let Ok(address) = asked.parse::<IpAddr>() {
        return Some((address.to_string(), None));
    }
    let (host, port) = host_port(asked).ok()?;
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let host = address.unwrap_or(&host).trim_end_matches('.');
    let good = (address.is_some() || is_name(host)) && port != Some(0);
    good.then(|| (host.to_owned(), port))
}

/// Labels of 1 to 63 bytes, 253 together (RFC 1035 section 2.3.4), nothing in them that breaks a URI or a line of a log.
pub(super) fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let label = |label: &str| (1..=63).contains(&label.len()) && label.chars().all(plain);
    name.len() <= 253 && name.split('.').all(label)
}

/// RFC 2782: a target of `.` means that the service is decidedly not available.
pub(super) fn is_nowhere(target: &str) -> bool {
    target.trim_end_matches('.').is_empty()
}
