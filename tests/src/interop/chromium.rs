//! Chromium without a window, with a file for a camera and a tone for a microphone.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use crate::clips;
use crate::interop::devtools::{DevTools, Trouble};
use crate::interop::page::Page;
use crate::interop::panel::{self, Tab};
use crate::process::{Program, Stream};
use crate::room::RoomBox;
use crate::wait::PATIENCE;

/// A running browser.
pub struct Chromium {
    arguments: Vec<String>,
    running: RefCell<Running>,
}

struct Running {
    devtools: Rc<RefCell<DevTools>>,
    program: Program,
}

/// Times a browser is started that dies before it showed a single page: that says nothing about what is tested.
const STARTS: usize = 3;

/// Without window, sandbox (containers, root) and conversation with anybody but us.
const FLAGS: [&str; 16] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    // The page trusts any server: that our authority is checked is the box's part.
    "--ignore-certificate-errors",
    "--remote-debugging-port=0",
];

impl Chromium {
    /// Starts a browser whose pages send test cards of this `source` number and a tone of `hz`.
    pub fn start(folder: &Path, source: u8, hz: u16) -> Self {
        let (video, audio) = (folder.join("camera.y4m"), folder.join("microphone.wav"));
        clips::write_video(&video, source);
        clips::write_tone(&audio, hz);
        Self::with(folder, &video, &audio)
    }

    /// Starts a browser whose pages send this clip and this sound; what it keeps goes to `folder`.
    pub fn with(folder: &Path, video: &Path, audio: &Path) -> Self {
        let mut arguments: Vec<String> = FLAGS.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={}", folder.join("profile").display()));
        arguments.extend(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"].map(str::to_owned));
        arguments.push(format!("--use-file-for-fake-video-capture={}", video.display()));
        arguments.push(format!("--use-file-for-fake-audio-capture={}", audio.display()));
        let running = RefCell::new(Running::start(&arguments));
        Self { arguments, running }
    }

    /// Starts a browser with a tab that shows the picture of this `source`: what its other tabs share.
    pub fn sharing(folder: &Path, source: u8) -> (Self, Tab) {
        let mut arguments: Vec<String> = FLAGS.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={}", folder.join("profile").display()));
        arguments.push(format!("--auto-select-tab-capture-source-by-title={}", panel::TITLE));
        let browser = Self { running: RefCell::new(Running::start(&arguments)), arguments };
        let shown = browser
            .opened(|devtools| Tab::open(devtools, &panel::write_page(folder, source), "document.images[0].complete"));
        (browser, shown)
    }

    /// Opens the panel of a box.
    pub fn panel(&self, room: &RoomBox) -> Tab {
        self.opened(|devtools| {
            Tab::open(devtools, &room.panel(), "document.readyState === 'complete' && status?.call !== undefined")
        })
    }

    /// Number of its first process.
    pub fn pid(&self) -> u32 {
        self.running.borrow().program.pid()
    }

    /// Opens the terminal's page in a tab of its own.
    pub fn open(&self) -> Page {
        self.opened(Page::open)
    }

    fn opened<T>(&self, open: impl Fn(Rc<RefCell<DevTools>>) -> Result<T, Trouble>) -> T {
        let mut starts = 1;
        loop {
            let devtools = Rc::clone(&self.running.borrow().devtools);
            let first = Rc::strong_count(&devtools) == 2;
            match open(devtools) {
                Ok(opened) => return opened,
                Err(Trouble::Lost(_)) if first && starts < STARTS => self.start_again(),
                Err(trouble) => panic!("{trouble}; it said last:\n{}", self.running.borrow().program.tail()),
            }
            starts += 1;
        }
    }

    /// The browser dies, as browsers sometimes do.
    pub fn die(&self) {
        self.running.borrow_mut().program.kill();
    }

    fn start_again(&self) {
        // Two browsers do not share a profile.
        self.die();
        self.running.replace(Running::start(&self.arguments));
    }
}

impl Running {
    fn start(arguments: &[String]) -> Self {
        let program = Program::start("chromium", arguments);
        let url = program.pick("the address of DevTools", PATIENCE, |stream, line| {
            (stream == Stream::Err).then_some(line)?.strip_prefix("DevTools listening on ").map(str::to_owned)
        });
        Self { devtools: Rc::new(RefCell::new(DevTools::connect(&url))), program }
    }
}
