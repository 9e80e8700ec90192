//! Whether anybody looks at the screen: nothing is composed or painted for nobody.

use std::time::Duration;

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use crate::tasks::Closing;

/// Who asked for a picture of the screen looks on for so long: pages ask again and again.
const STAY: Duration = Duration::from_secs(10);

/// Who looks, apart from those who take every picture.
#[derive(Debug)]
pub(super) struct Audience {
    until: watch::Sender<Instant>,
}

/// What is to be done for those who look.
#[derive(Debug)]
pub(super) struct Work {
    /// The picture without a call.
    pub(super) painting: watch::Sender<bool>,
    /// The picture of a call.
    pub(super) composing: watch::Sender<bool>,
}

impl Audience {
    /// Nobody looks yet.
    pub(super) fn new() -> Self {
        Self { until: watch::Sender::new(Instant::now()) }
    }

    /// Somebody looks; false when nobody else did until now.
    pub(super) fn look(&self) -> bool {
        let now = Instant::now();
        self.until.send_replace(now + STAY) > now
    }

    /// Keeps the work as it has to be until the engine closes. `taken`: somebody takes every picture; `attended`: a call
    /// is on.
    pub(super) fn run(
        &self,
        work: Work,
        mut taken: watch::Receiver<bool>,
        mut attended: watch::Receiver<bool>,
        mut closing: Closing,
    ) -> impl Future<Output = ()> + use<> {
        let mut until = self.until.subscribe();
        async move {
            loop {
                let (end, call) = (*until.borrow_and_update(), *attended.borrow_and_update());
                let asked = Instant::now() < end;
                let looks = *taken.borrow_and_update() || asked;
                set(&work.painting, looks && !call);
                set(&work.composing, looks && call);
                let changed = tokio::select! {
                    () = closing.wait() => return,
                    () = sleep_until(end), if asked => Ok(()),
                    changed = until.changed() => changed,
                    changed = taken.changed() => changed,
                    changed = attended.changed() => changed,
                };
                if changed.is_err() {
                    return;
                }
            }
        }
    }
}

fn set(to: &watch::Sender<bool>, on: bool) {
    to.send_if_modified(|before| std::mem::replace(before, on) != on);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::Tasks;

    struct Cinema {
        audience: Audience,
        taken: watch::Sender<bool>,
        attended: watch::Sender<bool>,
        painting: watch::Receiver<bool>,
        composing: watch::Receiver<bool>,
        tasks: Tasks,
    }

    fn cinema() -> Cinema {
        let (taken, attended) = (watch::Sender::new(false), watch::Sender::new(false));
        let work = Work { painting: watch::Sender::new(false), composing: watch::Sender::new(false) };
        let (painting, composing) = (work.painting.subscribe(), work.composing.subscribe());
        let (audience, tasks) = (Audience::new(), Tasks::default());
        tasks.spawn(audience.run(work, taken.subscribe(), attended.subscribe(), tasks.closing()));
        Cinema { audience, taken, attended, painting, composing, tasks }
    }

    impl Cinema {
        /// What is done: painting, composing.
        async fn work(&self) -> (bool, bool) {
            // Time stands still meanwhile: what is due is done before it goes on.
            tokio::time::sleep(Duration::from_millis(1)).await;
            (*self.painting.borrow(), *self.composing.borrow())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_display_always_looks() {
        let cinema = cinema();
        assert_eq!(cinema.work().await, (false, false));
        cinema.taken.send_replace(true);
        assert_eq!(cinema.work().await, (true, false));
        cinema.attended.send_replace(true);
        assert_eq!(cinema.work().await, (false, true));
        tokio::time::sleep(STAY * 2).await;
        assert_eq!(cinema.work().await, (false, true));
        cinema.taken.send_replace(false);
        assert_eq!(cinema.work().await, (false, false));
        cinema.tasks.finish().await;
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_looks_for_a_while() {
        let cinema = cinema();
        cinema.attended.send_replace(true);
        assert!(!cinema.audience.look());
        assert_eq!(cinema.work().await, (false, true));
        tokio::time::sleep(STAY / 2).await;
        assert!(cinema.audience.look());
        tokio::time::sleep(STAY * 3 / 4).await;
        assert_eq!(cinema.work().await, (false, true));
        tokio::time::sleep(STAY / 2).await;
        assert_eq!(cinema.work().await, (false, false));
        cinema.tasks.finish().await;
    }
}
