//! The course of a run: start, mishaps, recovery, agreement, the end.

use std::time::Duration;

use roombox_conference::api::{CallId, CallState, Command, ConnectionState};
use roombox_conference::catalogue::PresentationPhase;
use roombox_sip::machine::Machine;

use super::deeds::room;
use super::node::Input;
use super::{Job, RoomGame, user};
use crate::servers::{self, Mood as ServerMood};

/// Until a call can be made on a good network.
const AT_THE_START: Duration = Duration::from_secs(15);
/// The registration comes back within [`crate::REGISTERED_AGAIN`], four minutes; then the call, after the longest wait of a
/// redial (30 s), an INVITE that nobody has answered (a minute) and another wait.
pub(super) const IN_CALL_AGAIN: Duration = Duration::from_mins(6);
/// The longest anything may still take when nothing new begins.
const QUIET: Duration = Duration::from_mins(1);
/// 64*T1, the longest linger (timers D and K), and a little.
const ALL_TIMERS: Duration = Duration::from_secs(72);

impl RoomGame {
    /// Everybody starts and auto-dials the room.
    pub(super) fn begin(&mut self) {
        for number in 0..self.scenario.boxes {
            self.command(number, Command::Start);
            self.command(number, Command::Join { target: room(), keep: true });
        }
        self.wait_for("in-the-call", AT_THE_START, "in the call at the start", Self::all_in_call);
    }

    /// Persons act and mishaps happen.
    pub(super) fn freely(&mut self) {
        self.network.tell_server(servers::Input::Mood(ServerMood::Unreliable));
        for number in 0..self.scenario.boxes {
            self.later(self.scenario.deed_every_ms, Job::Deed(number));
        }
        if !self.scenario.mishaps.is_empty() {
            self.later(self.scenario.mishap_every_ms, Job::Mishap);
        }
        self.pass(Duration::from_secs(self.scenario.seconds));
    }

    pub(super) fn is_in_call(&self, number: usize) -> bool {
        let call = self.network.clients[number].status().client.call;
        let target = room();
        matches!(call, CallState::InCall { target: to, media_connected: true, .. } if to == target)
    }

    pub(super) fn all_in_call(&self) -> bool {
        (0..self.scenario.boxes).all(|number| self.is_in_call(number))
    }

    /// All mishaps end. Boxes that auto-dial come back without anybody; at the others a person joins again.
    pub(super) fn recover(&mut self) {
        self.free = false;
        // What a person has promised to undo is undone: starting after a stop, registering again.
        self.agenda.retain(|job| matches!(job, Job::Input(..) | Job::Look));
        self.heal();
        self.run_until(self.wake);
        for number in 0..self.scenario.boxes {
            self.do_what_needs_a_person(number);
        }
        self.wait_for("in-the-call", IN_CALL_AGAIN, "in the call after the last mishap", Self::all_in_call);
    }

    fn do_what_needs_a_person(&mut self, number: usize) {
        let status = self.network.clients[number].status().client;
        let wanted = self.network.clients[number].watch.wish.target().is_some();
        self.end_side_calls(number);
        if !wanted {
            // A person ends all that is under way: call by call, and what brings them back.
            for _ in 0..5 {
                self.command(number, Command::Leave);
            }
        }
        let rests = matches!(
            status.connection,
            ConnectionState::Idle | ConnectionState::Disconnected { needs_person: true, .. }
        );
        if !wanted || rests {
            self.command(number, Command::Start);
            self.tell(number, Input::Register);
        }
        if !wanted {
            self.command(number, Command::Join { target: room(), keep: true });
        }
    }

    /// What nobody brings back is ended by a person.
    fn end_side_calls(&mut self, number: usize) {
        let watch = &self.network.clients[number].watch;
        let aside = |call: &CallId| watch.calls.peer(*call) != watch.wish.target();
        let calls: Vec<_> = watch.calls.under_way().filter(aside).collect();
        for call in calls {
            self.command(number, Command::HangUp { call });
        }
    }

    /// Everybody knows the same.
    pub(super) fn agree(&mut self) {
        self.pass(QUIET);
        self.admit_everybody();
        self.pass(QUIET);
        // A refresh may be on its way at this very moment; it is over within a second.
        for _ in 0..3 {
            if self.disagreement().is_none() {
                break;
            }
            self.pass(Duration::from_secs(1));
        }
        if let Some((number, broken)) = self.disagreement() {
            self.check(number, Err(broken));
        }
        for number in 0..self.scenario.boxes {
            let phase = self.network.clients[number].status().client.snapshot.presentation;
            if matches!(phase, PresentationPhase::Starting | PresentationPhase::Stopping) {
                self.check(number, Err(("presentation-ends", format!("still {phase:?}"))));
            }
            let unfinished = self.network.clients[number].watch.unfinished();
            self.check(number, unfinished);
        }
        if !self.all_in_call() {
            let told = self.told();
            self.violate("in-the-call", format!("not in the call when quiet: {told}"));
        }
    }

    /// Everybody stops; nothing at all is left.
    pub(super) fn end(&mut self) {
        for number in 0..self.scenario.boxes {
            self.command(number, Command::Stop);
        }
        self.pass(ALL_TIMERS);
        let now = self.now();
        for number in 0..self.scenario.boxes {
            let node = &self.network.clients[number];
            let (status, timer, unfinished) = (node.status(), node.next_deadline(), node.watch.unfinished());
            let endpoint = &status.agent.endpoint;
            let media = node.media.open().count() + node.media.receiving().count();
            let left = endpoint.flows + endpoint.calls.len() + endpoint.transactions + media;
            if left > 0 || timer.is_some() || status.client.call != CallState::Idle {
                let timer = timer.map(|at| at.duration_since(now));
                let who = user(self.scenario, number);
                self.violate("nothing-left", format!("{who}: {media} media, timer in {timer:?}, {status:?}"));
            }
            self.check(number, unfinished);
        }
        let server = self.network.server.status();
        let lab = server.lab.clone().unwrap_or_default();
        let left = server.flows + server.registered + lab.calls + lab.endpoint.calls.len() + lab.endpoint.transactions;
        if left > 0 {
            self.violate("nothing-left", format!("server: {server:?}"));
        }
    }
}
