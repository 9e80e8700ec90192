//! Authentication-Info: what a server says after the right answer (RFC 7616 section 3.5, RFC 7615).

use super::hash::{Algorithm, Inputs, Qop};

/// Field names in lower case and values without quotes.
pub(super) type Fields = Vec<(String, String)>;

/// The fields of a header value; `None` when it is broken.
pub(super) fn parse(text: &str) -> Option<Fields> {
    super::fields(text)
}

/// A field by its name.
pub(super) fn get<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

/// Does the server prove that it knows the password of the `answer` we gave? One that does not try to is believed.
pub(super) fn proves(
    offered: &Fields,
    answer: &Fields,
    body: &[u8],
    ha1: impl Fn(Algorithm) -> Option<String>,
) -> bool {
    let Some(claimed) = get(offered, "rspauth") else { return true };
    let text = |name: &str| get(answer, name).unwrap_or_default();
    let Some(algorithm) = Algorithm::from_name(get(answer, "algorithm")) else { return false };
    let Some(ha1) = ha1(algorithm) else { return false };
    let inputs = Inputs {
        algorithm,
        ha1: &ha1,
        method: "",
        uri: text("uri"),
        body,
        nonce: text("nonce"),
        cnonce: text("cnonce"),
        nc: text("nc"),
        qop: get(offered, "qop").or(get(answer, "qop")).and_then(Qop::from_name),
    };
    inputs.response_auth() == claimed.to_ascii_lowercase()
}
