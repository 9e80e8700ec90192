//! The daemon's side of the control socket.

use std::{
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream, unix::OwnedReadHalf},
    sync::{Semaphore, mpsc},
    task::JoinSet,
};

use super::protocol::{Branch, Call, Content, EventFilter, LONGEST_LINE, Problem, Reply, Request, branch, subscribed};
use crate::{events::Event, house::House};

/// Clients at once; each costs a few kilobytes.
const CLIENTS: usize = 32;
/// Lines waiting for one client that does not read.
const WAITING_LINES: usize = 64;

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SocketError {
    #[error("another roombox is running here: it holds {}", .0.display())]
    InUse(PathBuf),
    #[error("cannot make the control socket {}: {source}", .path.display())]
    Unusable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// The bound socket; its file goes away with it.
pub(crate) struct ControlSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

impl ControlSocket {
    /// Binds `path`. A file left behind by a dead process is replaced; a living owner is not disturbed.
    pub(crate) fn bind(path: &Path) -> Result<Self, SocketError> {
        let unusable = |source| SocketError::Unusable { path: path.into(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(unusable)?;
        }
        match std::os::unix::net::UnixStream::connect(path) {
            Ok(_) => return Err(SocketError::InUse(path.into())),
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                std::fs::remove_file(path).map_err(unusable)?;
            }
            Err(_) => {}
        }
        let listener = UnixListener::bind(path).map_err(unusable)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660)).map_err(unusable)?;
        Ok(Self { listener, path: path.into() })
    }

    /// Where it was bound.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Serves clients until dropped.
    pub(crate) async fn serve(self, house: House) {
        let places = Arc::new(Semaphore::new(CLIENTS));
        let mut clients = JoinSet::new();
        loop {
            while clients.try_join_next().is_some() {}
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let house = house.clone();
                    clients.spawn(async move {
                        serve_client(stream, house).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "control socket");
                    // Out of descriptors: the next accept would fail at once, so give others time to close theirs.
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            }
        }
    }
}

async fn serve_client(stream: UnixStream, house: House) {
    let (read, mut write) = stream.into_split();
    let (lines, mut outgoing) = mpsc::channel::<Reply>(WAITING_LINES);
    let requests = serve_requests(read, &house, lines);
    let writing = async {
        while let Some(reply) = outgoing.recv().await {
            let mut line = serde_json::to_vec(&reply).unwrap_or_default();
            line.push(b'\n');
            if write.write_all(&line).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(requests, writing);
}

/// Reads until the client closes; every request runs by itself so that a subscription does not block the next one.
async fn serve_requests(read: OwnedReadHalf, house: &House, lines: mpsc::Sender<Reply>) {
    let mut reader = BufReader::new(read);
    let mut running = JoinSet::new();
    loop {
        let mut line = Vec::new();
        let limit = LONGEST_LINE as u64;
        let Ok(read) = (&mut reader).take(limit).read_until(b'\n', &mut line).await else { return };
        if read == 0 || (read == LONGEST_LINE && line.last() != Some(&b'\n')) {
            return;
        }
        while running.try_join_next().is_some() {}
        running.spawn(answer(line, house.clone(), lines.clone()));
    }
}

async fn answer(line: Vec<u8>, house: House, lines: mpsc::Sender<Reply>) {
    let request = match Request::parse(&String::from_utf8_lossy(&line)) {
        Ok(request) => request,
        Err(problem) => return tell(&lines, None, Content::Error(problem)).await,
    };
    let id = Some(request.id);
    if let Err(problem) = answer_call(request, &house, &lines).await {
        tell(&lines, id, Content::Error(problem)).await;
    }
}

async fn answer_call(request: Request, house: &House, lines: &mpsc::Sender<Reply>) -> Result<(), Problem> {
    let id = Some(request.id);
    match request.call()? {
        Call::Command(command) => {
            house.command(command).await?;
            tell(lines, id, Content::Result(serde_json::json!({ "done": true }))).await;
        }
        Call::Events(filter) => follow_events(id, filter, house, lines).await,
        Call::Statistics => tell(lines, id, Content::Result(house.statistics().await?)).await,
        Call::Status(Branch { path }) => {
            let value = branch(&house.status(), path.as_deref())?.clone();
            tell(lines, id, Content::Result(value)).await;
        }
        Call::TestSound => tell(lines, id, Content::Result(house.test_sound().await?)).await,
        Call::Watch(Branch { path }) => follow_status(id, path.as_deref(), house, lines).await?,
    }
    Ok(())
}

async fn follow_events(id: Option<u64>, filter: EventFilter, house: &House, lines: &mpsc::Sender<Reply>) {
    let (kept, mut listener) = house.events.subscribe();
    tell(lines, id, Content::Result(subscribed())).await;
    let wanted = |event: &Event| event.name.starts_with(&filter.filter);
    for event in kept.iter().filter(|event| filter.history && wanted(event)) {
        tell(lines, id, item(event)).await;
    }
    loop {
        let event = tokio::select! {
            event = listener.next() => event,
            () = lines.closed() => return,
        };
        let Some(event) = event else { return };
        if wanted(&event) || event.name == "events.lost" {
            tell(lines, id, item(&event)).await;
        }
    }
}

fn item(event: &Event) -> Content {
    Content::Item(serde_json::to_value(event).unwrap_or_default())
}

async fn follow_status(
    id: Option<u64>,
    path: Option<&str>,
    house: &House,
    lines: &mpsc::Sender<Reply>,
) -> Result<(), Problem> {
    let mut changes = house.watch();
    let mut shown: Option<Value> = None;
    branch(&house.status(), path)?;
    tell(lines, id, Content::Result(subscribed())).await;
    loop {
        let now = branch(&changes.borrow_and_update(), path)?.clone();
        if shown.as_ref() != Some(&now) {
            tell(lines, id, Content::Item(now.clone())).await;
            shown = Some(now);
        }
        tokio::select! {
            end = changes.changed() => if end.is_err() { return Err(Problem::closing()) },
            () = lines.closed() => return Ok(()),
        }
    }
}

async fn tell(lines: &mpsc::Sender<Reply>, id: Option<u64>, content: Content) {
    // The client is gone when this fails; its reader ends by itself.
    let _ = lines.send(Reply { id, content }).await;
}
