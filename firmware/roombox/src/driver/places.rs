//! Where SIP domains are served, looked up beside the loop.

use roombox_sip::{
    api::{FlowError, LocateId, ServerTarget, Transport},
    locate::Wish,
};
use roombox_sip_transports::Resolver;
use tokio::sync::mpsc;

/// What became of one question of the user agent.
pub(super) type Located = (LocateId, Result<Vec<ServerTarget>, FlowError>);

/// The way to the DNS and back.
pub(super) struct Places {
    found: mpsc::UnboundedSender<Located>,
    resolver: Resolver,
}

impl Places {
    pub(super) fn new(found: mpsc::UnboundedSender<Located>) -> Self {
        Self { found, resolver: Resolver::system() }
    }

    /// Begins a search; it ends by itself in time and is told then.
    pub(super) fn locate(&self, locate: LocateId, domain: String, transport: Option<Transport>, path: String) {
        let (found, resolver) = (self.found.clone(), self.resolver.clone());
        tokio::spawn(async move {
            let places = resolver.locate(Wish { domain, transport, path }, rand::random()).await;
            // The box has ended when nobody waits any more.
            let _ = found.send((locate, places));
        });
    }
}
