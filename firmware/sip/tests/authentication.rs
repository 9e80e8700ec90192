//! Passwords asked for by a proxy, by the far end and by both, for every method of a call.

mod common;

use std::time::Duration;

use common::guard::{Door, Guard, Guarded, field};
use common::wire::Wire;
use common::*;
use roombox_sip::agent::{self, UserAgent};
use roombox_sip::api::{
    AgentEvent, Body, Cause, Command, Event, ReferTo, RequestId, SessionId, SubscriptionId, Transport,
};
use roombox_sip::digest::server::Terms;
use roombox_sip::digest::{Algorithm, Asker, Qop, RealmCredentials, Secret};
use roombox_sip::endpoint;
use roombox_sip::machine::Machine as _;
use roombox_sip::message::Request;
use roombox_sip::virtual_network::Side;

const S: Side = Side::Server;
const ASK: RequestId = RequestId(5);

fn proxy() -> Door {
    Door::new(Asker::Proxy, "proxy", Terms::default())
}

fn far_end() -> Door {
    Door::new(Asker::Server, "lab", Terms::default())
}

fn agent(password: &str, realms: Vec<RealmCredentials>) -> UserAgent {
    let mut config = config(Transport::Wss, password);
    config.registration = None;
    config.endpoint.realm_credentials = realms;
    UserAgent::new(config, 3)
}

/// A connected guest before this guard.
fn before(guard: Guard, agent: UserAgent) -> Guarded {
    #[allow(clippy::disallowed_methods, reason = "virtual time needs some first instant")]
    let mut world = Guarded::new(std::time::Instant::now(), 3, vec![agent], guard);
    world.tell_client(0, agent::Input::Start);
    wait(&mut world, A, |e| matches!(e, Event::Agent(AgentEvent::Connected { .. })));
    world
}

fn room(guard: Guard) -> Guarded {
    before(guard, agent("secret", vec![]))
}

fn ours(world: &mut Guarded, command: Command) {
    world.tell_client(0, agent::Input::Command(command));
}

fn theirs(world: &mut Guarded, command: Command) {
    world.tell_server(endpoint::Input::Command(command));
}

fn dial(world: &mut Guarded) -> SessionId {
    ours(world, Command::invite(OUT, "sip:conf@lab.example", sdp("offer"), vec![]));
    incoming(&wait(world, S, |e| matches!(e, Event::Incoming { .. })))
}

/// The box has called the server.
fn call(world: &mut Guarded) -> SessionId {
    let session = dial(world);
    theirs(world, Command::Accept { session, body: Some(sdp("answer")), headers: vec![] });
    wait(world, A, |e| matches!(e, Event::Confirmed { .. }));
    wait(world, S, |e| matches!(e, Event::Confirmed { .. }));
    session
}

fn status(event: &Event) -> Option<u16> {
    match event {
        Event::Response { outcome: Ok(response), .. } => Some(response.status),
        Event::Response { outcome: Err(failure), .. } => failure.status,
        _ => None,
    }
}

fn outcome(world: &mut Guarded) -> Event {
    wait(world, A, |e| matches!(e, Event::Response { request: ASK, .. }))
}

fn info(world: &mut Guarded) -> Event {
    let body = Some(Body { content_type: "application/dtmf-relay".into(), content: "Signal=1\r\nDuration=100".into() });
    ours(world, Command::Info { session: OUT, request: ASK, headers: vec![], body, content_type: None });
    outcome(world)
}

/// A new offer of ours, answered.
fn offer(world: &mut Guarded, session: SessionId, update: bool) {
    let body = sdp("again");
    ours(
        world,
        if update {
            Command::Update { session: OUT, body, headers: vec![] }
        } else {
            Command::Reinvite { session: OUT, body, headers: vec![] }
        },
    );
    wait(world, S, |e| matches!(e, Event::Offer { .. }));
    theirs(world, Command::AnswerOffer { session, answer: Ok(sdp("fine")) });
    wait(world, A, |e| matches!(e, Event::OfferAnswered { .. }));
}

/// A call with every request that a call may have.
fn whole_call(world: &mut Guarded) {
    let session = dial(world);
    let progress =
        Command::Progress { session, status: 183, body: Some(sdp("answer")), headers: vec![], reliable: true };
    theirs(world, progress);
    wait(world, S, |e| matches!(e, Event::ProgressAcknowledged { .. }));
    theirs(world, Command::Accept { session, body: Some(sdp("answer")), headers: vec![] });
    wait(world, A, |e| matches!(e, Event::Confirmed { .. }));
    wait(world, S, |e| matches!(e, Event::Confirmed { .. }));
    offer(world, session, false);
    offer(world, session, true);
    assert_eq!(status(&info(world)), Some(200), "{}", world.trace());
    let to = ReferTo::Uri("sip:other@lab.example".into());
    ours(world, Command::Refer { session: OUT, request: ASK, to, headers: vec![] });
    let Event::Refer { refer, .. } = wait(world, S, |e| matches!(e, Event::Refer { .. })) else { panic!() };
    theirs(world, Command::Respond { request: refer, status: 603, reason: None, headers: vec![], body: None });
    assert_eq!(status(&outcome(world)), Some(603));
    let (target, event) = ("sip:room@lab.example".into(), "message-summary".into());
    let subscription = SubscriptionId(1);
    ours(world, Command::Subscribe { subscription, target, event, expires: 60, headers: vec![], body: None });
    let Event::Request { request, .. } = wait(world, S, |e| matches!(e, Event::Request { .. })) else { panic!() };
    theirs(world, Command::Respond { request, status: 489, reason: None, headers: vec![], body: None });
    wait(world, A, |e| matches!(e, Event::Subscription { .. }));
    ours(world, Command::Terminate { session: OUT, cause: Cause::Bye });
    wait(world, S, is_ended);
    world.run_for(LONG);
    assert_eq!(world.clients[0].status().endpoint.sessions.len(), 0);
}

const METHODS: [&str; 8] = ["INVITE", "PRACK", "INVITE", "UPDATE", "INFO", "REFER", "SUBSCRIBE", "BYE"];

#[test]
fn every_method_answers_a_proxy_and_the_far_end() {
    for door in [proxy, far_end] {
        let mut world = room(Guard { fresh: true, ..Guard::new(vec![door()]) });
        whole_call(&mut world);
        assert_eq!(world.server.stopped, METHODS, "each is asked once");
    }
}

#[test]
fn every_method_answers_both_one_after_the_other_and_both_at_once() {
    for together in [false, true] {
        let mut world = room(Guard { fresh: true, together, ..Guard::new(vec![proxy(), far_end()]) });
        whole_call(&mut world);
        let rounds = if together { 1 } else { 2 };
        let wanted: Vec<_> = METHODS.into_iter().flat_map(|method| vec![method; rounds]).collect();
        assert_eq!(world.server.stopped, wanted, "together: {together}");
    }
}

#[test]
fn a_nonce_once_answered_serves_the_whole_call() {
    let mut world = room(Guard::new(vec![proxy(), far_end()]));
    whole_call(&mut world);
    // SUBSCRIBE is addressed to the same host; the BYE to the Contact, in the same dialog.
    assert_eq!(world.server.stopped, ["INVITE", "INVITE"]);
}

fn credentials(request: &Request) -> Vec<String> {
    let of = |name: &str| request.headers.all(name).map(String::from).collect::<Vec<_>>();
    [of("Authorization"), of("Proxy-Authorization")].concat()
}

/// Each ACK and CANCEL shows exactly what the INVITE of its number showed.
fn assert_copied(guard: &Guard, method: &str, wanted: usize) {
    let all = guard.all(method);
    assert_eq!(all.len(), wanted);
    for request in all {
        let number = |r: &Request| r.headers.cseq().expect("CSeq").number;
        let invite = guard.all("INVITE").into_iter().find(|invite| number(invite) == number(request));
        assert_eq!(credentials(request), credentials(invite.expect("its INVITE")));
    }
}

#[test]
fn ack_and_cancel_carry_the_credentials_of_their_invite() {
    let mut world = room(Guard { fresh: true, ..Guard::new(vec![proxy(), far_end()]) });
    let session = call(&mut world);
    offer(&mut world, session, false);
    world.run_for(Duration::from_secs(1));
    // Of two refusals and a 2xx, twice.
    assert_copied(&world.server, "ACK", 6);
    assert_eq!(credentials(world.server.all("ACK")[2]).len(), 2);

    let mut world = room(Guard { fresh: true, together: true, ..Guard::new(vec![proxy(), far_end()]) });
    dial(&mut world);
    wait(&mut world, A, |e| matches!(e, Event::Progress { .. }));
    ours(&mut world, Command::Terminate { session: OUT, cause: Cause::Canceled });
    wait(&mut world, S, is_ended);
    world.run_for(LONG);
    assert_copied(&world.server, "CANCEL", 1);
    assert_copied(&world.server, "ACK", 2);
    assert_eq!(credentials(world.server.all("CANCEL")[0]).len(), 2);
    assert_eq!(world.server.stopped, ["INVITE"]);
}

/// The response by the formula of RFC 7616 section 3.4.1 with qop auth-int, spelt out.
fn by_hand(request: &Request) -> String {
    let get = |name: &str| field(request, "Authorization", name).remove(0);
    let h = |text: &[u8]| Algorithm::Md5.hash(text);
    let ha1 = h(b"room:lab:secret");
    let ha2 = h(format!("{}:{}:{}", request.method, get("uri"), h(&request.body)).as_bytes());
    h(format!("{ha1}:{}:{}:{}:auth-int:{ha2}", get("nonce"), get("nc"), get("cnonce")).as_bytes())
}

#[test]
fn auth_int_covers_the_body_or_the_lack_of_one() {
    let terms = Terms { algorithms: vec![Algorithm::Md5], qop: vec![Qop::AuthInt], ..Terms::default() };
    let mut world = room(Guard { fresh: true, ..Guard::new(vec![Door::new(Asker::Server, "lab", terms)]) });
    let session = call(&mut world);
    offer(&mut world, session, false);
    ours(&mut world, Command::Terminate { session: OUT, cause: Cause::Bye });
    wait(&mut world, S, is_ended);
    assert_eq!(world.server.stopped, ["INVITE", "INVITE", "BYE"]);
    for (method, n, body) in [("INVITE", 1, "offer"), ("INVITE", 3, "again"), ("BYE", 1, "")] {
        let request = world.server.all(method)[n];
        assert_eq!(
            (&request.body[..], field(request, "Authorization", "qop")),
            (body.as_bytes(), vec!["auth-int".into()])
        );
        assert_eq!(field(request, "Authorization", "response"), [by_hand(request)]);
    }
}

#[test]
fn of_several_algorithms_the_strongest_is_answered() {
    let all = [Algorithm::Md5, Algorithm::Sha256, Algorithm::Sha512];
    for offered in [vec![all[0], all[1], all[2]], vec![all[2], all[1], all[0]], vec![all[1], all[0]]] {
        let terms = Terms { algorithms: offered.clone(), ..Terms::default() };
        let mut world = room(Guard::new(vec![Door::new(Asker::Server, "lab", terms)]));
        call(&mut world);
        let invite = world.server.all("INVITE")[1];
        let strongest = offered.iter().max().expect("some").name();
        assert_eq!(field(invite, "Authorization", "algorithm"), [strongest]);
    }
}

#[test]
fn a_nonce_that_grows_old_in_a_call_costs_one_round_and_no_call() {
    let terms = Terms { nonce_life: Duration::from_secs(20), ..Terms::default() };
    let mut world = room(Guard::new(vec![Door::new(Asker::Proxy, "proxy", terms)]));
    let session = call(&mut world);
    for _ in 0..3 {
        world.run_for(Duration::from_secs(30));
        world.server.stopped.clear();
        assert_eq!(status(&info(&mut world)), Some(200));
        offer(&mut world, session, true);
        assert_eq!(world.server.stopped, ["INFO"]);
    }
}

#[test]
fn the_next_nonce_is_taken_from_every_response() {
    let mut world = room(Guard { tells_next: true, ..Guard::new(vec![far_end()]) });
    call(&mut world);
    for _ in 0..3 {
        assert_eq!(status(&info(&mut world)), Some(200));
    }
    assert_eq!(world.server.stopped, ["INVITE"]);
    let infos = world.server.all("INFO");
    let nonces: Vec<_> = infos.iter().flat_map(|info| field(info, "Authorization", "nonce")).collect();
    let counts: Vec<_> = infos.iter().flat_map(|info| field(info, "Authorization", "nc")).collect();
    assert_eq!(counts, ["00000001"; 3]);
    assert!(nonces[0] != nonces[1] && nonces[1] != nonces[2]);
}

#[test]
fn each_realm_is_answered_with_its_own_name_and_secret() {
    let hash = Algorithm::Md5.hash(b"box-7:proxy:other");
    let secret = Secret::Ha1 { algorithm: Algorithm::Md5, hash };
    let realm = RealmCredentials { realm: "proxy".into(), username: "box-7".into(), secret };
    let mut door = proxy();
    door.login = endpoint::Credentials { username: "box-7".into(), password: "other".into() };
    let guard = Guard { together: true, ..Guard::new(vec![door, far_end()]) };
    let mut world = before(guard, agent("secret", vec![realm]));
    call(&mut world);
    let invite = world.server.all("INVITE")[1];
    assert_eq!(field(invite, "Proxy-Authorization", "username"), ["box-7"]);
    assert_eq!(field(invite, "Authorization", "username"), ["room"]);
    assert_eq!(world.server.stopped, ["INVITE"]);
}

#[test]
fn two_realms_of_proxies_are_answered_side_by_side() {
    for together in [false, true] {
        let second = Door::new(Asker::Proxy, "edge", Terms::default());
        let mut world = room(Guard { together, ..Guard::new(vec![proxy(), second]) });
        call(&mut world);
        let invites = world.server.all("INVITE");
        let mut realms = field(invites.last().expect("one"), "Proxy-Authorization", "realm");
        realms.sort();
        assert_eq!(realms, ["edge", "proxy"]);
    }
}

#[test]
fn a_call_with_a_wrong_password_ends_and_shows_it_once() {
    let mut world = before(Guard::new(vec![far_end()]), agent("wrong", vec![]));
    ours(&mut world, Command::invite(OUT, "sip:conf@lab.example", sdp("offer"), vec![]));
    let event = wait(&mut world, A, is_ended);
    assert_eq!((ended(&event).cause, ended(&event).status), (Cause::AuthenticationError, Some(401)));
    world.run_for(LONG);
    let shown = |world: &Guarded| {
        let invites = world.server.all("INVITE");
        invites.iter().map(|invite| credentials(invite).len()).collect::<Vec<_>>()
    };
    assert_eq!(shown(&world), [0, 1]);
    // Another call begins without what was refused.
    ours(&mut world, Command::invite(SessionId(2), "sip:conf@lab.example", sdp("offer"), vec![]));
    wait(&mut world, A, is_ended);
    assert_eq!(shown(&world), [0, 1, 0, 1]);
}

/// A call that stands before anybody asks for the password, which is wrong.
fn unasked() -> Guarded {
    let mut world = before(Guard::new(vec![]), agent("wrong", vec![]));
    call(&mut world);
    world.server.doors.push(far_end());
    world
}

#[test]
fn a_wrong_password_in_a_call_fails_the_request_alone_and_is_not_shown_again() {
    let mut world = unasked();
    assert_eq!(status(&info(&mut world)), Some(401));
    ours(&mut world, Command::Reinvite { session: OUT, body: sdp("again"), headers: vec![] });
    wait(&mut world, A, |e| matches!(e, Event::OfferFailed { .. }));
    assert_eq!(status(&info(&mut world)), Some(401));
    assert_eq!(world.clients[0].status().endpoint.sessions.len(), 1, "the call goes on");
    ours(&mut world, Command::Terminate { session: OUT, cause: Cause::Bye });
    wait(&mut world, A, is_ended);
    world.run_for(LONG);
    let shown: Vec<_> = world.server.heard.iter().filter(|request| !credentials(request).is_empty()).collect();
    assert_eq!(shown.len(), 1, "{}", world.trace());
    assert_eq!(world.server.stopped, ["INFO", "INFO", "INVITE", "INFO", "BYE"]);
    assert_eq!(world.clients[0].status().endpoint.sessions.len(), 0);
}

#[test]
fn keys_with_a_wrong_password_fail_once() {
    let mut world = unasked();
    let tones = "123".into();
    ours(&mut world, Command::Dtmf { session: OUT, request: ASK, tones, duration_ms: 100, gap_ms: 50 });
    assert_eq!(status(&outcome(&mut world)), Some(401));
    world.run_for(LONG);
    assert_eq!(world.server.stopped, ["INFO", "INFO"]);
}

#[test]
fn an_invite_sent_again_for_its_interval_shows_each_realm_once() {
    let mut agent_config = config(Transport::Wss, "secret");
    agent_config.registration = None;
    agent_config.endpoint.session_expires = Some(90);
    let mut wire = Wire::with(Transport::Wss, agent_config.endpoint);
    wire.command(Command::invite(OUT, "sip:conf@lab.example", sdp("offer"), vec![]));
    wire.respond(401, "WWW-Authenticate: Digest realm=\"lab\", nonce=\"n\", qop=\"auth\"\n");
    wire.respond(422, "Min-SE: 1800\n");
    let invite = wire.last();
    assert!(invite.starts_with("INVITE ") && invite.contains("Session-Expires: 1800"), "{invite}");
    assert_eq!(invite.matches("Authorization:").count(), 1, "{invite}");
    assert!(invite.contains("nc=00000002"));
}
