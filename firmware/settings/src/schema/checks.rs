//! Syntax of single values. Each says what is wrong and never quotes the value, which may be a secret.

use std::net::SocketAddr;

use crate::address::{self, AddressError};

pub(super) const ICE_URL_ALLOWED: &str =
    "stun:host[:port], turn:host[:port][?transport=udp|tcp], turns:host[:port][?transport=tcp]";

pub(super) fn filled(text: &str) -> Result<(), String> {
    if text.trim().is_empty() { Err("is empty".into()) } else { Ok(()) }
}

pub(super) fn printable(text: &str) -> Result<(), String> {
    if text.chars().any(char::is_control) { Err("holds a control character".into()) } else { Ok(()) }
}

pub(super) fn label(text: &str) -> Result<(), String> {
    filled(text)?;
    printable(text)?;
    if text.chars().count() > 64 { Err("is longer than 64 characters".into()) } else { Ok(()) }
}

pub(super) fn server(text: &str) -> Result<(), String> {
    address::parse(text).map(drop).map_err(|error| error.to_string())
}

pub(super) fn pin(text: &str) -> Result<(), String> {
    crate::pin::parse(text).map(drop)
}

pub(super) fn host(text: &str) -> Result<(), String> {
    match address::host_and_port(text.trim()) {
        Ok((_, None)) => Ok(()),
        Ok((_, Some(_))) => Err("holds a port".into()),
        Err(error) => Err(error.to_string()),
    }
}

/// `host[:port]`.
pub(super) fn place(text: &str) -> Result<(), String> {
    address::host_and_port(text.trim()).map(drop).map_err(|error| error.to_string())
}

/// An entry of a list of people.
pub(super) fn caller(text: &str) -> Result<(), String> {
    match text.trim().rsplit_once('@') {
        Some(("", domain)) => host(domain),
        Some((person, domain)) => user(person).and_then(|()| host(domain)),
        None => user(text),
    }
}

/// RFC 3261 section 25.1 `user`, after trimming (spec section 1.1).
pub(super) fn user(text: &str) -> Result<(), String> {
    filled(text)?;
    let allowed = |c: char| u8::try_from(c).is_ok_and(address::is_user_byte);
    match text.trim().chars().find(|c| !allowed(*c)) {
        Some('@') => Err("holds an @; the part behind it belongs into `domain`".into()),
        Some(c) => Err(format!("holds {c:?}")),
        None => Ok(()),
    }
}

pub(super) fn target(text: &str) -> Result<(), String> {
    filled(text)?;
    let text = text.trim();
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(AddressError::Characters.to_string());
    }
    if text.contains("://") {
        return Err("is a web address, not a SIP one".into());
    }
    let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    let rest = match scheme.as_deref() {
        Some("tel") => return Ok(()),
        Some("sip" | "sips") => text.split_once(':').map_or("", |(_, rest)| rest),
        _ => text,
    };
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let has_host = scheme.is_some() || rest.contains('@');
    let authority = host.split([';', '?']).next().unwrap_or_default();
    if has_host && address::host_and_port(authority).is_err() {
        return Err("has no valid host behind the @".into());
    }
    if scheme.is_some() && !rest.contains('@') && authority.chars().all(|c| c.is_ascii_digit()) {
        return Err("names no host; a number alone needs no sip:".into());
    }
    Ok(())
}

pub(super) fn ice_url(text: &str) -> Result<(), String> {
    let (scheme, rest) = text.split_once(':').ok_or("has no scheme")?;
    let (authority, query) = rest.split_once('?').map_or((rest, None), |(authority, query)| (authority, Some(query)));
    let transports: &[&str] = match scheme.to_ascii_lowercase().as_str() {
        "stun" => &[],
        "stuns" => return Err("is STUN over TLS, which is not spoken; a turns: address does the same".into()),
        "turn" => &["transport=udp", "transport=tcp"],
        "turns" if query == Some("transport=udp") => return Err("is TURN over DTLS, which is not spoken".into()),
        "turns" => &["transport=tcp"],
        _ => return Err("is neither stun: nor turn:".into()),
    };
    if query.is_some_and(|query| !transports.contains(&query)) {
        return Err("has an unknown part behind the ?".into());
    }
    address::host_and_port(authority).map(drop).map_err(|error| error.to_string())
}

pub(super) fn listen(text: &str) -> Result<(), String> {
    text.parse::<SocketAddr>().map(drop).map_err(|_| "is not ADDRESS:PORT".into())
}
