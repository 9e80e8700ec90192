//! Kamailio as registrar and proxy over every transport.

use std::path::{Path, PathBuf};

use roombox_sip::api::{ServerTarget, Transport};
use roombox_sip_transports::ClientTls;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::certificates::{self, Identity};
use crate::phone::{self, Phone};
use crate::process::Program;
use crate::wait::{PATIENCE, until};
use crate::{interop, ports};

/// SIP domain that it serves.
pub const DOMAIN: &str = "localhost";
/// Password of every user.
pub const PASSWORD: &str = "open-sesame";

/// How a server is set up.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Digest algorithm it challenges with: `MD5` or `SHA-256`.
    pub algorithm: &'static str,
    /// Longest registration it grants, in seconds.
    pub max_expires: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { algorithm: "MD5", max_expires: 600 }
    }
}

/// A running Kamailio that can die and come back at the same place.
pub struct Kamailio {
    /// The server.
    pub program: Program,
    arguments: Vec<String>,
    authority: PathBuf,
    secure: u16,
    plain: u16,
}

impl Kamailio {
    /// Starts it with this certificate; its run-time files go to `folder`.
    pub fn start(folder: &Path, identity: &Identity) -> Self {
        Self::start_with(folder, identity, Options::default())
    }

    /// Starts it with an authority of its own.
    pub fn alone(folder: &Path, options: Options) -> Self {
        Self::start_with(folder, &certificates::make(folder, "kamailio"), options)
    }

    fn start_with(folder: &Path, identity: &Identity, options: Options) -> Self {
        let definitions = [
            ("DOMAIN", format!("\"{DOMAIN}\"")),
            ("PASSWORD", format!("\"{PASSWORD}\"")),
            ("ALGORITHM", format!("\"{}\"", options.algorithm)),
            ("MAX_EXPIRES", options.max_expires.to_string()),
        ];
        Self::launch("kamailio.cfg", folder, identity, &definitions)
    }

    /// Starts an edge proxy in front of this registrar; it needs a folder of its own.
    #[must_use]
    pub fn edge_of(&self, folder: &Path) -> Self {
        let identity = certificates::make(folder, "edge");
        let registrar = ("REGISTRAR", format!("\"127.0.0.1:{}\"", self.plain));
        Self::launch("edge.cfg", folder, &identity, &[registrar])
    }

    fn launch(file: &str, folder: &Path, identity: &Identity, more: &[(&str, String)]) -> Self {
        let (secure, plain) = (ports::free(), ports::free());
        let tls = folder.join("kamailio-tls.cfg");
        let (certificate, key) = (identity.certificate.display(), identity.key.display());
        let default = "[server:default]\nmethod = TLSv1.2+\nverify_certificate = no\n";
        std::fs::write(&tls, format!("{default}certificate = {certificate}\nprivate_key = {key}\n"))
            .expect("the folder is writable");
        let own = [
            ("LISTEN_TLS", format!("tls:127.0.0.1:{secure}")),
            ("LISTEN_TCP", format!("tcp:127.0.0.1:{plain}")),
            ("LISTEN_UDP", format!("udp:127.0.0.1:{plain}")),
            ("TLS_CONFIG", format!("\"{}\"", tls.display())),
        ];
        let mut arguments = vec!["-DD".into(), "-E".into(), "-m".into(), "64".into(), "-M".into(), "8".into()];
        arguments.extend(["-f".into(), interop::folder().join(file).display().to_string()]);
        arguments.extend(["-Y".into(), folder.display().to_string(), "-w".into(), folder.display().to_string()]);
        for (name, value) in own.iter().chain(more) {
            arguments.extend(["-A".into(), format!("{name}={value}")]);
        }
        let program = launch(&arguments, [secure, plain]);
        Self { program, arguments, authority: identity.authority.clone(), secure, plain }
    }

    /// Where WebSocket clients connect to.
    pub fn url(&self) -> String {
        format!("wss://localhost:{}/", self.secure)
    }

    /// Where user agents connect to over this transport.
    pub fn target(&self, transport: Transport) -> ServerTarget {
        let port = if matches!(transport, Transport::Tls | Transport::Wss) { self.secure } else { self.plain };
        ServerTarget::new(transport, "localhost", port, "/")
    }

    /// Host and port for UDP and TCP.
    pub fn plain_address(&self) -> String {
        format!("127.0.0.1:{}", self.plain)
    }

    /// A user's phone over this transport, not started yet.
    pub fn phone(&self, user: &str, transport: Transport) -> Phone {
        let account = phone::agent(user, DOMAIN, PASSWORD, vec![self.target(transport)]);
        Phone::new(user, account, self.trust())
    }

    /// A user's phone over this transport, registered.
    pub async fn registered(&self, user: &str, transport: Transport) -> Phone {
        let mut phone = self.phone(user, transport);
        phone.start();
        phone.registered().await;
        phone
    }

    /// Trust in its authority.
    pub fn trust(&self) -> ClientTls {
        ClientTls::new(Some(&self.authority)).expect("the authority was just made")
    }

    /// SIGKILL to all its processes: nobody is told.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.program.kill();
    }

    /// SIGSTOP to all its processes: connections stay open, nobody answers.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Ends the freeze.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// Starts it again at the same place, with nothing remembered.
    pub fn restart(&mut self) {
        self.program = launch(&self.arguments, [self.secure, self.plain]);
    }

    fn signal(&self, signal: Signal) {
        let group = i32::try_from(self.program.pid()).ok().and_then(Pid::from_raw).expect("a child has a number");
        kill_process_group(group, signal).expect("our own children take signals");
    }
}

impl Drop for Kamailio {
    /// The main process ends its children only when it ends well; a stopped one does not end at all.
    fn drop(&mut self) {
        self.program.terminate();
        if self.program.running() {
            self.signal(Signal::CONT);
        }
    }
}

fn launch(arguments: &[String], taken: [u16; 2]) -> Program {
    let mut program = Program::start_group("kamailio", arguments);
    until("Kamailio to listen", PATIENCE, || {
        assert!(program.running(), "Kamailio ended:\n{}", program.errors());
        taken.iter().all(|port| ports::is_taken(false, *port)).then_some(())
    });
    program
}
