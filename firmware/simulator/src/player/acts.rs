//! What users do by themselves.

use roombox_sip::agent::Input;
use roombox_sip::api::{Body, Cause, Command, HeaderLine, InviteOptions, ReferTo, SessionId};

use super::sdp;
use crate::dice::Dice;
use crate::game::{Game, Job};
use crate::scenario::{Act, Between};
use crate::servers::{HOST, USERS};

/// Calls that a user has at once.
const MOST_CALLS: usize = 4;

impl Game {
    /// A user does something and plans when to do the next thing.
    pub(crate) fn act(&mut self, client: usize) {
        self.later(self.scenario.act_every_ms, Job::Act(client));
        let Some(act) = self.draw(self.scenario.acts) else { return };
        self.network.remark(format_args!("{} {act:?}", USERS[client]));
        match act {
            Act::Call => self.call_other(client),
            Act::CallNobody => self.call(client, "nobody", Some(sdp::offer(1))),
            Act::CancelRace => {
                self.call_other(client);
                self.hang_up_newest(client);
            }
            Act::CrossCalls => (0..USERS.len()).for_each(|client| self.call_other(client)),
            Act::OfferlessCall => {
                let other = self.other(client);
                self.call(client, other, None);
            }
            Act::Options => self.ask_outside(client),
            Act::Reconnect => self.input(client, Input::Reconnect),
            Act::StopAndStart => {
                self.input(client, Input::Stop);
                self.later((0, 60_000), Job::Input(client, Input::Start));
            }
            Act::Unregister => {
                self.input(client, Input::Unregister);
                self.later((0, 60_000), Job::Input(client, Input::Register));
            }
            Act::ByeRace | Act::Glare => self.both_ends(act),
            Act::HangUp => {
                let live = self.ledgers[client].live(|_| true);
                if let Some(session) = self.pick(&live) {
                    self.hang_up(client, session);
                }
            }
            _ => {
                let standing = self.ledgers[client].live(|call| call.confirmed);
                if let Some(session) = self.pick(&standing) {
                    self.act_in_call(client, session, act);
                }
            }
        }
    }

    fn act_in_call(&mut self, client: usize, session: SessionId, act: Act) {
        match act {
            Act::Dtmf => {
                let (request, tones) = (self.ledgers[client].ask(), "1#".to_owned());
                self.command(client, Command::Dtmf { session, request, tones, duration_ms: 100, gap_ms: 100 });
            }
            Act::Hold => self.command(client, Command::Hold { session, hold: true }),
            Act::Resume => self.command(client, Command::Hold { session, hold: false }),
            Act::Info => self.info(client, session),
            Act::Message => {
                let (request, method) = (self.ledgers[client].ask(), "MESSAGE".to_owned());
                let body = Some(Body { content_type: "text/plain".into(), content: "good morning".into() });
                self.command(client, Command::Send { session, request, method, headers: Vec::new(), body });
            }
            Act::Refer => {
                let to = ReferTo::Uri(format!("sip:{}@{HOST}", USERS[client]));
                self.refer(client, session, to);
            }
            Act::ReferAttended => {
                let others = self.ledgers[client].live(|call| call.confirmed);
                let others: Vec<_> = others.into_iter().filter(|other| *other != session).collect();
                if let Some(other) = self.pick(&others) {
                    self.refer(client, session, ReferTo::Session(other));
                }
            }
            Act::Reinvite => self.offer(client, session),
            Act::Update => {
                let body = sdp::offer(self.ledgers[client].version(session));
                self.ledgers[client].offered(session);
                self.command(client, Command::Update { session, body, headers: Vec::new() });
            }
            _ => {}
        }
    }

    fn refer(&mut self, client: usize, session: SessionId, to: ReferTo) {
        let request = self.ledgers[client].ask();
        self.command(client, Command::Refer { session, request, to, headers: Vec::new() });
    }

    pub(crate) fn info(&mut self, client: usize, session: SessionId) {
        let (request, content_type) = (self.ledgers[client].ask(), Some("application/x-sign-of-life".to_owned()));
        self.command(client, Command::Info { session, request, headers: Vec::new(), body: None, content_type });
    }

    pub(crate) fn offer(&mut self, client: usize, session: SessionId) {
        let body = sdp::offer(self.ledgers[client].version(session));
        self.ledgers[client].offered(session);
        self.command(client, Command::Reinvite { session, body, headers: Vec::new() });
    }

    pub(crate) fn hang_up(&mut self, client: usize, session: SessionId) {
        self.command(client, Command::Terminate { session, cause: Cause::Bye });
    }

    fn hang_up_newest(&mut self, client: usize) {
        if let Some(session) = self.ledgers[client].live(|call| !call.incoming).pop() {
            let command = Command::Terminate { session, cause: Cause::Canceled };
            self.later((0, 250), Job::Command(client, Box::new(command)));
        }
    }

    /// The other user, or a room now and then where there are rooms.
    fn other(&mut self, client: usize) -> &'static str {
        let room = self.scenario.between == Between::Lab && self.chance(70);
        if room { "boardroom" } else { USERS[1 - client] }
    }

    fn call_other(&mut self, client: usize) {
        let other = self.other(client);
        self.call(client, other, Some(sdp::offer(1)));
    }

    /// Calls somebody, unless the user has enough calls.
    pub(crate) fn call(&mut self, client: usize, whom: &str, body: Option<Body>) {
        if self.ledgers[client].live(|_| true).len() >= MOST_CALLS {
            return;
        }
        let session = self.ledgers[client].start(body.is_none());
        let (target, options) = (format!("sip:{whom}@{HOST}"), InviteOptions::default());
        self.command(client, Command::Invite { session, target, body, headers: Vec::new(), options });
    }

    fn ask_outside(&mut self, client: usize) {
        let request = self.ledgers[client].ask();
        let (method, target) = ("OPTIONS".to_owned(), format!("sip:{}@{HOST}", USERS[1 - client]));
        let headers = vec![HeaderLine::new("Accept", "application/sdp")];
        self.command(client, Command::Request { request, method, target, headers, body: None });
    }

    /// Both ends of one call do the same within a few milliseconds.
    fn both_ends(&mut self, act: Act) {
        let (ours, theirs) = (self.dialogs(0), self.dialogs(1));
        let mut pairs = Vec::new();
        for (session, here) in &ours {
            let there = theirs.iter().find(|(_, there)| there.call_id == here.call_id);
            pairs.extend(there.map(|(there, _)| (*session, *there)));
        }
        let Some((here, there)) = self.pick(&pairs) else { return };
        for (client, session) in [(0, here), (1, there)] {
            match act {
                Act::ByeRace => self.hang_up(client, session),
                _ => self.offer(client, session),
            }
        }
    }
}
