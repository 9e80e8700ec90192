//! Keys of keyboards, remote controls and USB buttons, whenever they are plugged in.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use evdev::{Device, EventStream, EventSummary, KeyCode};
use rustix::fs::inotify;
use tokio::io::unix::AsyncFd;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::{Task, clock};
use crate::board::Button;
use crate::buttons::{ButtonAction, Press};
use crate::findings::{DeviceFinding, DeviceProblem, Part};

/// Where the kernel shows input devices.
const FOLDER: &str = "/dev/input";
/// Value of a key event that begins a press; 0 is release, 2 is repetition (kernel `input/event-codes`).
const PRESSED: i32 = 1;

type Keys = BTreeMap<KeyCode, (String, ButtonAction)>;

/// The task that watches all keys the buttons name. No finding tells that no keyboard is there: it may come any time.
pub(super) fn watch(buttons: &[Button], presses: &mpsc::Sender<Press>) -> (Option<Task>, Vec<DeviceFinding>) {
    let mut keys = Keys::new();
    let mut findings = Vec::new();
    for button in buttons {
        let Some(name) = &button.key else { continue };
        if let Ok(code) = KeyCode::from_str(name) {
            keys.insert(code, (button.name.clone(), button.action));
        } else {
            let detail = format!("there is no key {name}; keys have their Linux names, for example KEY_ENTER");
            findings.push(DeviceFinding::new(Part::Button, &button.name, DeviceProblem::Unsupported, detail));
        }
    }
    let task = (!keys.is_empty()).then(|| Box::pin(serve(Arc::new(keys), presses.clone())) as Task);
    (task, findings)
}

async fn serve(keys: Arc<Keys>, presses: mpsc::Sender<Press>) {
    let closed = presses.clone();
    let mut plugged = Plugged { keys, presses, reading: JoinSet::new(), open: BTreeSet::new() };
    tokio::select! {
        ended = plugged.follow() => if let Err(error) = ended {
            tracing::error!("keyboards and remote controls: {error}");
        },
        () = closed.closed() => {}
    }
}

struct Plugged {
    keys: Arc<Keys>,
    presses: mpsc::Sender<Press>,
    reading: JoinSet<PathBuf>,
    open: BTreeSet<PathBuf>,
}

impl Plugged {
    async fn follow(&mut self) -> io::Result<()> {
        let changes = inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC)?;
        // SAFETY: the owned descriptor is neither replaced nor closed while `changes` holds it.
        #[allow(unsafe_code, reason = "waiting for a descriptor")]
        let changes = unsafe { AsyncFd::register(changes) }?;
        loop {
            watch_folder(changes.get_ref())?;
            self.open_new();
            tokio::select! {
                Some(ended) = self.reading.join_next() => if let Ok(path) = ended {
                    self.open.remove(&path);
                },
                ready = changes.readable() => {
                    drain(changes.get_ref());
                    ready?.clear_ready();
                }
            }
        }
    }

    /// Opens every device that has one of our keys. One that may not be opened yet is tried again when udev has set its
    /// permissions, which is a change of the folder as well.
    fn open_new(&mut self) {
        for entry in std::fs::read_dir(FOLDER).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_event = entry.file_name().to_str().is_some_and(|name| name.starts_with("event"));
            if !is_event || self.open.contains(&path) {
                continue;
            }
            if let Some(stream) = self.with_our_keys(&path) {
                self.open.insert(path.clone());
                self.reading.spawn(read(path, stream, Arc::clone(&self.keys), self.presses.clone()));
            }
        }
    }

    fn with_our_keys(&self, path: &Path) -> Option<EventStream> {
        let device = Device::open(path).ok()?;
        let has = device.supported_keys().is_some_and(|keys| self.keys.keys().any(|key| keys.contains(*key)));
        if has { device.into_event_stream().ok() } else { None }
    }
}

/// Reads a device until it is unplugged.
async fn read(path: PathBuf, mut stream: EventStream, keys: Arc<Keys>, presses: mpsc::Sender<Press>) -> PathBuf {
    while let Ok(event) = stream.next_event().await {
        let EventSummary::Key(_, code, PRESSED) = event.destructure() else { continue };
        if let Some((button, action)) = keys.get(&code) {
            let at = clock::from_system_time(event.timestamp());
            presses.try_send(Press { button: button.clone(), action: *action, at }).ok();
        }
    }
    path
}

/// Watches the folder of input devices, or `/dev` while there is none. Watching twice is the same as once.
fn watch_folder(changes: &OwnedFd) -> io::Result<()> {
    let new = inotify::WatchFlags::CREATE | inotify::WatchFlags::ATTRIB;
    if inotify::add_watch(changes, FOLDER, new).is_err() {
        inotify::add_watch(changes, "/dev", inotify::WatchFlags::CREATE)?;
    }
    Ok(())
}

/// What changed does not matter: the folder is read again.
fn drain(changes: &OwnedFd) {
    let mut buffer = [0; 4096];
    while rustix::io::read(changes, &mut buffer).is_ok_and(|count| count > 0) {}
}
