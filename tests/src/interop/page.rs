//! The terminal in a tab, on `JsSIP`, SIP.js or the `JsSIP` of the vendor's clients, and what it sees and hears.

use std::cell::RefCell;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roombox_testcard::code::{FrameCode, read_rgb};
use roombox_testcard::tone;
use serde_json::{Value, json};

use crate::interop::devtools::{DevTools, Trouble};
use crate::interop::folder;
use crate::interop::kamailio::{DOMAIN, Kamailio, PASSWORD};
use crate::wait::{PATIENCE, until};

/// What a terminal is built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// `JsSIP`.
    JsSip,
    /// SIP.js.
    SipJs,
}

impl Library {
    fn name(self) -> &'static str {
        match self {
            Self::JsSip => "jssip",
            Self::SipJs => "sipjs",
        }
    }
}

/// One terminal.
pub struct Page {
    devtools: Rc<RefCell<DevTools>>,
    session: String,
}

impl Page {
    pub(crate) fn open(devtools: Rc<RefCell<DevTools>>) -> Result<Self, Trouble> {
        let page = folder().join("page/index.html");
        let bundle = folder().join("node_modules/.cache/page.js");
        assert!(bundle.exists(), "{} is missing: run `npm ci` in tests/interop", bundle.display());
        let session = devtools.borrow_mut().open(&format!("file://{}", page.display()))?;
        let page = Self { devtools, session };
        until("the page to load", PATIENCE, || match page.evaluate("typeof window.phone") {
            Ok(loaded) => (loaded == "object").then_some(Ok(())),
            Err(trouble) => Some(Err(trouble)),
        })?;
        Ok(page)
    }

    /// Registers at this server with `JsSIP`; from then on it answers every call.
    pub fn register(&self, server: &Kamailio, user: &str) {
        self.register_with(server, user, Library::JsSip, true);
    }

    /// Registers at this server with this library. `answer`: from then on it answers every call.
    pub fn register_with(&self, server: &Kamailio, user: &str, library: Library, answer: bool) {
        self.start(&account(server, user, library, answer));
    }

    /// The same with a camera picture of 1280 x 720, in H.264 where the peer can; it answers every call.
    pub fn register_wide(&self, server: &Kamailio, user: &str, library: Library) {
        let mut account = account(server, user, library, true);
        account["camera"] = json!({ "width": 1280, "height": 720 });
        account["codec"] = "video/H264".into();
        self.start(&account);
    }

    pub(crate) fn start(&self, account: &Value) {
        let outcome = self.run(&format!("phone.start({account})"));
        assert_eq!(outcome, json!({ "event": "registered" }), "{account}");
    }

    /// Tells the terminal to do something and waits for nothing.
    pub fn tell(&self, verb: &str, words: &[Value]) {
        let words = Value::from(words);
        self.run(&format!("phone.do({}, ...{words})", json!(verb)));
    }

    /// What it says next under this name, now or later.
    pub fn next(&self, event: &str) -> Value {
        self.run(&format!("phone.next({})", json!(event)))
    }

    /// Calls this user and waits for nothing.
    pub fn ring(&self, user: &str) {
        self.tell("call", &[format!("sip:{user}@{DOMAIN}").into()]);
    }

    /// Calls this user and waits until the call stands.
    pub fn call(&self, user: &str) {
        self.ring(user);
        self.answered();
    }

    /// Waits until a call, whoever began it, stands.
    pub fn answered(&self) {
        self.next("confirmed");
    }

    /// Ends the call.
    pub fn hang_up(&self) {
        self.tell("hangUp", &[]);
    }

    /// How its call ended, in the words of the library: waits for it.
    pub fn end(&self) -> String {
        let end = self.next("ended");
        let word = |name: &str| end[name].as_str().unwrap_or("nothing").to_owned();
        format!("{} by {}", word("cause"), word("originator"))
    }

    /// A number of the received stream of this kind (`audio`, `video`), by its name in webrtc-stats.
    pub fn received(&self, kind: &str, name: &str) -> f64 {
        self.stream("inbound-rtp", kind, name)
    }

    /// A number of the sent stream of this kind (`audio`, `video`), by its name in webrtc-stats.
    pub fn sent(&self, kind: &str, name: &str) -> f64 {
        self.stream("outbound-rtp", kind, name)
    }

    fn stream(&self, direction: &str, kind: &str, name: &str) -> f64 {
        let entries = self.run("phone.statistics()");
        let mut entries = entries.as_array().into_iter().flatten();
        let stream = entries.find(|entry| entry["type"] == direction && entry["kind"] == kind);
        stream.and_then(|entry| entry[name].as_f64()).unwrap_or(0.0)
    }

    /// The frame code in the picture it shows.
    pub fn frame_code(&self) -> Option<FrameCode> {
        self.code_of(false)
    }

    /// The frame code in what somebody else presents, as it shows it.
    pub fn content_code(&self) -> Option<FrameCode> {
        self.code_of(true)
    }

    fn code_of(&self, presented: bool) -> Option<FrameCode> {
        let picture = self.run(&format!("phone.picture({presented})"));
        let rgb = STANDARD.decode(picture["rgb"].as_str()?).expect("the page sends base64");
        let side = |name: &str| picture[name].as_u64().and_then(|side| usize::try_from(side).ok());
        read_rgb(&rgb, side("width")?, side("height")?)
    }

    /// Share of the energy at `hz` in the sound it played last.
    pub fn tone_share(&self, hz: f64) -> f64 {
        let sound = self.run("phone.sound()");
        let Some(pcm) = sound["pcm"].as_str() else { return 0.0 };
        let pcm = STANDARD.decode(pcm).expect("the page sends base64");
        let samples: Vec<i16> = pcm.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        let rate = sound["rate"].as_u64().and_then(|rate| u32::try_from(rate).ok()).expect("a context has a rate");
        tone::strength(&tone::from_i16(&samples), rate, hz)
    }

    fn run(&self, expression: &str) -> Value {
        self.evaluate(expression).unwrap_or_else(|trouble| {
            panic!("{expression}: {trouble}; the console said:\n{}", self.devtools.borrow().console.join("\n"))
        })
    }

    fn evaluate(&self, expression: &str) -> Result<Value, Trouble> {
        self.devtools.borrow_mut().evaluate(&self.session, expression)
    }
}

fn account(server: &Kamailio, user: &str, library: Library, answer: bool) -> Value {
    json!({
        "library": library.name(), "answer": answer,
        "server": server.url(), "uri": format!("sip:{user}@{DOMAIN}"), "password": PASSWORD,
    })
}
