//! One sentence about a failure.

use super::{Language, Text, cause, close_code, event, sip_code, text};
use crate::api::Originator;

const LOCAL: Text = text("Here: ", "У нас: ", "本地:");
const REMOTE: Text = text("Other side: ", "Другая сторона: ", "远端:");
const SYSTEM: Text = text("System: ", "Система: ", "系统:");
const UNKNOWN_CODE: Text = text("unknown SIP code:", "неизвестный код SIP:", "未知sip状态码:");

/// The causes that a SIP status stands behind (rule 2 of spec section 12.3).
const SIP_ERRORS: [&str; 11] = [
    "SIP Failure Code",
    "Busy",
    "Rejected",
    "Redirected",
    "Unavailable",
    "Not Found",
    "Address Incomplete",
    "Incompatible SDP",
    "Missing SDP",
    "Authentication Error",
    "Terminated",
];

/// Says what went wrong, and at whose end, by the rules of spec section 12.3. Total: any text and number is allowed.
///
/// Nothing is said without a `cause`. `status` is a SIP status or a WebSocket close code; `reason` (the phrase that came
/// with it) is told only where the code is not in the catalogue. A cause that is not in the catalogue is told as it is.
pub fn translate(
    language: Language,
    originator: Option<Originator>,
    name: Option<&str>,
    status: Option<u16>,
    reason: &str,
) -> String {
    let Some(name) = name.filter(|name| !name.is_empty()) else { return String::new() };
    let named = cause(name).map_or(name, |text| text.in_language(language));
    let told = if SIP_ERRORS.contains(&name) {
        with_sip_code(language, named, status, reason)
    } else {
        let text = status.and_then(close_code).or_else(|| event(name));
        text.map_or(named, |text| text.in_language(language)).to_string()
    };
    format!("{}{told}", prefix(language, originator))
}

fn prefix(language: Language, originator: Option<Originator>) -> &'static str {
    let Some(originator) = originator else { return "" };
    let text = match originator {
        Originator::Local => LOCAL,
        Originator::Remote => REMOTE,
        Originator::System => SYSTEM,
    };
    text.in_language(language)
}

fn with_sip_code(language: Language, named: &str, status: Option<u16>, reason: &str) -> String {
    let Some(code) = status else { return named.into() };
    match sip_code(code) {
        Some(text) => format!("{named} {code} {}", text.in_language(language)),
        None if reason.is_empty() => format!("{named} {code} {}{code}", UNKNOWN_CODE.in_language(language)),
        None => format!("{named} {code} {reason}"),
    }
}
