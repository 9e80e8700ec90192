//! A network path between two peers on loopback: their descriptions name the relay's sockets, which pass packets on as
//! a [`Link`] of each direction says.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Instant,
};

use tokio::{
    net::UdpSocket,
    sync::mpsc,
    task::JoinHandle,
    time::{Duration, sleep_until},
};

use super::link::{Counters, Link, Rules};

/// One of the two peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    A,
    B,
}

impl End {
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// A packet on its way.
struct Flight {
    due: Duration,
    number: u64,
    from: Arc<UdpSocket>,
    to: SocketAddr,
    packet: Vec<u8>,
}

impl PartialEq for Flight {
    fn eq(&self, other: &Self) -> bool {
        (self.due, self.number) == (other.due, other.number)
    }
}

impl Eq for Flight {}

impl PartialOrd for Flight {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Flight {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.due, self.number).cmp(&(other.due, other.number))
    }
}

/// A real address of a peer and the socket that stands for it at the other one.
struct Post {
    end: End,
    real: SocketAddr,
    socket: Arc<UdpSocket>,
    reader: JoinHandle<()>,
}

struct State {
    begun: Instant,
    posts: Vec<Post>,
    links: HashMap<End, Link>,
    flights: mpsc::UnboundedSender<Flight>,
    number: u64,
    late: Option<(u8, Duration)>,
}

/// The path. Everything of it ends when it is dropped.
pub struct Relay {
    state: Arc<Mutex<State>>,
    carrier: JoinHandle<()>,
}

impl Relay {
    /// The same rules both ways.
    pub fn new(rules: Rules, seed: u64) -> Self {
        let (flights, queue) = mpsc::unbounded_channel();
        let begun = Instant::now();
        let links = HashMap::from([(End::A, Link::new(rules, seed)), (End::B, Link::new(rules, seed ^ 0x5eed))]);
        let state = State { begun, posts: Vec::new(), links, flights, number: 0, late: None };
        Self { state: Arc::new(Mutex::new(state)), carrier: tokio::spawn(carry(begun, queue)) }
    }

    /// Both ways from now on.
    pub fn set(&self, rules: Rules) {
        for end in [End::A, End::B] {
            self.set_from(end, rules);
        }
    }

    /// What this peer sends, from now on.
    pub fn set_from(&self, end: End, rules: Rules) {
        self.state.lock().unwrap().links.get_mut(&end).unwrap().set(rules);
    }

    /// RTP of this payload type is so much later than all else, from now on.
    pub fn set_late(&self, payload_type: u8, by: Duration) {
        self.state.lock().unwrap().late = Some((payload_type, by));
    }

    /// Of what this peer sends.
    pub fn counters_from(&self, end: End) -> Counters {
        self.state.lock().unwrap().links.get_mut(&end).unwrap().take_counters()
    }

    /// The path changes: the sockets that were named so far are gone for good.
    pub fn change_path(&self) {
        for post in self.state.lock().unwrap().posts.drain(..) {
            post.reader.abort();
        }
    }

    /// This peer's description as the other is to see it: with its UDP candidates, but not those under hidden names.
    pub async fn pass(&self, end: End, sdp: &str) -> String {
        let mut lines = Vec::new();
        for line in sdp.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                [foundation, component, transport, priority, address, port, ref rest @ ..]
                    if foundation.starts_with("a=candidate:") =>
                {
                    let Ok(address) = address.parse() else { continue };
                    if !transport.eq_ignore_ascii_case("udp") {
                        continue;
                    }
                    let real = SocketAddr::new(address, port.parse().unwrap());
                    let port = self.post(end, real).await.port();
                    let rest = rest.join(" ");
                    lines.push(format!("{foundation} {component} {transport} {priority} 127.0.0.1 {port} {rest}"));
                }
                _ => lines.push(line.to_owned()),
            }
        }
        lines.join("\r\n") + "\r\n"
    }

    async fn post(&self, end: End, real: SocketAddr) -> SocketAddr {
        let known = |state: &State| {
            state.posts.iter().find(|post| (post.end, post.real) == (end, real)).map(|post| Arc::clone(&post.socket))
        };
        if let Some(socket) = known(&self.state.lock().unwrap()) {
            return socket.local_addr().unwrap();
        }
        let socket = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap());
        let reader = tokio::spawn(read(Arc::downgrade(&self.state), end, real, Arc::clone(&socket)));
        let address = socket.local_addr().unwrap();
        self.state.lock().unwrap().posts.push(Post { end, real, socket, reader });
        address
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.change_path();
        self.carrier.abort();
    }
}

/// Takes what the other peer sends to the socket that stands for `real`.
async fn read(state: std::sync::Weak<Mutex<State>>, end: End, real: SocketAddr, socket: Arc<UdpSocket>) {
    let mut packet = vec![0; 2048];
    while let Ok((size, sender)) = socket.recv_from(&mut packet).await {
        let Some(state) = state.upgrade() else { return };
        state.lock().unwrap().send(end.other(), sender, real, &packet[..size]);
    }
}

impl State {
    fn send(&mut self, end: End, sender: SocketAddr, to: SocketAddr, packet: &[u8]) {
        // A peer that sends from an address it has not named is not known to the other side.
        let Some(from) = self.posts.iter().find(|post| (post.end, post.real) == (end, sender)) else { return };
        let from = Arc::clone(&from.socket);
        let now = self.begun.elapsed();
        let Some(due) = self.links.get_mut(&end).and_then(|link| link.carry(now, packet.len())) else { return };
        let late = self.late.filter(|(payload_type, _)| is_rtp_of(packet, *payload_type));
        let due = due + late.map_or(Duration::ZERO, |(_, by)| by);
        self.number += 1;
        let flight = Flight { due, number: self.number, from, to, packet: packet.to_vec() };
        let _ = self.flights.send(flight);
    }
}

/// The header of SRTP is in clear (RFC 3711 section 3.1).
fn is_rtp_of(packet: &[u8], payload_type: u8) -> bool {
    matches!(packet, [version, marked, ..] if version >> 6 == 2 && marked & 0x7f == payload_type)
}

/// Lets each packet go when it is due.
async fn carry(begun: Instant, mut queue: mpsc::UnboundedReceiver<Flight>) {
    let mut waiting = BinaryHeap::<Reverse<Flight>>::new();
    loop {
        while waiting.peek().is_some_and(|Reverse(first)| first.due <= begun.elapsed()) {
            if let Some(Reverse(flight)) = waiting.pop() {
                // A peer that has closed its socket takes nothing more.
                let _ = flight.from.send_to(&flight.packet, flight.to).await;
            }
        }
        let due = waiting.peek().map(|Reverse(first)| begun + first.due);
        tokio::select! {
            biased;
            next = queue.recv() => match next {
                Some(flight) => waiting.push(Reverse(flight)),
                None => return,
            },
            () = sleep_until(due.unwrap_or(begun).into()), if due.is_some() => {}
        }
    }
}
