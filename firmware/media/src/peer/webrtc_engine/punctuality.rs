//! The interceptor that measures how late we are ourselves: delays that a busy processor makes are none of the path's.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rtc::interceptor::TaggedPacket;

use super::{
    path::Path,
    step::{Onward, Step},
};

/// Between two looks at the clock.
const LOOK: Duration = Duration::from_millis(100);

pub(super) struct Punctuality {
    path: Arc<Path>,
    /// Nobody is woken while nothing is sent.
    due: Option<Instant>,
    sent: bool,
}

impl Punctuality {
    pub(super) fn new(path: Arc<Path>) -> Self {
        Self { path, due: None, sent: false }
    }
}

impl Step for Punctuality {
    fn write(&mut self, message: TaggedPacket, onward: &mut Onward) {
        self.sent = true;
        self.due.get_or_insert(message.now + LOOK);
        onward.write(message);
    }

    fn wake(&mut self, now: Instant, _: &mut Onward) {
        if let Some(due) = self.due.filter(|due| *due <= now) {
            self.path.late(now.saturating_duration_since(due));
            self.due = std::mem::take(&mut self.sent).then_some(now + LOOK);
        }
    }

    fn next(&self) -> Option<Instant> {
        self.due
    }
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
        let mut onward = Onward::default();
        punctuality.wake(begun + Duration::from_millis(60), &mut onward);
        assert_eq!(path.lateness(), Duration::from_millis(60));
        for look in 1..40 {
            punctuality.sent = true;
            let due = punctuality.next().unwrap();
            punctuality.wake(due, &mut onward);
            assert!(look > 2 || path.lateness() > Duration::from_millis(30));
        }
        assert!(path.lateness() < Duration::from_millis(2), "{:?}", path.lateness());
        let due = punctuality.next().unwrap();
        punctuality.wake(due, &mut onward);
        assert_eq!(punctuality.next(), None, "woken while nothing is sent");
    }
}
