//! `SIPp` as a peer without registrar: one scenario, called or calling.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use roombox_sip::api::{ServerTarget, Transport};
use tempfile::TempDir;

use crate::process::Program;
use crate::wait::{PATIENCE, until};
use crate::{interop, ports};

/// Longest run of one scenario; `SIPp` gives up by itself then and says where it stood.
const LIMIT: Duration = Duration::from_secs(75);

/// A running `SIPp`.
pub struct Sipp {
    program: Program,
    folder: TempDir,
    port: u16,
    transport: Transport,
}

impl Sipp {
    /// Waits for `calls` calls on a free port.
    pub fn called(scenario: &str, transport: Transport, calls: u32, more: &[&str]) -> Self {
        let sipp = Self::run(scenario, transport, None, calls, more);
        until("SIPp to listen", PATIENCE, || ports::is_taken(transport == Transport::Udp, sipp.port).then_some(()));
        sipp
    }

    /// Makes `calls` calls to this place, one after another.
    pub fn calling(scenario: &str, transport: Transport, target: SocketAddr, calls: u32, more: &[&str]) -> Self {
        Self::run(scenario, transport, Some(target), calls, more)
    }

    fn run(scenario: &str, transport: Transport, target: Option<SocketAddr>, calls: u32, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let port = ports::free();
        let file = interop::folder().join(format!("sipp/{scenario}.xml"));
        assert!(file.exists(), "{} is missing", file.display());
        let path = |name: &str| folder.path().join(name).display().to_string();
        let mut arguments: Vec<String> = target.iter().map(SocketAddr::to_string).collect();
        let words = [
            ("-sf", file.display().to_string()),
            ("-i", "127.0.0.1".into()),
            ("-p", port.to_string()),
            ("-t", if transport == Transport::Udp { "u1" } else { "t1" }.into()),
            ("-m", calls.to_string()),
            ("-l", "1".into()),
            // The control port, too, must not be one that another SIPp has.
            ("-cp", ports::free().to_string()),
            ("-timeout", LIMIT.as_secs().to_string()),
            ("-message_file", path("messages")),
            ("-error_file", path("errors")),
        ];
        arguments.extend(words.into_iter().flat_map(|(option, value)| [option.to_owned(), value]));
        let switches = ["-timeout_error", "-nostdin", "-trace_msg", "-trace_err", "-skip_rlimit"];
        arguments.extend(switches.iter().chain(more).map(|switch| (*switch).to_owned()));
        Self { program: Program::start("sipp", &arguments), folder, port, transport }
    }

    /// Where a user agent connects to.
    pub fn target(&self) -> ServerTarget {
        ServerTarget::new(self.transport, "127.0.0.1", self.port, "")
    }

    /// A user of it.
    pub fn uri(&self, user: &str) -> String {
        format!("sip:{user}@127.0.0.1:{}", self.port)
    }

    /// Every message it sent and received, in its own words.
    pub fn messages(&self) -> String {
        text(&self.folder.path().join("messages"))
    }

    /// Messages it received whose first line begins so.
    pub fn received(&self, start: &str) -> usize {
        let log = self.messages();
        let messages = log.split("message received").skip(1);
        messages.filter(|rest| rest.split("\n\n").nth(1).is_some_and(|text| text.starts_with(start))).count()
    }

    /// Waits for its end: every call went exactly as the scenario says.
    ///
    /// # Panics
    /// When one did not, with everything it saw.
    pub async fn succeeded(mut self) {
        let limit = LIMIT + Duration::from_secs(10);
        let (status, this) = tokio::task::spawn_blocking(move || (self.program.ended(limit), self))
            .await
            .expect("waiting does not fail");
        let errors = text(&this.folder.path().join("errors"));
        assert!(status.success(), "SIPp ended with {status}\n{errors}\n{}\n{}", this.messages(), this.program.tail());
        let unexpected = errors.lines().find(|line| line.contains("nexpected"));
        assert!(unexpected.is_none(), "SIPp complains:\n{errors}\n{}", this.messages());
    }
}

/// `SIPp` makes its files when it has something to write.
fn text(file: &Path) -> String {
    std::fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
