//! Connections between clients and the server.

use std::collections::BTreeMap;
use std::time::Instant;

use super::Side;
use crate::api::{FlowId, Transport};

/// One connection, or one UDP peer.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) client: usize,
    pub(super) flow: FlowId,
    /// A stream that lost something: it never comes back.
    pub(super) broken: bool,
    /// When the last thing arrived or arrives at the client and at the server: streams keep their order.
    last: [Option<Instant>; 2],
    pub(super) transport: Transport,
}

impl Link {
    pub(super) fn new(client: usize, flow: FlowId, transport: Transport) -> Self {
        Self { client, flow, broken: false, last: [None; 2], transport }
    }

    pub(super) fn is_stream(&self) -> bool {
        self.transport != Transport::Udp
    }

    /// When something that takes until `at` arrives at `to`, behind what was sent before.
    pub(super) fn arrival(&mut self, to: Side, at: Instant) -> Instant {
        let last = &mut self.last[usize::from(to == Side::Server)];
        let at = last.map_or(at, |last| at.max(last));
        *last = Some(at);
        at
    }
}

/// All connections by number.
#[derive(Debug, Default)]
pub(super) struct Links {
    open: BTreeMap<u64, Link>,
}

impl Links {
    pub(super) fn add(&mut self, number: u64, link: Link) {
        self.open.insert(number, link);
    }

    pub(super) fn get(&self, number: u64) -> Option<&Link> {
        self.open.get(&number)
    }

    /// Something is lost on this stream.
    pub(super) fn damage(&mut self, number: u64) {
        if let Some(link) = self.open.get_mut(&number) {
            link.broken = true;
        }
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Link> {
        self.open.get_mut(&number)
    }

    pub(super) fn remove(&mut self, number: u64) -> Option<Link> {
        self.open.remove(&number)
    }

    /// Takes out those for which `gone` holds.
    pub(super) fn take(&mut self, gone: impl Fn(&Link) -> bool) -> Vec<(u64, Link)> {
        self.open.extract_if(.., |_, link| gone(link)).collect()
    }

    /// The connection that this side knows by this flow.
    pub(super) fn find(&self, side: Side, flow: FlowId) -> Option<u64> {
        match side {
            Side::Server => self.open.keys().copied().find(|n| FlowId::accepted(*n) == flow),
            Side::Client(client) => {
                let here = |link: &Link| link.client == client && link.flow == flow;
                self.open.iter().find(|(_, link)| here(link)).map(|(n, _)| *n)
            }
        }
    }

    /// The other end of a connection and the flow it knows it by.
    pub(super) fn other_end(&self, side: Side, number: u64) -> Option<(Side, FlowId)> {
        let link = self.open.get(&number)?;
        Some(match side {
            Side::Client(_) => (Side::Server, FlowId::accepted(number)),
            Side::Server => (Side::Client(link.client), link.flow),
        })
    }
}
