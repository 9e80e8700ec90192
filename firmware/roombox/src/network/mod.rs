//! What the system tells about links, addresses and routes.

mod socket;
mod table;

use std::{io, time::Duration};

use roombox_conference::api::NetworkEvent;
use tokio::{sync::mpsc::UnboundedSender, time::sleep};

use self::{socket::Changes, table::Table};

/// Between the first notice of a change and the look at the result: a cable plugged in brings a dozen notices.
const SETTLE: Duration = Duration::from_millis(100);

/// Tells every change until nobody listens.
pub(crate) async fn watch(told: UnboundedSender<NetworkEvent>) -> io::Result<()> {
    let mut watch = Watch::begin().await?;
    while told.send(watch.next().await?).is_ok() {}
    Ok(())
}

/// The network as it was last seen, and the notices since.
struct Watch {
    changes: Changes,
    seen: Table,
}

impl Watch {
    async fn begin() -> io::Result<Self> {
        let changes = Changes::listen()?;
        Ok(Self { changes, seen: socket::read().await? })
    }

    /// The next change that means something.
    async fn next(&mut self) -> io::Result<NetworkEvent> {
        loop {
            self.changes.next().await?;
            sleep(SETTLE).await;
            let now = socket::read().await?;
            let event = table::event(&self.seen, &now);
            self.seen = now;
            if let Some(event) = event {
                tracing::info!(?event, "network");
                return Ok(event);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use tokio::time::timeout;

    use super::*;

    /// Set in the process that runs in a network of its own.
    const INSIDE: &str = "ROOMBOX_TEST_OWN_NETWORK";

    fn ip(arguments: &str) {
        let done = Command::new("ip").args(arguments.split_whitespace()).status();
        assert!(done.expect("ip").success(), "ip {arguments}");
    }

    /// Runs this test again, alone in a network that nobody else has.
    fn run_in_own_network() {
        let test = "network::tests::a_network_that_comes_changes_and_goes_is_told";
        let probe = Command::new("unshare").args(["--net", "ip", "link", "add", "room", "type", "veth"]).output();
        match probe {
            Ok(output) if output.status.success() => {}
            Ok(output) => return println!("skipped: {}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => return println!("skipped: unshare: {error}"),
        }
        let program = std::env::current_exe().expect("this test");
        let inside =
            Command::new("unshare").arg("--net").arg(program).args([test, "--exact"]).env(INSIDE, "1").output();
        let inside = inside.expect("a process");
        assert!(inside.status.success(), "{}", String::from_utf8_lossy(&inside.stdout));
    }

    #[tokio::test]
    async fn a_network_that_comes_changes_and_goes_is_told() {
        if std::env::var_os(INSIDE).is_none() {
            return run_in_own_network();
        }
        let mut watch = Watch::begin().await.expect("netlink");
        let mut next = async |wanted| {
            let event = timeout(Duration::from_secs(10), watch.next()).await.expect("in time").expect("netlink");
            assert_eq!(event, wanted);
        };
        // Loopback concerns nobody.
        ip("link set lo up");
        ip("link add room type veth peer name wall");
        ip("address add 192.0.2.7/24 dev room");
        ip("link set room up");
        ip("link set wall up");
        next(NetworkEvent::Online).await;
        ip("route add default via 192.0.2.1");
        next(NetworkEvent::Changed).await;
        // As a cable that is pulled and plugged in again: address and routes stay.
        ip("link set wall down");
        next(NetworkEvent::Offline).await;
        ip("link set wall up");
        next(NetworkEvent::Online).await;
    }
}
