//! What each outcome of a REGISTER leads to.
#![allow(clippy::disallowed_methods, reason = "virtual time needs some first instant")]

mod common;

use std::time::Duration;

use common::bench::Bench;
use common::config;
use roombox_sip::agent::{Input, RegistererState, RegistrationState};
use roombox_sip::api::{AgentEvent, Cause, Transport};

const CHALLENGE: (&str, &str) = ("WWW-Authenticate", "Digest realm=\"lab\", nonce=\"1\", qop=\"auth\"");

fn bench(seed: u64) -> Bench {
    Bench::connected(config(Transport::Tcp, "secret"), seed)
}

/// Registered, with the credentials accepted once.
fn registered(seed: u64) -> Bench {
    let mut bench = bench(seed);
    let first = bench.register();
    bench.answer(&first, 401, &[CHALLENGE]);
    let second = bench.register();
    bench.grant(&second, &[]);
    assert!(bench.told().contains(&AgentEvent::Registered { expires: 300 }));
    bench
}

/// Answers the first REGISTER so; gives the wait before the next.
fn wait_after(status: u16, headers: &[(&str, &str)]) -> Option<u64> {
    let mut bench = bench(status.into());
    let register = bench.register();
    bench.answer(&register, status, headers);
    let (told, wait) = bench.refusal();
    assert_eq!(told, Some(status));
    assert_eq!(bench.status().registerer, RegistererState::Unregistered);
    if let Some(wait) = wait {
        bench.live(Duration::from_millis(wait - 1));
        assert!(bench.request("REGISTER").is_none(), "{status}: not before its time");
        bench.live(Duration::from_millis(1));
        assert!(bench.request("REGISTER").is_some(), "{status}: tried again");
    }
    wait
}

#[test]
fn what_passes_is_tried_again_within_seconds() {
    for status in [408, 480, 500, 503, 504] {
        assert!(matches!(wait_after(status, &[]), Some(2500..=5000)), "{status}");
    }
}

#[test]
fn what_only_people_at_the_server_mend_is_tried_again_after_minutes() {
    for status in [302, 400, 403, 404, 405, 420, 501, 600, 603, 606] {
        assert!(matches!(wait_after(status, &[]), Some(60_000..=120_000)), "{status}");
    }
}

#[test]
fn the_wish_of_the_server_makes_the_wait_longer() {
    assert!(matches!(wait_after(503, &[("Retry-After", "60")]), Some(60_000..=65_000)));
    assert!(matches!(wait_after(500, &[("Retry-After", "999999")]), Some(3_600_000..=3_605_000)), "but not for ever");
}

#[test]
fn a_password_refused_with_403_is_not_sent_again() {
    let mut bench = bench(1);
    let first = bench.register();
    bench.answer(&first, 401, &[CHALLENGE]);
    let second = bench.register();
    bench.answer(&second, 403, &[]);
    assert_eq!(bench.refusal(), (Some(403), None));
    bench.live(Duration::from_hours(1));
    assert!(bench.request("REGISTER").is_none());
    assert_eq!(bench.status().registration, RegistrationState::NeedsPerson);
}

#[test]
fn a_password_that_was_right_before_survives_a_403() {
    let mut bench = registered(2);
    bench.live(Duration::from_secs(270));
    let refresh = bench.register();
    assert!(refresh.1.headers.get("Authorization").is_some_and(|v| !v.ends_with("nc=00000001")), "no extra round trip");
    bench.answer(&refresh, 403, &[]);
    assert!(matches!(bench.refusal(), (Some(403), Some(60_000..=120_000))));
}

#[test]
fn a_challenge_without_credentials_waits_for_a_person() {
    let mut config = config(Transport::Tcp, "secret");
    config.endpoint.credentials = None;
    let mut bench = Bench::connected(config, 3);
    let register = bench.register();
    bench.answer(&register, 407, &[("Proxy-Authenticate", CHALLENGE.1)]);
    assert_eq!(bench.refusal(), (Some(407), None));
}

#[test]
fn a_redirection_is_followed_and_not_for_ever() {
    let mut bench = bench(4);
    for n in 0..5 {
        let register = bench.register();
        bench.answer(&register, 302, &[("Contact", &format!("<sip:x@r{n}.example;transport=tcp?X=y>"))]);
    }
    let register = bench.register();
    assert_eq!(register.1.uri, "sip:r4.example");
    assert_eq!(register.1.headers.get("To"), Some("<sip:room@lab.example>"));
    bench.answer(&register, 302, &[("Contact", "<sip:again.example>")]);
    assert!(matches!(bench.refusal(), (Some(302), Some(60_000..))));
}

#[test]
fn an_interval_that_stays_too_brief_ends_the_patience() {
    let mut bench = bench(5);
    for least in ["400", "500", "600"] {
        let register = bench.register();
        bench.answer(&register, 423, &[("Min-Expires", least)]);
    }
    let register = bench.register();
    assert_eq!(register.1.headers.get("Expires"), Some("600"));
    bench.answer(&register, 423, &[]);
    assert!(matches!(bench.refusal(), (Some(423), Some(_))));
}

#[test]
fn our_contact_is_found_by_instance_by_uri_or_by_user() {
    let instance = "urn:uuid:00000000-0000-4000-8000-000000000001";
    for how in 0..4 {
        let mut bench = bench(6);
        let register = bench.register();
        let uri = register.1.headers.addresses("Contact").expect("a contact")[0].uri.clone();
        let user = uri.split(['@', ':']).nth(1).expect("a user");
        let ours = match how {
            0 => format!("<sip:x@y>;expires=120;reg-id=1;+sip.instance=\"<{instance}>\""),
            1 => format!("<{uri}>;expires=120"),
            2 => format!("<sip:{user}@192.0.2.1:5060>;expires=120"),
            _ => format!("<sip:x@y>;expires=9;reg-id=2;+sip.instance=\"<{instance}>\""),
        };
        bench.answer(&register, 200, &[("Contact", "<sip:other@z>;expires=7"), ("Contact", &ours)]);
        if how < 3 {
            assert!(bench.told().contains(&AgentEvent::Registered { expires: 120 }), "{ours}");
        } else {
            assert!(matches!(bench.refusal(), (Some(200), Some(_))), "another flow's: {ours}");
        }
    }
}

#[test]
fn a_2xx_that_keeps_nothing_of_ours_is_no_registration() {
    let mut bench = bench(7);
    let register = bench.register();
    bench.answer(&register, 200, &[("Contact", "<sip:other@elsewhere>;expires=300")]);
    assert!(matches!(bench.refusal(), (Some(200), Some(_))));
    bench.live(Duration::from_secs(6));
    let register = bench.register();
    bench.answer(&register, 200, &[("Expires", "90")]);
    assert!(bench.told().contains(&AgentEvent::Registered { expires: 90 }), "one that lists nobody is believed");
}

#[test]
fn never_are_two_registrations_on_their_way() {
    let mut bench = bench(8);
    for _ in 0..3 {
        bench.tell(Input::Register);
    }
    bench.tell(Input::Unregister);
    bench.tell(Input::Register);
    let register = bench.register();
    assert!(bench.request("REGISTER").is_none());
    bench.grant(&register, &[]);
    assert!(bench.request("REGISTER").is_some());
    assert!(bench.request("REGISTER").is_none());
}

#[test]
fn unregistering_takes_back_our_own_contact_or_all() {
    for all in [false, true] {
        let mut bench = registered(9);
        bench.tell(if all { Input::UnregisterAll } else { Input::Unregister });
        let register = bench.register();
        let contact = register.1.headers.get("Contact").expect("a contact").to_string();
        assert_eq!(contact == "*", all);
        assert!(all || contact.ends_with(";expires=0"));
        assert_eq!(register.1.headers.get("Expires"), Some("0"));
        bench.answer(&register, 200, &[]);
        assert_eq!(bench.told(), [AgentEvent::Unregistered]);
        assert_eq!(bench.status().registerer, RegistererState::Unregistered);
        assert_eq!(bench.status().registration, RegistrationState::None);
        bench.live(Duration::from_mins(10));
        assert!(bench.request("REGISTER").is_none());
    }
}

#[test]
fn a_registration_that_ran_out_while_the_board_slept_is_told_and_made_anew() {
    let mut bench = registered(10);
    assert_eq!(bench.status().registerer, RegistererState::Registered);
    bench.jump(Duration::from_hours(3));
    let told = bench.told();
    let ran_out = |e: &AgentEvent| matches!(e, AgentEvent::RegistrationFailed { failure, retry_in_ms: Some(0) } if failure.cause == Cause::Expires);
    assert!(told.iter().any(ran_out), "{told:?}");
    assert_ne!(bench.status().registration, RegistrationState::Registered);
    let register = bench.register();
    bench.grant(&register, &[]);
    assert_eq!(bench.status().registration, RegistrationState::Registered);
}

#[test]
fn a_proxy_without_outbound_gets_a_plain_registration() {
    let mut bench = bench(11);
    let register = bench.register();
    bench.answer(&register, 439, &[]);
    let register = bench.register();
    assert!(!register.1.headers.get("Contact").expect("a contact").contains("reg-id"));
    assert_eq!(register.1.headers.get("Supported"), Some("path,gruu"));
    bench.grant(&register, &[]);
    assert_eq!(bench.status().registration, RegistrationState::Registered);
}

#[test]
fn the_life_of_the_registration_has_its_four_states() {
    let mut bench = Bench::new(config(Transport::Tcp, "secret"), 12);
    assert_eq!(bench.status().registerer, RegistererState::Initial);
    bench = registered(12);
    bench.tell(Input::Stop);
    let register = bench.register();
    bench.answer(&register, 200, &[]);
    assert_eq!(bench.status().registerer, RegistererState::Terminated);
    bench.tell(Input::Start);
    assert_eq!(bench.status().registerer, RegistererState::Initial);
}
