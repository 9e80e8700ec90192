//! What the owner asks for: start, restart, stop, and one look or sign of life.

use std::time::Instant;

use super::checks::Asker;
use super::{After, AutoConnect, Reason, tell_outcome, ticket};
use crate::api::{OperationKind, OperationOutcome, SipRequest};
use crate::catalogue::{AutoConnectPhase as Phase, ConnectionPhase, Fault};
use crate::connection::{Connection, Link};
use crate::context::Context;
use crate::queue::Ticket;

impl AutoConnect {
    pub(crate) fn start(&mut self, context: &mut Context, connection: &mut Connection, now: Instant) {
        let ticket = ticket(OperationKind::Start, context.next_operation());
        let rests = matches!(self.phase, Phase::Idle | Phase::ErrorTerminal | Phase::Disconnecting);
        let stops = self.phase == Phase::Disconnecting && self.after == After::Attempt;
        if !rests || stops || self.network.is_suspended() {
            tell_outcome(context, ticket, OperationOutcome::Coalesced);
            return;
        }
        self.push(context, connection, now, ticket);
    }

    pub(crate) fn restart(&mut self, context: &mut Context, connection: &mut Connection, now: Instant) {
        let ticket = ticket(OperationKind::Restart, context.next_operation());
        self.coalescer.accepts(now, Reason::ManualRestart);
        self.push(context, connection, now, ticket);
    }

    pub(crate) fn stop(&mut self, context: &mut Context, connection: &mut Connection, now: Instant) {
        let ticket = ticket(OperationKind::Stop, context.next_operation());
        self.network.forget();
        self.push(context, connection, now, ticket);
    }

    fn push(&mut self, context: &mut Context, connection: &mut Connection, now: Instant, ticket: Ticket) {
        let pushed = self.queue.push(ticket);
        for ticket in pushed.superseded {
            tell_outcome(context, ticket, OperationOutcome::Superseded);
        }
        if pushed.begins {
            self.begin(context, connection, now, ticket);
        }
    }

    pub(super) fn begin(&mut self, context: &mut Context, connection: &mut Connection, now: Instant, ticket: Ticket) {
        let after = if ticket.kind == OperationKind::Stop { After::Rest } else { After::Attempt };
        if after == After::Attempt {
            self.network.resume();
        }
        let down = matches!(connection.phase(), ConnectionPhase::Idle | ConnectionPhase::Disconnected);
        if self.phase == Phase::Disconnecting {
            self.after = after;
        } else if after == After::Attempt && self.phase == Phase::Idle && down && connection.is_stopped() {
            self.gate(context, connection, now);
        } else if after == After::Rest && self.phase == Phase::Idle && connection.is_stopped() {
            self.after = after;
            self.stopped(context, connection, now);
        } else {
            self.disconnect(context, connection, now, after);
        }
    }

    /// One look whether the server can be reached.
    pub(crate) fn check_telephony(&mut self, context: &mut Context, connection: &Connection, now: Instant) {
        let number = context.next_operation();
        if !self.checks.look(context, now, connection.server(), Asker::Command(number)) {
            let outcome = OperationOutcome::Failed(Fault::new("Telephony is not available"));
            tell_outcome(context, ticket(OperationKind::CheckTelephony, number), outcome);
        }
    }

    /// One sign of life from the server.
    pub(crate) fn ask_for_life(&mut self, context: &mut Context, connection: &Connection, now: Instant) {
        let number = context.next_operation();
        if connection.link() != Link::Established || !self.ping.ask(context, now, number) {
            let outcome = OperationOutcome::Failed(Fault::new("the connection is not established"));
            tell_outcome(context, ticket(OperationKind::Ping, number), outcome);
        }
    }

    /// Registers, or gives the registration back, or both.
    pub(crate) fn register(context: &mut Context, give_back: bool, take: bool) {
        if give_back {
            context.agent(SipRequest::Unregister);
        }
        if take {
            context.agent(SipRequest::Register);
        }
    }
}
