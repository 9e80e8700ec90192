//! STUN and TURN servers as `webrtcbin` wants them: with `//`, user and password inside.

use std::fmt::Write;

use gst::prelude::*;

use crate::peer::IceServer;

pub(super) fn set(webrtcbin: &gst::Bin, servers: &[IceServer]) {
    for server in servers {
        match address(server) {
            Some(address) if address.starts_with("stun") => webrtcbin.set_property("stun-server", &address),
            Some(address) => {
                if !webrtcbin.emit_by_name::<bool>("add-turn-server", &[&address]) {
                    tracing::warn!(url = server.url, "the TURN server cannot be used");
                }
            }
            None => tracing::warn!(url = server.url, "neither a STUN nor a TURN server"),
        }
    }
}

fn address(server: &IceServer) -> Option<String> {
    let (scheme, rest) = server.url.split_once(':')?;
    match scheme {
        "stun" => Some(format!("stun://{}", with_port(rest, 3478))),
        "turn" => {
            Some(format!("turn://{}:{}@{}", escaped(&server.user), escaped(&server.password), with_port(rest, 3478)))
        }
        "turns" => {
            Some(format!("turns://{}:{}@{}", escaped(&server.user), escaped(&server.password), with_port(rest, 5349)))
        }
        _ => None,
    }
}

/// The port that RFC 7064 and RFC 7065 name where the address has none.
fn with_port(rest: &str, port: u16) -> String {
    let (host, query) = rest.split_once('?').map_or((rest, None), |(host, query)| (host, Some(query)));
    let named = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok() && !host.ends_with(']'));
    let host = if named { host.to_owned() } else { format!("{host}:{port}") };
    query.map_or(host.clone(), |query| format!("{host}?{query}"))
}

/// RFC 3986 section 2.1.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> IceServer {
        IceServer { url: url.into(), user: "a:b".into(), password: "p@ss/1".into() }
    }

    #[test]
    fn servers_get_their_usual_ports_and_escaped_credentials() {
        assert_eq!(address(&server("stun:stun.example")).as_deref(), Some("stun://stun.example:3478"));
        assert_eq!(
            address(&server("turn:turn.example:80?transport=tcp")).as_deref(),
            Some("turn://a%3Ab:p%40ss%2F1@turn.example:80?transport=tcp")
        );
        assert_eq!(
            address(&server("turns:[2001:db8::1]")).as_deref(),
            Some("turns://a%3Ab:p%40ss%2F1@[2001:db8::1]:5349")
        );
        assert_eq!(address(&server("http:x")), None);
    }
}
