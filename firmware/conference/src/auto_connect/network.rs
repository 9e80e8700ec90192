//! Changes of the network (spec section 5.3).

use std::time::Instant;

use super::checks::Asker;
use super::{After, AutoConnect, NetworkReaction, Reason};
use crate::api::NetworkEvent;
use crate::catalogue::AutoConnectPhase as Phase;
use crate::connection::Connection;
use crate::context::Context;

/// Whether there is a network.
#[derive(Debug, Default)]
pub(super) struct Network {
    /// Without network; a client without call rests from then on.
    offline: Option<Instant>,
    /// Resting for want of a network.
    suspended: bool,
}

impl Network {
    pub(super) const fn is_suspended(&self) -> bool {
        self.suspended
    }

    /// A person has stopped the client.
    pub(super) const fn forget(&mut self) {
        (self.offline, self.suspended) = (None, false);
    }

    pub(super) const fn resume(&mut self) {
        self.suspended = false;
    }

    pub(super) fn next_deadline(&self, in_call: bool) -> Option<Instant> {
        self.offline.filter(|_| !in_call)
    }
}

impl AutoConnect {
    pub(crate) fn handle_network(
        &mut self,
        context: &mut Context,
        connection: &mut Connection,
        now: Instant,
        event: NetworkEvent,
    ) {
        let policy = context.config.network;
        match event {
            NetworkEvent::Offline => {
                if !matches!(self.phase, Phase::Idle | Phase::Disconnecting) {
                    self.network.offline.get_or_insert(now + policy.grace);
                }
            }
            NetworkEvent::Online => {
                self.network.offline = None;
                if std::mem::take(&mut self.network.suspended) {
                    self.resume(context, connection, now);
                } else {
                    self.react(context, connection, now, policy.online, Reason::NetworkOnline);
                }
            }
            NetworkEvent::Changed => self.react(context, connection, now, policy.changed, Reason::NetworkChange),
        }
    }

    /// Works again after a time without network.
    fn resume(&mut self, context: &mut Context, connection: &mut Connection, now: Instant) {
        if self.phase == Phase::Disconnecting {
            self.after = After::Attempt;
        } else if self.phase == Phase::Idle {
            self.gate(context, connection, now);
        }
    }

    /// The grace is over: rest until the network is back. A call is never given up for that.
    pub(super) fn network_timeout(&mut self, context: &mut Context, connection: &mut Connection, now: Instant) {
        if self.in_call || self.network.offline.take_if(|at| *at <= now).is_none() {
            return;
        }
        if !matches!(self.phase, Phase::Idle | Phase::Disconnecting | Phase::ErrorTerminal) {
            self.network.suspended = true;
            self.disconnect(context, connection, now, After::Rest);
        }
    }

    fn react(
        &mut self,
        context: &mut Context,
        connection: &mut Connection,
        now: Instant,
        reaction: NetworkReaction,
        reason: Reason,
    ) {
        match (reaction, self.phase) {
            (NetworkReaction::Ignore, _) | (_, Phase::Idle | Phase::Disconnecting | Phase::ErrorTerminal) => {}
            (NetworkReaction::Probe, Phase::ConnectedMonitoring) if Self::is_up(connection) => {
                self.ping.probe(context, now);
            }
            (NetworkReaction::Probe, Phase::WaitingBeforeRetry) => {
                if !self.checks.is_asked_by(Asker::Network) {
                    self.checks.look(context, now, connection.server(), Asker::Network);
                }
            }
            (NetworkReaction::Probe | NetworkReaction::Reconnect, _) => self.request(context, connection, now, reason),
        }
    }
}
