//! What connection and registration say (spec section 12.2).

use std::time::Instant;

use super::event::Why;
use super::{CauseData, EventName, Extra, Output, Worker, WorkerEvent};
use crate::api::{AgentEvent, Cause, Event, Failure, FlowError, Originator};

impl Worker {
    pub(super) fn on_event(&mut self, now: Instant, event: Event) {
        match event {
            Event::Agent(event) => self.on_agent(now, event),
            other => self.on_session_event(now, other),
        }
    }

    fn on_agent(&mut self, now: Instant, event: AgentEvent) {
        match event {
            AgentEvent::Connecting { attempt, .. } => self.connecting(now, attempt),
            AgentEvent::Connected { .. } => self.tell(self.data(now, EventName::Connected), EventName::Connected),
            AgentEvent::Disconnected { error, retry_in_ms } => self.disconnected(now, &error, retry_in_ms),
            // Another flow stands: nothing changed for the page.
            AgentEvent::Flow { .. } => {}
            AgentEvent::Registered { .. } => {
                self.set_registered(true);
                self.tell(self.data(now, EventName::Registered), EventName::Registered);
            }
            AgentEvent::RegistrationFailed { failure, .. } => self.registration_failed(now, failure),
            AgentEvent::Unregistered => {
                self.set_registered(false);
                self.tell(self.data(now, EventName::Unregistered), EventName::Unregistered);
            }
        }
    }

    fn connecting(&mut self, now: Instant, attempt: u32) {
        let mut data = self.data(now, EventName::Connecting);
        data.extra = Some(Extra { prefix: None, suffix: Some(format!("({attempt}次)")) });
        data.data.insert("attempts".into(), attempt.into());
        self.tell(data, EventName::Connecting);
    }

    fn disconnected(&mut self, now: Instant, error: &FlowError, retry_in_ms: Option<u64>) {
        let wanted = retry_in_ms.is_none();
        let why = Why {
            originator: Some(if wanted { Originator::Local } else { Originator::System }),
            cause: (!wanted).then(|| Cause::ConnectionError.to_string()),
            status: Some(if wanted { 1000 } else { close_code(error) }),
            reason: Some(error.to_string()),
        };
        let data = self.data(now, EventName::Disconnected).because(why);
        self.tell(if wanted { data } else { data.bad() }, EventName::Disconnected);
        self.not_registered(now);
    }

    fn registration_failed(&mut self, now: Instant, failure: Failure) {
        let msg = if failure.status.is_some() { EventName::RegistrationFailed } else { EventName::TimeOut };
        let data = self.data(now, msg).because(failure.into()).bad();
        self.tell(data, EventName::RegistrationFailed);
        self.not_registered(now);
    }

    /// Tells once that the registration is gone without having been given back.
    fn not_registered(&mut self, now: Instant) {
        if self.is_registered() {
            self.set_registered(false);
            let why = Why { originator: Some(Originator::System), ..Why::default() };
            self.tell(self.data(now, EventName::Unregistered).because(why).bad(), EventName::Unregistered);
        }
    }

    fn set_registered(&mut self, registered: bool) {
        if let Some(link) = &mut self.link {
            link.registered = registered;
        }
    }

    pub(super) fn data(&self, now: Instant, msg: EventName) -> CauseData {
        let id = self.options.worker_id.as_deref().unwrap_or_default();
        CauseData::new(id, self.options.uri.as_deref().unwrap_or_default(), msg, self.unix_ms(now))
    }

    /// Events of the agent come under their own name and as `event`.
    fn tell(&mut self, data: CauseData, name: EventName) {
        self.outputs.push_back(Output::Event(Box::new(WorkerEvent { name, data: data.clone() })));
        self.outputs.push_back(Output::Event(Box::new(WorkerEvent { name: EventName::Event, data })));
    }
}

impl From<Failure> for Why {
    fn from(failure: Failure) -> Self {
        Self {
            originator: Some(failure.originator),
            cause: Some(failure.cause.to_string()),
            status: failure.status,
            reason: Some(failure.reason),
        }
    }
}

/// The close code that a browser would have seen.
fn close_code(error: &FlowError) -> u16 {
    match error {
        FlowError::Certificate(_) => 1015,
        FlowError::Handshake(_) => 1010,
        // The transports begin with the code of the server's goodbye, where it sent one.
        FlowError::Closed(detail) => told_code(detail).unwrap_or(1006),
        _ => 1006,
    }
}

fn told_code(detail: &str) -> Option<u16> {
    detail.split(' ').next()?.parse().ok().filter(|code| (1000..5000).contains(code))
}
