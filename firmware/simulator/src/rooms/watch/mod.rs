//! What a client was asked, what it asks for and what it tells, and the rules that this must keep at every moment.

mod calls;
mod operations;
mod pace;
mod presentations;
mod wish;

use std::time::Instant;

use bytes::Bytes;
use roombox_conference::ConferenceStatus;
use roombox_conference::api::{Command, Event, Output, SipRequest};
use roombox_conference::catalogue::{self, CallEvent, ConnectionEvent};
use roombox_sip::api as sip;

pub(crate) use calls::Calls;
use operations::Operations;
use pace::Pace;
use presentations::Presentations;
pub(crate) use wish::Wish;

/// A rule that did not hold: its name and what was seen.
pub(crate) type Broken = (&'static str, String);

/// Everything that is watched of one box.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// The first rule that was broken.
    broken: Option<Broken>,
    pub(crate) calls: Calls,
    operations: Operations,
    pace: Pace,
    presentations: Presentations,
    pub(crate) wish: Wish,
}

impl Watch {
    /// The first rule that was broken since the last call.
    pub(crate) fn take_broken(&mut self) -> Option<Broken> {
        self.broken.take()
    }

    fn check(&mut self, result: Result<(), Broken>) {
        if let Err(broken) = result {
            self.broken.get_or_insert(broken);
        }
    }

    /// A person asks for something.
    pub(crate) fn on_command(&mut self, command: &Command, status: &ConferenceStatus) {
        self.operations.on_command(command);
        self.presentations.on_command(command, status);
        self.wish.on_command(command, &self.calls);
    }

    /// The client is about to be told something.
    pub(crate) fn before(&mut self, now: Instant) {
        self.calls.moment(now);
        self.pace.moment(now);
        self.presentations.moment();
    }

    /// The user agent tells something.
    pub(crate) fn on_sip_event(&mut self, now: Instant, event: &sip::Event) {
        self.calls.on_sip_event(now, event);
    }

    /// A message leaves.
    pub(crate) fn on_message(&mut self, bytes: &Bytes) {
        let result = calls::in_dialog(bytes);
        self.check(result);
    }

    /// The client says something.
    pub(crate) fn on_output(&mut self, output: &Output) {
        let results = match output {
            Output::Event(event) => self.on_event(event),
            Output::Media(request) => [self.calls.on_media_request(request), Ok(())],
            Output::Sip(SipRequest::Command(command)) => [self.calls.on_sip_command(command), Ok(())],
            Output::AskParameters { .. } | Output::Http(_) | Output::Sip(_) => [Ok(()), Ok(())],
        };
        for result in results {
            self.check(result);
        }
        let result = self.pace.output();
        self.check(result);
    }

    fn on_event(&mut self, event: &Event) -> [Result<(), Broken>; 2] {
        match event {
            Event::CallEnded { call, failure, .. } => {
                [self.calls.ended(*call), self.presentations.call_ended(*call, failure)]
            }
            Event::CallHold { call, hold } => {
                self.calls.held(*call, *hold);
                [Ok(()), Ok(())]
            }
            Event::Catalogue(catalogue::Event::PresentationEvent(event)) => {
                self.presentations.on_event(event);
                [Ok(()), Ok(())]
            }
            Event::Catalogue(catalogue::Event::CallEvent(CallEvent::Confirmed { call, .. })) => {
                self.calls.stands(*call);
                [Ok(()), Ok(())]
            }
            Event::Catalogue(catalogue::Event::ConnectionEvent(ConnectionEvent::NewRtcSession {
                call, peer, ..
            })) => {
                self.calls.begins(*call, peer);
                [Ok(()), Ok(())]
            }
            other => [self.operations.on_event(other), Ok(())],
        }
    }

    /// The client was woken and wants to be woken again at `next`.
    pub(crate) fn woken(&mut self, now: Instant, next: Option<Instant>) {
        let result = self.pace.woken(now, next);
        self.check(result);
    }

    /// What must have ended when it is quiet.
    pub(crate) fn unfinished(&self) -> Result<(), Broken> {
        self.operations.unfinished()?;
        self.presentations.unfinished()
    }
}
