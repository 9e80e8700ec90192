//! Calls between a box and a server over a perfect network.

mod common;

use common::*;
use roombox_sip::agent;
use roombox_sip::api::{Cause, Command, Event, HeaderLine, Originator, RequestId, Transport};
use roombox_sip::endpoint;
use roombox_sip::virtual_network::Side;

#[test]
fn a_call_to_the_server_is_offered_answered_and_ended_by_the_box() {
    let mut world = registered(1, Transport::Wss);
    let theirs = invite(&mut world);
    wait(&mut world, A, |e| matches!(e, Event::Progress { status: 180, .. }));
    server(&mut world, Command::Accept { session: theirs, body: Some(sdp("answer")), headers: vec![] });
    let accepted = wait(&mut world, A, |e| matches!(e, Event::Accepted { .. }));
    assert!(matches!(&accepted, Event::Accepted { session: OUT, body, .. } if text(body.as_ref()) == "answer"));
    wait(&mut world, Side::Server, |e| matches!(e, Event::Confirmed { .. }));
    client(&mut world, Command::Terminate { session: OUT, cause: Cause::Bye });
    let end = wait(&mut world, A, is_ended);
    assert_eq!((ended(&end).originator, ended(&end).cause), (Originator::Local, Cause::Bye));
    let end = wait(&mut world, Side::Server, is_ended);
    assert_eq!((ended(&end).originator, ended(&end).cause), (Originator::Remote, Cause::Bye));
}
