//! The catalogue of causes, and the page that is made from it.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test, and the page is a file")]

use std::collections::BTreeSet;
use std::fmt::Write;

use proptest::prelude::*;
use roombox_sip::api::{Cause, FlowError, Originator};
use roombox_sip::causes::{
    CAUSES, CLOSE_CODES, EVENTS, FLOW_ERRORS, Language, SIP_CODES, Text, UNKNOWN_EVENT, cause, flow_error, flow_kind,
    translate,
};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/developer/sip-causes.md");

/// The five tables with their headings, keys as text.
fn tables() -> Vec<(&'static str, Vec<(String, Text)>)> {
    let named = |table: &[(&str, Text)]| table.iter().map(|(key, text)| ((*key).to_string(), *text)).collect();
    let coded = |table: &[(u16, Text)]| table.iter().map(|(key, text)| (key.to_string(), *text)).collect();
    vec![
        ("Causes", named(CAUSES)),
        ("SIP status codes", coded(SIP_CODES)),
        ("WebSocket close codes", coded(CLOSE_CODES)),
        ("How a connection fails", named(FLOW_ERRORS)),
        ("Events of the worker", named(EVENTS)),
    ]
}

#[test]
fn every_entry_speaks_three_languages() {
    let is_cyrillic = |c: char| ('\u{400}'..='\u{4ff}').contains(&c);
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let all = tables().into_iter().flat_map(|(_, table)| table).chain([("unknown".into(), UNKNOWN_EVENT)]);
    for (key, text) in all {
        let Text { english, russian, chinese } = text;
        assert!(english.len() > 3 && !english.chars().any(|c| is_cyrillic(c) || is_han(c)), "{key}: {english}");
        assert!(russian.chars().any(is_cyrillic) && !russian.chars().any(is_han), "{key}: {russian}");
        assert!(!chinese.trim().is_empty() && !chinese.chars().any(is_cyrillic), "{key}: {chinese}");
        assert!(english != russian && russian != chinese && english != chinese, "{key}");
        assert!(english.len() < 80 && russian.chars().count() < 80, "{key} is short");
    }
}

#[test]
fn no_entry_stands_twice() {
    for (heading, table) in tables() {
        let keys: BTreeSet<_> = table.iter().map(|(key, _)| key).collect();
        assert_eq!(keys.len(), table.len(), "{heading}");
    }
}

#[test]
fn every_cause_code_and_flow_error_of_ours_is_in_the_catalogue() {
    use Cause::{
        AddressIncomplete, AuthenticationError, BadMediaDescription, Busy, Bye, Canceled, ConnectionError, DialogError,
        Expires, IncompatibleSdp, InternalError, NoAck, NoAnswer, NotFound, Redirected, Rejected, Replaced,
        RequestTimeout, SipFailureCode, Unavailable, WebrtcError,
    };
    let ours = [
        AddressIncomplete,
        AuthenticationError,
        BadMediaDescription,
        Bye,
        Busy,
        Canceled,
        ConnectionError,
        DialogError,
        Expires,
        IncompatibleSdp,
        InternalError,
        NoAnswer,
        NoAck,
        NotFound,
        Redirected,
        Rejected,
        Replaced,
        RequestTimeout,
        SipFailureCode,
        Unavailable,
        WebrtcError,
    ];
    for ours in ours {
        assert!(cause(&ours.to_string()).is_some(), "{ours}");
    }
    let errors = [
        FlowError::Certificate,
        FlowError::Closed,
        FlowError::Refused,
        FlowError::NameNotFound,
        FlowError::Handshake,
        FlowError::Timeout,
        FlowError::Unreachable,
    ];
    for error in errors.map(|kind| kind("x".into())) {
        let serde_name = serde_json::to_value(&error).unwrap()["kind"].clone();
        assert_eq!(serde_name, flow_kind(&error));
        assert!(FLOW_ERRORS.iter().any(|(kind, text)| *kind == flow_kind(&error) && text == flow_error(&error)));
    }
    assert_eq!((CAUSES.len(), CLOSE_CODES.len(), FLOW_ERRORS.len()), (24, 16, errors.len()));
}

#[test]
fn the_rules_apply_in_their_order() {
    use Originator::{Local, Remote, System};
    let chinese = |who, cause, status| translate(Language::Chinese, who, cause, status, "");
    assert_eq!(chinese(Some(Remote), None, Some(1006)), "", "1: no cause, nothing said");
    assert_eq!(chinese(Some(Remote), Some("Busy"), Some(486)), "远端:用户忙 486 用户忙", "2");
    assert_eq!(chinese(Some(Local), Some("Terminated"), None), "本地:已挂断", "2 without a code");
    assert_eq!(chinese(None, Some("Authentication Error"), Some(401)), "账号或密码错误 401 用户/密码错误");
    assert_eq!(chinese(None, Some("SIP Failure Code"), Some(499)), "SIP代码 499 未知sip状态码:499");
    assert_eq!(chinese(Some(System), Some("Connection Error"), Some(1006)), "系统:websocket连接异常关闭", "3");
    assert_eq!(chinese(None, Some("Busy"), Some(1006)), "用户忙 1006 未知sip状态码:1006", "2 goes before 3");
    assert_eq!(chinese(Some(Local), Some("Request Timeout"), None), "本地:连接超时", "4 goes before 5");
    assert_eq!(chinese(None, Some("onHold"), None), "保持", "4");
    assert_eq!(chinese(Some(Remote), Some("No Answer"), None), "远端:未接听", "5");
    assert_eq!(chinese(None, Some("Whatever"), Some(4000)), "Whatever", "5: a raw cause");
}

#[test]
fn every_language_names_the_end_and_the_code() {
    let said = |language| translate(language, Some(Originator::Remote), Some("Not Found"), Some(404), "Nope");
    assert_eq!(said(Language::English), "Other side: There is no such number 404 User not found");
    assert_eq!(said(Language::Russian), "Другая сторона: Такого номера нет 404 Пользователь не найден");
    let unknown = translate(Language::English, None, Some("SIP Failure Code"), Some(599), "Room is painted");
    assert_eq!(unknown, "The call failed with code 599 Room is painted");
}

proptest! {
    #[test]
    fn anything_can_be_translated(name in ".{0,12}", which in 0_usize..23, known: bool, status: Option<u16>, reason in ".{0,8}", who in 0..4) {
        use Originator::{Local, Remote, System};
        let who = [None, Some(Local), Some(Remote), Some(System)][usize::try_from(who).unwrap()];
        let name = if known { CAUSES[which].0 } else { &name };
        for language in Language::ALL {
            let said = translate(language, who, Some(name), status, &reason);
            prop_assert_eq!(said.is_empty(), name.is_empty());
        }
    }
}

#[test]
fn the_page_tells_the_whole_catalogue() {
    let page = page();
    if std::env::var_os("ROOMBOX_RENEW").is_some() {
        std::fs::write(PAGE, &page).unwrap();
    }
    let kept = std::fs::read_to_string(PAGE).unwrap();
    assert!(kept == page, "renew with ROOMBOX_RENEW=1 cargo test -p roombox-sip --test causes");
}

fn page() -> String {
    let mut page = String::from(
        "# Causes of the SIP user agent\n\nWhat `roombox_sip::causes` knows, in its three languages. `causes::translate` puts \
         a sentence together: at whose end\nit went wrong, the cause, and for causes that a SIP status stands behind the \
         code and its text. The table is closed:\nnames and codes that are not here are told as they came.\n",
    );
    for (heading, table) in tables() {
        write!(page, "\n## {heading}\n\n| name | English | Russian | Chinese |\n|---|---|---|---|\n").unwrap();
        for (key, Text { english, russian, chinese }) in table {
            writeln!(page, "| `{key}` | {english} | {russian} | {chinese} |").unwrap();
        }
    }
    page
}
