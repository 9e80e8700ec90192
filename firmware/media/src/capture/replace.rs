//! The camera in use: switched on and off, and another one put in its place.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use roombox_hal::{
    board::{Camera, CameraSource},
    linux,
};
use tokio::sync::watch;

use crate::{
    capture::{
        Pictures,
        camera::{Health, Keeper, Studio},
        choice,
        source::Bench,
        still,
    },
    error::MediaError,
    pipeline::locked,
    tasks::Tasks,
};

/// A camera that neither gives a picture nor fails by then has failed: USB cameras take up to two seconds.
const PATIENCE: Duration = Duration::from_secs(8);

/// Switches and replaces the camera; dropping it closes the camera.
#[derive(Debug)]
pub(crate) struct CameraControl {
    configured: Vec<Camera>,
    studio: Studio,
    state: Mutex<State>,
    /// One replacement after the other.
    replacing: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct State {
    /// `None` where no camera is configured.
    keeper: Option<Keeper>,
    on: bool,
    /// Cameras so far.
    number: u64,
    /// Replacements so far.
    track: u64,
}

impl CameraControl {
    /// Starts the tasks that keep the first camera and the still picture going.
    pub(crate) fn start(
        configured: Vec<Camera>,
        bench: Bench,
        on: bool,
        pictures: &Arc<Pictures>,
        tasks: &Tasks,
    ) -> Self {
        tasks.spawn(still::run(Arc::clone(pictures), tasks.closing()));
        let studio = Studio { pictures: Arc::clone(pictures), post: Arc::default(), bench: Arc::new(bench) };
        let first = configured.iter().find(|camera| camera.source != CameraSource::None).cloned();
        let keeper = first.map(|camera| {
            studio.post.give_to(1);
            Keeper::start(camera, 1, on, &studio, tasks)
        });
        if keeper.is_none() {
            studio.tell(false, "none", Some("no camera is configured".into()));
        }
        let state = Mutex::new(State { keeper, on, number: 1, track: 1 });
        Self { configured, studio, state, replacing: tokio::sync::Mutex::default() }
    }

    /// Opens (true) or closes (false) the camera.
    pub(crate) fn set(&self, on: bool) {
        let mut state = locked(&self.state);
        state.on = on;
        if let Some(keeper) = &state.keeper {
            keeper.set(on);
        }
    }

    /// Name of the track that the camera picture is; another after each replacement.
    pub(crate) fn track(&self) -> String {
        track(locked(&self.state).track)
    }

    /// Takes the picture from the next camera, or opens the only one anew, and returns the new name of the track. After
    /// an error the former camera goes on. A camera that is switched off is not opened for this.
    pub(crate) async fn replace(&self, tasks: &Tasks) -> Result<String, MediaError> {
        let _one = self.replacing.lock().await;
        let present = locked(&self.state).keeper.as_ref().map(|keeper| keeper.camera.clone());
        let next = present.as_ref().and_then(|present| {
            choice::next(&self.configured, present, || linux::cameras().into_iter().map(|c| c.device).collect())
        });
        let (Some(present), Some(next)) = (present, next) else {
            return Err(MediaError::BadSetting("no camera is configured".into()));
        };
        if choice::is_same(&present, &next) {
            self.open_again().await?;
        } else {
            self.change(next, tasks).await?;
        }
        let mut state = locked(&self.state);
        state.track += 1;
        Ok(track(state.track))
    }

    /// The same device can be open only once.
    async fn open_again(&self) -> Result<(), MediaError> {
        let health = {
            let state = locked(&self.state);
            let Some(keeper) = state.keeper.as_ref().filter(|_| state.on) else { return Ok(()) };
            keeper.set(false);
            keeper.health.clone()
        };
        let closed = reaches(health.clone(), |health| *health == Health::Off).await;
        let on = {
            let state = locked(&self.state);
            if let Some(keeper) = state.keeper.as_ref() {
                keeper.set(state.on);
            }
            state.on
        };
        closed?;
        if on { works(health).await } else { Ok(()) }
    }

    /// The former camera goes on until the new one gives a picture.
    async fn change(&self, next: Camera, tasks: &Tasks) -> Result<(), MediaError> {
        let (number, on) = {
            let mut state = locked(&self.state);
            state.number += 1;
            (state.number, state.on)
        };
        let trial = Keeper::start(next, number, on, &self.studio, tasks);
        if on && let Err(error) = works(trial.health.clone()).await {
            trial.dismiss();
            return Err(error);
        }
        let mut state = locked(&self.state);
        trial.set(state.on);
        self.studio.post.give_to(trial.number);
        let health = trial.health.borrow().clone();
        self.studio.pictures.show_camera((health == Health::Works).then_some(trial.number));
        match health {
            Health::Works => self.studio.tell(true, &trial.name.borrow(), None),
            Health::Failed(reason) => self.studio.tell(false, &trial.name.borrow(), Some(reason)),
            Health::Off | Health::Opening => {}
        }
        if let Some(former) = state.keeper.replace(trial) {
            former.dismiss();
        }
        Ok(())
    }
}

fn track(number: u64) -> String {
    format!("camera-{number}")
}

async fn works(health: watch::Receiver<Health>) -> Result<(), MediaError> {
    match reaches(health, |health| matches!(health, Health::Works | Health::Failed(_))).await? {
        Health::Failed(reason) => Err(MediaError::pipeline("camera", reason)),
        _ => Ok(()),
    }
}

async fn reaches(
    mut health: watch::Receiver<Health>,
    reached: impl FnMut(&Health) -> bool,
) -> Result<Health, MediaError> {
    match tokio::time::timeout(PATIENCE, health.wait_for(reached)).await {
        Ok(Ok(health)) => Ok(health.clone()),
        Ok(Err(_)) => Err(MediaError::Stopped),
        Err(_) => Err(MediaError::pipeline("camera", format!("gives no picture within {} s", PATIENCE.as_secs()))),
    }
}
