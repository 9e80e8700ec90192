//! `message/sipfrag` as far as transfers use it (RFC 3420, RFC 3515 section 2.4.5): one status line.

use crate::api::Body;
use crate::message::reason::phrase;

/// Status and reason phrase of the status line that a body starts with.
pub(super) fn parse(body: &Body) -> Option<(u16, String)> {
    let line = body.text()?.trim_start().lines().next()?.trim_end();
    let mut parts = line.splitn(3, ' ');
    let version = parts.next()?;
    let status = parts.next().filter(|status| status.len() == 3)?.parse().ok()?;
    let reason = parts.next().unwrap_or_default().trim();
    (version.eq_ignore_ascii_case("SIP/2.0") && (100..700).contains(&status)).then_some(())?;
    Some((status, if reason.is_empty() { phrase(status).into() } else { reason.into() }))
}

/// The body of a NOTIFY.
pub(super) fn body(status: u16, reason: &str) -> Body {
    let reason: String = reason.chars().filter(|c| !c.is_control()).collect();
    Body { content_type: "message/sipfrag;version=2.0".into(), content: format!("SIP/2.0 {status} {reason}").into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(u16, String)> {
        parse(&Body { content_type: "message/sipfrag".into(), content: text.to_string().into() })
    }

    #[test]
    fn the_status_line_is_read_with_and_without_what_follows() {
        assert_eq!(read("SIP/2.0 200 OK\r\nContact: <sip:a@b>\r\n"), Some((200, "OK".into())));
        assert_eq!(read("\r\nsip/2.0 180"), Some((180, "Ringing".into())));
        assert_eq!(read("SIP/2.0 603 Not today, thanks"), Some((603, "Not today, thanks".into())));
        for bad in ["", "SIP/2.0", "SIP/2.0 2000 OK", "SIP/2.0 099 x", "INVITE sip:a@b SIP/2.0"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_written_is_one_line() {
        assert_eq!(body(486, "Busy\r\nX: 1").text(), Some("SIP/2.0 486 BusyX: 1"));
    }
}
