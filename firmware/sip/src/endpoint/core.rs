//! What every part of an endpoint works with: identity, flows, transactions, randomness, outputs.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use super::flows::Flows;
use super::refer::Watch;
use super::{EndpointConfig, Role};
use crate::api::{Event, FlowId, HeaderLine, Output, Reliable, RequestId, SessionId, SubscriptionId, Transport};
use crate::digest::client::AuthError;
use crate::digest::{Asker, ClientAuth};
use crate::ident::Random;
use crate::message::inspect::SUPPORTED;
use crate::message::name_addr::NameAddr;
use crate::message::{Request, Response};
use crate::transaction::{Path, TransactionEvent, TransactionId, Transactions};

/// Challenges answered for one request at most: two proxies and the far end, and for two of them a stale nonce.
const MAX_AUTH_ROUNDS: u8 = 5;

/// Who waits for the outcome of a client transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// An INVITE of a session that is over: to be cancelled (with this Reason), or acknowledged and ended.
    Abandoned { cancelled: bool, reason: Option<String>, session: SessionId },
    /// Nobody; only a challenge is answered.
    Detached,
    /// The agent's keep-alive: any answer is a sign of life.
    KeepAlive,
    /// Nobody any more: the BYE of a session that is over.
    Leaving(SessionId),
    /// The agent's registration.
    Register,
    /// A transfer asked for by us.
    Refer(RequestId),
    /// A transfer asked for by a peer: news of its call.
    Report(RequestId),
    /// The owner of the endpoint.
    Request(RequestId),
    /// A session.
    Session(SessionId, Purpose),
    /// A subscription of ours.
    Subscription(SubscriptionId),
}

/// Which request of a session it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Invite,
    /// Re-INVITE or UPDATE with an offer.
    Offer,
    /// Acknowledges a reliable provisional response.
    Prack,
    /// OPTIONS inside the dialog: does the peer still know it?
    Probe,
    /// UPDATE without a description, which only keeps the session alive.
    Refresh,
    /// INFO, MESSAGE… of the owner.
    Request(RequestId),
    /// INFO with one telephone key.
    Tone,
}

#[derive(Clone, Debug)]
struct Owned {
    auth_rounds: u8,
    owner: Owner,
}

/// The outcome of a REGISTER, for the agent.
#[derive(Clone, Debug)]
pub(crate) struct RegisterOutcome {
    /// It carried credentials.
    pub authorized: bool,
    pub cseq: u32,
    pub result: Result<Response, crate::api::Failure>,
}

#[derive(Debug)]
pub(crate) struct Core {
    pub auth: ClientAuth,
    pub config: EndpointConfig,
    pub contact_host: String,
    pub contact_user: String,
    pub flows: Flows,
    pub outputs: VecDeque<Output>,
    /// Sessions that ended since they were looked after.
    over: Vec<SessionId>,
    owners: BTreeMap<TransactionId, Owned>,
    /// The flow on which a CRLF came last, for the agent.
    pub pong: Option<FlowId>,
    pub random: Random,
    pub register_outcome: Option<RegisterOutcome>,
    pub transactions: Transactions,
    pub watch: Watch,
}

impl Core {
    pub(crate) fn new(config: EndpointConfig, seed: u64) -> Self {
        let mut random = Random::new(seed);
        Self {
            auth: ClientAuth::new(config.credentials.clone()).with_realms(config.realm_credentials.clone()),
            contact_host: config.contact_host.clone().unwrap_or_else(|| format!("{}.invalid", random.token(12))),
            contact_user: config.contact_user.clone().unwrap_or_else(|| random.token(8)),
            config,
            flows: Flows::default(),
            outputs: VecDeque::new(),
            over: Vec::new(),
            owners: BTreeMap::new(),
            pong: None,
            random,
            register_outcome: None,
            transactions: Transactions::default(),
            watch: Watch::default(),
        }
    }

    /// A session is over: what its challenges have taught is of no more use, unless its BYE may still be challenged.
    pub(crate) fn session_over(&mut self, id: SessionId, call_id: &str) {
        if !self.owners.values().any(|owned| owned.owner == Owner::Leaving(id)) {
            self.auth.forget(call_id);
        }
        self.over.push(id);
    }

    /// Offers of sessions that are over and still ring at the peer have a time limit from now on.
    pub(crate) fn give_up_offers(&mut self, now: Instant) {
        for over in std::mem::take(&mut self.over) {
            let of_session = |owned: &Owned| matches!(owned.owner, Owner::Session(id, _) if id == over);
            for id in self.owners.iter().filter(|(_, owned)| of_session(owned)).map(|(id, _)| *id) {
                self.transactions.give_up_later(now, id);
            }
        }
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.watch.see(&event);
        self.outputs.push_back(Output::Event(event));
    }

    /// Moves what the transactions want sent to the outputs, in order with everything else.
    pub(crate) fn flush(&mut self) {
        while let Some((flow, bytes)) = self.transactions.poll_send() {
            self.outputs.push_back(Output::Send { flow, bytes });
        }
    }

    pub(crate) fn path(&self, flow: FlowId) -> Path {
        Path { flow, reliable: self.flows.transport(flow) != Some(Transport::Udp) }
    }

    fn via(&mut self, flow: FlowId) -> String {
        let (name, rport) = match self.flows.transport(flow) {
            Some(Transport::Tcp) | None => ("TCP", ""),
            Some(Transport::Tls) => ("TLS", ""),
            // RFC 3581: the answer comes back to where the request came from.
            Some(Transport::Udp) => ("UDP", ";rport"),
            Some(Transport::Ws) => ("WS", ""),
            Some(Transport::Wss) => ("WSS", ""),
        };
        format!("SIP/2.0/{name} {};branch={}{rport}", self.contact_host, self.random.branch())
    }

    /// Our Contact URI on this flow. RFC 7118 uses `transport=ws` for secure WebSocket too.
    /// Over UDP the host is the address that the server sees, once it is known (RFC 3581).
    pub(crate) fn contact_uri(&self, flow: FlowId) -> String {
        let seen = self.flows.learnt(flow).and_then(|learnt| learnt.address.as_deref());
        let host = seen.unwrap_or(&self.contact_host);
        let transport = match self.flows.transport(flow) {
            Some(Transport::Tcp) => ";transport=tcp",
            Some(Transport::Tls) => ";transport=tls",
            Some(Transport::Ws | Transport::Wss) => ";transport=ws",
            Some(Transport::Udp) | None => "",
        };
        format!("sip:{}@{host}{transport}", self.contact_user)
    }

    /// Contact of dialogs; `;ob` asks an edge proxy to keep to this flow (RFC 5626 section 4.3).
    /// A GRUU that the registrar gave us reaches us wherever we are (RFC 5627).
    pub(crate) fn contact(&self, flow: FlowId) -> String {
        if let Some(gruu) = self.flows.learnt(flow).and_then(|learnt| learnt.pub_gruu.as_deref()) {
            return format!("<{gruu}>");
        }
        let ob = if self.config.role == Role::Client { ";ob" } else { "" };
        format!("<{}{ob}>", self.contact_uri(flow))
    }

    /// Our address of record with a fresh tag, for From.
    pub(crate) fn from(&mut self, tag: &str) -> String {
        let mut from = NameAddr::new(self.config.aor.clone());
        from.display = Some(self.config.display_name.clone());
        from.params.set("tag", tag);
        from.to_string()
    }

    pub(crate) fn allow(&self) -> String {
        self.config.allowed_methods.join(",")
    }

    /// Supported: `timer` only when it is to be offered or answers an offer.
    pub(crate) fn supported(&self, timer: bool) -> String {
        Self::supported_with(self.config.reliable != Reliable::Off, timer)
    }

    /// Supported, with reliable provisional responses and session timers or without.
    pub(crate) fn supported_with(reliable: bool, timer: bool) -> String {
        let wanted = |e: &&&str| (timer || **e != "timer") && (reliable || **e != "100rel");
        SUPPORTED.iter().filter(wanted).copied().collect::<Vec<_>>().join(",")
    }

    /// Adds User-Agent or Server.
    pub(crate) fn sign(&self, headers: &mut crate::message::Headers) {
        let name = if self.config.role == Role::Server { "Server" } else { "User-Agent" };
        if !self.config.user_agent.is_empty() {
            headers.push(name, self.config.user_agent.clone());
        }
    }

    /// Sends a request in a transaction of its own: adds Via, known credentials and our name.
    pub(crate) fn send(&mut self, now: Instant, flow: FlowId, request: Request, owner: Owner) -> TransactionId {
        self.send_round(now, flow, request, Owned { auth_rounds: 0, owner })
    }

    fn send_round(&mut self, now: Instant, flow: FlowId, mut request: Request, owned: Owned) -> TransactionId {
        let via = self.via(flow);
        request.headers.push_front("Via", via);
        if owned.auth_rounds == 0 {
            self.route(flow, &mut request);
            self.auth.add_known(&mut request, &mut self.random);
            self.sign(&mut request.headers);
        }
        let id = self.transactions.send_request(now, self.path(flow), request);
        self.owners.insert(id, owned);
        self.flush();
        id
    }

    /// A request that begins something goes by the way the registrar named (RFC 3608); REGISTER does not.
    fn route(&self, flow: FlowId, request: &mut Request) {
        let inside = request.headers.address("To").is_ok_and(|to| to.tag().is_some());
        if inside || request.method == "REGISTER" || request.headers.get("Route").is_some() {
            return;
        }
        for route in self.flows.learnt(flow).into_iter().flat_map(|learnt| &learnt.service_route) {
            request.headers.push("Route", route.clone());
        }
    }

    /// CANCEL goes with the branch of what it cancels (RFC 3261 section 9.1).
    pub(crate) fn send_cancel(&mut self, now: Instant, invite: TransactionId, reason: Option<String>) {
        let Some((request, path)) =
            self.transactions.client_request(invite).cloned().zip(self.transactions.client_path(invite))
        else {
            return;
        };
        let mut cancel = request.clone();
        cancel.method = crate::message::Method::new("CANCEL");
        cancel.headers = crate::message::Headers::default();
        cancel.body = bytes::Bytes::new();
        for name in ["Via", "Route", "Max-Forwards", "To", "From", "Call-ID"] {
            for value in request.headers.all(name) {
                cancel.headers.push(name, value);
            }
        }
        let number = request.headers.cseq().map_or(0, |cseq| cseq.number);
        cancel.headers.push("CSeq", format!("{number} CANCEL"));
        cancel.headers.copy_credentials(&request.headers);
        if let Some(reason) = reason {
            cancel.headers.push("Reason", reason);
        }
        self.sign(&mut cancel.headers);
        let id = self.transactions.send_request(now, path, cancel);
        self.owners.insert(id, Owned { auth_rounds: MAX_AUTH_ROUNDS, owner: Owner::Detached });
        self.transactions.give_up_later(now, invite);
        self.flush();
    }

    /// Sends ACK for a 2xx; it has no transaction, so the bytes are given back to be sent again.
    pub(crate) fn send_ack(&mut self, flow: FlowId, mut ack: Request) -> bytes::Bytes {
        let via = self.via(flow);
        ack.headers.push_front("Via", via);
        self.sign(&mut ack.headers);
        let bytes = ack.to_bytes();
        self.outputs.push_back(Output::Send { flow, bytes: bytes.clone() });
        bytes
    }

    /// Answers a 401 or 407 by sending the request again with the next CSeq; the owner stays. `last` is the last number of
    /// its dialog, which may have moved on meanwhile; 0 outside dialogs.
    pub(crate) fn answer_challenge(
        &mut self,
        now: Instant,
        event: &TransactionEvent,
        response: &Response,
        last: u32,
    ) -> Result<(TransactionId, Request), AuthError> {
        let mut request = event.request.clone();
        let owned = self
            .owners
            .get(&event.id)
            .cloned()
            .filter(|o| o.auth_rounds < MAX_AUTH_ROUNDS)
            .ok_or(AuthError::Refused)?;
        self.auth.answer(&mut request, response, &mut self.random)?;
        let number = request.headers.cseq().map_or(1, |cseq| cseq.number).max(last) + 1;
        request.headers.set("CSeq", format!("{number} {}", request.method));
        request.headers.remove("Via");
        self.owners.remove(&event.id);
        let owned = Owned { auth_rounds: owned.auth_rounds + 1, owner: owned.owner };
        let new = self.send_round(now, event.path.flow, request.clone(), owned);
        Ok((new, request))
    }

    /// Sessions whose owners know their end while CANCEL or BYE is on its way.
    pub(crate) fn terminating(&self) -> impl Iterator<Item = SessionId> {
        self.owners.values().filter_map(|owned| match owned.owner {
            Owner::Abandoned { session, .. } | Owner::Leaving(session) => Some(session),
            _ => None,
        })
    }

    pub(crate) fn owner(&self, id: TransactionId) -> Option<Owner> {
        self.owners.get(&id).map(|owned| owned.owner.clone())
    }

    pub(crate) fn set_owner(&mut self, id: TransactionId, owner: Owner) {
        if let Some(owned) = self.owners.get_mut(&id) {
            owned.owner = owner;
        }
    }

    /// Forgets owners whose transactions are over.
    pub(crate) fn tidy(&mut self) {
        for id in self.transactions.take_over() {
            self.owners.remove(&id);
        }
    }

    /// Answers a request.
    pub(crate) fn respond(&mut self, now: Instant, id: TransactionId, mut response: Response) {
        if response.status > 100 {
            self.sign(&mut response.headers);
        }
        self.transactions.respond(now, id, &response);
        self.flush();
    }

    /// Answers a request with a bare status and these header lines.
    pub(crate) fn refuse(
        &mut self,
        now: Instant,
        id: TransactionId,
        request: &Request,
        status: u16,
        headers: &[HeaderLine],
    ) {
        let tag = self.random.tag();
        let mut response = Response::to(request, status, None, Some(&tag));
        response.headers.extend(headers);
        self.respond(now, id, response);
    }

    /// Is this the status of a challenge?
    pub(crate) fn is_challenge(status: u16) -> bool {
        Asker::of_status(status).is_some()
    }
}
