//! `roombox demo`: server, box and panel in one process.

mod plan;
mod story;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use roombox_lab::Lab;
use tokio::{sync::mpsc, time::sleep};

use self::{plan::Folder, story::Story};
use crate::{
    cli::DemoArguments,
    exit::{Outcome, Refusal},
    logging,
    run::{appliance::RunningBox, runtime, signals::EndSignals},
};

/// Shows the room until Ctrl-C, or for the seconds asked for.
pub(crate) fn demo(arguments: &DemoArguments, socket: &Path, started: Instant) -> Outcome {
    logging::start(roombox_settings::model::LogLevel::Warn);
    let folder = Folder::make()?;
    runtime()?.block_on(async {
        let mut signals = EndSignals::listen().map_err(|error| Refusal::refused(format!("Signals: {error}.")))?;
        let (sender, mut lab_events) = mpsc::unbounded_channel();
        let lab = Lab::start(plan::lab(), sender)
            .await
            .map_err(|error| Refusal::refused(format!("The conference server does not start: {error}.")))?;
        // Nobody reads what the server reports; the box tells its own side.
        tokio::spawn(async move { while lab_events.recv().await.is_some() {} });
        let plan = plan::room(arguments, &lab, &folder, socket, started).await?;
        let control = plan.socket.path().to_owned();
        let running = RunningBox::start(plan)?;
        let story = Story::new(arguments.json, &running, &control, socket);
        let outcome = watch(arguments.seconds, running, &story, &mut signals).await;
        lab.stop().await;
        outcome
    })
}

async fn watch(seconds: Option<u64>, mut running: RunningBox, story: &Story, signals: &mut EndSignals) -> Outcome {
    let limit = async {
        match seconds {
            Some(seconds) => sleep(Duration::from_secs(seconds)).await,
            None => std::future::pending().await,
        }
    };
    let house = running.house.clone();
    tokio::select! {
        () = story.tell(&house) => {}
        () = signals.asked() => {}
        () = limit => {}
        () = running.ended() => return Err(Refusal::refused("roombox broke; see the log.")),
    }
    let summary = story.summary(&running).await;
    running.stop().await;
    story.finish(&summary, seconds.is_some())
}
