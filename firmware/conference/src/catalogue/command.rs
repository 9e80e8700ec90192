//! `command:` what the client was asked and could not do at all. In the library of old these are errors that a function
//! throws, no events.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Fault;
use crate::api::CallId;

events! {
    /// `command:` events.
    CommandEvent {
        /// Nothing was done. `call` is absent when the command was for none.
        "command:refused" Refused {
            command: CommandName,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            call: Option<CallId>,
            error: Fault,
        },
    }
}

/// Which command. Those that are missing here always do something, or tell by events of their own what became of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CommandName {
    /// Answer a ringing call.
    Answer,
    /// Ask to switch the camera on.
    AskForCamera,
    /// Steer the video balancer.
    Balance,
    /// Make another call.
    Call,
    /// Refuse a ringing call here.
    Decline,
    /// Telephone keys.
    Dtmf,
    /// End a call.
    HangUp,
    /// Hold, or go on.
    Hold,
    /// The presentation.
    Present,
    /// What a spectator receives.
    ReceiveQuality,
    /// Dial at once.
    Redial,
    /// Decline to switch a device on.
    RefuseDevice,
    /// Register.
    Register,
    /// Refuse a ringing call everywhere.
    Reject,
    /// Offer again.
    Renegotiate,
    /// Another source of the camera picture.
    ReplaceCamera,
    /// New ICE credentials.
    RestartIce,
    /// Channels of the box.
    SendChannels,
    /// Hand a call on.
    Transfer,
    /// Give the registration back, then register.
    TryRegister,
    /// Give the registration back.
    Unregister,
}
