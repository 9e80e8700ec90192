//! What somebody outside wants of a lab.

use roombox_conference::vendor::{Room, Secret, VendorMessage};
use roombox_sip::api::{Cause, HeaderLine, SessionId};
use serde::Deserialize;

use crate::calls::{PURGATORY, Way};
use crate::faults::Faults;
use crate::machine::Signalling;
use crate::media::MediaRequest;
use crate::rules::Rules;

/// What somebody outside wants.
#[derive(Clone, Debug)]
pub enum Order {
    /// Let this user out of purgatory, into the room it has called.
    Admit(String),
    /// Cut every connection without a word.
    DropConnections,
    /// From now on these things go wrong and no others.
    Faults(Faults),
    /// End all calls of this user with BYE.
    HangUp(String),
    /// Send a vendor message (INFO without body) in every call of this user, whatever it means.
    Info {
        /// The user.
        user: String,
        /// Content-Type value.
        content_type: String,
        /// Names and values of the headers.
        headers: Vec<(String, String)>,
    },
    /// Give this user another token for the room it is in; the former one is worth nothing any more.
    IssueToken(String),
    /// Put this user into purgatory.
    Purgatory(String),
    /// Offer anew in every call of this user, with new ICE credentials where wanted.
    Renegotiate {
        /// The user.
        user: String,
        /// New ICE credentials.
        restart_ice: bool,
    },
    /// From now on participants may do this.
    Rules(Rules),
    /// Say this to a user, in every call of it or outside any; what it means is done here, too.
    Say {
        /// The user.
        user: String,
        /// What.
        message: VendorMessage,
        /// In which form.
        form: Form,
    },
}

/// In which form a vendor message travels (spec section 3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// INFO as servers of version 31 write it.
    #[default]
    Info,
    /// INFO with header names as of version 20.
    OldInfo,
    /// NOTIFY outside any call, for what can be said so; anything else is not said.
    Notify,
}

impl Signalling {
    pub(crate) fn on_order(&mut self, order: Order) {
        match order {
            Order::Admit(user) => self.for_each_call(&user, Self::admit),
            Order::DropConnections => self.flows.clone().into_iter().for_each(|flow| self.cut(flow)),
            Order::Faults(faults) => {
                self.ask_media(MediaRequest::Faults(faults.clone()));
                self.config.faults = faults;
            }
            Order::HangUp(user) => self.for_each_call(&user, |lab, session| lab.terminate(session, Cause::Bye)),
            Order::Info { user, content_type, headers } => {
                let lines: Vec<_> = headers.into_iter().map(|(name, value)| HeaderLine::new(name, value)).collect();
                self.for_each_call(&user, |lab, session| lab.send_info(session, &content_type, lines.clone()));
            }
            Order::IssueToken(user) => self.for_each_call(&user, Self::issue_token),
            Order::Purgatory(user) => self.for_each_call(&user, Self::detain),
            Order::Renegotiate { user, restart_ice } => self.for_each_call(&user, |lab, session| {
                if let Some(call) = lab.calls.by_session.get(&session).filter(|call| call.is_in_room()) {
                    let call = call.number;
                    lab.ask_media(MediaRequest::Offer { call, restart_ice });
                }
            }),
            Order::Rules(rules) => self.config.rules = rules,
            Order::Say { user, message, form: Form::Notify } => self.notify(&user, &message),
            Order::Say { user, message, form } => {
                self.for_each_call(&user, |lab, session| lab.say(session, &message, form));
            }
        }
    }

    fn for_each_call(&mut self, user: &str, mut act: impl FnMut(&mut Self, SessionId)) {
        self.calls.of_user(user).into_iter().for_each(|session| act(self, session));
    }

    fn admit(&mut self, session: SessionId) {
        let Some(Way::Room(stay)) = self.calls.by_session.get(&session).map(|call| &call.way) else { return };
        if stay.room == PURGATORY {
            self.enter(session, stay.wanted.clone());
        }
    }

    fn detain(&mut self, session: SessionId) {
        self.enter(session, PURGATORY.into());
    }

    /// Into this room, and tells so; everywhere but in purgatory with a token.
    pub(crate) fn enter(&mut self, session: SessionId, name: String) {
        let token = (name != PURGATORY).then(|| self.new_token());
        let Some(call) = self.calls.by_session.get(&session).filter(|call| call.is_in_room()) else { return };
        let participant = call.name.clone();
        let room = Room { name, participant, token, is_direct_peer_to_peer: false };
        self.say(session, &VendorMessage::EnterRoom(room), Form::Info);
    }

    fn new_token(&mut self) -> Secret {
        let fixed = self.config.bearer_token.clone();
        Secret::new(fixed.unwrap_or_else(|| self.random.token(40)))
    }

    fn issue_token(&mut self, session: SessionId) {
        let token = Secret::new(self.random.token(40));
        let Some(call) = self.calls.by_session.get(&session) else { return };
        let Way::Room(stay) = &call.way else { return };
        let (conference, participant, user) = (stay.room.clone(), call.name.clone(), call.user.clone());
        self.notify(&user, &VendorMessage::TokenIssued { conference, participant, token });
    }
}
