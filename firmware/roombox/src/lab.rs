//! `roombox lab`: the conference server alone.

use roombox_lab::{Dialect, Lab, LabConfig, LabError, LabEvent, LabTls};
use tokio::sync::mpsc;

use crate::{
    cli::{self, LabArguments},
    exit::{Outcome, Refusal},
    logging,
    run::{runtime, signals::EndSignals},
};

/// Serves until it is told to end.
pub(crate) fn lab(arguments: &LabArguments) -> Outcome {
    logging::start(roombox_settings::model::LogLevel::Warn);
    let config = config(arguments)?;
    runtime()?.block_on(async {
        let mut signals = EndSignals::listen().map_err(|error| Refusal::refused(format!("Signals: {error}.")))?;
        let (sender, mut events) = mpsc::unbounded_channel();
        let lab = Lab::start(config, sender).await.map_err(|error| not_started(&error))?;
        loop {
            tokio::select! {
                () = signals.asked() => break,
                Some(event) = events.recv() => cli::say(&line(&event, arguments.json))?,
            }
        }
        lab.stop().await;
        Ok(())
    })
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
