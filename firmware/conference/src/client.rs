//! The client: connection, telephony check, redial and the call, put together.

use std::time::Instant;

use roombox_sip::api::{self as sip, Body, Cause, HeaderLine};
use roombox_sip::machine::Machine;

use crate::api::{
    CallState, Command, ConnectionFailure, ConnectionState, Event, Input, MediaFact, MediaRequest, Output, SipRequest,
};
use crate::call::{Call, Caller, Step};
use crate::config::ConferenceConfig;
use crate::connection::{Connection, Link};
use crate::context::Context;
use crate::redial::Redial;
use crate::telephony::{Finding, Telephony};
use crate::vendor::{self, MediaState};

/// What an onlooker may see of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConferenceStatus {
    /// The connection to the server.
    pub connection: ConnectionState,
    /// Registered right now.
    pub registered: bool,
    /// The call.
    pub call: CallState,
}

/// The auto-connecting conference client.
#[derive(Debug)]
pub struct ConferenceClient {
    context: Context,
    connection: Connection,
    telephony: Telephony,
    redial: Redial,
    call: Option<Call>,
    /// As last told.
    link: Link,
    call_state: CallState,
}

impl ConferenceClient {
    /// A client at rest. The same `seed` and inputs give the same outputs.
    pub fn new(config: ConferenceConfig, seed: u64) -> Self {
        Self {
            context: Context::new(config, seed),
            connection: Connection::new(),
            telephony: Telephony::default(),
            redial: Redial::default(),
            call: None,
            link: Link::Down,
            call_state: CallState::Idle,
        }
    }

    fn command(&mut self, now: Instant, command: Command) {
        match command {
            Command::Answer { call } => {
                if let Some(ringing) = self.call.as_mut().filter(|present| present.id() == call) {
                    ringing.answer(&mut self.context, now);
                }
            }
            Command::Join { target, keep } => self.join(now, target, keep),
            Command::Leave => self.leave(now),
            Command::MediaState { microphone, camera } => {
                self.context.media_state = MediaState { microphone, camera };
                if let Some(call) = &mut self.call {
                    call.announce_media_state(&mut self.context);
                }
            }
            Command::Reject { call } => {
                if let Some(ringing) = self.call.take_if(|present| present.id() == call && present.is_ringing()) {
                    let failure = ringing.refuse(&mut self.context, 603, Cause::Rejected);
                    self.call_over(now, &ringing, failure);
                }
            }
            Command::Start => {
                self.connection.start();
                self.context.agent(SipRequest::Start);
            }
            Command::Stop => {
                self.leave(now);
                self.connection.stop(&mut self.context);
                self.context.agent(SipRequest::Stop);
            }
        }
    }

    fn join(&mut self, now: Instant, target: String, keep: bool) {
        if self.call.as_ref().is_some_and(|call| call.is_to(&target)) {
            self.redial.keep_present(target, keep);
            return;
        }
        self.end_present_call(now);
        self.redial.want(target, keep);
    }

    fn leave(&mut self, now: Instant) {
        self.redial.forget();
        self.end_present_call(now);
    }

    fn end_present_call(&mut self, now: Instant) {
        let Some(call) = self.call.take() else { return };
        self.redial.forget();
        let failure = if call.is_ringing() {
            call.refuse(&mut self.context, 486, Cause::Busy)
        } else {
            call.hang_up(&mut self.context, Cause::Canceled, "left")
        };
        self.call_over(now, &call, failure);
    }

    fn sip(&mut self, now: Instant, event: sip::Event) {
        match event {
            sip::Event::Agent(event) => self.connection.handle(&mut self.context, event),
            sip::Event::Incoming { session, from_uri, from_display, offer, .. } => {
                self.incoming(now, session, from_uri, from_display, offer.as_ref());
            }
            sip::Event::Request { request, method, headers, .. } => self.request(request, &method, &headers),
            // A room is in one meeting at a time and follows nobody to another.
            sip::Event::Refer { refer, .. } => self.respond(refer, 603),
            sip::Event::Response { request, outcome } => {
                let finding = self.telephony.handle_response(&self.context, now, request, &outcome);
                self.telephony_found(finding);
            }
            in_session => {
                let session = session_of(&in_session);
                self.with_call(
                    now,
                    |call| session.is_some_and(|session| call.is_session(session)),
                    |call, context| call.handle_sip(context, now, in_session),
                );
            }
        }
    }

    fn incoming(
        &mut self,
        now: Instant,
        session: sip::SessionId,
        uri: String,
        display: Option<String>,
        offer: Option<&Body>,
    ) {
        if self.call.is_some() {
            self.context.sip(sip::Command::Reject { session, status: 486, headers: Vec::new() });
            return;
        }
        let offer = offer.and_then(Body::text).map(str::to_owned);
        let mut call = Call::ring(&mut self.context, Caller { session, uri, display, offer });
        if self.context.config.auto_answer {
            call.answer(&mut self.context, now);
        }
        self.call = Some(call);
    }

    /// Requests outside a call (spec sections 3.1 and 14.11).
    fn request(&mut self, request: sip::RequestId, method: &str, headers: &[HeaderLine]) {
        let status = match method {
            "NOTIFY" => {
                if let Some(message) = vendor::parse_notify(headers) {
                    self.context.event(message.event());
                }
                200
            }
            _ => 405,
        };
        self.respond(request, status);
    }

    fn respond(&mut self, request: sip::RequestId, status: u16) {
        self.context.sip(sip::Command::Respond { request, status, reason: None, headers: Vec::new(), body: None });
    }

    fn media(&mut self, now: Instant, fact: MediaFact) {
        let id = match &fact {
            MediaFact::AnswerReady { call, .. }
            | MediaFact::AnswerAccepted { call }
            | MediaFact::Connected { call }
            | MediaFact::Disconnected { call }
            | MediaFact::Failed { call, .. }
            | MediaFact::OfferReady { call, .. } => *call,
        };
        self.with_call(now, |call| call.id() == id, |call, context| call.handle_media(context, now, fact));
    }

    /// Lets the present call take a step, if it is the one meant, and cleans up when that was its last.
    fn with_call(
        &mut self,
        now: Instant,
        meant: impl FnOnce(&Call) -> bool,
        step: impl FnOnce(&mut Call, &mut Context) -> Step,
    ) {
        let Some(mut call) = self.call.take_if(|call| meant(call)) else { return };
        match step(&mut call, &mut self.context) {
            Step::Continue(()) => self.call = Some(call),
            Step::Break(failure) => self.call_over(now, &call, failure),
        }
    }

    fn call_over(&mut self, now: Instant, call: &Call, failure: sip::Failure) {
        let link = self.connection.link();
        // A call that came in between does not change what is planned.
        let will_redial = if call.is_incoming() {
            self.redial.is_wanted()
        } else {
            self.redial.call_ended(&mut self.context, now, &failure, call.stood(now), link)
        };
        self.context.media(MediaRequest::Close { call: call.id() });
        self.context.event(Event::CallEnded { call: call.id(), failure, will_redial });
    }

    fn telephony_found(&mut self, finding: Finding) {
        if finding == Finding::Deaf {
            self.context.event(Event::ConnectionFailed(ConnectionFailure::Telephony));
            self.context.agent(SipRequest::Reconnect);
        }
    }

    /// Follows up whatever has just changed: link, dialling, and the state that is told.
    fn settle(&mut self, now: Instant) {
        let link = self.connection.link();
        if link != self.link {
            self.link = link;
            self.telephony.link_changed(now, link);
            self.with_call(now, |_| true, |call, context| call.handle_link(context, now, link));
            self.redial.link_changed(&mut self.context, now, link);
        }
        let finding = self.telephony.handle_timeout(&mut self.context, now);
        self.telephony_found(finding);
        if self.call.is_none()
            && let Some(target) = self.redial.due(now, link)
        {
            self.call = Some(Call::dial(&mut self.context, now, &target));
        }
        let state = self.present_call_state();
        if state != self.call_state {
            self.call_state = state.clone();
            self.context.event(Event::Call(state));
        }
    }

    fn present_call_state(&self) -> CallState {
        self.call.as_ref().map_or_else(|| self.redial.state(), Call::state)
    }
}

impl Machine for ConferenceClient {
    type Input = Input;
    type Output = Output;
    type Status = ConferenceStatus;

    fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Command(command) => self.command(now, command),
            Input::Media(fact) => self.media(now, fact),
            Input::Sip(event) => self.sip(now, event),
        }
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.with_call(now, |_| true, |call, context| call.handle_timeout(context, now));
        self.settle(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.context.pop()
    }

    fn next_deadline(&self) -> Option<Instant> {
        let call = self.call.as_ref().and_then(|call| call.next_deadline(&self.context));
        let redial = if self.call.is_none() { self.redial.next_deadline() } else { None };
        [call, redial, self.telephony.next_deadline()].into_iter().flatten().min()
    }

    fn status(&self) -> ConferenceStatus {
        ConferenceStatus {
            connection: self.connection.state().clone(),
            registered: self.connection.registered(),
            call: self.present_call_state(),
        }
    }
}

const fn session_of(event: &sip::Event) -> Option<sip::SessionId> {
    match event {
        sip::Event::Accepted { session, .. }
        | sip::Event::Confirmed { session }
        | sip::Event::Ended { session, .. }
        | sip::Event::Info { session, .. }
        | sip::Event::Offer { session, .. }
        | sip::Event::OfferAnswered { session, .. }
        | sip::Event::OfferFailed { session, .. }
        | sip::Event::Progress { session, .. } => Some(*session),
        _ => None,
    }
}
