//! The course of a run: start, trouble, recovery, agreement, a clean call, the end.

use std::time::{Duration, Instant};

use roombox_sip::agent::{Input, RegistrationState};
use roombox_sip::api::SessionId;
use roombox_sip::endpoint::DialogStatus;
use roombox_sip::machine::Machine;
use roombox_sip::message::uri::SipUri;

use crate::game::{Game, Job, Manner};
use crate::player::sdp;
use crate::rules::REGISTERED_AGAIN;
use crate::scenario::Between;
use crate::servers::USERS;

/// The longest anything may still take when nothing new begins: one offer that nobody answers and five collisions.
const QUIET: Duration = Duration::from_mins(1);
/// 64*T1, the longest linger (timers D and K), and a little.
const ALL_TIMERS: Duration = Duration::from_secs(72);
/// A call over a good network.
const CLEAN_CALL: Duration = Duration::from_secs(10);
/// Keep-alive questions that may be on their way.
const KEEP_ALIVES: usize = 2;

/// A dialog with the user and the session it belongs to.
type Known = (usize, SessionId, DialogStatus);

impl Game {
    /// The whole run.
    pub(crate) fn play(&mut self) {
        let course =
            [Self::begin, Self::freely, Self::recover, Self::agree, Self::call_cleanly, Self::calm_down, Self::end];
        for part in course {
            if self.violation.is_none() {
                part(self);
            }
        }
    }

    fn pass(&mut self, time: Duration) {
        self.run_until(self.now() + time);
    }

    /// Waits until something holds; breaks the rule when it does not in time.
    fn wait_for(&mut self, rule: &'static str, time: Duration, what: &str, holds: impl Fn(&Self) -> bool) {
        if self.run_while(self.now() + time, |game| !holds(game)) {
            let statuses: Vec<_> = self.network.clients.iter().map(Machine::status).collect();
            self.violate(rule, format!("not within {time:?}: {what}; {statuses:?}"));
        }
    }

    fn all_registered(&self) -> bool {
        self.network.clients.iter().all(|agent| agent.status().registration == RegistrationState::Registered)
    }

    fn begin(&mut self) {
        for client in 0..USERS.len() {
            self.input(client, Input::Start);
        }
        self.wait_for("registered-again", Duration::from_secs(5), "registered at the start", Self::all_registered);
    }

    /// Users act and troubles come.
    fn freely(&mut self) {
        for client in 0..USERS.len() {
            self.later(self.scenario.act_every_ms, Job::Act(client));
        }
        if !self.scenario.troubles.is_empty() {
            self.later(self.scenario.trouble_every_ms, Job::Trouble);
        }
        self.pass(Duration::from_secs(self.scenario.seconds));
    }

    /// All troubles end; persons do what only persons can do.
    fn recover(&mut self) {
        self.forget_acts();
        self.heal();
        self.run_until(self.wake);
        for client in 0..USERS.len() {
            self.input(client, Input::Start);
            if self.registers(client).needs_person() {
                self.input(client, Input::Register);
            }
        }
        self.wait_for("registered-again", REGISTERED_AGAIN, "registered after the last fault", Self::all_registered);
    }

    /// When everybody has asked the other end, both ends know the same.
    fn agree(&mut self) {
        self.manner = Manner::Obliging;
        for client in 0..USERS.len() {
            for session in self.ledgers[client].live(|call| !call.confirmed) {
                self.hang_up(client, session);
            }
        }
        self.pass(QUIET);
        // A user that was not registered any more may have been stopped by an act that was still planned.
        for client in 0..USERS.len() {
            self.input(client, Input::Start);
        }
        self.wait_for("registered-again", REGISTERED_AGAIN, "registered when quiet", Self::all_registered);
        for client in 0..USERS.len() {
            for session in self.ledgers[client].live(|call| call.confirmed) {
                self.info(client, session);
            }
        }
        self.pass(QUIET);
        // A refresh may be on its way at this very moment; it is over within a second.
        for _ in 0..3 {
            if self.disagreement().is_none() {
                break;
            }
            self.pass(Duration::from_secs(1));
        }
        if let Some((rule, detail)) = self.disagreement() {
            self.violate(rule, detail);
        }
    }

    fn disagreement(&self) -> Option<(&'static str, String)> {
        let pending = |client: usize| {
            let ledger = &self.ledgers[client];
            let offers: Vec<_> = ledger.live(|call| call.offers > 0);
            (!offers.is_empty() || !ledger.requests.is_empty())
                .then(|| ("one-outcome", format!("{}: none for {offers:?} {:?}", USERS[client], ledger.requests)))
        };
        let open = (0..USERS.len()).find_map(pending);
        if open.is_some() || self.scenario.between == Between::Lab {
            return open;
        }
        // A transfer may make a user call itself: both ends are looked for everywhere.
        let known = |client: usize| self.dialogs(client).into_iter().map(move |(session, d)| (client, session, d));
        let all: Vec<Known> = (0..USERS.len()).flat_map(known).collect();
        all.iter().find_map(|here| self.differs(here, &all))
    }

    /// What the two ends of a dialog do not agree on.
    fn differs(&self, here: &Known, all: &[Known]) -> Option<(&'static str, String)> {
        let (client, session, dialog) = here;
        let user = USERS[*client];
        let is_there = |(_, _, there): &&Known| {
            (&there.call_id, &there.local_tag, &there.remote_tag)
                == (&dialog.call_id, &dialog.remote_tag, &dialog.local_tag)
        };
        let Some((peer, other, there)) = all.iter().find(is_there) else {
            return Some(("dialogs-agree", format!("{user} alone knows {here:?}")));
        };
        let target = SipUri::parse(&dialog.remote_target).ok().and_then(|uri| uri.user);
        // A GRUU is an address of record with a parameter, not a Contact of its own (RFC 5627).
        let same_target =
            dialog.remote_target.contains(";gr") || target.as_deref() == Some(self.registers(*peer).contact_user());
        if Some(dialog.local_cseq) != there.remote_cseq || !same_target {
            return Some(("dialogs-agree", format!("{user}: {here:?} but {there:?}")));
        }
        let hold =
            |client: usize, session| self.ledgers[client].calls.get(&session).map(|call| call.hold).unwrap_or_default();
        let (ours, theirs) = (hold(*client, *session), hold(*peer, *other));
        (ours.asked && ours.confirmed && !theirs.by_peer || theirs.by_peer && !ours.asked)
            .then(|| ("holds-agree", format!("{user} {here:?}: {ours:?} but {theirs:?}")))
    }

    /// One call as it should be.
    fn call_cleanly(&mut self) {
        self.hang_up_all();
        self.pass(ALL_TIMERS);
        let whom = if self.scenario.between == Between::Lab { "boardroom" } else { USERS[1] };
        self.call(0, whom, Some(sdp::offer(1)));
        let ends = if self.scenario.between == Between::Lab { 1 } else { 2 };
        let standing = move |game: &Self| {
            let stands = |ledger: &crate::rules::Ledger| !ledger.live(|call| call.confirmed).is_empty();
            game.ledgers.iter().filter(|ledger| stands(ledger)).count() == ends
        };
        self.wait_for("clean-call", CLEAN_CALL, "confirmed", standing);
        self.hang_up_all();
        let over = |game: &Self| game.ledgers.iter().all(|ledger| ledger.live(|_| true).is_empty());
        self.wait_for("clean-call", CLEAN_CALL, "ended", over);
    }

    fn hang_up_all(&mut self) {
        for client in 0..USERS.len() {
            for session in self.ledgers[client].live(|_| true) {
                self.hang_up(client, session);
            }
        }
    }

    /// Nothing is left but registrations.
    fn calm_down(&mut self) {
        self.pass(ALL_TIMERS);
        for (client, user) in USERS.iter().enumerate() {
            let status = self.network.clients[client].status().endpoint;
            if status.transactions > KEEP_ALIVES || !status.calls.is_empty() {
                self.violate("no-stuck-transaction", format!("{user}: {status:?}"));
            }
            if let Some((session, call)) = self.ledgers[client].calls.iter().find(|(_, call)| !call.ended) {
                let detail = format!("{user}: no end of {session:?} {call:?}");
                self.violate("one-end", detail);
            }
            if !self.ledgers[client].requests.is_empty() {
                let detail = format!("{user}: none for {:?}", self.ledgers[client].requests);
                self.violate("one-outcome", detail);
            }
        }
    }

    /// Nothing at all is left.
    fn end(&mut self) {
        for client in 0..USERS.len() {
            self.input(client, Input::Stop);
        }
        self.pass(ALL_TIMERS);
        let now = self.now();
        for (client, user) in USERS.iter().enumerate() {
            let agent = &self.network.clients[client];
            let (status, timer) = (agent.status(), agent.next_deadline());
            let endpoint = &status.endpoint;
            let left = endpoint.flows + endpoint.calls.len() + endpoint.transactions;
            if left > 0 || timer.is_some() {
                let timer = timer.map(|at| at.duration_since(now));
                self.violate("nothing-left", format!("{user}: {status:?}, timer in {timer:?}"));
            }
        }
        let (server, timer) = (self.network.server.status(), self.network.server.next_deadline());
        let lab = server.lab.clone().unwrap_or_default();
        let left = server.flows + server.registered + lab.calls + lab.endpoint.calls.len() + lab.endpoint.transactions;
        if left > 0 || timer.is_some() {
            let timer = timer.map(|at: Instant| at.duration_since(now));
            self.violate("nothing-left", format!("server: {server:?}, timer in {timer:?}"));
        }
    }
}
