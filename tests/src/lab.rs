//! A conference server of its own process: `roombox lab`.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::certificates::{self, Identity};
use crate::process::{Program, Stream};
use crate::wait::PATIENCE;
use crate::{binary, ports};

/// Password of every user of the lab.
pub const PASSWORD: &str = "correct horse";
/// Users of the lab.
pub const USERS: [&str; 3] = ["room-a", "room-b", "room-c"];

/// A lab that can die and come back at the same address.
pub struct Lab {
    /// The process.
    pub program: Program,
    /// What it presents.
    pub identity: Identity,
    port: u16,
    folder: TempDir,
}

impl Lab {
    /// Starts a lab on a free port and waits until it listens.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let identity = certificates::make(folder.path(), "lab");
        let users = USERS.map(|user| format!("{user}:{PASSWORD}\n")).concat();
        std::fs::write(folder.path().join("users"), users).expect("the folder is writable");
        let port = ports::free();
        let program = launch(folder.path(), &identity, port);
        Self { program, identity, port, folder }
    }

    /// Where boxes connect to.
    pub fn url(&self) -> String {
        format!("wss://localhost:{}/", self.port)
    }

    /// SIGKILL: nobody is told.
    pub fn kill(&mut self) {
        self.program.kill();
    }

    /// Starts it again at the same address.
    pub fn restart(&mut self) {
        self.program = launch(self.folder.path(), &self.identity, self.port);
    }

    /// Waits for something it reports from now on.
    #[track_caller]
    pub fn until<T>(&self, what: &str, limit: Duration, pick: impl FnMut(&Value) -> Option<T>) -> T {
        self.reported(self.program.said(), what, limit, pick)
    }

    /// Waits for something it reports or has reported since line `from` of its output.
    #[track_caller]
    pub fn reported<T>(
        &self,
        from: usize,
        what: &str,
        limit: Duration,
        mut pick: impl FnMut(&Value) -> Option<T>,
    ) -> T {
        self.program.pick_from(from, what, limit, |stream, line| {
            (stream == Stream::Out).then(|| serde_json::from_str::<Value>(line).ok()).flatten().and_then(|it| pick(&it))
        })
    }
}

fn launch(folder: &Path, identity: &Identity, port: u16) -> Program {
    let listen = format!("127.0.0.1:{port}");
    let mut arguments: Vec<String> = ["lab", "--json", "--listen", &listen].map(str::to_owned).to_vec();
    let files = [("--tls-cert", &identity.certificate), ("--tls-key", &identity.key)];
    arguments.extend(files.iter().flat_map(|(flag, path)| [(*flag).to_owned(), path.display().to_string()]));
    arguments.extend(["--users".into(), folder.join("users").display().to_string()]);
    let program = Program::start(&binary::roombox().display().to_string(), &arguments);
    program.pick("the lab to listen", PATIENCE, |stream, _| (stream == Stream::Out).then_some(()));
    program
}
