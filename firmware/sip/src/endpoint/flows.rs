//! The flows of an endpoint and how bytes on them become messages.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::api::{FlowId, Transport};
use crate::message::framing::{Frame, Framing, FramingError, StreamFramer, whole};

#[derive(Debug)]
struct Flow {
    framer: Option<StreamFramer>,
    transport: Transport,
}

/// All open flows.
#[derive(Debug, Default)]
pub(crate) struct Flows {
    default: Option<FlowId>,
    open: BTreeMap<FlowId, Flow>,
}

impl Flows {
    /// A flow is up.
    pub(crate) fn opened(&mut self, id: FlowId, transport: Transport) {
        let framer = (Framing::from(transport) == Framing::Stream).then(StreamFramer::default);
        self.open.insert(id, Flow { framer, transport });
        self.default = self.default.or(Some(id));
    }

    /// A flow is gone; was it there?
    pub(crate) fn closed(&mut self, id: FlowId) -> bool {
        if self.default == Some(id) {
            self.default = None;
        }
        self.open.remove(&id).is_some()
    }

    /// Bytes came in; gives the frames in them, and whether the stream is broken after them.
    pub(crate) fn received(&mut self, id: FlowId, bytes: Bytes) -> (Vec<Frame>, Option<FramingError>) {
        let Some(flow) = self.open.get_mut(&id) else { return (Vec::new(), None) };
        let Some(cutter) = &mut flow.framer else { return (whole(bytes).into_iter().collect(), None) };
        cutter.push(&bytes);
        let mut frames = Vec::new();
        loop {
            match cutter.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => return (frames, None),
                Err(error) => return (frames, Some(error)),
            }
        }
    }

    pub(crate) fn transport(&self, id: FlowId) -> Option<Transport> {
        self.open.get(&id).map(|flow| flow.transport)
    }

    /// The flow for new sessions and requests.
    pub(crate) fn default_flow(&self) -> Option<FlowId> {
        self.default
    }

    pub(crate) fn set_default(&mut self, id: FlowId) {
        if self.open.contains_key(&id) {
            self.default = Some(id);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }
}
