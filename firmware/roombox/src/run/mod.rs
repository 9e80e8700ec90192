//! `roombox run`: the appliance.

pub(crate) mod appliance;
mod conference;
pub(crate) mod configuration;
mod identity;
mod parts;
mod presentation;
mod relay_tls;
pub(crate) mod signals;

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use sd_notify::NotifyState;

use self::{
    appliance::{Plan, RunningBox},
    signals::EndSignals,
};
use crate::{
    cli::RunArguments,
    control::server::ControlSocket,
    exit::{Outcome, Refusal},
    logging,
    panel::Panel,
};

/// Runs the box until it is told to end.
pub(crate) fn run(arguments: &RunArguments, state_dir: PathBuf, socket: &Path, started: Instant) -> Outcome {
    let board = configuration::load_board(&arguments.board)?;
    let loaded = configuration::load_settings(&arguments.config, &arguments.overrides.set)?;
    logging::start(loaded.settings.log.level);
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    runtime()?.block_on(async {
        let mut signals = EndSignals::listen().map_err(|error| Refusal::refused(format!("Signals: {error}.")))?;
        let socket = ControlSocket::bind(socket).map_err(|error| Refusal::refused(format!("{error}.")))?;
        let web = &loaded.settings.web;
        let panel = if web.enabled { Some(Panel::bind(&web.listen).await) } else { None };
        let plan = Plan { settings: loaded.settings, board, state_dir, socket, panel, started };
        let mut running = RunningBox::start(plan)?;
        notify(&[NotifyState::Ready]);
        tokio::select! {
            () = signals.asked() => {}
            () = running.ended() => return Err(Refusal::refused("roombox broke; see the log.")),
        }
        notify(&[NotifyState::Stopping]);
        running.stop().await;
        Ok(())
    })
}

/// The runtime of every command that serves something.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Refusal> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Refusal::refused(format!("Cannot start: {error}.")))
}

fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "service manager");
    }
}
