//! Where a SIP domain is served (RFC 3263 section 4, RFC 7118 section 9): DNS questions out, answers in, places out.
//!
//! - An address or an explicit port needs no DNS: the place is known.
//! - Without a wish for a transport only secure ones are taken (what RFC 3263 asks for `sips`): NAPTR records tell which
//!   the domain prefers; without them `_sips._tcp` is asked.
//! - A wish for UDP, TCP or TLS goes straight to its SRV name. WebSockets have no SRV name of their own, only NAPTR
//!   services lead to one.
//! - Without SRV records the domain itself is the host, at the default port. Its addresses, and those of SRV targets, are
//!   looked up when the flow is opened, so that both families race then (RFC 8305).
//!
//! A place found under another name still has to prove the domain ([`ServerTarget::server_name`]).

mod error;
mod name;
mod record;
mod service;
mod weigh;

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::api::{ServerTarget, Transport};
use crate::ident::Random;
use crate::machine::Machine;

pub use error::LocateError;
pub use record::{DnsFailure, Naptr, Question, Record, Srv};

/// All questions together: as long as a connection may take to come up; a person waits for both.
const PATIENCE: Duration = Duration::from_secs(10);
/// Records of one answer that are looked at; a domain of a large operator has a dozen.
const MAX_RECORDS: usize = 64;
/// NAPTR services followed: there are two secure ones, and few have more than one name for each.
const MAX_SERVICES: usize = 8;
/// Places to try; each may take seconds, so nobody gets further down a longer list.
const MAX_PLACES: usize = 32;

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Domain, host or address, with or without `:port`; IPv6 in brackets.
    pub domain: String,
    /// `None` = what the domain prefers, secure only.
    pub transport: Option<Transport>,
    /// HTTP path of a WebSocket.
    pub path: String,
}

/// What became of a question.
pub type Answer = Result<Vec<Record>, DnsFailure>;

/// What a [`Locator`] is told: the answer to a question. Answers to questions never asked are ignored.
pub type Input = (Question, Answer);

/// What a [`Locator`] wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Ask the DNS; several questions may be under way at once.
    Ask(Question),
    /// The end: places in the order in which they are to be tried, at least one.
    Done(Result<Vec<ServerTarget>, LocateError>),
}

/// The search for one domain.
#[derive(Debug)]
pub struct Locator {
    /// Answers by question; `None` = still asked.
    answers: BTreeMap<Question, Option<Answer>>,
    deadline: Option<Instant>,
    domain: String,
    outputs: VecDeque<Output>,
    path: String,
    random: Random,
    /// SRV names with the transport each is for, best first.
    services: Vec<(Transport, Question)>,
    wish: Option<Transport>,
}

impl Locator {
    /// Begins the search; `seed` decides among servers of equal rank.
    pub fn new(now: Instant, wish: Wish, seed: u64) -> Self {
        let mut locator = Self {
            answers: BTreeMap::new(),
            deadline: Some(now + PATIENCE),
            domain: String::new(),
            outputs: VecDeque::new(),
            path: wish.path,
            random: Random::new(seed),
            services: Vec::new(),
            wish: wish.transport,
        };
        locator.begin(wish.domain);
        locator
    }

    fn begin(&mut self, asked: String) {
        let Some((host, port)) = name::split(&asked) else { return self.done(Err(LocateError::Name(asked))) };
        self.domain = host;
        if port.is_some() || self.domain.parse::<IpAddr>().is_ok() {
            let place = self.place(self.fallback(), self.domain.clone(), port);
            self.done(Ok(vec![place]));
        } else if service::needs_naptr(self.wish) {
            self.ask(Question::Naptr(self.domain.clone()));
        } else {
            self.ask_services(Vec::new());
        }
    }

    /// The transport where no record tells one.
    fn fallback(&self) -> Transport {
        self.wish.or_else(|| self.services.first().map(|(transport, _)| *transport)).unwrap_or(Transport::Tls)
    }

    fn ask(&mut self, question: Question) {
        if self.answers.insert(question.clone(), None).is_none() {
            self.outputs.push_back(Output::Ask(question));
        }
    }

    fn on_naptr(&mut self, answer: Answer) {
        let records = match answer {
            Ok(records) => records,
            Err(source @ DnsFailure::Unreachable(_)) => return self.fail(source),
            // Some name servers do not know this kind of record; the SRV question tells whether they know anything.
            Err(_) => Vec::new(),
        };
        let mut usable: Vec<_> = records
            .into_iter()
            .take(MAX_RECORDS)
            .filter_map(|record| match record {
                Record::Naptr(naptr) => {
                    service::usable(&naptr, self.wish).map(|found| (naptr.order, naptr.preference, found))
                }
                Record::Srv(_) => None,
            })
            .filter(|(_, _, (_, name))| name::is_name(name))
            .collect();
        usable.sort_by_key(|(order, preference, _)| (*order, *preference));
        // RFC 3403 section 4.1: once one fits, those of another order are not looked at.
        let first = usable.first().map(|(order, ..)| *order);
        usable.retain(|(order, ..)| Some(*order) == first);
        usable.truncate(MAX_SERVICES);
        self.ask_services(usable.into_iter().map(|(_, _, found)| found).collect());
    }

    /// Asks for the SRV records of what NAPTR named, or else of the well-known name.
    fn ask_services(&mut self, mut named: Vec<(Transport, String)>) {
        if named.is_empty() {
            let transport = self.fallback();
            named.extend(service::srv_name(transport, &self.domain).map(|name| (transport, name)));
        }
        self.services = named.into_iter().map(|(transport, name)| (transport, Question::Srv(name))).collect();
        for (_, question) in self.services.clone() {
            self.ask(question);
        }
        self.conclude();
    }

    /// Puts the places together once every SRV question is answered.
    fn conclude(&mut self) {
        if self.answers.values().any(Option::is_none) {
            return;
        }
        let (mut places, mut failure, mut declined) = (Vec::new(), None, false);
        for (transport, question) in self.services.clone() {
            match self.answers.get(&question).cloned().flatten() {
                Some(Ok(records)) => {
                    let records = srv_of(records);
                    declined |= records.iter().any(|record| name::is_nowhere(&record.target));
                    for record in weigh::in_order(records, &mut self.random) {
                        let host = record.target.trim_end_matches('.').to_ascii_lowercase();
                        if record.port != 0 && name::is_name(&host) {
                            places.push(self.place(transport, host, Some(record.port)));
                        }
                    }
                }
                Some(Err(DnsFailure::NotFound)) | None => {}
                Some(Err(other)) => failure = failure.or(Some(other)),
            }
        }
        without_repetition(&mut places);
        match (places.is_empty(), failure, declined) {
            (false, ..) => self.done(Ok(places)),
            (true, Some(source), _) => self.fail(source),
            (true, None, true) => self.done(Err(LocateError::NotOffered(self.domain.clone()))),
            (true, None, false) => {
                let place = self.place(self.fallback(), self.domain.clone(), None);
                self.done(Ok(vec![place]));
            }
        }
    }

    fn place(&self, transport: Transport, host: String, port: Option<u16>) -> ServerTarget {
        let websocket = matches!(transport, Transport::Ws | Transport::Wss);
        let path = if websocket { self.path.clone() } else { String::new() };
        let server_name = (host != self.domain).then(|| self.domain.clone());
        let port = port.unwrap_or(service::default_port(transport));
        ServerTarget { server_name, ..ServerTarget::new(transport, host, port, path) }
    }

    fn fail(&mut self, source: DnsFailure) {
        self.done(Err(LocateError::Dns { domain: self.domain.clone(), source }));
    }

    fn done(&mut self, outcome: Result<Vec<ServerTarget>, LocateError>) {
        if self.deadline.take().is_some() {
            self.outputs.push_back(Output::Done(outcome));
        }
    }
}

impl Machine for Locator {
    type Input = Input;
    type Output = Output;
    /// Is the search over?
    type Status = bool;

    fn handle_input(&mut self, _now: Instant, (question, answer): Input) {
        let open = self.answers.get_mut(&question).filter(|known| known.is_none());
        let (Some(open), Some(_)) = (open, self.deadline) else { return };
        *open = Some(answer.clone());
        match question {
            Question::Naptr(_) => self.on_naptr(answer),
            Question::Srv(_) => self.conclude(),
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.deadline.is_some_and(|at| at <= now) {
            self.fail(DnsFailure::Timeout);
        }
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.deadline
    }

    fn status(&self) -> bool {
        self.deadline.is_none()
    }
}

fn srv_of(records: Vec<Record>) -> Vec<Srv> {
    let only_srv = |record| match record {
        Record::Srv(srv) => Some(srv),
        Record::Naptr(_) => None,
    };
    records.into_iter().take(MAX_RECORDS).filter_map(only_srv).collect()
}

fn without_repetition(places: &mut Vec<ServerTarget>) {
    let mut seen = Vec::new();
    places.retain(|place| {
        let new = !seen.contains(place);
        if new {
            seen.push(place.clone());
        }
        new && seen.len() <= MAX_PLACES
    });
}
