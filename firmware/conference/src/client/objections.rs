//! Why a command cannot be carried out, where that is seen before anything is done. Each is told by `command:refused`, so
//! that whoever asked never waits for nothing.

use super::ConferenceClient;
use super::calls::Leg;
use crate::api::{CallId, Command, TransferTo};
use crate::connection::Link;

impl ConferenceClient {
    pub(super) fn objection(&self, command: &Command) -> Option<&'static str> {
        match command {
            Command::Call { .. } if self.connection.link() != Link::Established => Some("not connected"),
            Command::Call { .. } if self.calls.len() >= self.context.config.sessions.limit => {
                Some("there are as many calls as allowed")
            }
            Command::Register | Command::TryRegister | Command::Unregister if self.connection.is_stopped() => {
                Some("not connected")
            }
            Command::Register | Command::TryRegister | Command::Unregister if !self.context.config.register => {
                Some("a guest does not register")
            }
            Command::Redial { force: true } if !self.redial.can_be_forced() => Some("there is no call to bring back"),
            _ => match self.calls.get(command.call()?) {
                Some(leg) => self.objection_of(leg, command),
                None => Some("there is no such call"),
            },
        }
    }

    fn objection_of(&self, leg: &Leg, command: &Command) -> Option<&'static str> {
        match command {
            Command::Answer { .. } | Command::Decline { .. } | Command::Reject { .. } if !leg.call.is_ringing() => {
                Some("the call does not ring")
            }
            Command::Hold { .. } | Command::Transfer { .. } if !leg.call.is_up() => Some("the call does not stand"),
            Command::Transfer { call, to: TransferTo::Call(other) } if !self.can_meet(*call, *other) => {
                Some("there is no other call to connect it with")
            }
            _ => None,
        }
    }

    fn can_meet(&self, call: CallId, other: CallId) -> bool {
        call != other && self.calls.get(other).is_some_and(|leg| leg.call.session().is_some())
    }
}
