//! What the driver has to do.

use bytes::Bytes;

use super::{Event, FlowId, LocateId, ServerTarget, Transport};

/// What the endpoint or agent wants done.
#[derive(Clone, Debug)]
pub enum Output {
    /// Close this flow.
    CloseFlow(FlowId),
    /// Tell the owner.
    Event(Event),
    /// Find out where a domain is served (RFC 3263); the answer is [`crate::agent::Input::Located`].
    Locate { locate: LocateId, domain: String, transport: Option<Transport>, path: String },
    /// Open a flow to a server; the answer is [`super::FlowInput::Opened`] or [`super::FlowInput::Closed`].
    OpenFlow { flow: FlowId, server: ServerTarget },
    /// Send one SIP message (one WebSocket message, one datagram, or bytes of a stream).
    Send { flow: FlowId, bytes: Bytes },
}
