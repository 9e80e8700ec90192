//! Calls that take the place of others (RFC 3891 section 3).

mod common;

use common::wire::{Wire, in_call, inside, request, response_to, value};
use roombox_sip::api::{Body, Cause, Command, Event, InviteOptions, SessionId, Transport};
use roombox_sip::machine::Machine;

const OUT: SessionId = SessionId(1);

fn tag(address: &str) -> String {
    address.split(";tag=").nth(1).unwrap_or_default().to_string()
}

/// An INVITE of somebody else with this Replaces value.
fn replacing(branch: &str, replaces: &str) -> String {
    let message = request("INVITE", branch, &format!("Require: replaces\nReplaces: {replaces}\n"));
    message.replace("Call-ID: c\n", &format!("Call-ID: {branch}\n")).replace("<sip:a@b>;tag=f", "<sip:a@b>;tag=other")
}

#[test]
fn what_cannot_be_replaced_gets_the_status_of_the_rule() {
    let mut wire = Wire::new(Transport::Ws);
    let (_, to) = in_call(&mut wire);
    let known = format!("c;to-tag={};from-tag=f", tag(&to));
    let answer = |wire: &mut Wire, branch: &str, value: &str| wire.answer(&replacing(branch, value));
    assert_eq!(answer(&mut wire, "1", "c;to-tag=x;from-tag=f"), Some(481));
    assert_eq!(answer(&mut wire, "2", &known.replace("from-tag=f", "from-tag=g")), Some(481));
    assert_eq!(answer(&mut wire, "3", &format!("{known};early-only")), Some(486));
    assert_eq!(answer(&mut wire, "4", "nonsense"), Some(400));
    assert_eq!(answer(&mut wire, "5", &format!("{known}\nReplaces: {known}")), Some(400));
    assert!(wire.take_events().is_empty(), "nobody is disturbed");
    assert_eq!(wire.answer(&inside(&to, "BYE", 2, "")), Some(200));
    assert_eq!(answer(&mut wire, "6", &known), Some(603), "the dialog has ended");
}

#[test]
fn an_early_dialog_is_replaced_only_by_who_made_it() {
    let mut wire = Wire::new(Transport::Ws);
    wire.receive(&request("INVITE", "call", ""));
    let ours = tag(&value(wire.last(), "To"));
    assert_eq!(wire.answer(&replacing("1", &format!("c;to-tag={ours};from-tag=f"))), Some(481), "the peer made it");

    let mut wire = Wire::new(Transport::Ws);
    wire.command(Command::invite(OUT, "sip:x@far", Body::sdp("offer"), vec![]));
    let invite = wire.last().to_string();
    wire.receive(&response_to(&invite, 180, "Contact: <sip:x@far>\n"));
    let replaces =
        format!("{};to-tag={};from-tag=far;early-only", value(&invite, "Call-ID"), tag(&value(&invite, "From")));
    wire.take_events();
    wire.receive(&replacing("2", &replaces));
    let Some(Event::Incoming { session, replaces: Some(OUT), .. }) = wire.take_events().pop() else { panic!() };
    wire.command(Command::Accept { session, body: Some(Body::sdp("x")), headers: vec![] });
    let end = wire.take_events();
    assert!(matches!(&end[..], [Event::Ended { session: OUT, failure }] if failure.cause == Cause::Replaced));
    assert!(wire.last().starts_with("CANCEL sip:x@far"));
}

#[test]
fn a_call_that_is_not_accepted_replaces_nothing() {
    let mut wire = Wire::new(Transport::Ws);
    let (first, to) = in_call(&mut wire);
    wire.receive(&replacing("1", &format!("c;from-tag=f;to-tag={}", tag(&to))));
    let Some(Event::Incoming { session, replaces: Some(replaced), .. }) = wire.take_events().pop() else { panic!() };
    assert_eq!(replaced, first);
    wire.command(Command::Reject { session, status: 486, headers: vec![] });
    assert_eq!(wire.endpoint.status().sessions, [first]);
}

#[test]
fn an_accepted_call_ends_the_one_it_replaces_with_bye() {
    let mut wire = Wire::new(Transport::Ws);
    let (first, to) = in_call(&mut wire);
    wire.receive(&replacing("1", &format!("c;from-tag=f;to-tag={}", tag(&to))));
    let Some(Event::Incoming { session, .. }) = wire.take_events().pop() else { panic!() };
    wire.command(Command::Accept { session, body: Some(Body::sdp("x")), headers: vec![] });
    assert!(wire.last().starts_with("BYE sip:a@x.invalid"));
    assert_eq!(tag(&value(wire.last(), "From")), tag(&to));
    let end = wire.take_events();
    assert!(
        matches!(&end[..], [Event::Ended { session, failure }]
        if *session == first && failure.cause == Cause::Replaced),
        "{end:?}"
    );
}

#[test]
fn a_call_of_ours_that_replaces_requires_it() {
    let mut wire = Wire::new(Transport::Ws);
    let options = InviteOptions { replaces: Some("id;to-tag=1;from-tag=2".into()), ..InviteOptions::default() };
    let (target, body) = ("sip:x@far".into(), Some(Body::sdp("offer")));
    wire.command(Command::Invite { session: OUT, target, body, headers: vec![], options });
    assert_eq!(value(wire.last(), "Replaces"), "id;to-tag=1;from-tag=2");
    assert_eq!(value(wire.last(), "Require"), "replaces");
    assert!(value(wire.last(), "Supported").contains("replaces"));
}
