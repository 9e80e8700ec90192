//! coturn as STUN and TURN server over UDP, TCP and TLS.

use std::io;
use std::path::{Path, PathBuf};

use roombox_media::peer::{BoxFuture, ByteStream, IceServer, RelaySecurity};
use roombox_sip_transports::ClientTls;
use tokio::net::TcpStream;

use crate::process::Program;
use crate::wait::{PATIENCE, until};
use crate::{certificates, ports};

/// The one user.
const USER: &str = "room";
const PASSWORD: &str = "open-sesame";

/// A running server.
pub struct Coturn {
    _program: Program,
    authority: PathBuf,
    plain: u16,
    secure: u16,
}

impl Coturn {
    /// Starts it on loopback; its run-time files go to `folder`.
    pub fn start(folder: &Path) -> Self {
        let identity = certificates::make(folder, "coturn");
        let (plain, secure) = (ports::free(), ports::free());
        let file = |name: &str| folder.join(name).display().to_string();
        let set = [
            ("--listening-ip", "127.0.0.1".to_owned()),
            ("--relay-ip", "127.0.0.1".to_owned()),
            ("--listening-port", plain.to_string()),
            ("--tls-listening-port", secure.to_string()),
            ("--user", format!("{USER}:{PASSWORD}")),
            ("--realm", "localhost".to_owned()),
            ("--cert", identity.certificate.display().to_string()),
            ("--pkey", identity.key.display().to_string()),
            ("--userdb", file("turndb")),
            ("--pidfile", file("pid")),
            ("--log-file", "stdout".to_owned()),
        ];
        let switches = ["-n", "--lt-cred-mech", "--allow-loopback-peers", "--no-cli", "--no-dtls", "--simple-log"];
        let set = set.into_iter().flat_map(|(name, value)| [name.to_owned(), value]);
        let arguments: Vec<String> = switches.into_iter().map(str::to_owned).chain(set).collect();
        let mut program = Program::start("turnserver", &arguments);
        until("coturn to listen", PATIENCE, || {
            assert!(program.running(), "coturn ended:\n{}", program.tail());
            (ports::is_taken(true, plain) && ports::is_taken(false, plain) && ports::is_taken(false, secure))
                .then_some(())
        });
        Self { _program: program, authority: identity.authority, plain, secure }
    }

    /// As STUN server.
    pub fn stun(&self) -> IceServer {
        IceServer { url: format!("stun:127.0.0.1:{}", self.plain), user: String::new(), password: String::new() }
    }

    /// As TURN server over `udp`, `tcp` or `tls`.
    pub fn turn(&self, way: &str) -> IceServer {
        let url = match way {
            "tls" => format!("turns:localhost:{}", self.secure),
            way => format!("turn:127.0.0.1:{}?transport={way}", self.plain),
        };
        IceServer { url, user: USER.into(), password: PASSWORD.into() }
    }

    /// TLS that trusts its authority.
    pub fn security(&self) -> impl RelaySecurity + 'static {
        Trust(ClientTls::new(Some(&self.authority)).expect("the authority was just made"))
    }
}

#[derive(Debug)]
struct Trust(ClientTls);

impl RelaySecurity for Trust {
    fn secure<'a>(&'a self, host: &'a str, tcp: TcpStream) -> BoxFuture<'a, io::Result<Box<dyn ByteStream>>> {
        Box::pin(async move {
            let secured = self.0.handshake(host, tcp).await.map_err(|error| io::Error::other(error.to_string()))?;
            Ok(Box::new(secured) as Box<dyn ByteStream>)
        })
    }
}
