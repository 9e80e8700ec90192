//! The vocabulary between the SIP core and whoever drives it: inputs, commands, outputs and events.
#![allow(missing_docs, reason = "the sentence above a variant tells its fields")]

mod body;
mod cause;
mod command;
mod event;
mod flow;
mod ids;
mod output;

pub use body::{Body, FinalResponse, HeaderLine};
pub use cause::{Cause, Failure, Originator, PeerReason};
pub use command::{Command, InviteOptions, ReferTo, Reliable};
pub use event::{AgentEvent, Event, FlowChange, HoldState, SubscriptionState};
pub use flow::{FlowError, FlowInput, Server, ServerTarget, Transport};
pub use ids::{FlowId, LocateId, RequestId, SessionId, SubscriptionId};
pub use output::Output;
