//! The engine's tasks: started with it, ended with it.

use std::sync::Mutex;

use tokio::{sync::watch, task::JoinHandle};

use crate::pipeline::locked;

/// Tasks that end when the engine closes.
#[derive(Debug)]
pub(crate) struct Tasks {
    closing: watch::Sender<bool>,
    running: Mutex<Vec<JoinHandle<()>>>,
}

/// Tells a task that the engine closes.
#[derive(Clone, Debug)]
pub(crate) struct Closing(watch::Receiver<bool>);

impl Default for Tasks {
    fn default() -> Self {
        Self { closing: watch::Sender::new(false), running: Mutex::default() }
    }
}

impl Tasks {
    /// Starts a task that must end soon after `Closing` says so.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut running = locked(&self.running);
        running.retain(|task| !task.is_finished());
        running.push(tokio::spawn(task));
    }

    /// For a task to be told of the end.
    pub(crate) fn closing(&self) -> Closing {
        Closing(self.closing.subscribe())
    }

    /// Tells every task to end.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Tells every task to end; returns when they have.
    pub(crate) async fn finish(&self) {
        self.close();
        let running = std::mem::take(&mut *locked(&self.running));
        for task in running {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of the media engine ended badly");
            }
        }
    }
}

impl Closing {
    /// Returns when the engine closes.
    pub(crate) async fn wait(&mut self) {
        // Nobody left to say so means the same.
        let _ = self.0.wait_for(|closing| *closing).await;
    }
}
