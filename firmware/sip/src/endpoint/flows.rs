//! The flows of an endpoint and how bytes on them become messages.

use std::collections::BTreeMap;
use std::time::Instant;

use bytes::Bytes;

use crate::api::{FlowId, Transport};
use crate::message::framing::{Frame, Framing, FramingError, StreamFramer, whole};
use crate::transaction::timing::GIVE_UP;

#[derive(Debug)]
struct Flow {
    framer: Option<StreamFramer>,
    learnt: Learnt,
    transport: Transport,
    /// Until when the message that has begun has to be whole: its sender waits no longer for an answer (timers B and F).
    whole_by: Option<Instant>,
}

/// What a registrar has told over a flow about its use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Learnt {
    /// `host:port` it sees us at, over UDP (RFC 3581).
    pub address: Option<String>,
    /// For Contact (RFC 5627).
    pub pub_gruu: Option<String>,
    /// Route of requests that begin something (RFC 3608).
    pub service_route: Vec<String>,
    /// The same as `pub_gruu` without a name in it; requests for it are for us.
    pub temp_gruu: Option<String>,
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
        self.open.insert(id, Flow { framer, learnt: Learnt::default(), transport, whole_by: None });
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
    pub(crate) fn received(&mut self, now: Instant, id: FlowId, bytes: Bytes) -> (Vec<Frame>, Option<FramingError>) {
        let Some(flow) = self.open.get_mut(&id) else { return (Vec::new(), None) };
        let Some(cutter) = &mut flow.framer else { return (whole(bytes).into_iter().collect(), None) };
        cutter.push(&bytes);
        let mut frames = Vec::new();
        let error = loop {
            match cutter.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        let same = flow.whole_by.filter(|_| frames.is_empty());
        flow.whole_by = cutter.is_unfinished().then(|| same.unwrap_or(now + GIVE_UP));
        (frames, error)
    }

    /// When the first message that has begun has to be whole.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.open.values().filter_map(|flow| flow.whole_by).min()
    }

    /// A flow whose message did not become whole in time.
    pub(crate) fn stalled(&self, now: Instant) -> Option<FlowId> {
        self.open.iter().find(|(_, flow)| flow.whole_by.is_some_and(|by| by <= now)).map(|(id, _)| *id)
    }

    pub(crate) fn transport(&self, id: FlowId) -> Option<Transport> {
        self.open.get(&id).map(|flow| flow.transport)
    }

    /// What was learnt over this flow.
    pub(crate) fn learnt(&self, id: FlowId) -> Option<&Learnt> {
        self.open.get(&id).map(|flow| &flow.learnt)
    }

    /// The same, to be changed.
    pub(crate) fn learnt_mut(&mut self, id: FlowId) -> Option<&mut Learnt> {
        self.open.get_mut(&id).map(|flow| &mut flow.learnt)
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
