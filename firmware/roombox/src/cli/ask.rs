//! Commands that talk to the running roombox.

use std::io::Write;

use roombox_appliance::tree::Command;
use serde_json::{Value, json};

use super::{
    arguments::{OutputArguments, StatusArguments},
    print,
};
use crate::{
    control::client::Client,
    exit::{Outcome, Refusal},
};

/// Pause between two readings of statistics; they are measured over a second.
const STATISTICS_PERIOD: std::time::Duration = std::time::Duration::from_secs(1);

/// Has the appliance do something.
pub(crate) fn command(client: &mut Client, command: &Command, output: &OutputArguments) -> Outcome {
    let params = serde_json::to_value(command).map_err(|error| Refusal::refused(error.to_string()))?;
    let result = client.ask("command", params)?;
    if output.json { say(&result.to_string()) } else { Ok(()) }
}

pub(crate) fn status(client: &mut Client, arguments: &StatusArguments) -> Outcome {
    let params = json!({ "path": arguments.path });
    let whole = arguments.path.is_none();
    let show = |value: Value| match (arguments.output.json, whole) {
        (true, _) if arguments.watch => say(&value.to_string()),
        (true, _) => say(&pretty(&value)),
        (false, true) => say(&print::status(&value)),
        (false, false) => say(&print::branch(&value)),
    };
    if arguments.watch { client.follow("watch", params, show) } else { show(client.ask("status", params)?) }
}

/// Shows what the box is in the conference.
pub(crate) fn role(client: &mut Client, output: &OutputArguments) -> Outcome {
    let role = client.ask("status", json!({ "path": "role" }))?;
    say(&if output.json { pretty(&role) } else { print::branch(&role) })
}

pub(crate) fn events(client: &mut Client, filter: &str, history: bool, output: &OutputArguments) -> Outcome {
    let params = json!({ "filter": filter, "history": history });
    client.follow(
        "events",
        params,
        |event| {
            if output.json { say(&event.to_string()) } else { say(&print::event(&event)) }
        },
    )
}

pub(crate) fn statistics(client: &mut Client, watch: bool, output: &OutputArguments) -> Outcome {
    loop {
        let value = client.ask("statistics", Value::Null)?;
        match (output.json, watch) {
            (true, true) => say(&value.to_string())?,
            (true, false) => say(&pretty(&value))?,
            (false, _) => say(&print::statistics(&value))?,
        }
        if !watch {
            return Ok(());
        }
        std::thread::sleep(STATISTICS_PERIOD);
    }
}

/// Refused when something was found wrong.
pub(crate) fn test_sound(client: &mut Client, output: &OutputArguments) -> Outcome {
    if !output.json {
        say("A rushing is played. After the beep, say something for four seconds; then it is played.")?;
    }
    let told = client.ask("test-sound", Value::Null)?;
    say(&if output.json { pretty(&told) } else { print::sound_test(&told) })?;
    let works = told["findings"].as_array().is_some_and(|all| all.iter().all(|one| one["code"] == "good"));
    if works { Ok(()) } else { Err(Refusal::refused(String::new())) }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// One or more lines on standard output. A closed pipe (`| head`) ends the command quietly.
pub(crate) fn say(text: &str) -> Outcome {
    let mut out = std::io::stdout().lock();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    written.map_err(|_| Refusal::refused(String::new()))
}
