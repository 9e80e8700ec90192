//! A conference server of its own process: `roombox lab`.

use std::path::Path;

use roombox_testcard::code::FrameCode;
use roombox_testcard::tone::SILENCE_DBFS;
use serde_json::Value;
use tempfile::TempDir;

use crate::binary;
use crate::certificates::{self, Identity};
use crate::checks::{BOX_SOURCE, HEARD, moves};
use crate::process::{Program, Stream};
use crate::setup::Setup;
use crate::wait::PATIENCE;

/// Password of every user of the lab.
pub const PASSWORD: &str = "correct horse";
/// Users of the lab.
pub const USERS: [&str; 3] = ["room-a", "room-b", "room-c"];

/// File of the script in the lab's folder.
const SCRIPT: &str = "script.toml";

/// What the lab plays, in Hz.
pub const TONE: f64 = 440.0;

/// A lab that can die and come back at the same address.
pub struct Lab {
    /// The process.
    pub program: Program,
    /// What it presents.
    pub identity: Identity,
    address: String,
    url: String,
    folder: TempDir,
}

impl Lab {
    /// Starts a lab on a free port and waits until it listens.
    pub fn start() -> Self {
        Self::launch(None)
    }

    /// Starts a lab that plays this script.
    pub fn scripted(script: &str) -> Self {
        Self::launch(Some(script))
    }

    fn launch(script: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let identity = certificates::make(folder.path(), "lab");
        let users = USERS.map(|user| format!("{user}:{PASSWORD}\n")).concat();
        std::fs::write(folder.path().join("users"), users).expect("the folder is writable");
        if let Some(script) = script {
            std::fs::write(folder.path().join(SCRIPT), script).expect("the folder is writable");
        }
        let (program, listening) = launch(folder.path(), &identity, "127.0.0.1:0");
        let word = |key: &str| listening[key].as_str().expect("the lab tells where it listens").to_owned();
        Self { program, identity, address: word("address"), url: word("url"), folder }
    }

    /// Where boxes connect to.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A user's box that trusts this lab.
    pub fn setup(&self, user: &str) -> Setup {
        Setup::new(&self.url, user, PASSWORD).trusting(&self.identity.authority)
    }

    /// SIGKILL: nobody is told.
    pub fn kill(&mut self) {
        self.program.kill();
    }

    /// Starts it again at the same address.
    pub fn restart(&mut self) {
        self.program = launch(self.folder.path(), &self.identity, &self.address).0;
    }

    /// This user's picture moves and carries the number of a box.
    #[track_caller]
    pub fn sees(&self, user: &str) {
        let mut from = self.program.said();
        moves(&format!("the picture of {user}"), BOX_SOURCE, || {
            let ((frame, source), next) = self.media(from, user, "a frame code", |media| {
                let number = |key: &str| media["frame_code"][key].as_u64();
                Some((u32::try_from(number("frame")?).ok()?, u8::try_from(number("source")?).ok()?))
            });
            from = next;
            Some(FrameCode { source, frame })
        });
    }

    /// This user presents a picture whose code has this number.
    #[track_caller]
    pub fn sees_presented(&self, user: &str, source: u8) {
        self.media(self.program.said(), user, &format!("the presented picture {source}"), |media| {
            (media["presentation"]["frame_code"]["source"] == source).then_some(())
        });
    }

    /// This user presents nothing (more).
    #[track_caller]
    pub fn sees_nothing_presented(&self, user: &str) {
        let nothing = |media: &Value| media["presentation"].is_null();
        self.media(self.program.said(), user, "no presentation", |media| nothing(media).then_some(()));
    }

    /// This user's sound is a tone of `hz` and little else.
    #[track_caller]
    pub fn hears(&self, user: &str, hz: f64) {
        self.media(self.program.said(), user, &format!("{hz} Hz"), |media| {
            let near = (media["tone_hz"].as_f64()? - hz).abs() < 1.0;
            (near && media["tone_share"].as_f64()? > HEARD).then_some(())
        });
    }

    /// Nothing can be heard from this user, though packets come.
    #[track_caller]
    pub fn hears_nothing(&self, user: &str) {
        let silent = |media: &Value| media["level_db"].as_f64() < Some(SILENCE_DBFS);
        self.media(self.program.said(), user, "silence", |media| silent(media).then_some(()));
    }

    /// The step of the script with this number has happened; the steps before it have, too.
    #[track_caller]
    pub fn stepped(&self, number: u64) {
        self.reported(0, &format!("step {number} of the script"), |event| {
            let step = &event["data"];
            (event["event"] == "step" && step["step"] == number).then(|| {
                assert_eq!(step["happened"], true, "{step}\n{}", self.program.tail());
            })
        });
    }

    /// This user's call is over.
    #[track_caller]
    pub fn left(&self, user: &str) {
        self.reported(0, &format!("the end of the call of {user}"), |event| {
            (event["event"] == "call-ended" && event["data"]["user"] == user).then_some(())
        });
    }

    fn media<T>(&self, from: usize, user: &str, what: &str, mut pick: impl FnMut(&Value) -> Option<T>) -> (T, usize) {
        self.reported(from, &format!("{what} from {user}"), |event| {
            let media = &event["data"];
            (event["event"] == "media" && media["user"] == user).then(|| pick(media)).flatten()
        })
    }

    /// The first report at or after line `from` that `pick` takes.
    fn reported<T>(&self, from: usize, what: &str, mut pick: impl FnMut(&Value) -> Option<T>) -> (T, usize) {
        self.program.pick_from(from, what, PATIENCE, |stream, line| {
            pick(&(stream == Stream::Out).then(|| serde_json::from_str::<Value>(line).ok()).flatten()?)
        })
    }
}

/// Starts a lab; gives its report of where it listens, too.
fn launch(folder: &Path, identity: &Identity, listen: &str) -> (Program, Value) {
    let mut arguments: Vec<String> = ["lab", "--json", "--listen", listen].map(str::to_owned).to_vec();
    let files = [("--tls-cert", &identity.certificate), ("--tls-key", &identity.key)];
    arguments.extend(files.iter().flat_map(|(flag, path)| [(*flag).to_owned(), path.display().to_string()]));
    arguments.extend(["--users".into(), folder.join("users").display().to_string()]);
    let script = folder.join(SCRIPT);
    if script.exists() {
        arguments.extend(["--script".into(), script.display().to_string()]);
    }
    let program = Program::start(&binary::roombox().display().to_string(), &arguments);
    let listening = program.pick("the lab to listen", PATIENCE, |stream, line| {
        let event: Value = (stream == Stream::Out).then(|| serde_json::from_str(line).ok()).flatten()?;
        (event["event"] == "listening").then(|| event["data"].clone())
    });
    (program, listening)
}
