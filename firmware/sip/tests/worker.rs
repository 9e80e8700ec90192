//! The worker's commands and events, against a registrar in virtual time.
#![allow(clippy::unwrap_used, reason = "a test")]

mod common;
mod worker_desk;

use std::time::Duration;

use common::{ended, is_ended};
use roombox_sip::api::{Cause, Command as Sip, Event, HeaderLine};
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::Side;
use roombox_sip::worker::{Command, EventName, Input, MediaRequest, OfSession, Refusal, SessionOrigin, SessionState};
use serde_json::{Value, json};
use worker_desk::*;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn logging_in_connects_and_registers() {
    let mut room = room(1, "secret");
    assert_eq!(room.names(), ["connecting", "event", "connected", "event", "registered", "event"]);
    assert!(room.worker().is_connected() && room.worker().is_registered());
    let connecting = room.event("connecting");
    assert_eq!(connecting["extra"]["suffix"], "(1次)");
    assert_eq!((&connecting["data"]["attempts"], &connecting["msgCN"]), (&json!(1), &json!("登录中")));
    let registered = room.event("registered");
    assert_eq!(
        (&registered["msg"], &registered["msgCN"], &registered["code"]),
        (&json!("registered"), &json!("已签入"), &json!(200))
    );
    assert_eq!((&registered["id"], &registered["uri"]), (&json!("desk-1"), &json!("sip:room@lab.example")));
    assert!(registered.get("cause").is_none() && registered.get("sessionId").is_none());
    assert!(registered["time"].as_u64().unwrap() >= UNIX_MS);
    room.tell(Command::Login);
    assert_eq!(room.refusals(), [Refusal::AlreadyLoggedIn]);
}

#[test]
fn a_wrong_password_is_told_in_three_languages_and_code() {
    let mut room = room(2, "wrong");
    let failed = room.event("registrationFailed");
    assert_eq!(
        (&failed["msg"], &failed["statusCode"], &failed["code"]),
        (&json!("registrationFailed"), &json!(401), &json!(500))
    );
    assert_eq!(failed["cause"], "Authentication Error");
    assert_eq!(failed["causeCN"], "远端:账号或密码错误 401 用户/密码错误");
    assert_eq!(failed["causeEN"], "Other side: Wrong user name or password 401 Wrong user name or password");
    assert!(failed["causeRU"].as_str().unwrap().starts_with("Другая сторона: Неверное имя"));
    room.call("100", json!({}));
    assert_eq!(room.refusals(), [Refusal::NotRegistered]);
}

#[test]
fn a_registration_without_an_answer_is_a_time_out() {
    let mut room = unregistered(3);
    room.world.server.deaf = true;
    room.tell(Command::Login);
    room.run(40 * SECOND);
    let failed = room.event("registrationFailed");
    assert_eq!((&failed["msg"], &failed["msgCN"]), (&json!("Request Timeout"), &json!("连接超时")), "{failed}");
    assert!(failed.get("statusCode").is_none());
}

#[test]
fn attempts_to_connect_are_counted() {
    let mut room = unregistered(4);
    room.world.faults.refused = true;
    room.tell(Command::Login);
    room.run(20 * SECOND);
    let events = room.take();
    let suffixes: Vec<_> = named(&events, "connecting").map(|e| e["extra"]["suffix"].clone()).take(3).collect();
    assert_eq!(suffixes, ["(1次)", "(2次)", "(3次)"]);
    let lost = named(&events, "disconnected").next().unwrap();
    assert_eq!((&lost["statusCode"], &lost["causeCN"]), (&json!(1006), &json!("系统:websocket连接异常关闭")));
}

#[test]
fn a_lost_connection_takes_the_registration_and_brings_it_back() {
    let mut room = room(5, "secret");
    room.take();
    room.world.cut();
    room.run(10 * SECOND);
    assert_eq!(
        room.names(),
        [
            "disconnected",
            "event",
            "unregistered",
            "event",
            "connecting",
            "event",
            "connected",
            "event",
            "registered",
            "event"
        ]
    );
}

#[test]
fn the_code_of_the_servers_goodbye_is_told() {
    let mut room = room(28, "secret");
    let flow = room.desk().last_flow.unwrap();
    room.take();
    let error = roombox_sip::api::FlowError::Closed("1012 the server restarts".into());
    room.input(Input::Flow { flow, input: roombox_sip::api::FlowInput::Closed(error) });
    let lost = room.event("disconnected");
    assert_eq!((&lost["statusCode"], &lost["causeCN"]), (&json!(1012), &json!("系统:websocket服务器重启中")));
}

#[test]
fn a_call_goes_through_its_states() {
    let mut room = room(6, "secret");
    room.take();
    room.call("100", json!({}));
    let theirs = room.incoming();
    room.server(Sip::Ring { session: theirs, headers: vec![] });
    room.server(Sip::Accept { session: theirs, body: Some(common::sdp("answer")), headers: vec![] });
    room.run(SECOND);
    let id = room.only_session();
    assert_eq!(id.len(), 26);
    let events = room.take();
    assert!(events.iter().all(|e| e["name"] == "new_RTCSession_state" && e["data"]["sessionId"] == id.as_str()));
    let mut messages: Vec<_> = events.iter().map(|e| e["data"]["msg"].as_str().unwrap().to_string()).collect();
    messages.dedup();
    assert_eq!(
        messages,
        ["newRTCSession", "session_connecting", "session_progress", "session_accepted", "session_confirmed"]
    );
    assert_eq!(
        (&events[0]["data"]["sessionOrigin"], &events[0]["data"]["fromUri"]),
        (&json!("outgoing"), &json!("sip:100@lab.example"))
    );
    let answer = MediaRequest::Remote { description: "answer".into(), provisional: false };
    assert!(room.media(&id).contains(&answer));
    assert!(room.world.trace().contains("Session-Expires: 300"));

    room.tell(Command::HangUp { session_id: id.clone(), is_timeout: false });
    room.run(SECOND);
    let end = room.take().pop().unwrap()["data"].take();
    assert_eq!(
        (&end["msg"], &end["originator"], &end["causeCN"]),
        (&json!("session_ended"), &json!("local"), &json!("本地:已挂断"))
    );
    assert_eq!((end["code"].clone(), room.media(&id).last()), (json!(200), Some(&MediaRequest::Close)));
    assert!(room.worker().status().sessions.is_empty());
}

#[test]
fn options_of_the_caller_are_respected_and_defaults_fill_the_gaps() {
    let mut room = room(7, "secret");
    room.call(
        "200@other.example",
        json!({
            "mediaConstraints": {"audio": true, "video": true},
            "pcConfig": {"iceServers": [{"urls": "stun:own"}]},
            "extraHeaders": ["X-Room: 7", "Broken\r\nBye: 1", "nothing"],
            "sessionTimersExpires": 600
        }),
    );
    room.call("300", json!({}));
    room.run(SECOND);
    let offers: Vec<_> = room
        .all_media()
        .into_iter()
        .filter_map(|(_, request)| match request {
            MediaRequest::Offer { constraints, ice_servers } => Some((constraints.video, ice_servers)),
            _ => None,
        })
        .collect();
    assert_eq!(offers, [(true, vec![json!({"urls": "stun:own"})]), (false, vec![json!({"urls": "stun:init"})])]);
    let trace = room.world.trace();
    assert!(trace.contains("INVITE sip:200@other.example") && trace.contains("X-Room: 7") && !trace.contains("Bye: 1"));
    assert!(trace.contains("Session-Expires: 600") && trace.contains("Session-Expires: 300"));
}

#[test]
fn two_sessions_stand_side_by_side() {
    let mut room = room(8, "secret");
    let first = room.established("100");
    let second = room.established("200");
    assert_ne!(first, second);
    assert_eq!(room.worker().status().sessions.len(), 2);
    room.tell(Command::Mute(OfSession::new(&first)));
    assert!(room.worker().session(&first).unwrap().muted && !room.worker().session(&second).unwrap().muted);
    room.tell(Command::HangUp { session_id: first.clone(), is_timeout: false });
    room.run(SECOND);
    assert_eq!(room.worker().session(&first), None);
    assert_eq!(room.worker().session(&second).unwrap().state, SessionState::Established);
}

#[test]
fn muting_is_told_when_media_says_so() {
    let mut room = room(9, "secret");
    let id = room.established("100");
    room.take();
    room.desk().answers_mute = false;
    room.tell(Command::Mute(OfSession::new(&id)));
    assert!(room.take().is_empty() && room.media(&id).contains(&MediaRequest::Mute { muted: true }));
    for _ in 0..2 {
        room.input(Input::Muted { session_id: id.clone(), muted: true });
    }
    let told = room.take();
    assert_eq!((told.len(), &told[0]["data"]["msg"], &told[0]["data"]["msgCN"]), (1, &json!("onMute"), &json!("静音")));
    room.desk().answers_mute = true;
    room.tell(Command::Unmute(OfSession::new(&id)));
    assert_eq!(room.take()[0]["data"]["msg"], "onUnmute");
}

#[test]
fn holding_and_resuming_go_by_what_the_peer_agrees_to() {
    let mut room = room(27, "secret");
    room.call("100", json!({}));
    let theirs = room.incoming();
    room.server(Sip::Accept { session: theirs, body: Some(common::sdp(&sdp())), headers: vec![] });
    room.run(SECOND);
    let id = room.only_session();
    room.take();
    for (command, offered, answered, told) in [
        (Command::Hold(OfSession::new(&id)), "a=sendonly", "a=recvonly", "onHold"),
        (Command::Unhold(OfSession::new(&id)), "m=audio 4000", "a=sendrecv", "onResume"),
    ] {
        room.tell(command);
        let offer = room.world.run_to(10 * SECOND, |side, e| side == Side::Server && matches!(e, Event::Offer { .. }));
        let Some((_, Event::Offer { body, .. })) = offer else { panic!("no offer") };
        let offer = common::text(body.as_ref()).to_string();
        assert!(offer.contains(offered) && offer.contains("a=sendonly") == (told == "onHold"), "{offer}");
        let answer = common::sdp(&format!("{}{answered}\r\n", sdp()));
        room.server(Sip::AnswerOffer { session: theirs, answer: Ok(answer) });
        room.run(SECOND);
        let events = room.take();
        assert_eq!(events.len(), 1, "{events:?}");
        assert_eq!((&events[0]["data"]["msg"], &events[0]["data"]["originator"]), (&json!(told), &json!("local")));
    }
    let held = common::sdp(&format!("{}a=sendonly\r\n", sdp().replace("1 1 IN", "1 2 IN")));
    room.server(Sip::Reinvite { session: theirs, body: held, headers: vec![] });
    room.run(SECOND);
    assert_eq!(room.take()[0]["data"]["originator"], "remote");
    assert!(room.worker().session(&id).unwrap().held_by_peer);
}

#[test]
fn a_hang_up_by_time_out_is_told_as_such() {
    let mut room = room(10, "secret");
    room.call("100", json!({}));
    room.incoming();
    let id = room.only_session();
    room.tell(Command::HangUp { session_id: id, is_timeout: true });
    room.run(SECOND);
    let end = room.take().pop().unwrap()["data"].take();
    assert_eq!(
        (&end["msg"], &end["msgCN"], &end["cause"]),
        (&json!("session_req_timeout"), &json!("拨号超时"), &json!("Canceled"))
    );
    assert_eq!(end["code"], 500);
}

#[test]
fn a_refused_call_tells_why() {
    let mut room = room(11, "secret");
    room.call("100", json!({}));
    let theirs = room.incoming();
    room.server(Sip::Reject { session: theirs, status: 486, headers: vec![] });
    room.run(SECOND);
    let end = room.take().pop().unwrap()["data"].take();
    assert_eq!(
        (&end["msg"], &end["statusCode"], &end["causeCN"]),
        (&json!("session_failed"), &json!(486), &json!("远端:用户忙 486 用户忙"))
    );
}

#[test]
fn an_incoming_call_rings_and_is_answered() {
    let mut room = room(12, "secret");
    room.take();
    let theirs = room.ring();
    let id = room.only_session();
    let told = room.take();
    assert_eq!(
        (&told[0]["data"]["msg"], &told[0]["data"]["sessionOrigin"]),
        (&json!("newRTCSession"), &json!("incoming"))
    );
    assert_eq!(told[1]["data"]["msg"], "session_progress");
    room.tell(Command::Mute(OfSession::new(&id)));
    assert!(matches!(&room.refusals()[..], [Refusal::WrongState { state: SessionState::InProgress, .. }]));
    room.tell(Command::Answer(OfSession::new(&id)));
    room.run(SECOND);
    assert!(
        matches!(room.media(&id).first(), Some(MediaRequest::Answer { offer, .. }) if offer == "offer of the server")
    );
    let messages: Vec<_> = room.take().iter().map(|e| e["data"]["msg"].clone()).collect();
    assert_eq!(messages, ["session_accepted", "session_confirmed"]);
    assert_eq!(room.worker().session(&id).unwrap().origin, SessionOrigin::Incoming);
    room.server(Sip::Reinvite { session: theirs, body: common::sdp("again"), headers: vec![] });
    room.run(SECOND);
    assert!(matches!(room.media(&id).last(), Some(MediaRequest::Answer { offer, .. }) if offer == "again"));
    room.server(Sip::Terminate { session: theirs, cause: Cause::Bye });
    room.run(SECOND);
    assert_eq!(room.take().pop().unwrap()["data"]["causeCN"], "远端:已挂断");
}

#[test]
fn a_call_is_refused_when_media_cannot_answer() {
    let mut room = room(13, "secret");
    room.desk().broken = true;
    room.ring();
    let id = room.only_session();
    room.tell(Command::Answer(OfSession::new(&id)));
    let (_, event) = room.world.run_to(10 * SECOND, |side, e| side == Side::Server && is_ended(e)).unwrap();
    assert_eq!(ended(&event).status, Some(480));
    let end = room.take().pop().unwrap()["data"].take();
    assert_eq!(
        (&end["msg"], &end["cause"], &end["reason"]),
        (&json!("session_failed"), &json!("WebRTC Error"), &json!("no camera"))
    );
    room.call("100", json!({}));
    assert_eq!(room.take().pop().unwrap()["data"]["msg"], "session_failed");
}

#[test]
fn an_answer_that_media_cannot_use_ends_the_call() {
    let mut room = room(14, "secret");
    let id = room.established("100");
    room.input(Input::MediaFailed { session_id: id.clone(), reason: "odd".into() });
    let (_, event) = room.world.run_to(10 * SECOND, |side, e| side == Side::Server && is_ended(e)).unwrap();
    assert_eq!(ended(&event).cause, Cause::Bye);
    assert_eq!(room.take().pop().unwrap()["data"]["msg"], "session_answer_failed");
}

#[test]
fn a_deleted_session_is_hung_up_and_says_nothing_more() {
    let mut room = room(15, "secret");
    let id = room.established("100");
    room.take();
    room.tell(Command::SessionDel(OfSession::new(&id)));
    let end = room.world.run_to(10 * SECOND, |side, e| side == Side::Server && is_ended(e));
    assert!(end.is_some() && room.take().is_empty());
    assert_eq!(room.media(&id).last(), Some(&MediaRequest::Close));
    room.tell(Command::SessionDel(OfSession::new(&id)));
    assert_eq!(room.refusals(), [Refusal::NoSession(id)]);
}

#[test]
fn candidates_of_two_sessions_do_not_disturb_each_other() {
    use roombox_sip::worker::candidates::CandidateKind::Host;
    let mut room = room(16, "secret");
    room.desk().patient = true;
    room.call("100", json!({}));
    let first = room.only_session();
    room.input(Input::Candidate { session_id: first.clone(), kind: Host });
    room.run(SECOND);
    room.call("200", json!({}));
    let second = room.worker().status().sessions.into_keys().find(|id| *id != first).unwrap();
    for _ in 0..3 {
        room.input(Input::Candidate { session_id: second.clone(), kind: Host });
        room.run(SECOND / 2);
    }
    assert_eq!(room.media(&first).last(), Some(&MediaRequest::TakeDescription), "2 s after its own candidate");
    assert!(!room.media(&second).contains(&MediaRequest::TakeDescription));
    room.input(Input::Gathered { session_id: second.clone() });
    assert_eq!(room.media(&second).last(), Some(&MediaRequest::TakeDescription));
    room.input(Input::Description { session_id: second, description: Ok("late".into()) });
    assert!(room.world.trace().contains("INVITE sip:200@lab.example"));
}

#[test]
fn logging_out_ends_calls_and_unregisters_and_logging_in_starts_anew() {
    let mut room = room(17, "secret");
    room.established("100");
    room.take();
    room.tell(Command::Logout);
    room.tell(Command::Login);
    room.run(20 * SECOND);
    let events = room.take();
    let names: Vec<_> = events.iter().map(|e| e["data"]["msg"].as_str().unwrap()).collect();
    let at = |name: &str| names.iter().position(|n| *n == name).unwrap_or_else(|| panic!("{name} in {names:?}"));
    assert!(at("session_ended") < at("unregistered") && at("unregistered") < at("disconnected"));
    assert!(at("disconnected") < at("connecting") && at("connecting") < at("registered"));
    let closed = named(&events, "disconnected").next().unwrap();
    assert_eq!(closed["statusCode"], 1000);
    assert!(closed.get("causeCN").is_none(), "asked for");
    assert!(room.worker().is_registered() && room.worker().status().sessions.is_empty());
    room.tell(Command::Logout);
    room.run(20 * SECOND);
    assert_eq!(room.worker().next_deadline(), None);
    room.tell(Command::Logout);
    assert_eq!(room.refusals(), [Refusal::NotLoggedIn]);
}

#[test]
fn unregistering_keeps_the_connection() {
    let mut room = room(18, "secret");
    room.tell(Command::Unregister);
    room.run(SECOND);
    assert!(room.worker().is_connected() && !room.worker().is_registered());
    room.tell(Command::Register);
    room.run(SECOND);
    assert!(room.worker().is_registered());
}

#[test]
fn new_settings_count_from_the_next_login() {
    let mut room = unregistered(19);
    room.world.faults.refused = true;
    room.tell(Command::Login);
    room.run(5 * SECOND);
    room.world.faults.refused = false;
    room.init(json!({"sipServer": ["wss://second.example/ws"]}));
    room.take();
    room.tell(Command::Login);
    room.run(5 * SECOND);
    assert!(room.worker().is_registered());
    assert_eq!(room.worker().options().uri.as_deref(), Some("sip:room@lab.example"), "the rest stays");
    assert!(!serde_json::to_string(room.worker().options()).unwrap().contains("secret"));
}

#[test]
fn settings_that_cannot_be_used_are_named() {
    for (settings, refusal) in [
        (json!({}), Refusal::Missing("uri")),
        (json!({"uri": "sip:room@lab.example"}), Refusal::Missing("sipServer")),
        (json!({"uri": "lab", "sipServer": ["wss://x"]}), Refusal::BadUri("lab".into())),
        (json!({"uri": "sip:a@b", "sipServer": ["http://x"]}), Refusal::BadServer("http://x".into())),
    ] {
        let mut room = empty(20);
        room.init(settings);
        room.tell(Command::Login);
        assert_eq!(room.refusals(), [refusal]);
    }
    let mut room = room(21, "secret");
    room.call("a b", json!({}));
    assert_eq!(room.refusals(), [Refusal::BadTarget("a b".into())]);
}

#[test]
fn a_guest_calls_when_connected() {
    let mut room = unregistered(22);
    room.init(json!({"register": false}));
    room.tell(Command::Login);
    room.run(SECOND);
    assert!(room.worker().is_connected() && !room.worker().is_registered());
    room.established("100");
}

#[test]
fn what_nobody_here_serves_is_answered() {
    let mut room = room(23, "secret");
    room.take();
    for (n, method, status) in [(1, "MESSAGE", 405), (2, "NOTIFY", 200)] {
        let request = roombox_sip::api::RequestId(n);
        let target = room.contact();
        let headers = vec![HeaderLine::new("Event", "check-sync"), HeaderLine::new("Subscription-State", "active")];
        room.server(Sip::Request { request, method: method.into(), target, headers, body: None });
        let answered = room.world.run_to(10 * SECOND, |side, event| {
            side == Side::Server
                && matches!(event, Event::Response { request: r, outcome: Ok(response) } if *r == request && response.status == status)
        });
        assert!(answered.is_some(), "{method}: {}", room.world.trace());
    }
}

#[test]
fn commands_have_the_names_of_the_table() {
    let commands = [
        json!({"cmd": "INIT", "data": {"uri": "sip:a@b", "unknown_option": 1}}),
        json!({"cmd": "LOGIN"}),
        json!({"cmd": "LOGOUT"}),
        json!({"cmd": "REGISTER"}),
        json!({"cmd": "UNREGISTER"}),
        json!({"cmd": "CALL", "data": {"target": "1"}}),
        json!({"cmd": "ANSWER", "data": {"sessionId": "S"}}),
        json!({"cmd": "HANGUP", "data": {"sessionId": "S", "isTimeout": true}}),
        json!({"cmd": "HOLD", "data": {"sessionId": "S"}}),
        json!({"cmd": "ONHOLD", "data": {"sessionId": "S"}}),
        json!({"cmd": "MUTE", "data": {"sessionId": "S"}}),
        json!({"cmd": "UNMUTE", "data": {"sessionId": "S"}}),
        json!({"cmd": "DTMF", "data": {"sessionId": "S", "tone": "1"}}),
        json!({"cmd": "SESSTION_DEL", "data": {"sessionId": "S"}}),
        json!({"cmd": "NOTIFY"}),
        json!({"cmd": "EMPTY"}),
    ];
    for wire in commands {
        let command: Command = serde_json::from_value(wire.clone()).unwrap_or_else(|e| panic!("{wire}: {e}"));
        let again: Value = serde_json::to_value(&command).unwrap();
        assert_eq!(again["cmd"], wire["cmd"]);
    }
    let hold: Command = serde_json::from_value(json!({"cmd": "ONHOLD", "data": {"sessionId": "S"}})).unwrap();
    assert!(matches!(hold, Command::Unhold(_)));
}

#[test]
fn every_event_has_a_text_and_every_text_an_event() {
    let names: std::collections::BTreeSet<_> = EventName::ALL.iter().map(|name| name.as_str()).collect();
    let texts: std::collections::BTreeSet<_> = roombox_sip::causes::EVENTS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, texts);
    for name in EventName::ALL {
        assert_eq!(serde_json::to_value(name).unwrap(), name.as_str());
    }
}

#[test]
fn the_same_seed_gives_the_same_events() {
    let run = || {
        let mut room = room(24, "secret");
        room.established("100");
        (room.take(), room.world.trace().to_string())
    };
    assert_eq!(run(), run());
}

#[test]
fn keys_are_sent_one_by_one() {
    let mut room = room(25, "secret");
    let id = room.established("100");
    room.tell(Command::Dtmf { session_id: id, tone: "1#".into() });
    room.run(5 * SECOND);
    let trace = room.world.trace();
    assert!(trace.contains("Signal=1") && trace.contains("Signal=#") && trace.contains("Duration=100"));
}

#[test]
fn news_of_an_old_connection_do_not_reach_the_new_one() {
    let mut room = room(26, "secret");
    let old = room.desk().last_flow.unwrap();
    room.tell(Command::Logout);
    room.run(10 * SECOND);
    room.tell(Command::Login);
    room.run(SECOND);
    assert_ne!(room.desk().last_flow, Some(old));
    let error = roombox_sip::api::FlowError::Refused("late".into());
    room.input(Input::Flow { flow: old, input: roombox_sip::api::FlowInput::Closed(error) });
    assert!(room.worker().is_registered());
}
