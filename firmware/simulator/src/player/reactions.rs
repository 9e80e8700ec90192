//! How users react to what they are told.

use roombox_sip::agent::Input;
use roombox_sip::api::{AgentEvent, Body, Command, Event, HeaderLine, RequestId, SessionId};

use super::sdp;
use crate::dice::Dice;
use crate::game::{Game, Job, Manner};
use crate::servers::{HOST, Mood, PASSWORD, USERS};

/// What becomes of a call that comes in.
#[derive(Clone, Copy)]
enum Answer {
    Accept,
    Ignore,
    Progress,
    Refuse(u16),
}

const ANSWERS: &[(u64, Answer)] = &[
    (60, Answer::Accept),
    (20, Answer::Progress),
    (8, Answer::Ignore),
    (4, Answer::Refuse(486)),
    (2, Answer::Refuse(603)),
    (2, Answer::Refuse(480)),
    (2, Answer::Refuse(302)),
    (2, Answer::Refuse(500)),
];

impl Game {
    /// A user is told something.
    pub(crate) fn on_event(&mut self, client: usize, event: Event) {
        let result = self.ledgers[client].on_event(&event);
        self.check(result);
        self.note_registration(client, &event);
        match event {
            Event::Agent(AgentEvent::RegistrationFailed { retry_in_ms: None, .. }) => self.mend_password(client),
            Event::Incoming { session, offer, .. } => self.on_incoming(client, session, offer.as_ref()),
            Event::Offer { session, body, .. } => self.on_offer(client, session, body.as_ref()),
            Event::Refer { refer, .. } => self.on_refer(client, refer),
            Event::Request { request, .. } => self.respond(client, request, 200),
            _ => {}
        }
    }

    /// Somebody sees that the password is wrong and mends it.
    fn mend_password(&mut self, client: usize) {
        if self.manner == Manner::Free {
            self.later((20_000, 120_000), Job::Input(client, Input::Register));
            if self.chance(60) {
                self.mood(Mood::Password(PASSWORD));
            }
        }
    }

    fn on_incoming(&mut self, client: usize, session: SessionId, offer: Option<&Body>) {
        let body = Some(offer.map_or_else(|| sdp::offer(1), |offer| sdp::answer_to(offer, 1)));
        let accept = |body| Command::Accept { session, body, headers: Vec::new() };
        if self.manner == Manner::Obliging {
            return self.command(client, accept(body));
        }
        let later = |game: &mut Self, ms, command| game.later(ms, Job::Command(client, Box::new(command)));
        match self.draw(ANSWERS).unwrap_or(Answer::Accept) {
            Answer::Accept => later(self, (0, 4_000), accept(body)),
            Answer::Ignore => {}
            Answer::Progress => {
                let (status, reliable) = (183, self.chance(50));
                let early = body.clone().filter(|_| self.chance(70));
                let progress = Command::Progress { session, status, body: early, headers: Vec::new(), reliable };
                later(self, (0, 500), progress);
                later(self, (501, 6_000), accept(body));
            }
            Answer::Refuse(status) => {
                let contact = HeaderLine::new("Contact", format!("<sip:{}@{HOST}>", USERS[client]));
                let headers = if status == 302 { vec![contact] } else { Vec::new() };
                later(self, (0, 3_000), Command::Reject { session, status, headers });
            }
        }
    }

    fn on_offer(&mut self, client: usize, session: SessionId, offer: Option<&Body>) {
        let version = self.ledgers[client].version(session);
        let body = offer.map_or_else(|| sdp::offer(version), |offer| sdp::answer_to(offer, version));
        if self.manner == Manner::Obliging {
            return self.command(client, Command::AnswerOffer { session, answer: Ok(body) });
        }
        // One in twenty is never answered.
        let answer = match self.dice(1, 20) {
            1 => return,
            2..=4 => Err(488),
            _ => Ok(body),
        };
        self.later((0, 1_500), Job::Command(client, Box::new(Command::AnswerOffer { session, answer })));
    }

    fn on_refer(&mut self, client: usize, refer: RequestId) {
        if self.manner == Manner::Obliging || self.chance(20) {
            return self.respond(client, refer, 603);
        }
        let (session, body) = (self.ledgers[client].start(false), Some(sdp::offer(1)));
        self.command(client, Command::FollowRefer { refer, session, body, headers: Vec::new() });
    }

    fn respond(&mut self, client: usize, request: RequestId, status: u16) {
        let command = Command::Respond { request, status, reason: None, headers: Vec::new(), body: None };
        self.command(client, command);
    }
}
