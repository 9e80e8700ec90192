//! A box under test: a `roombox run` of its own, seen from outside.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use roombox_testcard::code::{FrameCode, Luma, luma_from_rgb, read, read_rgb};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::control::Control;
use crate::feed::Feed;
use crate::media::{Picture, Sound};
use crate::process::Program;
use crate::setup::Setup;
use crate::wait::{PATIENCE, until};
use crate::{binary, media};

/// A running box.
pub struct RoomBox {
    /// The process.
    pub program: Program,
    /// Its event stream from the first event on.
    pub events: Feed<Value>,
    statuses: Feed<Value>,
    control: Control,
    socket: PathBuf,
    _folder: TempDir,
    /// Where it finds plugins, if not where the others do.
    _plugins: Option<TempDir>,
}

/// Where Debian installs the plugins of `GStreamer`.
fn plugins() -> PathBuf {
    format!("/usr/lib/{}-linux-gnu/gstreamer-1.0", std::env::consts::ARCH).into()
}

impl RoomBox {
    /// Starts a box and waits until its control socket answers.
    pub fn start(setup: &Setup) -> Self {
        Self::start_with(setup, &[])
    }

    /// The same where a plugin of `GStreamer` is not installed: the one whose file has this name.
    pub fn start_without(setup: &Setup, plugin: &str) -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let installed = std::fs::read_dir(plugins()).expect("GStreamer is installed").filter_map(Result::ok);
        for file in installed.filter(|file| file.file_name() != plugin) {
            std::os::unix::fs::symlink(file.path(), folder.path().join(file.file_name())).expect("it is writable");
        }
        let plugins = folder.path().display().to_string();
        let registry = folder.path().join("registry.bin").display().to_string();
        let room =
            Self::start_with(setup, &[("GST_PLUGIN_SYSTEM_PATH_1_0", &plugins), ("GST_REGISTRY_1_0", &registry)]);
        Self { _plugins: Some(folder), ..room }
    }

    fn start_with(setup: &Setup, environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let (mut program, socket) = launch_with(folder.path(), &setup.board(), &setup.configuration(), environment);
        let control = Control::new(&socket);
        until("the control socket", PATIENCE, || {
            assert!(program.running(), "the box ended:\n{}", program.tail());
            control.answers().then_some(())
        });
        let events = control.follow("events", &json!({ "history": true }));
        let statuses = control.follow("watch", &json!({}));
        Self { program, events, statuses, control, socket, _folder: folder, _plugins: None }
    }

    /// The status tree.
    pub fn status(&self) -> Value {
        self.control.ask("status", &json!({})).expect("the tree has a root")
    }

    /// W3C statistics and sums.
    pub fn statistics(&self) -> Value {
        self.control.ask("statistics", &json!({})).expect("there are always statistics")
    }

    /// Gives a command; the error object when it is refused.
    pub fn command(&self, command: &Value) -> Result<Value, Value> {
        self.control.ask("command", command)
    }

    /// Presses a button of the virtual board.
    pub fn press(&self, button: &str) {
        self.command(&json!({ "command": "press", "button": button })).expect("the board has the button");
    }

    /// Runs the command line against this box.
    pub fn command_line(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(binary::roombox());
        command.arg("--socket").arg(&self.socket).args(arguments).output().expect("roombox starts")
    }

    /// Waits until the status is as `pick` wants it, now or later.
    #[track_caller]
    pub fn until_status<T>(&self, what: &str, limit: Duration, pick: impl FnMut(&Value) -> Option<T>) -> T {
        let from = self.statuses.len().saturating_sub(1);
        match self.statuses.pick(from, limit, pick) {
            Some((found, _)) => found,
            None => panic!("waited {limit:?} in vain for {what}; {}", self.story()),
        }
    }

    /// Waits until this place of the status tree says so.
    #[track_caller]
    pub fn until_says(&self, place: &str, wanted: &str) {
        self.until_status(&format!("{place} {wanted}"), PATIENCE, |status| {
            (status.pointer(place).and_then(Value::as_str) == Some(wanted)).then_some(())
        });
    }

    /// Has the command line do this.
    #[track_caller]
    pub fn does(&self, command: &[&str]) {
        let output = self.command_line(command);
        assert_eq!(output.status.code(), Some(0), "{output:?}\n{}", self.story());
    }

    /// Waits until the call stands and its media is connected.
    #[track_caller]
    pub fn until_in_call(&self) {
        self.until_status("a call with media", PATIENCE, |status| {
            (status["call"]["state"] == "in-call" && status["media"]["connected"] == true).then_some(())
        });
    }

    /// Waits until there is no call.
    #[track_caller]
    pub fn until_idle(&self) {
        self.until_status("no call", PATIENCE, |status| (status["call"]["state"] == "idle").then_some(()));
    }

    /// Waits until it is registered.
    #[track_caller]
    pub fn until_registered(&self) {
        self.until_status("the registration", PATIENCE, |status| (status["registered"] == true).then_some(()));
    }

    /// Waits until this cause is raised; gives it.
    #[track_caller]
    pub fn until_cause(&self, code: &str) -> Value {
        self.until_status(&format!("the cause {code}"), PATIENCE, |status| {
            status["causes"].as_array()?.iter().find(|cause| cause["code"] == code).cloned()
        })
    }

    /// Waits for an event that fits at or after place `from`; gives the place behind it.
    #[track_caller]
    pub fn event_from(&self, from: usize, what: &str, fits: impl Fn(&Value) -> bool) -> usize {
        let found = self.events.pick(from, PATIENCE, |event| fits(event).then_some(()));
        found.unwrap_or_else(|| panic!("waited {PATIENCE:?} in vain for {what}; {}", self.story())).1
    }

    /// What is on the TV, full size.
    pub fn screen(&self) -> Option<Picture> {
        media::png(&self.get("screen.png?full")?)
    }

    /// The frame code of the picture on the TV.
    pub fn frame_code(&self) -> Option<FrameCode> {
        let screen = self.screen()?;
        read_rgb(&screen.rgb, screen.width, screen.height)
    }

    /// The frame code in a rectangle of the picture on the TV: its place and its size in pixels.
    pub fn frame_code_in(&self, (x, y): (usize, usize), (width, height): (usize, usize)) -> Option<FrameCode> {
        let screen = self.screen()?;
        let luma = luma_from_rgb(&screen.rgb);
        let whole = Luma { data: &luma, stride: screen.width, width: screen.width, height: screen.height };
        read(&whole.rectangle(x, y, width, height)?)
    }

    /// What was played in the last second.
    pub fn speaker(&self) -> Option<Sound> {
        media::wav(&self.get("speaker.wav?seconds=1")?)
    }

    /// Address of its panel, as soon as it is served.
    #[track_caller]
    pub fn panel(&self) -> String {
        self.until_status("the panel", PATIENCE, |status| status["panel"].as_str().map(str::to_owned))
    }

    fn get(&self, path: &str) -> Option<Vec<u8>> {
        let address = format!("{}/{path}", self.panel().trim_end_matches('/'));
        ureq::get(address).call().ok()?.body_mut().read_to_vec().ok()
    }

    /// Status, events and last words, for a message about a failure.
    pub fn story(&self) -> String {
        let events: Vec<_> = self.events.all().iter().map(Value::to_string).collect();
        let status = self.statuses.all().last().map(Value::to_string).unwrap_or_default();
        format!("status:\n{status}\nevents:\n{}\nlast words:\n{}", events.join("\n"), self.program.tail())
    }

    /// # Panics
    /// When the box said that it panicked.
    #[track_caller]
    pub fn assert_no_panic(&self) {
        assert!(!self.program.errors().contains("panicked"), "{}", self.program.errors());
    }
}

/// Starts `roombox run` with these files in `folder`; gives the path of its control socket, too.
pub fn launch(folder: &Path, board: &str, configuration: &str) -> (Program, PathBuf) {
    launch_with(folder, board, configuration, &[])
}

fn launch_with(folder: &Path, board: &str, configuration: &str, environment: &[(&str, &str)]) -> (Program, PathBuf) {
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("the folder is writable");
        path.display().to_string()
    };
    let (board, configuration) = (file("board.toml", board), file("roombox.toml", configuration));
    let socket = folder.join("control.sock");
    let mut arguments: Vec<String> = ["run", "--board", &board, "--config", &configuration].map(str::to_owned).to_vec();
    arguments.extend(["--state-dir".into(), folder.join("state").display().to_string()]);
    arguments.extend(["--socket".into(), socket.display().to_string()]);
    (Program::start_in(&binary::roombox().display().to_string(), &arguments, environment), socket)
}
