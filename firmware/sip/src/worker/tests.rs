//! What the worker tells about holds, given the facts of the session below.
#![allow(clippy::disallowed_methods, reason = "virtual time needs some first instant")]

use std::time::Instant;

use super::{Command, OfSession, Output, Refusal, Worker, session::Session, session::SessionState};
use super::{EventName, SessionOrigin};
use crate::api::{Event, HoldState, Originator, SessionId};
use crate::machine::Machine;

fn in_call(established: bool) -> (Worker, String) {
    let now = Instant::now();
    let mut worker = Worker::new(now, 0, 1);
    let mut session = Session::new(SessionId(1), SessionOrigin::Outgoing, "sip:100@lab.example".into());
    session.established = established;
    let id = worker.add(now, session);
    worker.outputs.clear();
    (worker, id)
}

fn told(worker: &mut Worker, hold: HoldState) -> Vec<(EventName, Option<Originator>)> {
    worker.on_event(Instant::now(), Event::Hold { session: SessionId(1), hold });
    let events = std::iter::from_fn(|| worker.poll_output()).filter_map(|output| match output {
        Output::Event(event) => Some((event.data.msg, event.data.originator)),
        _ => None,
    });
    events.collect()
}

#[test]
fn a_hold_is_told_when_the_peer_has_agreed() {
    let (mut worker, id) = in_call(true);
    let asked = HoldState { asked: true, ..HoldState::default() };
    assert_eq!(told(&mut worker, asked), []);
    let agreed = HoldState { confirmed: true, ..asked };
    assert_eq!(told(&mut worker, agreed), [(EventName::Hold, Some(Originator::Local))]);
    let seen = HoldState { media: Some(false), ..agreed };
    assert_eq!(told(&mut worker, seen), []);
    let both = HoldState { by_peer: true, ..agreed };
    assert_eq!(told(&mut worker, both), [(EventName::Hold, Some(Originator::Remote))]);
    let status = worker.session(&id).expect("in a call");
    assert!(status.held_by_us && status.held_by_peer);
    let resumed = [(EventName::Resume, Some(Originator::Local)), (EventName::Resume, Some(Originator::Remote))];
    assert_eq!(told(&mut worker, HoldState::default()), resumed);
}

#[test]
fn a_call_that_does_not_stand_is_not_held() {
    let (mut worker, id) = in_call(false);
    for command in [Command::Hold(OfSession::new(&id)), Command::Unhold(OfSession::new(&id))] {
        worker.handle_input(Instant::now(), super::Input::Command(command));
        let refused = worker.poll_output();
        let expected = Refusal::WrongState { session_id: id.clone(), state: SessionState::InProgress };
        assert!(matches!(refused, Some(Output::Refused(refusal)) if refusal == expected));
    }
}
