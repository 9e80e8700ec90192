//! Whether a call is on: what only a call needs works only then.

use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use crate::pipeline::locked;

/// Counts calls, from the first negotiation to the end of their media.
#[derive(Debug)]
pub(crate) struct Attention {
    calls: Mutex<usize>,
    on: watch::Sender<bool>,
}

/// A call that is on, until dropped.
#[derive(Debug)]
pub(crate) struct Attending(Arc<Attention>);

impl Default for Attention {
    fn default() -> Self {
        Self { calls: Mutex::default(), on: watch::Sender::new(false) }
    }
}

impl Attention {
    /// One more call is on.
    pub(crate) fn attend(self: &Arc<Self>) -> Attending {
        self.count(|calls| calls + 1);
        Attending(Arc::clone(self))
    }

    /// Is any call on?
    pub(crate) fn is_on(&self) -> bool {
        *self.on.borrow()
    }

    /// For a task to be told.
    pub(crate) fn subscribe(&self) -> watch::Receiver<bool> {
        self.on.subscribe()
    }

    fn count(&self, change: impl FnOnce(usize) -> usize) {
        let mut calls = locked(&self.calls);
        *calls = change(*calls);
        let on = *calls > 0;
        self.on.send_if_modified(|before| std::mem::replace(before, on) != on);
    }
}

impl Drop for Attending {
    fn drop(&mut self) {
        self.0.count(|calls| calls.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_on_until_the_last_call_ends() {
        let attention = Arc::<Attention>::default();
        let told = attention.subscribe();
        assert!(!attention.is_on());
        let (first, second) = (attention.attend(), attention.attend());
        drop(first);
        assert!(attention.is_on() && *told.borrow());
        drop(second);
        assert!(!attention.is_on() && !*told.borrow());
    }
}
