//! Kamailio as registrar and proxy over secure WebSocket.

use std::path::Path;

use crate::certificates::Identity;
use crate::process::Program;
use crate::wait::{PATIENCE, until};
use crate::{interop, ports};

/// SIP domain that it serves.
pub const DOMAIN: &str = "localhost";
/// Password of every user.
pub const PASSWORD: &str = "open-sesame";

/// A running Kamailio.
pub struct Kamailio {
    /// The server.
    pub program: Program,
    port: u16,
}

impl Kamailio {
    /// Starts it with this certificate; its run-time files go to `folder`.
    pub fn start(folder: &Path, identity: &Identity) -> Self {
        let port = ports::free();
        let tls = folder.join("kamailio-tls.cfg");
        let (certificate, key) = (identity.certificate.display(), identity.key.display());
        let default = "[server:default]\nmethod = TLSv1.2+\nverify_certificate = no\n";
        std::fs::write(&tls, format!("{default}certificate = {certificate}\nprivate_key = {key}\n"))
            .expect("the folder is writable");
        let configuration = interop::folder().join("kamailio.cfg");
        let definitions = [
            ("LISTEN", format!("tls:127.0.0.1:{port}")),
            ("TLS_CONFIG", format!("\"{}\"", tls.display())),
            ("DOMAIN", format!("\"{DOMAIN}\"")),
            ("PASSWORD", format!("\"{PASSWORD}\"")),
        ];
        let mut arguments = vec!["-DD".into(), "-E".into(), "-m".into(), "64".into(), "-M".into(), "8".into()];
        arguments.extend(["-f".into(), configuration.display().to_string()]);
        arguments.extend(["-Y".into(), folder.display().to_string(), "-w".into(), folder.display().to_string()]);
        for (name, value) in definitions {
            arguments.extend(["-A".into(), format!("{name}={value}")]);
        }
        let mut program = Program::start("kamailio", &arguments);
        until("Kamailio to listen", PATIENCE, || {
            assert!(program.running(), "Kamailio ended:\n{}", program.errors());
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Self { program, port }
    }

    /// Where clients connect to.
    pub fn url(&self) -> String {
        format!("wss://localhost:{}/", self.port)
    }
}
