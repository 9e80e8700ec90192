//! The event catalogue is the one of the library it replaces.

use std::collections::BTreeSet;

use roombox_conference::api;
use roombox_conference::catalogue::{
    ApiEvent, CallEvent, Event, Fault, HealthSnapshot, License, MainStreamHealthEvent, ProblemReason, SessionEvent,
    UnprefixedEvent,
};
use serde_json::{Value, json};

/// Names of version 31 (spec section 9), one a line.
const NAMES: &str = include_str!("names-v31.txt");
/// Events of ours, or of versions before.
const MORE: [&str; 6] = [
    "api:answered",
    "api:restart",
    "api:unknown",
    "command:refused",
    "media:command-finished",
    "media:simulcast-refused",
];

fn written(event: impl Into<Event>) -> Value {
    serde_json::to_value(api::Event::Catalogue(event.into())).unwrap()
}

#[test]
fn every_name_of_version_31_is_there_and_nothing_else_but_the_named_exceptions() {
    let wanted: BTreeSet<_> = NAMES.lines().chain(MORE).collect();
    let there: BTreeSet<_> = Event::names().collect();
    assert_eq!(there.symmetric_difference(&wanted).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert_eq!(there.len(), Event::names().count(), "no name is there twice");
}

#[test]
fn an_event_is_written_as_name_and_data_with_the_keys_of_the_library() {
    let call = api::CallId(3);
    assert_eq!(
        written(ApiEvent::EnterRoom {
            room: "Hall".into(),
            participant_name: "Room A".into(),
            has_bearer_token: true,
            is_direct_peer_to_peer: false,
        }),
        json!({"event": "api:enter-room", "data": {
            "room": "Hall", "participantName": "Room A", "hasBearerToken": true, "isDirectPeerToPeer": false,
        }})
    );
    assert_eq!(
        written(ApiEvent::UseLicense(License::AudioPlusPresentation)),
        json!({"event": "api:use-license", "data": "AUDIOPLUSPRESENTATION"})
    );
    assert_eq!(
        written(UnprefixedEvent::StoppedPresentationByServerCommand { call }),
        json!({"event": "stopped-presentation-by-server-command", "data": {"call": 3}})
    );
    let snapshot = HealthSnapshot {
        call,
        is_invalid_inbound_frames: false,
        is_inbound_video_stalled: true,
        is_muted_main_video_track: false,
        is_no_inbound_video_traffic: false,
    };
    let resolved = written(MainStreamHealthEvent::InboundVideoProblemResolved {
        snapshot,
        reason: ProblemReason::InboundVideoStalled,
    });
    assert_eq!(resolved["data"]["isInboundVideoStalled"], json!(true));
    assert_eq!(resolved["data"]["reason"], json!("inbound-video-stalled"));
}

#[test]
fn what_is_written_is_read_as_the_same_event() {
    let events: [Event; 3] = [
        CallEvent::EndCall { call: api::CallId(1) }.into(),
        ApiEvent::FailedSendRoomDirectP2p { call: api::CallId(2), error: Fault::new("no") }.into(),
        SessionEvent::SnapshotChanged { previous: Box::default(), current: Box::default() }.into(),
    ];
    for event in events {
        let told = api::Event::Catalogue(event.clone());
        let text = serde_json::to_string(&told).unwrap();
        assert_eq!(serde_json::from_str::<api::Event>(&text).unwrap(), told);
        assert!(text.contains(event.name()));
    }
}

/// Every name that the schema allows, wherever it stands.
fn constants(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("const").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|value| constants(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| constants(value, found)),
        _ => {}
    }
}

#[test]
fn the_schema_in_the_docs_is_the_one_of_the_code() {
    let schema = serde_json::to_value(schemars::schema_for!(Event)).unwrap();
    let mut found = BTreeSet::new();
    constants(&schema, &mut found);
    assert!(Event::names().all(|name| found.contains(name)));
    let stored: Value =
        serde_json::from_str(include_str!("../../../../docs/developer/conference-events.schema.json")).unwrap();
    assert!(stored == schema, "write it anew: cargo run -p roombox-conference --example event_schema");
}
