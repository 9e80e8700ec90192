//! What the system tells about links, addresses and routes.

mod socket;
mod table;

use std::{io, time::Duration};

use roombox_conference::api::NetworkEvent;
use tokio::{sync::mpsc::UnboundedSender, time::sleep};

use self::socket::Changes;

/// Between the first notice of a change and the look at the result: a cable plugged in brings a dozen notices.
const SETTLE: Duration = Duration::from_millis(100);

/// Tells every change until nobody listens.
pub(crate) async fn watch(told: UnboundedSender<NetworkEvent>) -> io::Result<()> {
    let mut changes = Changes::listen()?;
    let mut before = socket::read().await?;
    while !told.is_closed() {
        changes.next().await?;
        sleep(SETTLE).await;
        let after = socket::read().await?;
        if let Some(event) = table::event(&before, &after) {
            tracing::info!(?event, "network");
            // The box has ended when nobody listens any more.
            let _ = told.send(event);
        }
        before = after;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use tokio::{sync::mpsc, time::timeout};

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
        let probe = Command::new("unshare").args(["--net", "ip", "link", "add", "probe", "type", "dummy"]).output();
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
        let (sender, mut events) = mpsc::unbounded_channel();
        tokio::spawn(watch(sender));
        let mut next = async |wanted| {
            let event = timeout(Duration::from_secs(10), events.recv()).await.expect("in time").expect("an event");
            assert_eq!(event, wanted);
        };
        // Whether this comes before or after the first look: loopback concerns nobody.
        ip("link set lo up");
        ip("link add room type dummy");
        ip("address add 192.0.2.7/24 dev room");
        ip("link set room up");
        next(NetworkEvent::Online).await;
        ip("route add default via 192.0.2.1");
        next(NetworkEvent::Changed).await;
        ip("link set room down");
        next(NetworkEvent::Offline).await;
    }
}
