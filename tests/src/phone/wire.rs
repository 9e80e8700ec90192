//! What went over the wire.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the phone.
    Received,
    /// From the phone.
    Sent,
}

/// A log of messages; all clones are the same one. A stream is logged in the pieces in which it came.
#[derive(Clone, Debug, Default)]
pub struct Wire(Arc<Log>);

#[derive(Debug, Default)]
struct Log {
    messages: Mutex<Vec<(Direction, String)>>,
    grew: Notify,
}

impl Wire {
    pub(super) fn log(&self, direction: Direction, bytes: &[u8]) {
        self.lock().push((direction, String::from_utf8_lossy(bytes).into_owned()));
        // One permit stays when nobody waits yet, so that no message is missed.
        self.0.grew.notify_one();
    }

    /// A message came or went since the last time this was asked.
    pub(super) async fn grew(&self) {
        self.0.grew.notified().await;
    }

    /// Messages that went this way, oldest first, whose text begins so.
    pub fn beginning(&self, direction: Direction, start: &str) -> Vec<String> {
        let fits = |(way, text): &&(Direction, String)| *way == direction && text.starts_with(start);
        self.lock().iter().filter(fits).map(|(_, text)| text.clone()).collect()
    }

    /// Messages sent so far that begin so.
    pub fn sent(&self, start: &str) -> Vec<String> {
        self.beginning(Direction::Sent, start)
    }

    /// Messages received so far that begin so.
    pub fn received(&self, start: &str) -> Vec<String> {
        self.beginning(Direction::Received, start)
    }

    /// A log is only appended to, so a poisoned one is as good as any.
    fn lock(&self) -> MutexGuard<'_, Vec<(Direction, String)>> {
        self.0.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (direction, text) in self.lock().iter() {
            writeln!(f, "--- {direction:?}\n{}", text.trim_end())?;
        }
        Ok(())
    }
}
