//! The interceptor that measures how late we are ourselves: delays that a busy processor makes are none of the path's.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use rtc::{
    interceptor::{Interceptor, StreamInfo, TaggedPacket},
    sansio::Protocol,
    shared::error::Error,
};

use super::path::Path;

/// Between two looks at the clock.
const LOOK: Duration = Duration::from_millis(100);

pub(super) struct Punctuality {
    path: Arc<Path>,
    /// Nobody is woken while nothing is sent.
    due: Option<Instant>,
    sent: bool,
    reads: VecDeque<TaggedPacket>,
    writes: VecDeque<TaggedPacket>,
}

impl Punctuality {
    pub(super) fn new(path: Arc<Path>) -> Self {
        Self { path, due: None, sent: false, reads: VecDeque::new(), writes: VecDeque::new() }
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Punctuality {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.reads.push_back(message);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.reads.pop_front()
    }

    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.sent = true;
        self.due.get_or_insert(message.now + LOOK);
        self.writes.push_back(message);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.writes.pop_front()
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        if let Some(due) = self.due.filter(|due| *due <= now) {
            self.path.late(now.saturating_duration_since(due));
            self.due = std::mem::take(&mut self.sent).then_some(now + LOOK);
        }
        Ok(())
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        self.due
    }
}

impl Interceptor for Punctuality {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_late_is_remembered_for_a_while() {
        let path = Arc::new(Path::default());
        let mut punctuality = Punctuality::new(Arc::clone(&path));
        let begun = Instant::now();
        punctuality.due = Some(begun);
        punctuality.sent = true;
        punctuality.handle_timeout(begun + Duration::from_millis(60)).unwrap();
        assert_eq!(path.lateness(), Duration::from_millis(60));
        for look in 1..40 {
            punctuality.sent = true;
            let due = punctuality.poll_timeout().unwrap();
            punctuality.handle_timeout(due).unwrap();
            assert!(look > 2 || path.lateness() > Duration::from_millis(30));
        }
        assert!(path.lateness() < Duration::from_millis(2), "{:?}", path.lateness());
        let due = punctuality.poll_timeout().unwrap();
        punctuality.handle_timeout(due).unwrap();
        assert_eq!(punctuality.poll_timeout(), None, "woken while nothing is sent");
    }
}
