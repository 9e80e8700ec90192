//! Server addresses and what follows from an account.

use roombox_settings::model::{Account, Secret};
use roombox_settings::{AddressError, PasswordFileError, Transport};

fn account(server: &str) -> Account {
    Account { server: server.into(), ..Account::default() }
}

fn url(server: &str) -> String {
    account(server).server_address().unwrap_or_else(|error| panic!("{server}: {error}")).url()
}

#[test]
fn addresses_are_taken_apart_with_the_defaults_of_their_transport() {
    for (given, expected) in [
        ("meet.example.org", "wss://meet.example.org/webrtc/wss/"),
        ("Meet.Example.ORG:8443", "wss://meet.example.org:8443/webrtc/wss/"),
        ("wss://meet.example.org", "wss://meet.example.org/"),
        ("wss://meet.example.org:443/a/b?c=d", "wss://meet.example.org/a/b?c=d"),
        ("wss://meet.example.org?c=d#e", "wss://meet.example.org/?c=d"),
        ("ws://127.0.0.1:5062", "ws://127.0.0.1:5062/"),
        ("WSS://[2001:db8::1]:7443/ws", "wss://[2001:db8::1]:7443/ws"),
        ("[2001:db8::1]", "wss://[2001:db8::1]/webrtc/wss/"),
        ("sip:pbx.example.org", "sip:pbx.example.org;transport=udp"),
        ("sip:pbx.example.org:5070;transport=TCP", "sip:pbx.example.org:5070;transport=tcp"),
        ("sip:pbx.example.org;transport=tls", "sips:pbx.example.org"),
        ("sips:pbx.example.org;transport=tcp", "sips:pbx.example.org"),
        (" meet.example.org ", "wss://meet.example.org/webrtc/wss/"),
        ("Конференция.рф", "wss://xn--e1aajfpcds8ay4h.xn--p1ai/webrtc/wss/"),
    ] {
        assert_eq!(url(given), expected);
    }
}

#[test]
fn a_bad_address_says_what_is_wrong() {
    for (given, expected) in [
        ("", AddressError::Empty),
        ("http://a.b", AddressError::Scheme("http://".into())),
        ("sip:a.b;transport=sctp", AddressError::Scheme("transport=sctp".into())),
        ("sips:a.b;transport=udp", AddressError::Scheme("transport=udp".into())),
        ("wss://", AddressError::Host),
        ("wss://-a.b/", AddressError::Host),
        ("wss://a..b/", AddressError::Host),
        ("a.b/path", AddressError::Host),
        ("[::g]", AddressError::Host),
        ("[::1]x", AddressError::Host),
        ("a.b:0", AddressError::Port),
        ("a.b:70000", AddressError::Port),
        ("wss://user@a.b/", AddressError::UserInfo),
        ("a b", AddressError::Characters),
    ] {
        assert_eq!(account(given).server_address(), Err(expected), "{given}");
    }
}

#[test]
fn parts_are_plain() {
    let server = account("wss://[2001:db8::1]/ws").server_address().unwrap();
    assert_eq!((server.transport, server.host.as_str(), server.port), (Transport::Wss, "2001:db8::1", 443));
    assert_eq!(server.path, "/ws");
}

#[test]
fn the_domain_is_the_host_unless_given() {
    let mut account = account("wss://meet.example.org:8443/ws");
    assert_eq!(account.effective_domain().unwrap(), "meet.example.org");
    for (given, expected) in
        [("example.org", "example.org"), (" пример.рф ", "xn--e1afmkfd.xn--p1ai"), ("[2001:db8::1]", "[2001:db8::1]")]
    {
        account.domain = Some(given.into());
        assert_eq!(account.effective_domain().unwrap(), expected);
    }
}

#[test]
fn a_user_registers_unless_told_otherwise_and_a_guest_does_not() {
    let mut account = account("a.b");
    assert!(!account.registers());
    account.user = Some("room".into());
    assert!(account.registers());
    account.register = Some(false);
    assert!(!account.registers());
}

#[test]
fn targets_become_uris() {
    let account = account("meet.example.org");
    for (target, uri) in [
        ("4711", "sip:4711@meet.example.org"),
        (" room-5 ", "sip:room-5@meet.example.org"),
        ("help@example.com", "sip:help@example.com"),
        ("sip:help@example.com;transport=tls", "sip:help@example.com;transport=tls"),
        ("SIPS:help@example.com", "SIPS:help@example.com"),
        ("tel:+49301234", "tel:+49301234"),
        ("*55#1", "sip:*55%231@meet.example.org"),
        ("зал%205%", "sip:%D0%B7%D0%B0%D0%BB%205%25@meet.example.org"),
        ("a:b@[::1]:5070", "sip:a%3Ab@[::1]:5070"),
    ] {
        assert_eq!(account.sip_uri(target).unwrap(), uri);
    }
    assert_eq!(account.sip_uri(""), Err(AddressError::Empty));
    assert_eq!(account.sip_uri("a b"), Err(AddressError::Characters));
}

#[test]
fn the_first_line_of_a_password_file_is_the_password() {
    let mut from_file = account("a.b");
    from_file.merge_password_file("se cret \r\nsecond line\n").unwrap();
    assert_eq!(from_file.password.as_ref().unwrap().reveal(), "se cret ");
    assert_eq!(from_file.merge_password_file("again\n"), Err(PasswordFileError::Both));
    let mut empty = Account { password_file: Some("/p".into()), ..account("a.b") };
    assert_eq!(empty.merge_password_file("\nsecret\n"), Err(PasswordFileError::Empty("/p".into())));
    assert_eq!(Secret::new("x"), Secret::new("x"));
}
