//! A stateless proxy with a registrar (RFC 3261 section 16.11): what one user agent says reaches the other, so that both
//! ends of a dialog are ours.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use bytes::Bytes;
use roombox_sip::api::{Body, FlowId, FlowInput, HeaderLine, Output, Transport};
use roombox_sip::digest::Asker;
use roombox_sip::digest::server::{self, Asked};
use roombox_sip::machine::Machine;
use roombox_sip::message::framing::{Frame, Framing, StreamFramer, whole};
use roombox_sip::message::parse::parse;
use roombox_sip::message::uri::SipUri;
use roombox_sip::message::via::MAGIC_COOKIE;
use roombox_sip::message::{Message, Request, Response};

use super::registrar::{Registrar, login_of};
use super::{HOST, Input, Mood, ServerStatus, USERS};

/// Tag of answers of the proxy's own; their ACKs end here.
const OWN_TAG: &str = "proxy";

#[derive(Debug)]
struct Flow {
    framer: Option<StreamFramer>,
    transport: Transport,
}

#[derive(Debug, Default)]
struct Moods {
    challenge_calls: bool,
    invite: Option<u16>,
    mute: bool,
    slow: Option<Duration>,
}

/// The proxy.
#[derive(Debug)]
pub(crate) struct Proxy {
    added: u64,
    flows: BTreeMap<FlowId, Flow>,
    later: BTreeMap<(Instant, u64), (FlowId, Bytes)>,
    moods: Moods,
    outputs: VecDeque<Output>,
    registrar: Registrar,
}

impl Proxy {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            added: 0,
            flows: BTreeMap::new(),
            later: BTreeMap::new(),
            moods: Moods::default(),
            outputs: VecDeque::new(),
            registrar: Registrar::new(seed),
        }
    }

    fn on_mood(&mut self, mood: &Mood) {
        match *mood {
            Mood::Lab(_) | Mood::Unreliable => {}
            Mood::Good => (self.moods, self.registrar.refusal) = (Moods::default(), None),
            Mood::ChallengeCalls(on) => self.moods.challenge_calls = on,
            Mood::InviteStatus(status) => self.moods.invite = Some(status),
            Mood::Mute => self.moods.mute = true,
            Mood::NewNonces(seed) => self.registrar.forget_nonces(seed),
            Mood::Password(password) => self.registrar.password = password,
            Mood::Register(refusal) => self.registrar.refusal = Some(refusal),
            Mood::Slow(delay) => self.moods.slow = Some(delay),
        }
    }

    fn on_flow(&mut self, now: Instant, flow: FlowId, input: FlowInput) {
        match input {
            FlowInput::Opened(transport) => {
                let framer = (Framing::from(transport) == Framing::Stream).then(StreamFramer::default);
                self.flows.insert(flow, Flow { framer, transport });
            }
            FlowInput::Received(bytes) => {
                for frame in self.frames(flow, bytes) {
                    match frame {
                        Frame::Message(bytes) => self.on_message(now, flow, &bytes),
                        Frame::Ping => self.send(now, flow, "\r\n".into()),
                        Frame::Pong => {}
                    }
                }
            }
            FlowInput::Closed(_) => {
                self.flows.remove(&flow);
                self.registrar.flow_closed(flow);
            }
        }
    }

    fn frames(&mut self, flow: FlowId, bytes: Bytes) -> Vec<Frame> {
        let Some(Flow { framer, .. }) = self.flows.get_mut(&flow) else { return Vec::new() };
        let Some(framer) = framer else { return whole(bytes).into_iter().collect() };
        framer.push(&bytes);
        std::iter::from_fn(|| framer.next_frame().ok().flatten()).collect()
    }

    fn on_message(&mut self, now: Instant, flow: FlowId, bytes: &Bytes) {
        let Some(transport) = self.flows.get(&flow).map(|flow| flow.transport) else { return };
        if self.moods.mute {
            return;
        }
        match parse(bytes, transport.into()).map(|parsed| parsed.message) {
            Ok(Message::Request(request)) => self.on_request(now, flow, request),
            Ok(Message::Response(response)) => self.on_response(now, response),
            Err(_) => {}
        }
    }

    fn on_request(&mut self, now: Instant, flow: FlowId, request: Request) {
        let to_tag = request.headers.address("To").ok().and_then(|to| to.tag().map(str::to_owned));
        match request.method.as_str() {
            "REGISTER" => {
                if let Some((status, headers)) = self.registrar.register(now, flow, &request) {
                    self.answer(now, flow, &request, status, &headers);
                }
                return;
            }
            // The question for a sign of life goes to the asker's own address.
            "OPTIONS" if to_tag.is_none() && self.is_own(&request) => {
                return self.answer(now, flow, &request, 200, &[]);
            }
            "ACK" if to_tag.as_deref() == Some(OWN_TAG) => return,
            "ACK" | "CANCEL" => {}
            _ if self.moods.challenge_calls => {
                if let Some(challenge) = self.challenge(now, &request) {
                    return self.answer(now, flow, &request, 407, &challenge);
                }
            }
            _ => {}
        }
        match self.moods.invite.filter(|_| request.method == "INVITE" && to_tag.is_none()) {
            Some(503) => self.answer(now, flow, &request, 503, &[HeaderLine::new("Retry-After", "3")]),
            Some(status) => self.answer(now, flow, &request, status, &[]),
            None => self.forward(now, flow, request),
        }
    }

    /// Is it addressed to the one it comes from?
    fn is_own(&self, request: &Request) -> bool {
        let user = |uri: &str| SipUri::parse(uri).ok().and_then(|uri| uri.user);
        let from = request.headers.address("From").ok();
        from.is_some_and(|from| user(&from.uri) == user(&request.uri))
    }

    /// The lines of a 407, unless the request proves who it comes from.
    fn challenge(&mut self, now: Instant, request: &Request) -> Option<Vec<HeaderLine>> {
        let body = request.typed_body();
        let content = body.as_ref().map_or(&[][..], |body: &Body| &body.content);
        let password = self.registrar.password;
        let mut stale = false;
        for answer in request.headers.all(Asker::Proxy.answer_header()) {
            let asked = Asked { method: request.method.as_str(), uri: &request.uri, body: content };
            match self.registrar.verifier.verify(now, asked, answer, |user| login_of(user, password)) {
                Ok(_) => return None,
                Err(refusal) => stale = refusal == server::Refusal::Stale,
            }
        }
        let lines = self.registrar.verifier.challenge(now, stale);
        Some(lines.into_iter().map(|value| HeaderLine::new(Asker::Proxy.challenge_header(), value)).collect())
    }

    fn forward(&mut self, now: Instant, flow: FlowId, mut request: Request) {
        let user = SipUri::parse(&request.uri).ok().and_then(|uri| uri.user).unwrap_or_default();
        let Some((to, contact)) = self.registrar.find(now, &user) else {
            let status = if USERS.contains(&user.as_str()) { 480 } else { 404 };
            return self.answer(now, flow, &request, status, &[]);
        };
        if USERS.contains(&user.as_str()) {
            request.uri = contact;
        }
        let Some(transport) = self.flows.get(&to).map(|flow| flow.transport) else { return };
        let branch = request.headers.top_via().ok().and_then(|via| via.branch().map(str::to_owned)).unwrap_or_default();
        let name = via_name(transport);
        let via = format!("SIP/2.0/{name} {HOST};branch={MAGIC_COOKIE}-{}-{branch}", flow.0);
        request.headers.push_front("Via", via);
        self.send(now, to, request.to_bytes());
    }

    fn on_response(&mut self, now: Instant, mut response: Response) {
        let vias: Vec<_> = response.headers.all("Via").map(str::to_owned).collect();
        let back = response.headers.top_via().ok().and_then(|via| {
            let mut parts = via.branch()?.strip_prefix(MAGIC_COOKIE)?.strip_prefix('-')?.splitn(2, '-');
            parts.next()?.parse().ok().map(FlowId)
        });
        let Some(flow) = back else { return };
        response.headers.remove("Via");
        for via in vias.into_iter().skip(1).rev() {
            response.headers.push_front("Via", via);
        }
        self.send(now, flow, response.to_bytes());
    }

    fn answer(&mut self, now: Instant, flow: FlowId, request: &Request, status: u16, headers: &[HeaderLine]) {
        if request.method == "ACK" {
            return;
        }
        let mut response = Response::to(request, status, None, Some(OWN_TAG));
        response.headers.extend(headers);
        self.send(now, flow, response.to_bytes());
    }

    fn send(&mut self, now: Instant, flow: FlowId, bytes: Bytes) {
        match self.moods.slow {
            Some(delay) => {
                self.added += 1;
                self.later.insert((now + delay, self.added), (flow, bytes));
            }
            None if self.flows.contains_key(&flow) => self.outputs.push_back(Output::Send { flow, bytes }),
            None => {}
        }
    }
}

/// What RFC 3261 section 20.42 and RFC 7118 section 5.2 call it in Via.
fn via_name(transport: Transport) -> &'static str {
    match transport {
        Transport::Tcp => "TCP",
        Transport::Tls => "TLS",
        Transport::Udp => "UDP",
        Transport::Ws => "WS",
        Transport::Wss => "WSS",
    }
}

impl Machine for Proxy {
    type Input = Input;
    type Output = Output;
    type Status = ServerStatus;

    fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Flow(flow, input) => self.on_flow(now, flow, input),
            Input::Mood(mood) => self.on_mood(&mood),
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        while let Some(first) = self.later.first_entry().filter(|first| first.key().0 <= now) {
            let (flow, bytes) = first.remove();
            self.outputs.push_back(Output::Send { flow, bytes });
        }
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.later.first_key_value().map(|((at, _), _)| *at)
    }

    fn status(&self) -> ServerStatus {
        let (flows, registered) = (self.flows.len(), self.registrar.len());
        ServerStatus { flows, registered, ..ServerStatus::default() }
    }
}
