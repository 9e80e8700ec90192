//! Calls between a box and a server over a perfect network.

mod common;

use std::time::Duration;

use common::*;
use roombox_sip::api::{Cause, Command, Event, HeaderLine, Originator, RequestId, SessionId, Transport};
use roombox_sip::endpoint;
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::Side;

/// The server calls the box on the connection the box has opened; gives the box's session.
fn call_the_box(world: &mut World) -> SessionId {
    let flow = roombox_sip::api::FlowId::accepted(1);
    let body = sdp("their offer");
    let command = Command::invite(OUT, "sip:room@lab.example", body, vec![]);
    world.tell_server(endpoint::Input::CommandOn { flow, command });
    incoming(&wait(world, A, |e| matches!(e, Event::Incoming { .. })))
}

fn accept_at_the_box(world: &mut World, session: SessionId) {
    client(world, Command::Accept { session, body: Some(sdp("our answer")), headers: vec![] });
    wait(world, Side::Server, |e| matches!(e, Event::Confirmed { .. }));
    wait(world, A, |e| matches!(e, Event::Confirmed { .. }));
}

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

#[test]
fn a_call_from_the_server_is_answered_by_the_box_and_ended_by_the_server() {
    let mut world = registered(2, Transport::Ws);
    let ours = call_the_box(&mut world);
    accept_at_the_box(&mut world, ours);
    server(&mut world, Command::Terminate { session: OUT, cause: Cause::Bye });
    assert_eq!(ended(&wait(&mut world, A, is_ended)).cause, Cause::Bye);
    assert!(world.clients[0].status().endpoint.sessions.is_empty());
}

#[test]
fn a_refused_call_ends_with_the_cause_of_its_status() {
    for (status, cause) in
        [(486, Cause::Busy), (603, Cause::Rejected), (404, Cause::NotFound), (488, Cause::IncompatibleSdp)]
    {
        let mut world = registered(3, Transport::Wss);
        let theirs = invite(&mut world);
        server(&mut world, Command::Reject { session: theirs, status, headers: vec![] });
        let end = wait(&mut world, A, is_ended);
        assert_eq!(
            (ended(&end).originator, ended(&end).cause, ended(&end).status),
            (Originator::Remote, cause, Some(status))
        );
    }
}

#[test]
fn a_call_given_up_while_it_rings_is_cancelled() {
    let mut world = registered(4, Transport::Wss);
    invite(&mut world);
    wait(&mut world, A, |e| matches!(e, Event::Progress { .. }));
    client(&mut world, Command::Terminate { session: OUT, cause: Cause::Canceled });
    assert_eq!(ended(&wait(&mut world, A, is_ended)).cause, Cause::Canceled);
    assert_eq!(ended(&wait(&mut world, Side::Server, is_ended)).cause, Cause::Canceled);
    assert!(world.trace().contains("SIP/2.0 487 "));
}

#[test]
fn a_call_given_up_before_any_answer_is_cancelled_with_the_first_one() {
    let mut world = registered(5, Transport::Wss);
    let body = sdp("offer");
    client(&mut world, Command::invite(OUT, "sip:conf@lab.example", body, vec![]));
    client(&mut world, Command::Terminate { session: OUT, cause: Cause::Canceled });
    let before = world.trace().to_string();
    assert!(!before.contains("CANCEL sip:"), "CANCEL has to wait for a provisional response");
    assert_eq!(ended(&wait(&mut world, Side::Server, is_ended)).cause, Cause::Canceled);
}

#[test]
fn an_answer_that_crosses_the_cancel_gets_ack_and_bye() {
    let mut world = registered(6, Transport::Wss);
    let theirs = invite(&mut world);
    wait(&mut world, A, |e| matches!(e, Event::Progress { .. }));
    server(&mut world, Command::Accept { session: theirs, body: Some(sdp("answer")), headers: vec![] });
    client(&mut world, Command::Terminate { session: OUT, cause: Cause::Canceled });
    wait(&mut world, A, is_ended);
    assert_eq!(ended(&wait(&mut world, Side::Server, is_ended)).cause, Cause::Bye);
    assert!(world.trace().contains("ACK sip:") && world.trace().contains("BYE sip:"));
}

#[test]
fn a_box_that_nobody_answers_refuses_after_a_minute() {
    let mut world = registered(7, Transport::Wss);
    call_the_box(&mut world);
    let end = wait(&mut world, A, is_ended);
    assert_eq!(ended(&end).cause, Cause::NoAnswer);
    assert_eq!(ended(&wait(&mut world, Side::Server, is_ended)).status, Some(408));
}

#[test]
fn both_sides_offer_again_one_after_the_other() {
    let mut world = registered(8, Transport::Wss);
    let theirs = established(&mut world);
    client(&mut world, Command::Reinvite { session: OUT, body: sdp("offer 2"), headers: vec![] });
    let offer = wait(&mut world, Side::Server, |e| matches!(e, Event::Offer { .. }));
    assert!(matches!(&offer, Event::Offer { body, by_update: false, .. } if text(body.as_ref()) == "offer 2"));
    server(&mut world, Command::AnswerOffer { session: theirs, answer: Ok(sdp("answer 2")) });
    let answered = wait(&mut world, A, |e| matches!(e, Event::OfferAnswered { .. }));
    assert!(matches!(&answered, Event::OfferAnswered { body, .. } if text(body.as_ref()) == "answer 2"));

    server(&mut world, Command::Reinvite { session: theirs, body: sdp("offer 3"), headers: vec![] });
    wait(&mut world, A, |e| matches!(e, Event::Offer { .. }));
    client(&mut world, Command::AnswerOffer { session: OUT, answer: Err(488) });
    let failed = wait(&mut world, Side::Server, |e| matches!(e, Event::OfferFailed { .. }));
    assert!(matches!(&failed, Event::OfferFailed { failure, .. } if failure.cause == Cause::IncompatibleSdp));
    assert_eq!(world.clients[0].status().endpoint.sessions, [OUT], "a refused offer does not end the call");
}

#[test]
fn offers_that_cross_are_both_answered_in_the_end() {
    let mut world = registered(9, Transport::Wss);
    let theirs = established(&mut world);
    client(&mut world, Command::Reinvite { session: OUT, body: sdp("from the box"), headers: vec![] });
    server(&mut world, Command::Reinvite { session: theirs, body: sdp("from the server"), headers: vec![] });
    wait(&mut world, A, |e| matches!(e, Event::Offer { .. }));
    assert!(world.trace().contains("SIP/2.0 491 "), "neither may be answered while the other is pending");
    client(&mut world, Command::AnswerOffer { session: OUT, answer: Ok(sdp("yes")) });
    wait(&mut world, Side::Server, |e| matches!(e, Event::OfferAnswered { .. }));
    wait(&mut world, Side::Server, |e| matches!(e, Event::Offer { .. }));
    server(&mut world, Command::AnswerOffer { session: theirs, answer: Ok(sdp("yes too")) });
    wait(&mut world, A, |e| matches!(e, Event::OfferAnswered { .. }));
}

#[test]
fn two_offers_of_one_side_wait_for_each_other() {
    let mut world = registered(10, Transport::Wss);
    let theirs = established(&mut world);
    for offer in ["first", "second"] {
        client(&mut world, Command::Reinvite { session: OUT, body: sdp(offer), headers: vec![] });
    }
    for offer in ["first", "second"] {
        let event = wait(&mut world, Side::Server, |e| matches!(e, Event::Offer { .. }));
        assert!(matches!(&event, Event::Offer { body, .. } if text(body.as_ref()) == offer));
        server(&mut world, Command::AnswerOffer { session: theirs, answer: Ok(sdp("ok")) });
        wait(&mut world, A, |e| matches!(e, Event::OfferAnswered { .. }));
    }
}

fn info(session: SessionId, content_type: Option<&str>) -> Command {
    Command::Info {
        session,
        request: RequestId(7),
        headers: vec![HeaderLine::new("X-WEBRTC-ENTER-ROOM", "Blue")],
        body: None,
        content_type: content_type.map(Into::into),
    }
}

#[test]
fn info_goes_both_ways_with_its_headers() {
    let mut world = registered(11, Transport::Wss);
    let theirs = established(&mut world);
    client(&mut world, info(OUT, Some("application/vinteo.webrtc.roomname")));
    let got = wait(&mut world, Side::Server, |e| matches!(e, Event::Info { .. }));
    assert!(matches!(&got, Event::Info { headers, .. } if headers.iter().any(|h| h.value == "Blue")));
    let response = wait(&mut world, A, |e| matches!(e, Event::Response { .. }));
    assert!(
        matches!(response, Event::Response { request: RequestId(7), outcome: Ok(r) } if r.status == 200 && r.reason == "OK")
    );
    server(&mut world, info(theirs, Some("application/vinteo.webrtc.roomname")));
    wait(&mut world, A, |e| matches!(e, Event::Info { .. }));
}

/// A call to a server that answers INFO itself.
fn established_with_an_owner_of_info(seed: u64) -> World {
    let mut world = registered(seed, Transport::Wss);
    let mut config = endpoint::EndpointConfig::server("sip:lab@lab.example", "127.0.0.1:5062");
    config.info_by_owner = true;
    let mut server = Registrar::new(seed);
    server.endpoint = endpoint::Endpoint::new(config, seed);
    world.replace_server(server);
    wait(&mut world, A, |e| matches!(e, Event::Agent(roombox_sip::api::AgentEvent::Registered { .. })));
    established(&mut world);
    world
}

#[test]
fn an_owner_may_grant_and_refuse_by_its_answer_to_info() {
    let mut world = established_with_an_owner_of_info(13);
    for (status, reason) in [(200, "OK"), (200, "Not allowed"), (603, "Decline")] {
        client(&mut world, info(OUT, Some("application/vinteo.webrtc.sharedesktop")));
        let asked = wait(&mut world, Side::Server, |e| matches!(e, Event::InfoAsked { .. }));
        let Event::InfoAsked { request, .. } = asked else { unreachable!() };
        let reason = Some(reason.to_owned());
        server(&mut world, Command::Respond { request, status, reason: reason.clone(), headers: vec![], body: None });
        let told = wait(&mut world, A, |e| matches!(e, Event::Response { .. }));
        assert!(
            matches!(told, Event::Response { outcome: Ok(r), .. } if (r.status, Some(&r.reason)) == (status, reason.as_ref()))
        );
    }
}

#[test]
fn an_owner_that_does_not_answer_info_refuses_it_before_the_peer_gives_up() {
    let mut world = established_with_an_owner_of_info(14);
    client(&mut world, info(OUT, Some("application/vinteo.webrtc.sharedesktop")));
    let told = wait(&mut world, A, |e| matches!(e, Event::Response { .. }));
    assert!(matches!(told, Event::Response { outcome: Ok(r), .. } if r.status == 480));
}

#[test]
fn info_without_a_type_is_refused_and_the_call_goes_on() {
    let mut world = registered(12, Transport::Wss);
    established(&mut world);
    client(&mut world, info(OUT, None));
    let response = wait(&mut world, A, |e| matches!(e, Event::Response { .. }));
    assert!(matches!(response, Event::Response { outcome: Ok(r), .. } if r.status == 415));
    assert_eq!(world.clients[0].status().endpoint.sessions, [OUT]);
}

#[test]
fn a_peer_that_does_not_know_the_call_any_more_ends_it() {
    let mut world = registered(13, Transport::Wss);
    established(&mut world);
    world.server = Registrar::new(99);
    let input = endpoint::Input::Flow {
        flow: roombox_sip::api::FlowId::accepted(1),
        input: roombox_sip::api::FlowInput::Opened(Transport::Wss),
    };
    world.tell_server(input);
    client(&mut world, info(OUT, Some("application/x")));
    wait(&mut world, A, |e| matches!(e, Event::Response { .. }));
    let end = wait(&mut world, A, is_ended);
    assert_eq!((ended(&end).cause, ended(&end).status), (Cause::DialogError, Some(481)));
}

#[test]
fn the_called_side_hanging_up_at_once_waits_for_the_ack() {
    let mut world = registered(14, Transport::Wss);
    let theirs = invite(&mut world);
    server(&mut world, Command::Accept { session: theirs, body: Some(sdp("answer")), headers: vec![] });
    server(&mut world, Command::Terminate { session: theirs, cause: Cause::Bye });
    assert_eq!(ended(&wait(&mut world, A, is_ended)).cause, Cause::Bye);
    let trace = world.trace();
    assert!(trace.find("ACK sip:") < trace.find("BYE sip:"), "BYE before ACK is forbidden to the called side");
}

#[test]
fn a_2xx_without_a_description_is_acknowledged_and_ended() {
    let mut world = registered(15, Transport::Wss);
    let theirs = invite(&mut world);
    server(&mut world, Command::Accept { session: theirs, body: None, headers: vec![] });
    assert_eq!(ended(&wait(&mut world, A, is_ended)).cause, Cause::BadMediaDescription);
    assert_eq!(ended(&wait(&mut world, Side::Server, is_ended)).cause, Cause::Bye);
}

#[test]
fn the_server_can_ask_a_box_that_refreshes_the_session() {
    let mut world = registered(16, Transport::Wss);
    world.server.endpoint = endpoint::Endpoint::new(
        endpoint::EndpointConfig {
            session_expires: Some(90),
            ..endpoint::EndpointConfig::server("sip:lab@lab.example", "127.0.0.1:5062")
        },
        77,
    );
    let flow = roombox_sip::api::FlowId::accepted(1);
    world.tell_server(endpoint::Input::Flow { flow, input: roombox_sip::api::FlowInput::Opened(Transport::Wss) });
    let ours = call_the_box(&mut world);
    accept_at_the_box(&mut world, ours);
    world.run_for(Duration::from_mins(10));
    let updates = world.trace().matches("\"UPDATE sip:").count();
    assert!((12..=14).contains(&updates), "one refresh each 45 s, not {updates}");
    assert_eq!(world.clients[0].status().endpoint.sessions, [ours]);
    // The server forgets the session without a word: the box finds out by the missing refresh.
    world.server.endpoint = Registrar::new(5).endpoint;
    world.tell_server(endpoint::Input::Flow { flow, input: roombox_sip::api::FlowInput::Opened(Transport::Wss) });
    assert_eq!(ended(&wait(&mut world, A, is_ended)).cause, Cause::Expires);
}
