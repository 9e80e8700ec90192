//! What the owner asks for.

use std::time::Instant;

use super::ConferenceClient;
use crate::api::{CallId, Command, Event};
use crate::auto_connect::AutoConnect;
use crate::call::{Call, Dialled, Step};
use crate::catalogue::CancelReason;
use crate::vendor::MediaState;

impl ConferenceClient {
    pub(super) fn command(&mut self, now: Instant, command: Command) {
        if let Some(objection) = self.objection(&command) {
            return self.context.refuse(&command, objection);
        }
        match command {
            Command::Answer { call } => self.answer(now, call),
            Command::Call { target, presentation } => self.call(now, target, presentation),
            Command::Join { target, keep } => self.join(now, target, keep),
            Command::ConnectAndCall { target } => self.connect_and_call(now, target),
            Command::Leave => {
                if !self.end_undertaking(now) {
                    self.leave(now);
                }
            }
            Command::MediaState { microphone, camera } => {
                self.context.media_state = MediaState { microphone, camera };
                self.with_every_call(now, |leg, context| leg.command(context, now, &command));
            }
            Command::Stop => {
                if !self.end_undertaking(now) {
                    self.stop(now, CancelReason::Manual);
                }
            }
            Command::Redial { force: true } => self.redial.force(),
            Command::Redial { force: false } => self.redial.forget(&mut self.context, CancelReason::Disarm),
            Command::Transfer { call, to } => self.transfer(call, to),
            other if other.call().is_none() => self.connection_command(now, &other),
            for_one => self.command_for_call(now, &for_one),
        }
    }

    fn connection_command(&mut self, now: Instant, command: &Command) {
        let (auto_connect, connection) = (&mut self.auto_connect, &mut self.connection);
        let context = &mut self.context;
        match command {
            Command::CheckTelephony => auto_connect.check_telephony(context, connection, now),
            Command::Ping => auto_connect.ask_for_life(context, connection, now),
            Command::Register => AutoConnect::register(context, false, true),
            Command::Restart => auto_connect.restart(context, connection, now),
            Command::Start => auto_connect.start(context, connection, now),
            Command::TryRegister => AutoConnect::register(context, true, true),
            Command::Unregister => AutoConnect::register(context, true, false),
            // The rest is for one call.
            _ => {}
        }
    }

    /// What is for one call, and what else has to happen with it.
    fn command_for_call(&mut self, now: Instant, command: &Command) {
        let Some(call) = command.call() else { return };
        match command {
            Command::Decline { .. } | Command::Reject { .. } => self.incoming.declined(&mut self.context, call),
            Command::HangUp { .. } if self.calls.is_kept(call) => {
                self.redial.forget(&mut self.context, CancelReason::LocalHangup);
            }
            Command::Hold { hold, .. } => return self.hold(call, *hold),
            _ => {}
        }
        self.with_call(now, call, |leg, context| leg.command(context, now, command));
    }

    /// Asked for what is so already, the facts are told again.
    fn hold(&mut self, call: CallId, hold: bool) {
        let Some(leg) = self.calls.get_mut(call) else { return };
        let facts = leg.call.hold();
        if facts.asked == hold {
            self.context.event(Event::CallHold { call, hold: facts });
        }
        if hold {
            leg.set_aside = false;
            leg.call.ask_hold(&mut self.context, true);
        } else {
            self.calls.set_others_aside(&mut self.context, call);
        }
    }

    /// A call beside the one that is wanted.
    fn call(&mut self, now: Instant, target: String, presentation: bool) {
        let call = Call::dial(&mut self.context, now, Dialled { target, presentation, follows: None });
        self.make(now, call);
    }

    fn join(&mut self, now: Instant, target: String, keep: bool) {
        if let Some(state) = self.undertaking.give_way() {
            self.context.event(Event::ConnectAndCall(state));
        }
        if let Some(leg) = self.calls.present().filter(|leg| leg.call.is_to(&target)) {
            let call = leg.call.id();
            self.calls.keep(call);
            self.redial.keep_present(&mut self.context, target, keep);
            return;
        }
        self.leave_all(now, CancelReason::LocalHangup);
        self.redial.want(&mut self.context, target, keep);
    }

    /// The call the room is in ends. What is wanted is given up, unless that call is on hold meanwhile.
    fn leave(&mut self, now: Instant) {
        let Some(call) = self.calls.present().map(|leg| leg.call.id()) else {
            self.redial.forget(&mut self.context, CancelReason::LocalHangup);
            return;
        };
        if self.calls.is_kept(call) || !self.calls.has_kept() {
            self.redial.forget(&mut self.context, CancelReason::LocalHangup);
        }
        self.hang_up(now, call);
    }

    /// Calls, registration and connection end.
    pub(super) fn stop(&mut self, now: Instant, why: CancelReason) {
        self.leave_all(now, why);
        self.auto_connect.stop(&mut self.context, &mut self.connection, now);
    }

    /// Nothing is left.
    fn leave_all(&mut self, now: Instant, why: CancelReason) {
        self.redial.forget(&mut self.context, why);
        for call in self.calls.ids() {
            self.hang_up(now, call);
        }
    }

    fn hang_up(&mut self, now: Instant, call: CallId) {
        self.with_call(now, call, |leg, context| Step::Break(leg.call.leave(context)));
    }
}
