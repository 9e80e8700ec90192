//! Where a SIP domain is served: runs the core's [`Locator`] against the DNS.

mod dns;

use std::sync::Arc;

use roombox_sip::api::{FlowError, ServerTarget};
use roombox_sip::locate::{Answer, Locator, Output, Question, Wish};
use roombox_sip::machine::Machine;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

pub use dns::{Dns, NameServers};

/// Finds the servers of SIP domains. Clones share the way to the DNS.
#[derive(Clone, Debug)]
pub struct Resolver {
    dns: Arc<dyn Dns>,
}

impl Resolver {
    /// Asks this DNS.
    pub fn new(dns: impl Dns + 'static) -> Self {
        Self { dns: Arc::new(dns) }
    }

    /// Asks the name servers of this system, whichever they are at the time.
    pub fn system() -> Self {
        Self::new(NameServers::of_the_system())
    }

    /// The places where this is served, in the order in which they are to be tried; at least one. `seed` decides among
    /// places of equal rank. Ends within the time limit of the [`Locator`].
    pub async fn locate(&self, wish: Wish, seed: u64) -> Result<Vec<ServerTarget>, FlowError> {
        let mut locator = Locator::new(now(), wish, seed);
        let mut questions = JoinSet::new();
        loop {
            while let Some(output) = locator.poll_output() {
                match output {
                    Output::Ask(question) => drop(questions.spawn(ask(self.dns.clone(), question))),
                    Output::Done(outcome) => return outcome.map_err(FlowError::from),
                }
            }
            tokio::select! {
                // A question that broke is one that is never answered.
                Some(Ok((question, answer))) = questions.join_next() => {
                    locator.handle_input(now(), (question, answer));
                }
                () = until(locator.next_deadline()) => locator.handle_timeout(now()),
            }
        }
    }
}

/// The runtime's time, which is the one that the deadline is slept to.
fn now() -> std::time::Instant {
    Instant::now().into_std()
}

async fn ask(dns: Arc<dyn Dns>, question: Question) -> (Question, Answer) {
    let answer = dns.ask(&question).await;
    tracing::debug!(?question, ?answer, "name server");
    (question, answer)
}

async fn until(deadline: Option<std::time::Instant>) {
    match deadline {
        Some(at) => sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
