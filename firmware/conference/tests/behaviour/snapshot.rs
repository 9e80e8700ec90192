//! The whole at one moment, and connection and call as one undertaking.

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{Command, Event, Input, MediaFact, NoParameters, SipRequest};
use roombox_conference::catalogue::{CallPhase, Event as Named, IncomingPhase, SessionEvent, Snapshot, SystemStatus};
use roombox_conference::identity::Parameters;
use roombox_conference::machine::Machine;
use roombox_conference::session::{CloseReason, SessionPhase, SessionState};
use roombox_sip::api as sip;

use crate::bench::{Bench, OFFER, TARGET, failed, seconds};

fn now(bench: &Bench) -> Snapshot {
    bench.client.status().snapshot
}

fn changes(bench: &Bench) -> Vec<(Snapshot, Snapshot)> {
    let changes = bench.events().filter_map(|event| match event {
        Event::Catalogue(Named::SessionEvent(SessionEvent::SnapshotChanged { previous, current })) => {
            Some(((**previous).clone(), (**current).clone()))
        }
        _ => None,
    });
    changes.collect()
}

fn enter(bench: &mut Bench, session: sip::SessionId, room: &str, token: Option<&str>) {
    let mut headers = vec![
        sip::HeaderLine::new("Content-Type", "application/vinteo.webrtc.roomname"),
        sip::HeaderLine::new("x-webrtc-enter-room", room),
        sip::HeaderLine::new("x-webrtc-participant-name", "Room One"),
    ];
    headers.extend(token.map(|token| sip::HeaderLine::new("x-bearer-token", token)));
    bench.sip(sip::Event::Info { session, headers, body: None });
}

#[test]
fn from_rest_through_the_waiting_room_into_the_conference_and_back() {
    let mut bench = Bench::new();
    assert_eq!(now(&bench).status, SystemStatus::Disconnected);
    bench.command(Command::Start);
    bench.connect();
    assert_eq!(now(&bench).status, SystemStatus::ReadyToCall);
    bench.command(Command::Join { target: TARGET.into(), keep: false });
    assert_eq!(now(&bench).status, SystemStatus::CallConnecting);
    let (_, session) = bench.confirm_call();
    enter(&mut bench, session, "purgatory", None);
    assert_eq!((now(&bench).call.value, now(&bench).status), (CallPhase::Purgatory, SystemStatus::CallActive));
    enter(&mut bench, session, "Big Hall", None);
    assert_eq!(now(&bench).call.value, CallPhase::RoomPendingAuth);
    enter(&mut bench, session, "Big Hall", Some("eyJ.secret"));
    assert_eq!(now(&bench).call.value, CallPhase::InRoom);
    assert_eq!(now(&bench).call.room.as_deref(), Some("Big Hall"));
    bench.command(Command::Leave);
    assert_eq!(
        (now(&bench).call.value, now(&bench).status),
        (CallPhase::Disconnecting, SystemStatus::CallDisconnecting)
    );
    bench.end(session, sip::Cause::Canceled, None);
    assert_eq!(now(&bench).status, SystemStatus::ReadyToCall);
    assert!(changes(&bench).iter().all(|(_, current)| !format!("{current:?}").contains("eyJ")));
}

#[test]
fn a_change_is_told_once_and_each_begins_where_the_last_ended() {
    let (mut bench, _, session) = Bench::in_call();
    enter(&mut bench, session, "Hall", Some("t"));
    enter(&mut bench, session, "Hall", Some("t"));
    bench.command(Command::MediaState { microphone: true, camera: true });
    assert_eq!(changes(&bench).len(), 1);
    bench.end(session, sip::Cause::RequestTimeout, None);
    let changes = changes(&bench);
    assert!(changes.iter().all(|(previous, current)| previous != current));
    assert!(changes.windows(2).all(|pair| pair[0].1 == pair[1].0));
}

#[test]
fn a_lost_call_that_comes_back_is_one_that_reconnects() {
    let (mut bench, _, session) = Bench::in_call();
    bench.end(session, sip::Cause::RequestTimeout, None);
    assert_eq!(now(&bench).status, SystemStatus::CallReconnecting);
}

#[test]
fn a_ringing_call_is_the_incoming_one_and_the_connection_takes_it_along() {
    let mut bench = Bench::registered();
    bench.sip(sip::Event::Incoming {
        session: sip::SessionId(1 << 63),
        flow: sip::FlowId(1),
        from_uri: "sip:200@other.example:5060".into(),
        from_display: Some("Second room".into()),
        to_uri: String::new(),
        request_uri: String::new(),
        offer: Some(sip::Body::sdp(OFFER)),
        headers: vec![],
        replaces: None,
    });
    let incoming = now(&bench).incoming;
    let caller = incoming.caller.unwrap();
    assert_eq!((incoming.value, now(&bench).call.value), (IncomingPhase::Ringing, CallPhase::Idle));
    assert_eq!(
        (&*caller.display_name, &*caller.incoming_number, &*caller.host),
        ("Second room", "200", "other.example")
    );
    bench.disconnect();
    assert_eq!(now(&bench).incoming.value, IncomingPhase::Idle);
}

fn states(bench: &Bench) -> Vec<(SessionPhase, Option<CloseReason>)> {
    let states = bench.events().filter_map(|event| match event {
        Event::ConnectAndCall(SessionState { phase, reason }) => Some((*phase, *reason)),
        _ => None,
    });
    states.collect()
}

fn undertaken() -> Bench {
    let mut bench = Bench::new();
    bench.command(Command::ConnectAndCall { target: TARGET.into() });
    assert!(bench.asked(&SipRequest::Start));
    bench.connect();
    assert_eq!(states(&bench), [(SessionPhase::Connecting, None), (SessionPhase::Calling, None)]);
    bench.forget_but_offers();
    bench
}

fn closed(bench: &Bench, reason: CloseReason) -> bool {
    states(bench).last() == Some(&(SessionPhase::Closed, Some(reason))) && bench.asked(&SipRequest::Stop)
}

#[test]
fn an_undertaking_connects_calls_and_cleans_up_when_the_call_is_over() {
    let mut bench = undertaken();
    let (_, session) = bench.confirm_call();
    assert_eq!(states(&bench), [(SessionPhase::Active, None)]);
    bench.end(session, sip::Cause::Bye, None);
    assert!(closed(&bench, CloseReason::Completed));
}

#[test]
fn a_failed_redial_attempt_does_not_close_it_and_a_success_makes_it_active_again() {
    let mut bench = undertaken();
    let (_, session) = bench.confirm_call();
    bench.end(session, sip::Cause::RequestTimeout, None);
    bench.pass(seconds(1));
    let call = bench.offer_asked().unwrap();
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    let attempt = bench.invited().unwrap();
    bench.end(attempt, sip::Cause::RequestTimeout, None);
    bench.pass(seconds(2));
    bench.confirm_call();
    let phases: Vec<_> = states(&bench).into_iter().map(|(phase, _)| phase).collect();
    assert_eq!(phases, [SessionPhase::Active, SessionPhase::Reconnecting, SessionPhase::Active]);
}

#[test]
fn a_first_call_that_is_refused_closes_it() {
    let mut bench = undertaken();
    let call = bench.offer_asked().unwrap();
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    let session = bench.invited().unwrap();
    bench.sip(sip::Event::Ended { session, failure: failed(sip::Cause::NotFound, Some(404)) });
    assert!(closed(&bench, CloseReason::InitialCallFailed));
}

#[test]
fn hanging_up_cancels_it_before_the_call_stands_and_ends_it_afterwards() {
    let mut bench = undertaken();
    bench.command(Command::Leave);
    assert!(closed(&bench, CloseReason::Cancelled));
    for command in [Command::Leave, Command::Stop] {
        let mut bench = undertaken();
        let (_, session) = bench.confirm_call();
        bench.command(command);
        assert!(closed(&bench, CloseReason::Manual) && bench.terminated(session));
        assert_eq!(states(&bench).len(), 2, "closed once");
    }
}

#[test]
fn another_call_takes_its_connection_over_and_outlives_the_failure_of_its_first_call() {
    let mut bench = undertaken();
    let call = bench.offer_asked().unwrap();
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    let session = bench.invited().unwrap();
    bench.command(Command::Join { target: "sip:200@meet.example".into(), keep: true });
    assert_eq!(states(&bench), [(SessionPhase::Closed, Some(CloseReason::Superseded))]);
    bench.sip(sip::Event::Ended { session, failure: failed(sip::Cause::Rejected, Some(600)) });
    assert!(!bench.asked(&SipRequest::Stop));
    bench.confirm_call();
}

#[test]
fn there_is_one_at_a_time_and_a_connection_in_use_is_not_taken_over() {
    let mut bench = undertaken();
    bench.command(Command::ConnectAndCall { target: TARGET.into() });
    assert_eq!(states(&bench), [(SessionPhase::Closed, Some(CloseReason::SessionActive))]);
    let mut bench = Bench::registered();
    bench.command(Command::ConnectAndCall { target: TARGET.into() });
    assert_eq!(states(&bench), [(SessionPhase::Closed, Some(CloseReason::AutoConnectorActive))]);
}

#[test]
fn a_connection_that_needs_a_person_closes_it_though_a_barred_account_is_looked_at_again() {
    for (cause, status, retry_in_ms) in
        [(sip::Cause::AuthenticationError, 401, None), (sip::Cause::Rejected, 403, Some(90_000))]
    {
        let mut bench = Bench::new();
        bench.command(Command::ConnectAndCall { target: TARGET.into() });
        let failure = failed(cause, Some(status));
        bench.agent(sip::AgentEvent::RegistrationFailed { failure, retry_in_ms });
        assert!(closed(&bench, CloseReason::AutoConnectFailed), "{status}");
    }
}

#[test]
fn an_undertaking_without_parameters_for_the_connection_is_closed() {
    let mut config = ConferenceConfig::new("", "meet.example", false);
    config.parameters = Parameters::AskedOnEachAttempt;
    let mut bench = Bench::with(config);
    bench.command(Command::ConnectAndCall { target: TARGET.into() });
    let id = bench.parameters_asked().unwrap();
    bench.give(Input::Parameters { id, outcome: Err(NoParameters::NotReady) });
    assert_eq!(states(&bench).last(), Some(&(SessionPhase::Closed, Some(CloseReason::AutoConnectFailed))));
    assert!(bench.offer_asked().is_none());
}
