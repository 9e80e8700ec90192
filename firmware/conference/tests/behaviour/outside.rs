//! Requests of others outside a call.

use roombox_conference::api::Event;
use roombox_conference::catalogue::{ConnectionEvent, Event as Told};
use roombox_sip::api as sip;

use crate::bench::Bench;

/// The status that the request is answered with.
fn ask(bench: &mut Bench, method: &str, headers: Vec<sip::HeaderLine>, body: Option<sip::Body>) -> Option<u16> {
    let request = sip::RequestId::incoming(1);
    bench.sip(sip::Event::Request {
        request,
        flow: sip::FlowId(1),
        method: method.into(),
        request_uri: "sip:room1@host".into(),
        from_uri: "sip:200@meet.example".into(),
        to_uri: "sip:room1@meet.example".into(),
        headers,
        body,
    });
    bench.commands().find_map(|command| match command {
        sip::Command::Respond { request: of, status, .. } if *of == request => Some(*status),
        _ => None,
    })
}

fn told(bench: &Bench) -> Vec<ConnectionEvent> {
    bench
        .events()
        .filter_map(|event| match event {
            Event::Catalogue(Told::ConnectionEvent(event)) => Some(event.clone()),
            _ => None,
        })
        .collect()
}

#[test]
fn a_text_is_taken_and_told() {
    let mut bench = Bench::registered();
    let body = sip::Body { content_type: "text/plain".into(), content: "Guten Tag".into() };
    assert_eq!(ask(&mut bench, "MESSAGE", vec![], Some(body)), Some(200));
    let told = told(&bench);
    assert!(matches!(&told[..], [ConnectionEvent::NewMessage { text: Some(text), .. }] if text == "Guten Tag"));
}

#[test]
fn a_notification_of_any_package_is_taken_and_told_by_its_name() {
    let mut bench = Bench::registered();
    let headers = vec![sip::HeaderLine::new("Event", "message-summary;id=3")];
    assert_eq!(ask(&mut bench, "NOTIFY", headers, None), Some(200));
    let name = Some("message-summary".to_owned());
    assert_eq!(told(&bench), [ConnectionEvent::SipEvent { name, from: "sip:200@meet.example".into() }]);
}

#[test]
fn what_nobody_knows_is_not_allowed() {
    let mut bench = Bench::registered();
    assert_eq!(ask(&mut bench, "PUBLISH", vec![], None), Some(405));
    assert!(told(&bench).is_empty());
}
