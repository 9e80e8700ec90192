//! What participants say, and what they are told, in the words of [`roombox_conference::vendor`] (spec section 3).

use std::time::Duration;

use roombox_conference::catalogue::ApiEvent;
use roombox_conference::vendor::{ClientMessage, VendorMessage, is_purgatory};
use roombox_sip::api::{Body, Command, Failure, FinalResponse, HeaderLine, RequestId, SessionId};
use roombox_sip::endpoint::Input;

use crate::calls::{Role, Way};
use crate::config::Dialect;
use crate::due::Task;
use crate::events::LabEvent;
use crate::machine::Signalling;
use crate::media::MediaRequest;
use crate::orders::Form;
use crate::rules::Permission;

/// Value of Event in a NOTIFY: clients look at the header that carries the message only (spec section 3.1).
const NOTIFY_EVENT: &str = "x-vinteo-notify";
/// Of a peer that did not answer what was passed on to it.
const NO_ANSWER: u16 = 408;
/// Between a message that nobody answered and the next: a participant that comes back needs about that long.
const SAY_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Who waits for the answer to a request of ours.
#[derive(Debug)]
pub(crate) enum Asker {
    /// The other half of a relayed call, with its own request.
    Relayed(RequestId),
    /// Whoever follows the reports: what was said to whom. In this session it is said again when nobody answers.
    Reports { user: String, said: &'static str, again: Option<SessionId> },
}

impl Signalling {
    /// INFO of a participant, to be answered.
    pub(crate) fn on_info(
        &mut self,
        session: SessionId,
        request: RequestId,
        headers: &[HeaderLine],
        body: Option<Body>,
    ) {
        let Some(call) = self.calls.by_session.get(&session) else { return self.respond(request, 481, Vec::new()) };
        let content_type = headers.iter().find(|line| line.name.eq_ignore_ascii_case("Content-Type"));
        let content_type = content_type.map(|line| line.value.clone()).unwrap_or_default();
        let vendor: Vec<_> = headers.iter().filter(|line| line.name.to_ascii_lowercase().starts_with("x-")).collect();
        let event = LabEvent::Info {
            call: call.number,
            user: call.user.clone(),
            content_type: content_type.clone(),
            headers: vendor.iter().map(|line| (line.name.clone(), line.value.clone())).collect(),
        };
        let relay = call.way.other();
        self.tell(event);
        if let Some(other) = relay {
            let headers = vendor.into_iter().cloned().collect();
            let passed = self.next_request();
            self.asked.insert(passed, Asker::Relayed(request));
            let content_type = Some(content_type).filter(|_| body.is_none());
            return self.command(Command::Info { session: other, request: passed, headers, body, content_type });
        }
        let said = ClientMessage::parse(headers, body.as_ref()).filter(|_| self.config.dialect == Dialect::Vinteo);
        let answer = said.map_or(Permission::Granted, |said| self.on_said(session, &said));
        match answer {
            Permission::Granted => self.respond(request, 200, Vec::new()),
            Permission::Refused { status, reason } => self.command(Command::Respond {
                request,
                status,
                reason: Some(reason),
                headers: Vec::new(),
                body: None,
            }),
        }
    }

    fn on_said(&mut self, session: SessionId, said: &ClientMessage) -> Permission {
        let Some(call) = self.calls.by_session.get_mut(&session) else { return Permission::Granted };
        let (number, user) = (call.number, call.user.clone());
        if let ClientMessage::MediaState(state) = said {
            call.media_state = *state;
        }
        self.tell(LabEvent::Said { call: number, user: user.clone(), said: said.clone() });
        let answer = match said {
            ClientMessage::AskToPresent | ClientMessage::ContentStarts => self.asks_to_present(session),
            ClientMessage::AskForCamera => self.config.rules.camera.clone(),
            ClientMessage::PresentationStopped | ClientMessage::ContentEnded | ClientMessage::ContentMustStop => {
                self.presentation_over(session);
                return Permission::Granted;
            }
            _ => return Permission::Granted,
        };
        let granted = answer == Permission::Granted;
        self.tell(LabEvent::Permission { call: number, user, granted });
        answer
    }

    /// Says it inside a call, and does what it means.
    pub(crate) fn say(&mut self, session: SessionId, message: &VendorMessage, form: Form) {
        let Some(info) = message.info() else { return };
        let info = if form == Form::OldInfo { info.in_old_spelling() } else { info };
        self.means(session, message);
        let request = self.next_request();
        if let Some(call) = self.calls.by_session.get(&session) {
            let said = event_name(message);
            let again = matches!(message, VendorMessage::PresentationMustStop {}).then_some(session);
            self.asked.insert(request, Asker::Reports { user: call.user.clone(), said, again });
        }
        self.command(info.command(session, request));
    }

    /// Says it by NOTIFY outside any call: on the user's registration, or where its call came from.
    pub(crate) fn notify(&mut self, user: &str, message: &VendorMessage) {
        let Some(line) = message.notify() else { return };
        let registered = self.registrar.find(user).map(|(flow, contact)| (flow, contact.to_owned()));
        let calls = self.calls.of_user(user);
        let calling = calls.iter().find_map(|session| self.calls.by_session.get(session));
        let caller = calling.map(|call| (call.flow, format!("sip:{user}@{}", self.config.address)));
        let Some((flow, target)) = registered.or(caller) else { return };
        for session in calls {
            self.means(session, message);
        }
        let request = self.next_request();
        let said = event_name(message);
        self.asked.insert(request, Asker::Reports { user: user.to_owned(), said, again: None });
        let subscription = HeaderLine::new("Subscription-State", "active");
        let headers = vec![HeaderLine::new("Event", NOTIFY_EVENT), subscription, line];
        let command = Command::Request { request, method: "NOTIFY".into(), target, headers, body: None };
        self.feed(Input::CommandOn { flow, command });
    }

    /// What a message changes here.
    fn means(&mut self, session: SessionId, message: &VendorMessage) {
        let Some(call) = self.calls.by_session.get_mut(&session) else { return };
        let (number, user) = (call.number, call.user.clone());
        let Way::Room(stay) = &mut call.way else { return };
        match message {
            VendorMessage::EnterRoom(room) => {
                stay.token.clone_from(&room.token);
                let moved = std::mem::replace(&mut stay.room, room.name.clone()) != room.name;
                if moved {
                    self.ask_media(MediaRequest::Move { call: number, room: room.name.clone() });
                }
                self.tell(LabEvent::Entered { call: number, user, room: room.name.clone() });
                if moved {
                    self.presentation_left(session);
                }
            }
            VendorMessage::MoveToSpectators { audio_id, .. } => {
                stay.role = audio_id.clone().map_or(Role::Synthetic, |audio_id| Role::Spectator { audio_id });
                self.role_changed(session);
            }
            VendorMessage::MoveToParticipants {} => {
                stay.role = Role::Participant;
                self.role_changed(session);
            }
            VendorMessage::TokenIssued { token, conference, .. } if *conference == stay.room => {
                stay.token = Some(token.clone());
            }
            _ => {}
        }
    }

    fn role_changed(&mut self, session: SessionId) {
        let Some(call) = self.calls.by_session.get(&session) else { return };
        let Way::Room(stay) = &call.way else { return };
        let (number, user, role) = (call.number, call.user.clone(), stay.role.clone());
        // The receive session of another role, or of another audio id, is of no use any more.
        self.ask_media(MediaRequest::Unwatch { call: number });
        self.tell(LabEvent::Role { call: number, user, role });
    }

    /// The answer to something that was said or passed on.
    pub(crate) fn on_response(&mut self, request: RequestId, outcome: Result<FinalResponse, Failure>) {
        let unheard = outcome.is_err();
        let (status, reason) = match outcome {
            Ok(response) => (Some(response.status), response.reason),
            Err(failure) => (failure.status, failure.reason),
        };
        match self.asked.remove(&request) {
            Some(Asker::Relayed(asked)) => {
                let (status, reason) = (status.unwrap_or(NO_ANSWER), status.is_some().then_some(reason));
                self.command(Command::Respond { request: asked, status, reason, headers: Vec::new(), body: None });
            }
            Some(Asker::Reports { user, said, again }) => {
                self.tell(LabEvent::Told { user, message: said.into(), status });
                if let Some(session) = again.filter(|_| unheard) {
                    self.due.add(self.now + SAY_AGAIN_AFTER, Task::StopPresenting(session));
                }
            }
            None => {}
        }
    }

    /// Where this call is, unless that is purgatory.
    pub(crate) fn conference_of(&self, session: SessionId) -> Option<&str> {
        match &self.calls.by_session.get(&session)?.way {
            Way::Room(stay) if !is_purgatory(&stay.room) => Some(&stay.room),
            _ => None,
        }
    }
}

/// The event by which clients tell it: its name in the catalogue.
fn event_name(message: &VendorMessage) -> &'static str {
    message.events().last().map_or("", ApiEvent::name)
}
