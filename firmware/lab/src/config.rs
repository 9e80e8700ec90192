//! What a lab is told before it starts.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use roombox_lab_signalling::{Dialect, Faults, Rules, Users};

/// Port unless told otherwise.
const DEFAULT_PORT: u16 = 5062;

/// Settings of a lab. The default listens on loopback without TLS, knows no user and lets guests in.
#[derive(Clone, Debug)]
pub struct LabConfig {
    /// Addresses for the media sockets; empty = every address that is up (loopback only when nothing else is).
    pub bind: Vec<IpAddr>,
    /// Given to every participant on entering a room (Vinteo dialect only); `None` = each gets one of its own.
    pub bearer_token: Option<String>,
    /// Which vendor messages are spoken.
    pub dialect: Dialect,
    /// What goes wrong from the start; more can be had later through the handle.
    pub faults: Faults,
    /// Calls of users that are not registered are answered too.
    pub guests: bool,
    /// Where SIP is listened for; port 0 = any free one.
    pub listen: SocketAddr,
    /// What participants may do (Vinteo dialect only).
    pub rules: Rules,
    /// What the lab itself can be heard with.
    pub sound: LabSound,
    /// How the connection is secured.
    pub tls: LabTls,
    /// Who may register.
    pub users: Users,
}

impl Default for LabConfig {
    fn default() -> Self {
        Self {
            bind: Vec::new(),
            bearer_token: None,
            dialect: Dialect::Vinteo,
            faults: Faults::default(),
            guests: true,
            listen: (Ipv4Addr::LOCALHOST, DEFAULT_PORT).into(),
            rules: Rules::default(),
            sound: LabSound::Tone(440.0),
            tls: LabTls::None,
            users: Users::default(),
        }
    }
}

/// What the lab itself can be heard with, beside the other participants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LabSound {
    /// A soft melody, for people.
    Melody,
    /// Nothing.
    None,
    /// A sine of this many Hz (20..=20000), for checks by content.
    Tone(f64),
}

/// How the connection to a lab is secured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LabTls {
    /// PEM files of certificate (with chain) and private key: wss.
    Files {
        /// The certificate.
        certificate: PathBuf,
        /// Its private key.
        key: PathBuf,
    },
    /// Not at all: ws.
    #[default]
    None,
    /// By a certificate for `localhost` and the listening address, of an authority made for this run: wss. The
    /// authority is handed out by [`crate::LabHandle::authority`].
    Own,
}
