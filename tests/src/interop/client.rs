//! The vendor's clients of conferences in a tab.

use serde_json::json;

use crate::interop::page::Page;
use crate::lab::{Lab, PASSWORD};

/// Domain of the users and rooms of a lab.
const DOMAIN: &str = "localhost";

/// Which of the vendor's clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// The vendor's `JsSIP` 5.6.0, driven as the client of version 20 drives it.
    Version20,
    /// The vendor's `JsSIP` 8.0.0, driven as the client of version 31 drives it.
    Version31,
}

impl Client {
    fn name(self) -> &'static str {
        match self {
            Self::Version20 => "vendor20",
            Self::Version31 => "vendor31",
        }
    }
}

impl Page {
    /// Registers at this lab; `name` is shown to people.
    pub fn register_at_lab(&self, lab: &Lab, user: &str, client: Client, name: &str) {
        self.start(&json!({
            "library": client.name(), "name": name,
            "server": lab.url(), "uri": format!("sip:{user}@{DOMAIN}"), "password": PASSWORD,
        }));
    }

    /// Calls a room of a lab and waits until the call stands; a guest asks to be let in.
    pub fn enter(&self, room: &str, guest: bool) {
        self.tell("call", &[format!("sip:{room}@{DOMAIN}").into(), guest.into()]);
        self.answered();
    }
}
