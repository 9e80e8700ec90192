//! A growing list that somebody else fills and a test waits on.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

struct Shared<T> {
    items: Mutex<Vec<T>>,
    grew: Condvar,
}

/// The list; all clones are the same one.
pub struct Feed<T>(Arc<Shared<T>>);

impl<T> Clone for Feed<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Feed<T> {
    fn default() -> Self {
        Self(Arc::new(Shared { items: Mutex::default(), grew: Condvar::new() }))
    }
}

impl<T: Clone> Feed<T> {
    /// Adds one item.
    pub fn push(&self, item: T) {
        self.lock().push(item);
        self.0.grew.notify_all();
    }

    /// All items so far.
    pub fn all(&self) -> Vec<T> {
        self.lock().clone()
    }

    /// Number of items so far.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Nothing yet?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first item at or after place `from`, there already or to come, that `pick` takes, and the place behind it.
    /// `None` when the limit passes.
    pub fn pick<R>(&self, from: usize, limit: Duration, mut pick: impl FnMut(&T) -> Option<R>) -> Option<(R, usize)> {
        let end = Instant::now() + limit;
        let mut seen = from;
        let mut items = self.lock();
        loop {
            for (place, item) in items.iter().enumerate().skip(seen) {
                if let Some(found) = pick(item) {
                    return Some((found, place + 1));
                }
            }
            seen = seen.max(items.len());
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            items = self.0.grew.wait_timeout(items, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// A filler only appends whole items, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, Vec<T>> {
        self.0.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
