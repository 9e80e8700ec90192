//! How a box under test is set up: its board and configuration files.

use std::path::{Path, PathBuf};

use serde_json::json;

/// Everything a scenario may want to choose.
#[derive(Clone, Debug)]
pub struct Setup {
    /// `wss://…` or `ws://…`.
    pub server: String,
    /// Account name, also shown to others.
    pub user: String,
    /// Password of the account.
    pub password: String,
    /// Authority to trust.
    pub authority: Option<PathBuf>,
    /// Conference to join.
    pub target: Option<String>,
    /// Join by itself.
    pub auto_dial: bool,
    /// Answer by itself.
    pub auto_answer: bool,
    /// Video codecs offered, best first.
    pub codecs: Vec<&'static str>,
    /// Engine for peer connections; `None` = the usual one.
    pub engine: Option<String>,
    /// What the microphone hears, as board files name it.
    pub microphone: String,
    /// What the camera shows, as board files name it.
    pub camera: String,
    /// Camera device or file.
    pub camera_device: Option<String>,
    /// What can be presented: name, kind and place.
    pub sources: Vec<[String; 3]>,
    /// Address of the panel.
    pub panel: String,
}

impl Setup {
    /// A box that registers and waits, with a test picture and a tone of 880 Hz.
    pub fn new(server: &str, user: &str, password: &str) -> Self {
        Self {
            server: server.to_owned(),
            user: user.to_owned(),
            password: password.to_owned(),
            authority: None,
            target: None,
            auto_dial: false,
            auto_answer: false,
            codecs: vec!["h264", "vp8"],
            engine: None,
            microphone: "tone:880".into(),
            camera: "test-picture".into(),
            camera_device: None,
            sources: Vec::new(),
            panel: "127.0.0.1:0".into(),
        }
    }

    /// Trusts this authority.
    #[must_use]
    pub fn trusting(mut self, authority: &Path) -> Self {
        self.authority = Some(authority.to_owned());
        self
    }

    /// Has this conference, joined by a button or command.
    #[must_use]
    pub fn with_target(mut self, target: &str) -> Self {
        self.target = Some(target.to_owned());
        self
    }

    /// Joins this conference by itself.
    #[must_use]
    pub fn dialling(self, target: &str) -> Self {
        Self { auto_dial: true, ..self.with_target(target) }
    }

    /// Has a microphone that hears this tone.
    #[must_use]
    pub fn hearing(mut self, hz: u16) -> Self {
        self.microphone = format!("tone:{hz}");
        self
    }

    /// Can present this.
    #[must_use]
    pub fn presenting(mut self, name: &str, kind: &str, place: &str) -> Self {
        self.sources.push([name, kind, place].map(str::to_owned));
        self
    }

    pub(crate) fn configuration(&self) -> String {
        // Strings and lists of strings are written alike in JSON and TOML.
        let mut lines = vec!["[account]".to_owned()];
        lines.push(format!("server = {}", json!(self.server)));
        lines.push(format!("user = {}", json!(self.user)));
        lines.push(format!("password = {}", json!(self.password)));
        lines.push(format!("display_name = {}", json!(self.user)));
        lines.extend(self.authority.as_ref().map(|path| format!("ca_file = {}", json!(path))));
        lines.push("[conference]".into());
        lines.extend(self.target.as_ref().map(|target| format!("target = {}", json!(target))));
        lines.extend(self.http_server().map(|server| format!("http_server = {}", json!(server))));
        lines.push(format!("auto_dial = {}\nauto_answer = {}", self.auto_dial, self.auto_answer));
        lines.push(format!("[video]\ncodecs = {}", json!(self.codecs)));
        lines.extend(self.engine.as_ref().map(|engine| format!("engine = {}", json!(engine))));
        for [name, kind, place] in &self.sources {
            lines.push("[[presentation.sources]]".into());
            lines.push(format!("name = {}\nkind = {}\nplace = {}", json!(name), json!(kind), json!(place)));
        }
        lines.push(format!("[web]\nlisten = {}", json!(self.panel)));
        lines.join("\n")
    }

    /// `host:port` of the server: a lab serves everything on one port.
    fn http_server(&self) -> Option<&str> {
        self.server.split_once("://")?.1.split('/').next()
    }

    pub(crate) fn board(&self) -> String {
        let mut lines = vec!["extends = \"virtual.toml\"\nname = \"Box under test\"\n[camera]".to_owned()];
        lines.push(format!("source = {}", json!(self.camera)));
        lines.extend(self.camera_device.as_ref().map(|device| format!("device = {}", json!(device))));
        lines.push(format!("[audio]\nmicrophone = {}\nspeaker = \"virtual\"", json!(self.microphone)));
        lines.join("\n")
    }
}
