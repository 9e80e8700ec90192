//! The STUN and TURN servers of a connection.
//!
//! `webrtc` 0.21 reaches servers over UDP only. So one over TCP or TLS gets an address that no network has; what the crate
//! sends there goes over the stream ([`relay_socket`]), as TURN is the same on both but for its framing (RFC 8656
//! section 3.1). What servers answer is looked at on the way, because the crate keeps refusals to itself.

mod answers;
mod framing;
mod link;
mod relay_socket;

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::watch;
use webrtc::peer_connection::RTCIceServer;

pub(super) use relay_socket::RelaySocket;

use self::answers::Answer;
use crate::peer::{IceServer, PeerConfig, RelaySecurity, ServerWay};

/// Names of servers behind streams; the domain is never resolved by anybody (RFC 6761).
const DOMAIN: &str = "roombox.invalid";

/// Called with the servers that cannot be used and the reasons when that changed, and when every server has said what it
/// has to say.
type Tell = Box<dyn Fn(Vec<String>) + Send + Sync>;

/// All of a connection.
pub(super) struct Servers {
    all: Vec<Server>,
    security: Option<Arc<dyn RelaySecurity>>,
    /// Those with addresses that are none.
    unusable: Vec<String>,
    tell: Tell,
    /// Moves on when a server answered or failed.
    changes: watch::Sender<()>,
}

/// One server and how far it is.
struct Server {
    url: String,
    user: String,
    password: String,
    way: ServerWay,
    host: String,
    port: u16,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// As its name was resolved.
    addresses: Vec<SocketAddr>,
    progress: Progress,
    /// Why it failed.
    reason: String,
}

/// What has come of a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Progress {
    /// Nothing.
    #[default]
    Silent,
    /// Its stream stands.
    Reached,
    /// It lives, and an answer is due.
    Asked,
    /// It gave what it was asked for, or will not.
    Done,
    Failed,
}

impl Servers {
    /// Those configured; what cannot be used is told as failed.
    pub(super) fn new(config: &PeerConfig, tell: Tell) -> Self {
        let (mut servers, mut unusable) = (Vec::new(), Vec::new());
        for IceServer { url, user, password } in &config.ice_servers {
            let read = IceServer { url: url.clone(), user: user.clone(), password: password.clone() }.address();
            match read {
                Ok(address) if address.way == ServerWay::Tls && config.relay_security.is_none() => {
                    unusable.push(format!("{url}: TLS is not set up"));
                }
                Ok(address) => servers.push(Server {
                    url: url.clone(),
                    user: user.clone(),
                    password: password.clone(),
                    way: address.way,
                    host: address.host,
                    port: address.port,
                    state: Mutex::default(),
                }),
                Err(why) => unusable.push(format!("{url}: {why}")),
            }
        }
        let security = config.relay_security.clone();
        let servers = Self { all: servers, security, unusable, tell, changes: watch::Sender::default() };
        if !servers.unusable.is_empty() {
            (servers.tell)(servers.failures());
        }
        servers
    }

    /// As the crate is configured.
    pub(super) fn configuration(&self) -> Vec<RTCIceServer> {
        let named = |(number, server): (usize, &Server)| RTCIceServer {
            urls: vec![match server.way {
                ServerWay::Stun => format!("stun:{number}.{DOMAIN}:{}", server.port),
                _ => format!("turn:{number}.{DOMAIN}:{}?transport=udp", server.port),
            }],
            username: server.user.clone(),
            credential: server.password.clone(),
        };
        self.all.iter().enumerate().map(named).collect()
    }

    /// There is nobody to ask.
    pub(super) const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// What the crate asks the address of.
    pub(super) fn lookup(&self, name: &str) -> Lookup {
        let number = name.split_once(&format!(".{DOMAIN}:")).and_then(|(number, _)| number.parse::<usize>().ok());
        let Some((number, server)) = number.and_then(|number| Some((number, self.all.get(number)?))) else {
            return Lookup::Other;
        };
        match server.way {
            ServerWay::Stun | ServerWay::Udp => Lookup::Name(number, server.host.clone(), server.port),
            ServerWay::Tcp | ServerWay::Tls => Lookup::Known(stand_ins(number, server.port)),
        }
    }

    /// A server's name was resolved, or was not.
    pub(super) fn resolved(&self, number: usize, addresses: Option<&[SocketAddr]>) {
        match (self.all.get(number), addresses) {
            (Some(server), Some(addresses)) if !addresses.is_empty() => {
                server.lock().addresses = addresses.to_vec();
            }
            (Some(_), _) => self.fail(number, "its name has no address here".into()),
            (None, _) => {}
        }
    }

    /// The URL as configured, and the way, of a server that the crate names its way.
    pub(super) fn url(&self, crates: &str) -> Option<(&str, ServerWay)> {
        let name = crates.split_once(':')?.1;
        let number = name.split_once(&format!(".{DOMAIN}"))?.0.parse::<usize>().ok()?;
        self.all.get(number).map(|server| (server.url.as_str(), server.way))
    }

    /// Some server lives and has not said everything.
    pub(super) fn some_are_asked(&self) -> bool {
        self.all.iter().any(|server| matches!(server.lock().progress, Progress::Reached | Progress::Asked))
    }

    /// Servers that never answered are told as failed.
    pub(super) fn give_up_silent(&self) {
        for (number, server) in self.all.iter().enumerate() {
            if server.lock().progress == Progress::Silent {
                self.fail(number, "it does not answer".into());
            }
        }
    }

    /// Changes of what is known of servers.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// Everybody is asked anew.
    pub(super) fn begin_anew(&self) {
        for server in &self.all {
            server.lock().progress = Progress::Silent;
        }
    }

    /// A datagram came from there.
    fn heard(&self, from: SocketAddr, datagram: &[u8]) {
        // Media is most of what comes, and no answer.
        let Some(answer) = answers::read(datagram) else { return };
        let Some(number) = self.number(from) else { return };
        let before = self.all[number].lock().progress;
        match answer {
            Answer::Challenge if matches!(before, Progress::Silent | Progress::Reached) => {
                self.advance(number, Progress::Asked);
            }
            Answer::Challenge if before == Progress::Asked => self.fail(number, "it refuses user or password".into()),
            Answer::Given => self.advance(number, Progress::Done),
            Answer::Refused(why) => self.fail(number, format!("it refuses: {why}")),
            Answer::Challenge => {}
        }
    }

    fn number(&self, from: SocketAddr) -> Option<usize> {
        let of = |(number, server): (usize, &Server)| {
            stand_ins(number, server.port).contains(&from) || server.lock().addresses.contains(&from)
        };
        self.all.iter().enumerate().find(|(number, server)| of((*number, server))).map(|(number, _)| number)
    }

    fn advance(&self, number: usize, progress: Progress) {
        self.all[number].lock().progress = progress;
        let over = |server: &Server| matches!(server.lock().progress, Progress::Done | Progress::Failed);
        if progress == Progress::Done && self.all.iter().all(over) {
            (self.tell)(self.failures());
        }
        self.changes.send_replace(());
    }

    /// What cannot be used, and why.
    fn failures(&self) -> Vec<String> {
        let failed = self.all.iter().filter_map(|server| {
            let state = server.lock();
            (state.progress == Progress::Failed).then(|| format!("{}: {}", server.url, state.reason))
        });
        self.unusable.iter().cloned().chain(failed).collect()
    }

    fn fail(&self, number: usize, reason: String) {
        let mut state = self.all[number].lock();
        let news = std::mem::replace(&mut state.progress, Progress::Failed) != Progress::Failed;
        if news {
            state.reason = reason;
        }
        drop(state);
        if news {
            (self.tell)(self.failures());
        }
        self.changes.send_replace(());
    }
}

impl Server {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a name is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    /// None of a server's.
    Other,
    /// To be resolved: number of the server, host and port.
    Name(usize, String, u16),
    /// Stands for a stream.
    Known(Vec<SocketAddr>),
}

/// Addresses that no network has (RFC 1112 section 4: class E; RFC 6666: discard), one for sockets of each family.
fn stand_ins(number: usize, port: u16) -> Vec<SocketAddr> {
    let number = u16::try_from(number).unwrap_or(u16::MAX);
    let [high, low] = number.to_be_bytes();
    let addresses =
        [IpAddr::V4(Ipv4Addr::new(240, 0, high, low)), IpAddr::V6(Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, number))];
    addresses.into_iter().map(|ip| SocketAddr::new(ip, port)).collect()
}

/// What stands behind an address.
struct Behind {
    number: usize,
    secure: bool,
    host: String,
    port: u16,
}

impl Servers {
    /// The stream that this address stands for.
    fn stand_for(&self, address: SocketAddr) -> Option<Behind> {
        let number = match address.ip() {
            IpAddr::V4(ip) if ip.octets()[..2] == [240, 0] => u16::from_be_bytes([ip.octets()[2], ip.octets()[3]]),
            IpAddr::V6(ip) if ip.segments()[..7] == [0x100, 0, 0, 0, 0, 0, 0] => ip.segments()[7],
            _ => return None,
        };
        let server = self.all.get(usize::from(number))?;
        let secure = match server.way {
            ServerWay::Tcp => false,
            ServerWay::Tls => true,
            ServerWay::Stun | ServerWay::Udp => return None,
        };
        Some(Behind { number: usize::from(number), secure, host: server.host.clone(), port: server.port })
    }
}

#[cfg(test)]
mod tests;
