//! The thread that waits for buttons and plays lights: one for all, away from everything that may be busy.

use std::future::Future;
use std::io;
use std::pin::Pin;

use tokio::task::JoinSet;

/// Something to wait for until its user lets go of it.
pub(crate) type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs the tasks on a thread of their own, which ends with the last of them.
pub(super) fn run(tasks: Vec<Task>) -> io::Result<()> {
    if tasks.is_empty() {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let serve = move || {
        runtime.block_on(async {
            let mut running: JoinSet<()> = tasks.into_iter().collect();
            while let Some(ended) = running.join_next().await {
                if let Err(error) = ended {
                    tracing::error!("a button or light stopped: {error}");
                }
            }
        });
    };
    std::thread::Builder::new().name("hal".into()).spawn(serve).map(drop)
}
