//! Reading header values by the rules of spec section 3.1, without losing their case.

use roombox_sip::api::{Body, HeaderLine};

/// The trimmed value of the first header of that name, in any case; a blank one counts as absent.
pub(super) fn text<'a>(headers: &'a [HeaderLine], name: &str) -> Option<&'a str> {
    let line = headers.iter().find(|line| line.name.eq_ignore_ascii_case(name))?;
    Some(line.value.trim()).filter(|value| !value.is_empty())
}

/// As [`text`], in upper case: for values that are names out of a list.
pub(super) fn keyword(headers: &[HeaderLine], name: &str) -> Option<String> {
    text(headers, name).map(str::to_ascii_uppercase)
}

/// `true`, `1`, `false` or `0`.
pub(super) fn boolean(headers: &[HeaderLine], name: &str) -> Option<bool> {
    match keyword(headers, name)?.as_str() {
        "TRUE" | "1" => Some(true),
        "FALSE" | "0" => Some(false),
        _ => None,
    }
}

/// The media type without parameters, in lower case, from the body or from the header of a request without body.
pub(super) fn content_type(headers: &[HeaderLine], body: Option<&Body>) -> Option<String> {
    let value = body
        .map(|body| body.content_type.as_str())
        .filter(|value| !value.is_empty())
        .or_else(|| text(headers, "Content-Type"))
        .or_else(|| text(headers, "c"))?;
    value.split(';').next().map(|kind| kind.trim().to_ascii_lowercase())
}

/// A number, also one written with a fraction; none for what is not finite or negative.
pub(super) fn number(headers: &[HeaderLine], name: &str) -> Option<f64> {
    text(headers, name)?.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)
}

/// A whole number of things.
pub(super) fn count(headers: &[HeaderLine], name: &str) -> Option<u32> {
    text(headers, name)?.parse().ok()
}
