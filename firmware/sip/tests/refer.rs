//! Transfers between three boxes: blind and attended, with every way in which they can end.

mod common;

use std::time::Duration;

use common::relay::*;
use common::wire::{Wire, in_call, inside, request, response_to, value};
use common::{ended, incoming, is_ended, sdp};
use roombox_sip::api::{Body, Cause, Command, Event, HeaderLine, Originator, ReferTo, RequestId, SessionId, Transport};
use roombox_sip::machine::Machine;

/// Alice's call to Bob, her call to Carol, and Bob's to Carol.
const TO_BOB: SessionId = SessionId(1);
const TO_CAROL: SessionId = SessionId(2);
const REFERRED: SessionId = SessionId(3);
const TRANSFER: RequestId = RequestId(5);

fn refer(to: ReferTo, headers: Vec<HeaderLine>) -> Command {
    Command::Refer { session: TO_BOB, request: TRANSFER, to, headers }
}

fn to_carol() -> ReferTo {
    ReferTo::Uri("sip:carol@lab.example".into())
}

/// Alice asks Bob to call; gives what Bob is asked.
fn ask(phones: &mut Phones, to: ReferTo) -> (RequestId, Event) {
    tell(phones, ALICE, refer(to, vec![]));
    let asked = expect(phones, BOB, |e| matches!(e, Event::Refer { .. }));
    let Event::Refer { refer, .. } = &asked else { panic!() };
    (*refer, asked)
}

fn follow(phones: &mut Phones, refer: RequestId) {
    let command = Command::FollowRefer { refer, session: REFERRED, body: Some(sdp("offer")), headers: vec![] };
    tell(phones, BOB, command);
}

fn answer(phones: &mut Phones, who: usize, session: SessionId) {
    tell(phones, who, Command::Accept { session, body: Some(sdp("answer")), headers: vec![] });
}

fn hang_up(phones: &mut Phones, who: usize, session: SessionId) {
    tell(phones, who, Command::Terminate { session, cause: Cause::Bye });
}

fn progress(phones: &mut Phones) -> (u16, bool) {
    match expect(phones, ALICE, |e| matches!(e, Event::ReferProgress { .. })) {
        Event::ReferProgress { session: TO_BOB, request: TRANSFER, status, last, .. } => (status, last),
        other => panic!("not ours: {other:?}"),
    }
}

fn outcome(phones: &mut Phones) -> u16 {
    match expect(phones, ALICE, |e| matches!(e, Event::Response { .. })) {
        Event::Response { request: TRANSFER, outcome: Ok(answer) } => answer.status,
        other => panic!("not an answer: {other:?}"),
    }
}

#[test]
fn a_blind_transfer_is_told_step_by_step() {
    let mut phones = phones(1);
    let bobs = connect(&mut phones, ALICE, TO_BOB, BOB);
    let (refer, asked) = ask(&mut phones, to_carol());
    assert!(matches!(&asked, Event::Refer { session: Some(session), refer_to, referred_by: Some(by), .. }
        if *session == bobs && refer_to == "sip:carol@lab.example" && by == "<sip:alice@lab.example>"));
    follow(&mut phones, refer);
    assert_eq!(outcome(&mut phones), 202);
    assert_eq!(progress(&mut phones), (100, false));
    let call = expect(&mut phones, CAROL, |e| matches!(e, Event::Incoming { .. }));
    let Event::Incoming { session: carols, headers, replaces: None, .. } = &call else { panic!("{call:?}") };
    assert!(headers.contains(&HeaderLine::new("Referred-By", "<sip:alice@lab.example>")));
    assert_eq!(progress(&mut phones), (180, false));
    answer(&mut phones, CAROL, *carols);
    assert_eq!(progress(&mut phones), (200, true));
    hang_up(&mut phones, ALICE, TO_BOB);
    expect(&mut phones, BOB, |e| matches!(e, Event::Ended { session, .. } if *session == bobs));
    hang_up(&mut phones, BOB, REFERRED);
    expect(&mut phones, CAROL, is_ended);
    assert_quiet(&mut phones);
}

#[test]
fn who_hangs_up_right_after_the_answer_still_hears_how_it_went() {
    let mut phones = phones(2);
    connect(&mut phones, ALICE, TO_BOB, BOB);
    let (refer, _) = ask(&mut phones, to_carol());
    follow(&mut phones, refer);
    assert_eq!(outcome(&mut phones), 202);
    hang_up(&mut phones, ALICE, TO_BOB);
    let carols = incoming(&expect(&mut phones, CAROL, |e| matches!(e, Event::Incoming { .. })));
    phones.run_for(Duration::from_secs(5));
    answer(&mut phones, CAROL, carols);
    while progress(&mut phones) != (200, true) {}
    hang_up(&mut phones, CAROL, carols);
    assert_quiet(&mut phones);
}

#[test]
fn a_transfer_to_somebody_busy_leaves_the_first_call_as_it_was() {
    let mut phones = phones(3);
    connect(&mut phones, ALICE, TO_BOB, BOB);
    let (refer, _) = ask(&mut phones, to_carol());
    follow(&mut phones, refer);
    let carols = incoming(&expect(&mut phones, CAROL, |e| matches!(e, Event::Incoming { .. })));
    tell(&mut phones, CAROL, Command::Reject { session: carols, status: 486, headers: vec![] });
    let end = expect(&mut phones, BOB, is_ended);
    assert!(matches!(&end, Event::Ended { session: REFERRED, failure } if failure.cause == Cause::Busy));
    while progress(&mut phones) != (486, true) {}
    assert_eq!(phones.clients[ALICE].status().endpoint.sessions, [TO_BOB]);
    hang_up(&mut phones, ALICE, TO_BOB);
    assert_quiet(&mut phones);
}

#[test]
fn an_attended_transfer_puts_one_peer_in_the_place_of_the_other() {
    let mut phones = phones(4);
    let bobs = connect(&mut phones, ALICE, TO_BOB, BOB);
    let carols = connect(&mut phones, ALICE, TO_CAROL, CAROL);
    let (refer, _) = ask(&mut phones, ReferTo::Session(TO_CAROL));
    follow(&mut phones, refer);
    let call = expect(&mut phones, CAROL, |e| matches!(e, Event::Incoming { .. }));
    let Event::Incoming { session, replaces, headers, .. } = &call else { panic!() };
    assert_eq!(*replaces, Some(carols));
    assert!(headers.contains(&HeaderLine::new("Require", "replaces")));
    let session = *session;
    answer(&mut phones, CAROL, session);
    let end = expect(&mut phones, CAROL, is_ended);
    assert!(matches!(&end, Event::Ended { session, failure }
        if *session == carols && (failure.originator, failure.cause) == (Originator::Local, Cause::Replaced)));
    let end = expect(&mut phones, ALICE, is_ended);
    assert!(matches!(&end, Event::Ended { session: TO_CAROL, failure } if failure.cause == Cause::Bye));
    while progress(&mut phones) != (200, true) {}
    hang_up(&mut phones, ALICE, TO_BOB);
    expect(&mut phones, BOB, |e| matches!(e, Event::Ended { session, .. } if *session == bobs));
    assert_eq!(phones.clients[BOB].status().endpoint.sessions, [REFERRED], "Bob and Carol go on");
    hang_up(&mut phones, CAROL, session);
    expect(&mut phones, BOB, is_ended);
    assert_quiet(&mut phones);
}

#[test]
fn a_transfer_that_is_refused_or_forgotten_is_told_so() {
    for (seed, refused) in [(5, true), (6, false)] {
        let mut phones = phones(seed);
        connect(&mut phones, ALICE, TO_BOB, BOB);
        let (refer, _) = ask(&mut phones, to_carol());
        let start = phones.now();
        if refused {
            let (reason, headers) = (None, vec![]);
            tell(&mut phones, BOB, Command::Respond { request: refer, status: 486, reason, headers, body: None });
        }
        assert_eq!(outcome(&mut phones), if refused { 486 } else { 603 });
        assert_eq!(phones.now().duration_since(start).as_secs(), if refused { 0 } else { 25 });
        follow(&mut phones, refer);
        let end = expect(&mut phones, BOB, is_ended);
        assert!(matches!(end, Event::Ended { session: REFERRED, .. }), "it is too late to follow");
        hang_up(&mut phones, ALICE, TO_BOB);
        assert_quiet(&mut phones);
    }
}

#[test]
fn a_transfer_without_news_makes_no_subscription() {
    let mut phones = phones(7);
    connect(&mut phones, ALICE, TO_BOB, BOB);
    tell(&mut phones, ALICE, refer(to_carol(), vec![HeaderLine::new("Refer-Sub", "false")]));
    let asked = expect(&mut phones, BOB, |e| matches!(e, Event::Refer { .. }));
    let Event::Refer { refer, .. } = asked else { panic!() };
    follow(&mut phones, refer);
    assert_eq!(outcome(&mut phones), 202);
    let carols = incoming(&expect(&mut phones, CAROL, |e| matches!(e, Event::Incoming { .. })));
    answer(&mut phones, CAROL, carols);
    hang_up(&mut phones, ALICE, TO_BOB);
    phones.run_for(Duration::from_mins(1));
    hang_up(&mut phones, CAROL, carols);
    assert_quiet(&mut phones);
    assert!(!phones.trace().contains("NOTIFY sip:"));
}

#[test]
fn a_referred_call_that_cannot_be_made_is_reported() {
    let mut phones = phones(8);
    connect(&mut phones, ALICE, TO_BOB, BOB);
    let (refer, _) = ask(&mut phones, ReferTo::Uri("sip:nobody@lab.example".into()));
    follow(&mut phones, refer);
    while progress(&mut phones) != (404, true) {}
    hang_up(&mut phones, ALICE, TO_BOB);
    assert_quiet(&mut phones);
}

#[test]
fn a_transfer_without_its_call_fails_at_once() {
    let mut wire = Wire::new(Transport::Ws);
    wire.command(refer(to_carol(), vec![]));
    let (session, _) = in_call(&mut wire);
    let sent = wire.sent.len();
    let (request, headers) = (TRANSFER, vec![]);
    wire.command(Command::Refer { session, request, to: ReferTo::Session(SessionId(77)), headers: headers.clone() });
    wire.command(Command::Refer { session, request, to: ReferTo::Uri("no uri".into()), headers });
    let told = wire.take_events();
    assert_eq!(told.iter().filter(|e| matches!(e, Event::Response { outcome: Err(_), .. })).count(), 2, "{told:?}");
    assert_eq!(wire.sent.len(), sent);
}

/// We asked for a transfer and the peer said 202; gives To of our dialog as the peer writes it.
fn transferring(wire: &mut Wire) -> String {
    let (session, to) = in_call(wire);
    wire.command(Command::Refer { session, request: TRANSFER, to: to_carol(), headers: vec![] });
    let refer = wire.last().to_string();
    assert!(refer.starts_with("REFER sip:a@x.invalid"));
    let at = |name: &str| refer.find(&format!("\r\n{name}:")).expect("there");
    assert!(at("Referred-By") < at("Contact") && at("Contact") < at("Allow") && at("Allow") < at("Refer-To"));
    assert_eq!(value(&refer, "Refer-To"), "<sip:carol@lab.example>");
    wire.receive(&response_to(&refer, 202, ""));
    let told = wire.take_events();
    assert!(matches!(&told[..], [Event::Response { outcome: Ok(answer), .. }] if answer.status == 202));
    to
}

fn news(state: &str, status_line: &str) -> String {
    format!(
        "Event: refer\nSubscription-State: {state}\nContent-Type: message/sipfrag\nContent-Length: {}\n\n{status_line}",
        status_line.len()
    )
}

fn notify(to: &str, cseq: u32, extra: &str) -> String {
    // The blank line before the body is part of `extra`.
    let message = inside(to, "NOTIFY", cseq, extra);
    message.strip_suffix('\n').unwrap_or(&message).to_string()
}

/// Status and finality of the only event.
fn told(wire: &mut Wire) -> Option<(u16, bool)> {
    match &wire.take_events()[..] {
        [] => None,
        [Event::ReferProgress { status, last, .. }] => Some((*status, *last)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_peer_that_never_tells_is_given_up() {
    let mut wire = Wire::new(Transport::Ws);
    transferring(&mut wire);
    wire.pass(Duration::from_secs(31));
    assert_eq!(told(&mut wire), None);
    wire.pass(Duration::from_secs(2));
    assert_eq!(told(&mut wire), Some((408, true)));
    assert_eq!((wire.endpoint.status().refers, wire.endpoint.status().sessions.len()), (0, 1), "the call goes on");
}

#[test]
fn news_end_with_a_reason_with_a_final_status_or_with_their_time() {
    let mut wire = Wire::new(Transport::Ws);
    let to = transferring(&mut wire);
    assert_eq!(wire.answer(&notify(&to, 2, &news("active;expires=60", "SIP/2.0 100 Trying"))), Some(200));
    assert_eq!(told(&mut wire), Some((100, false)));
    assert_eq!(wire.answer(&notify(&to, 3, "Event: refer\nSubscription-State: terminated;reason=giveup\n")), Some(200));
    assert_eq!(told(&mut wire), Some((100, true)), "over, and nobody knows how it went");

    let mut wire = Wire::new(Transport::Ws);
    let to = transferring(&mut wire);
    wire.receive(&notify(&to, 2, &news("active;expires=60", "SIP/2.0 180 Ringing")));
    assert_eq!(told(&mut wire), Some((180, false)));
    wire.pass(Duration::from_secs(61));
    assert_eq!(told(&mut wire), Some((408, true)));
    assert_eq!(wire.answer(&notify(&to, 3, &news("active", "SIP/2.0 200 OK"))), Some(481), "nobody listens any more");
}

#[test]
fn info_after_the_call_is_refused_though_news_of_a_transfer_still_come_in_its_dialog() {
    let mut wire = Wire::new(Transport::Ws);
    let to = transferring(&mut wire);
    assert_eq!(wire.answer(&inside(&to, "BYE", 2, "")), Some(200));
    assert!(wire.take_events().iter().any(is_ended));
    assert_eq!(wire.answer(&inside(&to, "INFO", 3, "Content-Type: application/x-sign-of-life\n")), Some(481));
    assert_eq!(told(&mut wire), None);
    assert_eq!(wire.answer(&notify(&to, 4, &news("active;expires=60", "SIP/2.0 100 Trying"))), Some(200));
    assert_eq!(told(&mut wire), Some((100, false)));
}

#[test]
fn a_peer_that_says_terminated_every_time_is_heard_to_the_end() {
    let mut wire = Wire::new(Transport::Ws);
    let to = transferring(&mut wire);
    for (number, line, told_as) in [
        (2, "SIP/2.0 100 Trying", (100, false)),
        (3, "SIP/2.0 180 Ringing", (180, false)),
        (4, "SIP/2.0 200 OK", (200, true)),
    ] {
        assert_eq!(wire.answer(&notify(&to, number, &news("terminated", line))), Some(200));
        assert_eq!(told(&mut wire), Some(told_as));
    }
    wire.receive(&notify(&to, 5, &news("terminated", "SIP/2.0 200 OK")));
    assert_eq!(told(&mut wire), None, "nothing comes after the last one");
}

#[test]
fn news_that_fit_nothing_are_refused() {
    let mut wire = Wire::new(Transport::Ws);
    let to = transferring(&mut wire);
    let other = news("active", "SIP/2.0 100 Trying").replace("Event: refer", "Event: refer;id=77");
    assert_eq!(wire.answer(&notify(&to, 2, &other)), Some(481));
    assert_eq!(wire.answer(&notify(&to, 3, &news("active", "what?"))), Some(400));
    assert_eq!(wire.answer(&inside(&to, "NOTIFY", 4, "Event: presence\n")), Some(489));
    assert_eq!(told(&mut wire), None);
}

fn refer_in(to: &str, cseq: u32, refer_to: &str) -> String {
    inside(to, "REFER", cseq, &format!("Refer-To: {refer_to}\n"))
}

/// The number of the transfer that the owner is asked for.
fn asked(wire: &mut Wire) -> RequestId {
    match &wire.take_events()[..] {
        [Event::Refer { refer, .. }] => *refer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refer_that_cannot_be_followed_gets_its_status() {
    let mut wire = Wire::new(Transport::Ws);
    let (_, to) = in_call(&mut wire);
    assert_eq!(wire.answer(&inside(&to, "REFER", 2, "")), Some(400));
    assert_eq!(wire.answer(&inside(&to, "REFER", 3, "Refer-To: <sip:a@b>\nRefer-To: <sip:c@d>\n")), Some(400));
    assert_eq!(wire.answer(&refer_in(&to, 4, "<tel:+1>")), Some(416));
    assert_eq!(wire.answer(&refer_in(&to, 5, "<sip:a@b;method=BYE>")), Some(403));
    assert_eq!(wire.answer(&refer_in(&to, 6, "\"open <sip:a@b>")), Some(400));
    assert!(wire.take_events().is_empty());
    let mut wire = Wire::new(Transport::Ws);
    wire.receive(&request("INVITE", "1", ""));
    let to = value(wire.last(), "To");
    assert_eq!(wire.answer(&refer_in(&to, 2, "<sip:c@d>")), Some(403), "the call still rings");
}

#[test]
fn more_transfers_than_anybody_needs_are_put_off() {
    let mut wire = Wire::new(Transport::Ws);
    let (_, to) = in_call(&mut wire);
    for number in 2..18 {
        assert_eq!(wire.answer(&refer_in(&to, number, "<sip:c@d>")), None);
    }
    assert_eq!(wire.answer(&refer_in(&to, 18, "<sip:c@d>")), Some(503));
    wire.pass(Duration::from_secs(26));
    assert!(wire.last().starts_with("SIP/2.0 603"), "each is refused in its time");
    assert_eq!(wire.endpoint.status().refers, 0);
}

#[test]
fn the_call_carries_what_the_refer_allows_and_the_news_go_back() {
    let mut wire = Wire::new(Transport::Ws);
    let (_, to) = in_call(&mut wire);
    let target = "<sip:c@far?Replaces=1%3Bto-tag%3D2%3Bfrom-tag%3D3&Subject=hi&Contact=%3Csip%3Aevil%3E>";
    wire.receive(&inside(&to, "REFER", 7, &format!("Refer-To: {target}\nReferred-By: <sip:a@b>;x=\"y\"\n")));
    let refer = asked(&mut wire);
    let before = wire.sent.len();
    wire.command(Command::FollowRefer { refer, session: REFERRED, body: Some(Body::sdp("o")), headers: vec![] });
    let [accepted, notify, invite] = &wire.sent[before..] else { panic!("{:?}", wire.sent) };
    assert!(accepted.starts_with("SIP/2.0 202 ") && accepted.contains("\r\nContact: <sip:"));
    assert_eq!(value(notify, "Event"), "refer;id=7");
    assert_eq!(value(notify, "Subscription-State"), "active;expires=300");
    assert_eq!(value(notify, "Content-Type"), "message/sipfrag;version=2.0");
    assert!(notify.starts_with("NOTIFY sip:a@x.invalid") && notify.ends_with("SIP/2.0 100 Trying"));
    assert!(invite.starts_with("INVITE sip:c@far SIP/2.0") && invite.contains("\r\nSubject: hi\r\n"));
    assert_eq!(value(invite, "Replaces"), "1;to-tag=2;from-tag=3");
    assert_eq!(value(invite, "Referred-By"), "<sip:a@b>;x=\"y\"");
    assert!(!invite.contains("evil"));
    let (notify, invite) = (notify.clone(), invite.clone());
    wire.receive(&response_to(&invite, 180, ""));
    wire.receive(&response_to(&invite, 486, ""));
    let unsent = wire.sent.iter().filter(|message| message.starts_with("NOTIFY")).count();
    assert_eq!(unsent, 1, "one at a time");
    wire.receive(&response_to(&notify, 200, ""));
    assert_eq!(value(wire.last(), "Subscription-State"), "terminated;reason=noresource");
    assert!(wire.last().ends_with("SIP/2.0 486 X"), "the newest only");
    wire.respond(200, "");
    assert_eq!(wire.endpoint.status().refers, 0);
}

#[test]
fn a_refused_notify_stops_the_news_but_not_the_call() {
    let mut wire = Wire::new(Transport::Ws);
    let (first, to) = in_call(&mut wire);
    wire.receive(&refer_in(&to, 2, "<sip:c@d>"));
    let refer = asked(&mut wire);
    wire.command(Command::FollowRefer { refer, session: REFERRED, body: Some(Body::sdp("o")), headers: vec![] });
    let [notify, invite] = &wire.sent[wire.sent.len() - 2..] else { panic!() };
    let (notify, invite) = (notify.clone(), invite.clone());
    wire.receive(&response_to(&notify, 481, ""));
    let sent = wire.sent.len();
    wire.receive(&response_to(&invite, 180, ""));
    assert_eq!((wire.sent.len(), wire.endpoint.status().refers), (sent, 0));
    assert_eq!(wire.endpoint.status().sessions, [REFERRED, first]);
}

#[test]
fn the_peer_may_ask_for_more_time_or_for_no_more_news() {
    let mut wire = Wire::new(Transport::Ws);
    let (_, to) = in_call(&mut wire);
    wire.receive(&refer_in(&to, 2, "<sip:c@d>"));
    let refer = asked(&mut wire);
    wire.command(Command::FollowRefer { refer, session: REFERRED, body: Some(Body::sdp("o")), headers: vec![] });
    let notify = wire.sent[wire.sent.len() - 2].clone();
    wire.receive(&response_to(&notify, 200, ""));
    assert_eq!(wire.answer(&inside(&to, "SUBSCRIBE", 3, "Event: refer;id=2\nExpires: 60\n")), Some(200));
    assert_eq!(value(wire.last(), "Subscription-State"), "active;expires=60");
    wire.respond(200, "");
    assert_eq!(wire.answer(&inside(&to, "SUBSCRIBE", 4, "Event: dialog\nExpires: 0\n")), Some(489));
    assert_eq!(wire.answer(&inside(&to, "SUBSCRIBE", 5, "Event: refer;id=2\nExpires: 0\n")), Some(200));
    assert_eq!(value(wire.last(), "Subscription-State"), "terminated;reason=timeout");
    wire.respond(200, "");
    assert_eq!(wire.endpoint.status().refers, 0);
}

#[test]
fn a_refer_outside_any_call_makes_a_dialog_of_its_own() {
    let mut wire = Wire::new(Transport::Ws);
    wire.receive(&request("REFER", "1", "Refer-To: <sip:c@d>\n"));
    let refer = asked(&mut wire);
    wire.command(Command::FollowRefer { refer, session: REFERRED, body: Some(Body::sdp("o")), headers: vec![] });
    let [accepted, notify, invite] = &wire.sent[..] else { panic!("{:?}", wire.sent) };
    assert_eq!(value(accepted, "To"), value(notify, "From"), "the tag of the 202 is the tag of the dialog");
    let (notify, invite) = (notify.clone(), invite.clone());
    wire.receive(&response_to(&notify, 200, ""));
    wire.receive(&response_to(&invite, 603, ""));
    assert!(wire.last().ends_with("SIP/2.0 603 X"));
    wire.respond(200, "");
    assert_eq!((wire.endpoint.status().refers, wire.endpoint.next_deadline()), (0, None));
}

#[test]
fn a_client_serves_no_event_package() {
    let mut wire = Wire::new(Transport::Ws);
    assert_eq!(wire.answer(&request("SUBSCRIBE", "1", "Event: dialog\n")), Some(489));
    assert_eq!(value(wire.last(), "Allow-Events"), "refer");
}

#[test]
fn a_call_that_failed_says_so_with_a_status() {
    let mut phones = phones(9);
    connect(&mut phones, ALICE, TO_BOB, BOB);
    let (refer, _) = ask(&mut phones, to_carol());
    follow(&mut phones, refer);
    expect(&mut phones, CAROL, |e| matches!(e, Event::Incoming { .. }));
    hang_up(&mut phones, BOB, REFERRED);
    let end = expect(&mut phones, BOB, is_ended);
    assert_eq!(ended(&end).originator, Originator::Local);
    while progress(&mut phones) != (487, true) {}
    hang_up(&mut phones, ALICE, TO_BOB);
    assert_quiet(&mut phones);
}
