//! What is true at the server, and whether every box tells the same.

use std::collections::BTreeSet;

use roombox_conference::api::{CallId, CallState};
use roombox_conference::catalogue::PresentationPhase;
use roombox_sip::machine::Machine;

use super::RoomGame;
use super::made::user;
use super::watch::Broken;
use crate::player::sdp::Origin;
use crate::servers::Participant;

impl RoomGame {
    /// Ends of media that are there: the lab's participants and the calls of all boxes.
    pub(super) fn far_ends(&self) -> BTreeSet<Origin> {
        let status = self.network.server.status();
        let rooms = status.records.participants.keys().map(|call| Origin { who: status.name.clone(), call: *call });
        let boxes = (0..self.scenario.boxes).flat_map(|number| {
            let who = user(self.scenario, number);
            self.network.clients[number].media.open().map(move |call| Origin { who: who.clone(), call: call.0 })
        });
        rooms.chain(boxes).collect()
    }

    /// Does every box tell what is true?
    pub(super) fn disagreement(&self) -> Option<(usize, Broken)> {
        (0..self.scenario.boxes).find_map(|number| Some((number, self.disagreement_of(number)?)))
    }

    fn disagreement_of(&self, number: usize) -> Option<Broken> {
        let node = &self.network.clients[number];
        let (status, records) = (node.status(), self.network.server.status().records);
        let who = user(self.scenario, number);
        let told = |what: &str, here: String, there: String| {
            Some(("state-agrees", format!("{what}: the box tells {here}, the server {there}")))
        };
        let registered = records.registered.contains(&who);
        if self.scenario.registers && status.client.registered != registered {
            return told("registration", status.client.registered.to_string(), registered.to_string());
        }
        let mine = |participant: &&Participant| participant.origin.as_ref().is_some_and(|origin| origin.who == who);
        let there: Vec<_> = records.participants.values().filter(mine).collect();
        let here = node.watch.calls.standing();
        let known = there.iter().filter_map(|p| Some(CallId(p.origin.as_ref()?.call))).collect::<BTreeSet<_>>();
        if !known.is_subset(here) || known.len() != there.len() {
            return told("calls", format!("{here:?}"), format!("{there:?}"));
        }
        for participant in there {
            let call = CallId(participant.origin.as_ref()?.call);
            let hold = node.watch.calls.hold(call);
            if participant.holds != (hold.asked && hold.confirmed) {
                return told("hold", format!("{hold:?}"), participant.holds.to_string());
            }
            if self.media_states[number].is_some_and(|state| participant.media_state != Some(state)) {
                return told(
                    "media state",
                    format!("{:?}", self.media_states[number]),
                    format!("{:?}", participant.media_state),
                );
            }
            if let CallState::InCall { call: present, room, .. } = &status.client.call
                && *present == call
            {
                let presents = status.client.snapshot.presentation == PresentationPhase::Active;
                if presents != participant.presents {
                    return told("presentation", presents.to_string(), participant.presents.to_string());
                }
                if room.as_ref() != Some(&participant.room) {
                    return told("room", format!("{room:?}"), participant.room.clone());
                }
                let (role, wanted) = (&status.client.snapshot.call_session_state.role, &self.roles[number]);
                if wanted.as_ref().is_some_and(|wanted| wanted != role) {
                    return told("role", format!("{role:?}"), format!("{wanted:?}"));
                }
            }
        }
        None
    }
}
