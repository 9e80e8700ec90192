//! The JSON of the tree is what tools outside rely on.

use roombox_appliance::api::{Input, MediaFact};
use roombox_appliance::tree::{Cause, CauseCode, Command, CommandResult, Event, PageTurn, Status};
use roombox_conference::api::ReceiveQuality;
use serde_json::json;

use crate::bench::Bench;

#[test]
fn commands_are_read_with_and_without_their_optional_values() {
    for (text, command) in [
        (json!({"command": "join"}), Command::Join { target: None }),
        (json!({"command": "join", "target": "100"}), Command::Join { target: Some("100".into()) }),
        (json!({"command": "mute"}), Command::Mute { on: None }),
        (json!({"command": "camera", "on": false}), Command::Camera { on: Some(false) }),
        (json!({"command": "volume", "level": 30}), Command::Volume { level: 30 }),
        (json!({"command": "page", "to": "next"}), Command::Page { to: PageTurn::Next }),
        (json!({"command": "page", "to": 3}), Command::Page { to: PageTurn::Page(3) }),
        (json!({"command": "present"}), Command::Present { on: None, source: None }),
        (json!({"command": "ask-camera"}), Command::AskCamera),
        (json!({"command": "dtmf", "digits": "12#"}), Command::Dtmf { digits: "12#".into() }),
        (json!({"command": "transfer", "target": "200"}), Command::Transfer { target: "200".into() }),
        (
            json!({"command": "receive-quality", "quality": "low"}),
            Command::ReceiveQuality { quality: ReceiveQuality::Low },
        ),
        (json!({"command": "press", "button": "join"}), Command::Press { button: "join".into() }),
    ] {
        assert_eq!(serde_json::from_value::<Command>(text).unwrap(), command);
    }
    assert!(serde_json::from_value::<Command>(json!({"command": "join", "targett": "1"})).is_err());
    assert!(serde_json::from_value::<Command>(json!({"command": "volume", "level": 300})).is_err());
}

#[test]
fn events_are_name_and_data() {
    let event = Event::CauseRaised(Cause::new(CauseCode::NoCamera));
    assert_eq!(
        serde_json::to_value(event).unwrap(),
        json!({"event": "cause-raised", "data":
            {"code": "no-camera", "sentence": "The camera does not work.", "who": "installer"}})
    );
    let event = Event::Media(MediaFact::RemoteVideo { flowing: true });
    assert_eq!(
        serde_json::to_value(event).unwrap(),
        json!({"event": "media", "data": {"fact": "remote-video", "flowing": true}})
    );
}

#[test]
fn a_refusal_names_its_cause() {
    let mut bench = Bench::ready();
    let result = bench.command(Command::Leave);
    let text = serde_json::to_value(&result).unwrap();
    assert_eq!((&text["result"], &text["cause"]["code"]), (&json!("refused"), &json!("no-call")));
    assert_eq!(serde_json::to_value(CommandResult::Ok).unwrap(), json!({"result": "ok"}));
}

#[test]
fn the_status_is_written_and_read_without_loss() {
    let mut bench = Bench::in_call();
    bench.media(MediaFact::Microphone { muted: true });
    bench.input(Input::PanelServed("http://127.0.0.1:8420".into()));
    let status = bench.status();
    let text = serde_json::to_value(&status).unwrap();
    assert_eq!(text["box"]["name"], "Board room");
    assert_eq!(text["connection"]["state"], "established");
    assert_eq!((&text["call"]["state"], &text["call"]["minutes"]), (&json!("in-call"), &json!(0)));
    assert_eq!(text["microphone"]["fact"], "muted");
    assert_eq!((&text["presentation"]["state"], &text["role"]["role"]), (&json!("idle"), &json!("participant")));
    assert_eq!((&text["admission"], &text["hold"]["asked"]), (&json!("admitted"), &json!(false)));
    assert_eq!(serde_json::from_value::<Status>(text).unwrap(), status);
}

#[test]
fn every_cause_has_a_sentence_and_a_name_of_its_own() {
    let mut names: Vec<_> = CauseCode::ALL.iter().map(|code| serde_json::to_string(code).unwrap()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), CauseCode::ALL.len());
    assert!(CauseCode::ALL.iter().all(|code| code.sentence().ends_with('.')));
}
