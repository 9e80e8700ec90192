//! Whom to call: the URI of Refer-To with its headers (RFC 3261 section 19.1.5, RFC 3515 section 2.1, RFC 3891).

use std::fmt::Write as _;

use crate::api::HeaderLine;
use crate::dialog::Dialog;
use crate::message::lexical::is_token;
use crate::message::name_addr::NameAddr;
use crate::message::uri::{SipUri, scheme, unescape};
use crate::replaces::Replaces;

/// Header fields that a Refer-To may put into our INVITE, and any `X-…`. All others could say who we are, where the
/// request goes or what it may do (RFC 3261 section 19.1.5 calls them dangerous) and are dropped.
const ALLOWED: &[&str] = &[
    "Accept-Contact",
    "Accept-Language",
    "In-Reply-To",
    "Organization",
    "Priority",
    "Reject-Contact",
    "Request-Disposition",
    "Subject",
    "User-to-User",
];
/// Header fields taken from one URI: more than any transfer has, and the INVITE stays of a sane size.
const MAX_HEADERS: usize = 16;

/// A place to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Referral {
    pub headers: Vec<HeaderLine>,
    /// The dialog to replace there.
    pub replaces: Option<String>,
    pub uri: String,
}

impl Referral {
    /// Takes the URI of a Refer-To apart; `Err`: the status and phrase that refuse it.
    pub(crate) fn parse(text: &str) -> Result<Self, (u16, &'static str)> {
        if !matches!(scheme(text).as_deref(), Some("sip" | "sips")) {
            return Err((416, "Unsupported URI Scheme"));
        }
        let uri = SipUri::parse(text).map_err(|_| (400, "Refer-To is not valid"))?;
        if uri.params.get("method").is_some_and(|method| method != "INVITE") {
            return Err((403, "Only calls are made for others"));
        }
        let raw = uri.headers.unwrap_or_default();
        let bare = text.strip_suffix(&raw).map_or(text, |text| text.trim_end_matches('?'));
        let mut referral = Self { headers: Vec::new(), replaces: None, uri: without_method(bare) };
        for (name, value) in raw.split('&').filter_map(field) {
            if name.eq_ignore_ascii_case("Replaces") {
                Replaces::parse(&value).ok_or((400, "Replaces is not valid"))?;
                referral.replaces = Some(value);
            } else if is_allowed(&name) && referral.headers.len() < MAX_HEADERS {
                referral.headers.push(HeaderLine::new(name, value));
            }
        }
        Ok(referral)
    }
}

fn field(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let (name, value) = (unescape(name)?, unescape(value)?);
    (is_token(&name) && !value.chars().any(char::is_control)).then_some((name, value))
}

fn is_allowed(name: &str) -> bool {
    ALLOWED.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
        || name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("X-"))
}

/// `;method=` has no meaning in a Request-URI (RFC 3261 section 19.1.1, table 1).
fn without_method(uri: &str) -> String {
    let host = uri.rfind('@').unwrap_or(0);
    let mut parts = uri[host..].split(';');
    let first = parts.next().unwrap_or_default();
    let mut bare = format!("{}{first}", &uri[..host]);
    for part in parts.filter(|part| !part.to_ascii_lowercase().starts_with("method=")) {
        bare.push(';');
        bare.push_str(part);
    }
    bare
}

/// Refer-To of an attended transfer: the peer of `dialog`, in our place (spec section 13.6).
pub(super) fn attended(dialog: &Dialog) -> String {
    let replaces = Replaces {
        call_id: dialog.call_id.clone(),
        early_only: false,
        from_tag: dialog.local_tag.clone(),
        to_tag: dialog.remote_tag.clone(),
    };
    let target = dialog.remote_target.split('?').next().unwrap_or_default();
    let mut address = NameAddr::new(format!("{target}?Replaces={}", escape(&replaces.to_string())));
    address.display = NameAddr::parse(&dialog.remote).ok().and_then(|remote| remote.display);
    address.to_string()
}

/// Refer-To of a blind transfer, in brackets so that parameters and headers stay in the URI (RFC 3261 section 20);
/// `None` for what is no URI.
pub(super) fn blind(uri: &str) -> Option<String> {
    NameAddr::parse(&format!("<{uri}>")).ok().map(|_| format!("<{uri}>"))
}

/// Percent-encodes all but the unreserved characters (RFC 3261 section 25.1).
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_taken_apart_and_dangerous_headers_are_dropped() {
        let text = "sip:c@far;transport=ws;method=INVITE?Replaces=1%40a%3Bto-tag%3D2%3Bfrom-tag%3D3&Subject=a%20b&From=x\
                    &Route=%3Csip%3Aevil%3E&x-trace=7&Authorization=Basic&body=v%3D0&X-Bad=a%0D%0AVia%3A";
        let referral = Referral::parse(text).expect("valid");
        assert_eq!(referral.uri, "sip:c@far;transport=ws");
        assert_eq!(referral.replaces.as_deref(), Some("1@a;to-tag=2;from-tag=3"));
        assert_eq!(referral.headers, [HeaderLine::new("Subject", "a b"), HeaderLine::new("x-trace", "7")]);
    }

    #[test]
    fn what_cannot_be_called_is_refused_with_its_status() {
        let status = |text| Referral::parse(text).map_err(|(status, _)| status).err();
        assert_eq!(status("tel:+1"), Some(416));
        assert_eq!(status("sip:a b@c"), Some(400));
        assert_eq!(status("sip:a@b;method=BYE"), Some(403));
        assert_eq!(status("sip:a@b?Replaces=x"), Some(400));
        assert_eq!(status("sip:a;x?y@b"), None);
    }

    #[test]
    fn an_attended_target_is_read_back() {
        let dialog = Dialog {
            call_id: "id;@h".into(),
            local: "<sip:a@x>;tag=l".into(),
            local_cseq: 1,
            local_tag: "l".into(),
            remote: "\"C, c\" <sip:c@x>;tag=r".into(),
            remote_cseq: None,
            remote_tag: "r".into(),
            remote_target: "sip:c@host;transport=ws;ob".into(),
            route_set: Vec::new(),
        };
        let text = attended(&Dialog { call_id: "id%1@h".into(), ..dialog });
        assert!(text.starts_with("\"C, c\" <sip:c@host;transport=ws;ob?Replaces=id%251%40h%3Bto-tag%3Dr%3B"), "{text}");
        let referral = Referral::parse(&NameAddr::parse(&text).expect("valid").uri).expect("valid");
        assert_eq!(referral.replaces.as_deref(), Some("id%1@h;to-tag=r;from-tag=l"));
        assert_eq!(referral.uri, "sip:c@host;transport=ws;ob");
    }

    #[test]
    fn a_blind_target_stands_in_brackets() {
        assert_eq!(blind("sip:c@far;x=1").as_deref(), Some("<sip:c@far;x=1>"));
        assert_eq!(blind("tel:+1").as_deref(), Some("<tel:+1>"));
        assert_eq!(blind("a@b> \r\nX: "), None);
    }
}
