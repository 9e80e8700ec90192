//! The `JsSIP` terminal in a tab, and what it sees and hears.

use std::cell::RefCell;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roombox_testcard::code::{FrameCode, read_rgb};
use roombox_testcard::tone;
use serde_json::{Value, json};

use crate::interop::devtools::DevTools;
use crate::interop::folder;
use crate::interop::kamailio::{DOMAIN, Kamailio, PASSWORD};
use crate::wait::{PATIENCE, until};

/// One terminal.
pub struct Page {
    devtools: Rc<RefCell<DevTools>>,
    session: String,
}

impl Page {
    pub(crate) fn open(devtools: Rc<RefCell<DevTools>>) -> Self {
        let page = folder().join("page/index.html");
        let bundle = folder().join("node_modules/.cache/page.js");
        assert!(bundle.exists(), "{} is missing: run `npm ci` in tests/interop", bundle.display());
        let session = devtools.borrow_mut().open(&format!("file://{}", page.display()));
        let page = Self { devtools, session };
        until("the page to load", PATIENCE, || (page.run("typeof window.phone") == "object").then_some(()));
        page
    }

    /// Registers at this server; from then on it answers every call.
    pub fn register(&self, server: &Kamailio, user: &str) {
        let account = json!({ "server": server.url(), "uri": format!("sip:{user}@{DOMAIN}"), "password": PASSWORD });
        let outcome = self.run(&format!("phone.start({account})"));
        assert_eq!(outcome, json!({ "registered": true }), "{user} at {}", server.url());
    }

    /// Calls this user and waits for nothing.
    pub fn ring(&self, user: &str) {
        self.run(&format!("void phone.call('sip:{user}@{DOMAIN}')"));
    }

    /// Calls this user and waits until the call stands.
    pub fn call(&self, user: &str) {
        let outcome = self.run(&format!("phone.call('sip:{user}@{DOMAIN}')"));
        assert_eq!(outcome, json!({ "confirmed": true }), "call to {user}");
    }

    /// Waits until a call, whoever began it, stands.
    pub fn answered(&self) {
        assert_eq!(self.run("phone.answered()"), json!({ "confirmed": true }));
    }

    /// Ends the call.
    pub fn hang_up(&self) {
        self.run("phone.hangUp()");
    }

    /// How its call ended, in the words of `JsSIP`: waits for it.
    pub fn end(&self) -> String {
        until("the end of the call", PATIENCE, || self.run("phone.end()").as_str().map(str::to_owned))
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
        let picture = self.run("phone.picture()");
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
        let outcome = self.devtools.borrow_mut().evaluate(&self.session, expression);
        outcome.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }
}
