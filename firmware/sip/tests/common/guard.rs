//! A server behind one or two doors that ask for a password: a proxy's (407), the far end's (401), or both.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use roombox_sip::agent::UserAgent;
use roombox_sip::api::{FlowId, FlowInput, Output, Transport};
use roombox_sip::digest::server::{Asked, Refusal, Terms};
use roombox_sip::digest::{Asker, Verifier, digest_fields};
use roombox_sip::endpoint::{self, Credentials, Endpoint, EndpointConfig, EndpointStatus};
use roombox_sip::machine::Machine;
use roombox_sip::message::parse::parse;
use roombox_sip::message::{Message, Request, Response};
use roombox_sip::virtual_network::{Node, VirtualNetwork};

/// One that asks, for its own realm.
#[derive(Debug)]
pub struct Door {
    pub asker: Asker,
    realm: &'static str,
    pub login: Credentials,
    terms: Terms,
    verifier: Verifier,
}

impl Door {
    pub fn new(asker: Asker, realm: &'static str, terms: Terms) -> Self {
        let login = Credentials { username: "room".into(), password: "secret".into() };
        Self { asker, realm, login, verifier: Verifier::on_terms(realm, 1, terms.clone()), terms }
    }

    /// The answer of this request that is right, or why there is none.
    fn check(&mut self, now: Instant, request: &Request) -> Result<String, Refusal> {
        let asked = Asked { method: request.method.as_str(), uri: &request.uri, body: &request.body };
        let mut refusal = Refusal::Absent;
        for answer in request.headers.all(self.asker.answer_header()) {
            let login = |user: &str| (user == self.login.username).then(|| self.login.clone());
            match self.verifier.verify(now, asked, answer, login) {
                Ok(_) => return Ok(answer.into()),
                Err(Refusal::Absent) => {}
                Err(other) => refusal = other,
            }
        }
        Err(refusal)
    }
}

/// Lets through to its endpoint what has passed every door; ACK and CANCEL are never stopped.
#[derive(Debug)]
pub struct Guard {
    pub endpoint: Endpoint,
    pub doors: Vec<Door>,
    /// All doors ask in one response (RFC 3261 section 16.7), not one after the other.
    pub together: bool,
    /// A nonce is good for one request that passes.
    pub fresh: bool,
    /// Responses tell the next nonce (RFC 7615).
    pub tells_next: bool,
    /// Everything that came, stopped or not.
    pub heard: Vec<Request>,
    /// Methods that were asked for a password, each time.
    pub stopped: Vec<String>,
    /// Refused requests, by Call-ID and number: their ACK ends here.
    pub turned: BTreeSet<(String, u32)>,
    /// Answers that were right, by Call-ID and number, with the door.
    pub infos: BTreeMap<(String, String), (usize, String)>,
    pub outputs: VecDeque<Output>,
    /// Seed of the next nonces.
    pub rounds: u64,
}

fn header(request: &Request, name: &str) -> String {
    request.headers.get(name).unwrap_or_default().into()
}

impl Guard {
    pub fn new(doors: Vec<Door>) -> Self {
        Self {
            endpoint: Endpoint::new(EndpointConfig::server("sip:lab@lab.example", "127.0.0.1:5062"), 7),
            doors,
            together: false,
            fresh: false,
            tells_next: false,
            heard: Vec::new(),
            stopped: Vec::new(),
            turned: BTreeSet::new(),
            infos: BTreeMap::new(),
            outputs: VecDeque::new(),
            rounds: 1,
        }
    }

    /// The requests of this method that came.
    pub fn all(&self, method: &str) -> Vec<&Request> {
        self.heard.iter().filter(|request| request.method == method).collect()
    }

    /// Every nonce is forgotten, as by a server that starts anew.
    pub fn forget(&mut self) {
        self.rounds += 1;
        for door in &mut self.doors {
            door.verifier = Verifier::on_terms(door.realm, self.rounds, door.terms.clone());
        }
    }

    /// May it pass? Otherwise it is answered.
    fn admits(&mut self, now: Instant, flow: FlowId, request: &Request) -> bool {
        let id = (header(request, "Call-ID"), request.headers.cseq().map_or(0, |cseq| cseq.number));
        if request.method == "ACK" {
            return !self.turned.contains(&id);
        }
        // OPTIONS is a sign of life whatever it gets.
        if request.method == "CANCEL" || request.method == "OPTIONS" {
            return true;
        }
        let verdicts: Vec<_> = self.doors.iter_mut().map(|door| door.check(now, request)).collect();
        let closed: Vec<_> = (0..self.doors.len()).filter(|n| verdicts[*n].is_err()).collect();
        let Some(first) = closed.first() else {
            let key = (id.0, header(request, "CSeq"));
            if let (true, [Ok(answer)]) = (self.tells_next, &verdicts[..]) {
                self.infos.insert(key, (0, answer.clone()));
            }
            if self.fresh {
                self.forget();
            }
            return true;
        };
        self.turned.insert(id);
        self.stopped.push(request.method.to_string());
        let status = if self.doors[*first].asker == Asker::Proxy { 407 } else { 401 };
        let mut response = Response::to(request, status, None, Some("door"));
        for n in closed.into_iter().take(if self.together { usize::MAX } else { 1 }) {
            let stale = verdicts[n] == Err(Refusal::Stale);
            let door = &mut self.doors[n];
            for line in door.verifier.challenge(now, stale) {
                response.headers.push(door.asker.challenge_header(), line);
            }
        }
        self.outputs.push_back(Output::Send { flow, bytes: response.to_bytes() });
        false
    }

    fn settle(&mut self, now: Instant) {
        while let Some(output) = self.endpoint.poll_output() {
            let output = match output {
                Output::Send { flow, bytes } => Output::Send { flow, bytes: self.with_info(now, bytes) },
                other => other,
            };
            self.outputs.push_back(output);
        }
    }

    fn with_info(&mut self, now: Instant, bytes: bytes::Bytes) -> bytes::Bytes {
        let Ok(parsed) = parse(&bytes, Transport::Wss.into()) else { return bytes };
        let Message::Response(mut response) = parsed.message else { return bytes };
        let key = |name: &str| response.headers.get(name).unwrap_or_default().to_string();
        let known = self.infos.get(&(key("Call-ID"), key("CSeq"))).filter(|_| response.status / 100 == 2);
        let Some((door, answer)) = known else { return bytes };
        let door = &mut self.doors[*door];
        let info = door.verifier.info(now, answer, &response.body, &door.login).expect("an answer that was right");
        response.headers.push(door.asker.info_header(), info);
        response.to_bytes()
    }
}

impl Machine for Guard {
    type Input = endpoint::Input;
    type Output = Output;
    type Status = EndpointStatus;

    fn handle_input(&mut self, now: Instant, input: endpoint::Input) {
        if let endpoint::Input::Flow { flow, input: FlowInput::Received(bytes) } = &input
            && let Ok(parsed) = parse(bytes, Transport::Wss.into())
            && let Message::Request(request) = parsed.message
        {
            self.heard.push(request.clone());
            if !self.admits(now, *flow, &request) {
                return;
            }
        }
        self.endpoint.handle_input(now, input);
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.endpoint.handle_timeout(now);
        self.settle(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.endpoint.next_deadline()
    }

    fn status(&self) -> EndpointStatus {
        self.endpoint.status()
    }
}

impl Node for Guard {
    fn flow_input(flow: FlowId, input: FlowInput) -> endpoint::Input {
        endpoint::Input::Flow { flow, input }
    }
}

pub type Guarded = VirtualNetwork<UserAgent, Guard>;

/// One field of the answers in this header.
pub fn field(request: &Request, header: &str, name: &str) -> Vec<String> {
    let answers = request.headers.all(header).filter_map(digest_fields);
    answers.filter_map(|fields| fields.into_iter().find(|(n, _)| n == name).map(|(_, value)| value)).collect()
}
