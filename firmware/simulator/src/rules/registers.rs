//! What REGISTERs are on the wire.

use std::collections::BTreeMap;
use std::time::Instant;

use roombox_sip::api::{AgentEvent, Event, FlowId};
use roombox_sip::transaction::timing::GIVE_UP;
use roombox_sip::virtual_network::WireNote;

/// The REGISTERs of one user.
#[derive(Debug, Default)]
pub(crate) struct Registers {
    /// User part of the last Contact.
    contact_user: String,
    /// Branch and time of the one in flight, by flow.
    in_flight: BTreeMap<FlowId, (String, Instant)>,
    /// The password was refused and nobody has acted since.
    refused: bool,
}

impl Registers {
    /// A person acts.
    pub(crate) fn person_acts(&mut self) {
        self.refused = false;
    }

    /// User part of the Contact that this user is reached by.
    pub(crate) fn contact_user(&self) -> &str {
        &self.contact_user
    }

    pub(crate) fn needs_person(&self) -> bool {
        self.refused
    }

    pub(crate) fn on_event(&mut self, event: &Event) {
        match event {
            Event::Agent(AgentEvent::RegistrationFailed { retry_in_ms: None, .. }) => self.refused = true,
            Event::Agent(AgentEvent::Disconnected { .. }) => self.in_flight.clear(),
            _ => {}
        }
    }

    /// Notes a message; a rule that it breaks comes back.
    pub(crate) fn on_wire(&mut self, note: &WireNote) -> Result<(), (&'static str, String)> {
        let answer = note.bytes.starts_with(b"SIP/2.0 ");
        if note.received == answer && (answer || note.bytes.starts_with(b"REGISTER ")) {
            let text = String::from_utf8_lossy(&note.bytes);
            let branch = after(&text, "branch=", [';', '\r', ',']).to_owned();
            if !answer {
                return self.sent(note, &text, branch);
            }
            self.answered(note, &text, &branch);
        }
        Ok(())
    }

    fn answered(&mut self, note: &WireNote, text: &str, branch: &str) {
        let is_final = !text.starts_with("SIP/2.0 1");
        if is_final && self.in_flight.get(&note.flow).is_some_and(|(sent, _)| sent == branch) {
            self.in_flight.remove(&note.flow);
        }
    }

    fn sent(&mut self, note: &WireNote, text: &str, branch: String) -> Result<(), (&'static str, String)> {
        if self.refused && after(text, "\r\nExpires: ", ['\r', ' ', ';']) != "0" {
            return Err(("wrong-password", "a REGISTER although a person is needed".into()));
        }
        if let Some((former, at)) = self.in_flight.get(&note.flow)
            && *former != branch
            && note.at.duration_since(*at) < GIVE_UP
        {
            return Err(("one-register", format!("{branch} while {former} has no answer yet")));
        }
        after(text, "\r\nContact: <sip:", ['@', '>', ';']).clone_into(&mut self.contact_user);
        // Sent again, it counts from the first time.
        if self.in_flight.get(&note.flow).is_none_or(|(known, _)| *known != branch) {
            self.in_flight.insert(note.flow, (branch, note.at));
        }
        Ok(())
    }
}

/// What stands between `start` and the first of `ends`.
fn after<'a>(text: &'a str, start: &str, ends: [char; 3]) -> &'a str {
    let rest = text.split_once(start).map_or("", |(_, rest)| rest);
    rest.split(ends).next().unwrap_or_default()
}
