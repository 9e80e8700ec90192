//! Rules across keys.

mod presentation;

use std::collections::BTreeSet;
use std::net::SocketAddr;

use crate::address::Lookup;
use crate::finding::Finding;
use crate::load::Places;
use crate::model::{IcePolicy, IceServer, Settings};

/// What the rules found.
#[derive(Default)]
pub(crate) struct Checked {
    pub(crate) errors: Vec<Finding>,
    pub(crate) warnings: Vec<Finding>,
}

/// Checks settings whose single values are good; keys with a bad value count as given.
pub(crate) fn check(settings: &Settings, places: &Places) -> Checked {
    let mut rules = Rules { settings, places, out: Checked::default() };
    rules.server();
    rules.flows();
    rules.certificates();
    rules.registration();
    rules.password();
    rules.ice_servers();
    rules.relay();
    rules.auto_dial();
    rules.auto_answer();
    rules.redial();
    rules.entries();
    rules.presentation();
    rules.panel();
    rules.out
}

struct Rules<'a> {
    settings: &'a Settings,
    places: &'a Places,
    out: Checked,
}

impl Rules<'_> {
    fn given(&self, path: &str) -> bool {
        self.places.contains_key(path)
    }

    /// A finding about `path`, placed at the first of `anchors` that stands somewhere.
    fn finding(&self, path: &str, anchors: &[&str], problem: &str) -> Finding {
        let place = anchors.iter().find_map(|anchor| self.places.get(*anchor));
        let (file, place) = place.map_or(("settings", (0, 0)), |(file, place)| (file.as_str(), *place));
        Finding::without_place(file, problem).at(place).key(path)
    }

    fn server(&mut self) {
        if self.given("account.server") {
            return self.encryption();
        }
        let anchors = ["account.user", "account.register", "conference.auto_dial"];
        let finding = self.finding("account.server", &anchors, "is missing").allowed(crate::address::ALLOWED);
        if anchors.iter().any(|anchor| self.given(anchor)) {
            self.out.errors.push(finding);
        } else {
            self.out.warnings.push(Finding { problem: "is missing: the box will not connect".into(), ..finding });
        }
    }

    fn encryption(&mut self) {
        let servers = self.settings.account.server_addresses().unwrap_or_default();
        for (index, server) in servers.iter().enumerate() {
            let path = if index == 0 { "account.server" } else { "account.backup_servers" };
            if !server.transport.is_encrypted() && !is_loopback(&server.host) {
                let problem = "is not encrypted: names, meetings and media keys can be read on the way";
                self.out.warnings.push(self.finding(path, &[path], problem).allowed("wss://…"));
            }
        }
    }

    fn certificates(&mut self) {
        let account = &self.settings.account;
        if account.ca_only && !self.given("account.ca_file") {
            let problem = "is missing; `ca_only = true` needs it";
            self.out.errors.push(self.finding("account.ca_file", &["account.ca_only"], problem).allowed("a path"));
        }
        for (key, partner) in [("client_certificate", "client_key"), ("client_key", "client_certificate")] {
            let (path, anchor) = (format!("account.{key}"), format!("account.{partner}"));
            if self.given(&anchor) && !self.given(&path) {
                let problem = format!("is missing; `{partner}` needs it");
                self.out.errors.push(self.finding(&path, &[&anchor], &problem).allowed("a path"));
            }
        }
        if self.given("account.certificate_pin") {
            for key in ["account.ca_file", "account.ca_only", "account.tls_server_name"] {
                if self.given(key) {
                    let problem = "counts for nothing beside account.certificate_pin";
                    self.out.warnings.push(self.finding(key, &[key], problem));
                }
            }
        }
    }

    fn flows(&mut self) {
        let account = &self.settings.account;
        let only_place =
            account.server_addresses().is_ok_and(|all| matches!(&all[..], [one] if one.lookup == Lookup::Direct));
        if account.outbound_flows == Some(2) && only_place {
            let problem = "has only one server to connect to";
            let finding = self.finding("account.outbound_flows", &["account.outbound_flows"], problem);
            self.out.warnings.push(finding.allowed("backup_servers, or a domain"));
        }
    }

    fn registration(&mut self) {
        let account = &self.settings.account;
        if !account.registers() {
            return;
        }
        let anchors = ["account.register", "account.user"];
        if !self.given("account.user") {
            self.out.errors.push(self.finding("account.user", &anchors, "is missing; `register = true` needs it"));
        }
        if !self.given("account.password") && !self.given("account.password_file") {
            let problem = "is missing; registering needs a password";
            let finding = self.finding("account.password", &anchors, problem);
            self.out.errors.push(finding.allowed("password or password_file; or register = false"));
        }
    }

    fn password(&mut self) {
        if self.given("account.password") && self.given("account.password_file") {
            let problem = "stands beside account.password; keep one of them";
            self.out.errors.push(self.finding("account.password_file", &["account.password_file"], problem));
        }
    }

    fn ice_servers(&mut self) {
        for (index, server) in self.settings.account.ice_servers.iter().enumerate() {
            for key in missing_turn_keys(server) {
                let path = format!("account.ice_servers[{index}].{key}");
                let anchor = format!("account.ice_servers[{index}].url");
                let problem = "is missing; a TURN server needs user and password (RFC 8656 section 5)";
                self.out.errors.push(self.finding(&path, &[&anchor], problem));
            }
        }
    }

    /// Without a server to go through there would be no way at all.
    fn relay(&mut self) {
        let is_relay = |server: &IceServer| server.url.to_ascii_lowercase().starts_with("turn");
        let network = &self.settings.network;
        if network.ice_policy == IcePolicy::Relay && !self.settings.account.ice_servers.iter().any(is_relay) {
            let problem = "is missing; `ice_policy = \"relay\"` needs a TURN server";
            let finding = self.finding("account.ice_servers", &["network.ice_policy"], problem);
            self.out.errors.push(finding.allowed("an entry with url = \"turn:…\" or \"turns:…\""));
        }
    }

    fn auto_dial(&mut self) {
        if self.settings.conference.auto_dial && !self.given("conference.target") {
            let problem = "is missing; `auto_dial = true` needs it";
            let finding = self.finding("conference.target", &["conference.auto_dial"], problem);
            self.out.errors.push(finding.allowed("a number, a user, user@host or a sip: URI"));
        }
    }

    fn auto_answer(&mut self) {
        let path = "conference.auto_answer_from";
        if self.given(path) && !self.settings.conference.auto_answer {
            let problem = "counts for nothing without `auto_answer = true`";
            self.out.warnings.push(self.finding(path, &[path], problem));
        }
    }

    fn redial(&mut self) {
        let conference = &self.settings.conference;
        if conference.redial_first_ms > conference.redial_longest.saturating_mul(1000) {
            let problem = "is less than redial_first_ms";
            let path = "conference.redial_longest";
            self.out.errors.push(self.finding(path, &[path, "conference.redial_first_ms"], problem));
        }
    }

    fn entries(&mut self) {
        let mut names = BTreeSet::new();
        for (index, entry) in self.settings.conference.entries.iter().enumerate() {
            if !names.insert(entry.name.trim()) {
                let path = format!("conference.entries[{index}].name");
                let problem = "stands in the list twice; people cannot tell the two apart";
                self.out.warnings.push(self.finding(&path, &[&path], problem));
            }
        }
    }

    fn panel(&mut self) {
        let web = &self.settings.web;
        let open = web.listen.parse::<SocketAddr>().is_ok_and(|listen| !listen.ip().is_loopback());
        if web.enabled && open {
            let problem = "lets everyone in the network use the panel";
            self.out.warnings.push(self.finding("web.listen", &["web.listen"], problem).allowed("127.0.0.1:PORT"));
        }
    }
}

fn missing_turn_keys(server: &IceServer) -> Vec<&'static str> {
    if !server.url.to_ascii_lowercase().starts_with("turn") {
        return Vec::new();
    }
    let mut missing = Vec::new();
    if server.user.is_none() {
        missing.push("user");
    }
    if server.password.is_none() {
        missing.push("password");
    }
    missing
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
