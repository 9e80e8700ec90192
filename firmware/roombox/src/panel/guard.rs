//! Keeps other web pages away from the panel: they must neither press buttons nor see the room.

use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::control::protocol::Problem;

/// Header that only our own page sends: a foreign page would need a preflight request, which is not answered (CSRF).
const OWN_HEADER: &str = "x-roombox";

/// Refuses requests that reached us under a public name (DNS rebinding) or from a foreign page.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    match refusal(request.headers()) {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    }
}

/// The refusal of a request that changes something and does not come from our page.
pub(super) fn foreign(headers: &HeaderMap) -> Option<Response> {
    let problem = || Problem::bad_request("Commands need the header X-Roombox.");
    (!headers.contains_key(OWN_HEADER)).then(|| (StatusCode::FORBIDDEN, Json(problem())).into_response())
}

fn refusal(headers: &HeaderMap) -> Option<(StatusCode, &'static str)> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(host) = header(header::HOST) else {
        return Some((StatusCode::BAD_REQUEST, "Host header missing."));
    };
    if !is_local_name(host) {
        return Some((StatusCode::FORBIDDEN, "The panel answers under its address or a local name only."));
    }
    let foreign = |origin: &str| origin.split_once("://").map(|(_, from)| from) != Some(host);
    if header(header::ORIGIN).is_some_and(foreign) {
        return Some((StatusCode::FORBIDDEN, "The panel does not answer other web pages."));
    }
    None
}

/// Addresses, names without a dot and names under `.local`, `.lan` or `.internal` are out of reach of a stranger's DNS.
fn is_local_name(host: &str) -> bool {
    if host.starts_with('[') {
        return true;
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_end_matches('.');
    let local = [".local", ".lan", ".internal"];
    name.parse::<std::net::Ipv4Addr>().is_ok() || !name.contains('.') || local.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_local_names_are_ours() {
        for host in ["127.0.0.1:8420", "[::1]:8420", "localhost:8420", "roombox.local", "box", "192.168.1.7"] {
            assert!(is_local_name(host), "{host}");
        }
    }

    #[test]
    fn a_foreign_page_is_refused() {
        let headers = |origin: &'static str| {
            HeaderMap::from_iter([
                (header::HOST, "127.0.0.1:8420".parse().unwrap()),
                (header::ORIGIN, origin.parse().unwrap()),
            ])
        };
        assert!(refusal(&headers("http://127.0.0.1:8420")).is_none());
        assert!(refusal(&headers("http://127.0.0.1:9999")).is_some());
        assert!(refusal(&headers("null")).is_some());
    }

    #[test]
    fn a_public_name_is_not() {
        assert!(!is_local_name("evil.example.com:8420"));
        assert!(!is_local_name("127.0.0.1.example.com"));
    }
}
