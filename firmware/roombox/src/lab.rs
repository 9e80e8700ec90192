//! `roombox lab`: the conference server alone.

use std::time::Instant;

use roombox_lab::{
    Act, Dialect, Lab, LabConfig, LabError, LabEvent, LabHandle, LabTls, Play, Script, StepReport, Turn,
};
use tokio::{
    sync::mpsc::{self, UnboundedReceiver},
    time::sleep_until,
};

use crate::{
    cli::{self, LabArguments},
    exit::{Outcome, Refusal},
    logging,
    run::{runtime, signals::EndSignals},
};

/// Serves until it is told to end, or its script is over.
pub(crate) fn lab(arguments: &LabArguments) -> Outcome {
    logging::start(roombox_settings::model::LogLevel::Warn);
    let script = arguments.script.as_deref().map(Script::from_file).transpose();
    let script = script.map_err(|error| Refusal::usage(format!("{error}.")))?;
    let mut config = config(arguments)?;
    if let Some(script) = &script {
        config.rules = script.rules.clone();
    }
    runtime()?.block_on(async {
        let signals = EndSignals::listen().map_err(|error| Refusal::refused(format!("Signals: {error}.")))?;
        let (sender, events) = mpsc::unbounded_channel();
        let lab = Lab::start(config, sender).await.map_err(|error| not_started(&error))?;
        let outcome = serve(&lab, script, signals, events, arguments.json).await;
        lab.stop().await;
        outcome
    })
}

async fn serve(
    lab: &LabHandle,
    script: Option<Script>,
    mut signals: EndSignals,
    mut events: UnboundedReceiver<LabEvent>,
    json: bool,
) -> Outcome {
    let mut play = script.as_ref().map(|script| Play::new(script, Instant::now()));
    let ends = script.is_some_and(|script| script.end);
    loop {
        if let Some(play) = &mut play {
            take_turns(lab, play, json)?;
            if ends && play.is_done() {
                return Ok(());
            }
        }
        let late = play.as_ref().and_then(Play::next_deadline);
        let late = async {
            match late {
                Some(at) => sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = signals.asked() => break,
            () = late => {}
            Some(event) = events.recv() => {
                cli::say(&line(&event, json))?;
                if let Some(play) = &mut play {
                    play.hear(&event);
                }
            }
        }
    }
    match play {
        Some(play) if !play.is_done() => Err(Refusal::refused("The script was not over.")),
        _ => Ok(()),
    }
}

/// Does what the script wants, and tells what became of it.
fn take_turns(lab: &LabHandle, play: &mut Play, json: bool) -> Outcome {
    while let Some(turn) = play.poll(Instant::now()) {
        match turn {
            Turn::Do(Act::Kill(time)) => lab.kill(time),
            Turn::Do(Act::Order(order)) => lab.order(order),
            Turn::Told(report) => cli::say(&told(&report, json))?,
        }
    }
    if play.has_failed() {
        return Err(Refusal::refused("A step of the script did not happen."));
    }
    Ok(())
}

fn told(report: &StepReport, json: bool) -> String {
    if json {
        return serde_json::json!({ "event": "step", "data": report }).to_string();
    }
    let StepReport { step, line, words, happened, took_ms, at_ms } = report;
    let outcome = if *happened { "happened" } else { "did not happen" };
    format!("step {step} (line {line}) {outcome} after {took_ms} ms, {at_ms} ms from the start: {words}")
}

fn config(arguments: &LabArguments) -> Result<LabConfig, Refusal> {
    let unusable = |error: &dyn std::error::Error| Refusal::usage(format!("{error}."));
    let users =
        arguments.users.as_deref().map(roombox_lab::read_users).transpose().map_err(|error| unusable(&error))?;
    let faults = arguments.faults.as_deref().map(str::parse).transpose();
    let tls = match (&arguments.tls_cert, &arguments.tls_key) {
        (Some(certificate), Some(key)) => LabTls::Files { certificate: certificate.clone(), key: key.clone() },
        _ => LabTls::None,
    };
    Ok(LabConfig {
        dialect: match arguments.dialect {
            cli::Dialect::Plain => Dialect::Plain,
            cli::Dialect::Vinteo => Dialect::Vinteo,
        },
        faults: faults.map_err(|error: roombox_lab::FaultError| unusable(&error))?.unwrap_or_default(),
        listen: arguments.listen,
        tls,
        users: users.unwrap_or_default(),
        ..LabConfig::default()
    })
}

fn not_started(error: &LabError) -> Refusal {
    let message = format!("The lab does not start: {error}.");
    match error {
        LabError::Tls(_) => Refusal::usage(message),
        _ => Refusal::refused(message),
    }
}

fn line(event: &LabEvent, json: bool) -> String {
    let value = serde_json::to_value(event).unwrap_or_default();
    if json { value.to_string() } else { cli::fields(&value) }
}
