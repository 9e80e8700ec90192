//! Keeps a device's pipeline going: opened when wanted, closed when not, opened again after it failed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, sleep_until, timeout},
};

use crate::{
    error::MediaError,
    pipeline::{Note, Running},
    plug::Plug,
    tasks::Closing,
};

/// A device that was unplugged is looked for this often.
const RETRY: Duration = Duration::from_secs(2);
/// A device that is not stopped by then is left behind.
const STOPPING: Duration = Duration::from_secs(5);
/// How often a live source is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// A live source that gave nothing at so many looks in a row has failed: noticed within two seconds.
const STALL: u32 = 7;
/// How long the first buffer of a device may take: USB cameras take up to two seconds for it.
pub(crate) const BEGIN: Duration = Duration::from_secs(5);

/// A device as the supervisor sees it.
pub(crate) trait Device: Send + 'static {
    /// Makes the pipeline and sets it going; may block.
    fn open(&mut self) -> Result<Running, MediaError>;
    /// What passed; `None` for a device that nobody can watch.
    fn flow(&self) -> Option<Arc<Flow>>;
    /// How many buffers it was given to deal with, for a device that waits for work; `None` for one that must always give
    /// something.
    fn work(&self) -> Option<u64> {
        None
    }
    /// How long its first buffer may take.
    fn begins_within(&self) -> Duration {
        BEGIN
    }
    /// Where it is plugged in.
    fn plug(&self) -> Plug {
        Plug::Real
    }
    /// Told when it works, when it failed (why) and, with `Off`, when it is closed on purpose.
    fn report(&mut self, state: State<'_>);
    /// The stream ended: true when it goes on from its beginning.
    fn rewind(&mut self, _running: &Running) -> bool {
        false
    }
}

/// What a device is told of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State<'a> {
    /// It delivers, or (a waiting device) is open.
    Works,
    /// It does not, in plain words.
    Failed(&'a str),
    /// Closed on purpose.
    Off,
}

/// Counts what a live source gives.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    passed: AtomicU64,
    first: Notify,
}

impl Flow {
    /// One more buffer passed.
    pub(crate) fn pass(&self) {
        if self.passed.fetch_add(1, Ordering::Relaxed) == 0 {
            self.first.notify_one();
        }
    }

    fn reset(&self) {
        self.passed.store(0, Ordering::Relaxed);
    }

    fn passed(&self) -> u64 {
        self.passed.load(Ordering::Relaxed)
    }
}

/// Tells from counts whether a device has stalled.
#[derive(Debug)]
struct Idle {
    seen: u64,
    /// Work it had been given at the last look.
    given: u64,
    /// In a row that found nothing new.
    looks: u32,
    /// Looks in a row that may find no first buffer.
    begin: u32,
}

impl Idle {
    /// The first buffer may take so long; so much work was given before.
    fn new(begins_within: Duration, given: u64) -> Self {
        let looks = begins_within.as_millis() / LOOK.as_millis();
        Self { seen: 0, given, looks: 0, begin: u32::try_from(looks).unwrap_or(u32::MAX) }
    }

    /// True when the device has failed, of which so many buffers have `passed`. One that waits for `work` may rest while
    /// there is none.
    fn look(&mut self, passed: u64, work: Option<u64>) -> bool {
        if passed != self.seen {
            self.looks = 0;
        } else if work.is_none_or(|work| work != self.given) {
            self.looks += 1;
        }
        self.seen = passed;
        self.given = work.unwrap_or_default();
        self.looks >= if passed == 0 { self.begin } else { STALL }
    }
}

/// Why a device's pipeline is closed.
enum End {
    Failed(String),
    /// It runs and does nothing, in words.
    Stalled(String),
    NotWanted,
    EngineGone,
}

/// Keeps `device` as `wanted` says, until the engine closes.
pub(crate) async fn supervise<D: Device>(mut device: D, mut wanted: watch::Receiver<bool>, mut closing: Closing) {
    let mut doubted = false;
    loop {
        if !*wanted.borrow_and_update() {
            device.report(State::Off);
        }
        tokio::select! {
            () = closing.wait() => return,
            on = wanted.wait_for(|wanted| *wanted) => if on.is_err() { return },
        }
        let (returned, opened) = open(device).await;
        let Some(returned) = returned else { return };
        device = returned;
        let (end, running) = match opened {
            Ok(mut running) => {
                let end = attend(&mut device, &mut running, &mut wanted, &mut closing, doubted).await;
                (end, Some(running))
            }
            Err(error) => (End::Failed(error.to_string()), None),
        };
        doubted = matches!(end, End::Stalled(_));
        // Told before it is stopped: a driver that hangs may take its time for that, too.
        if let End::Failed(reason) | End::Stalled(reason) = &end {
            device.report(State::Failed(reason));
        }
        if let Some(running) = running
            && timeout(STOPPING, running.stop()).await.is_err()
        {
            tracing::warn!("a device does not stop; it is left behind");
        }
        match end {
            End::EngineGone => return,
            End::NotWanted => {}
            End::Failed(_) | End::Stalled(_) => {
                let plug = device.plug();
                let unplugged = !plug.is_in();
                tokio::select! {
                    () = closing.wait() => return,
                    () = sleep(RETRY), if !unplugged => {}
                    () = plug.put_in(), if unplugged => {}
                    _ = wanted.changed() => {}
                }
            }
        }
    }
}

async fn open<D: Device>(mut device: D) -> (Option<D>, Result<Running, MediaError>) {
    let work = tokio::task::spawn_blocking(move || {
        if let Some(flow) = device.flow() {
            flow.reset();
        }
        let opened = if device.plug().is_in() { device.open() } else { Err(MediaError::Unplugged) };
        (device, opened)
    });
    match work.await {
        Ok((device, opened)) => (Some(device), opened),
        Err(_) => (None, Err(MediaError::Stopped)),
    }
}

async fn attend<D: Device>(
    device: &mut D,
    running: &mut Running,
    wanted: &mut watch::Receiver<bool>,
    closing: &mut Closing,
    doubted: bool,
) -> End {
    let (flow, plug) = (device.flow(), device.plug());
    // One that waits for work is taken to be able to do it, until it was not.
    if flow.is_none() || (device.work().is_some() && !doubted) {
        device.report(State::Works);
    }
    let mut idle = Idle::new(device.begins_within(), device.work().unwrap_or_default());
    let mut look = Instant::now() + LOOK;
    loop {
        tokio::select! {
            () = closing.wait() => return End::EngineGone,
            note = running.notes.recv() => match note {
                Some(Note::Failed { reason, .. }) => return End::Failed(reason),
                Some(Note::Ended) if device.rewind(running) => {}
                Some(Note::Ended) => return End::Failed("the stream ended".into()),
                None => return End::Failed("the pipeline is gone".into()),
            },
            changed = wanted.changed() => match changed {
                Err(_) => return End::EngineGone,
                Ok(()) if !*wanted.borrow() => return End::NotWanted,
                Ok(()) => {}
            },
            () = plug.pulled() => return End::Failed(MediaError::Unplugged.to_string()),
            () = first_of(flow.as_deref()) => device.report(State::Works),
            () = sleep_until(look), if flow.is_some() => {
                let passed = flow.as_ref().map_or(0, |flow| flow.passed());
                if idle.look(passed, device.work()) {
                    let (verb, time) = (if device.work().is_some() { "takes" } else { "gives" }, LOOK * (idle.looks + 1));
                    return End::Stalled(format!("{verb} nothing for {} s", time.as_secs()));
                }
                look = Instant::now() + LOOK;
            }
        }
    }
}

async fn first_of(flow: Option<&Flow>) {
    match flow {
        Some(flow) => flow.first.notified().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks until the source has failed.
    fn looks(idle: &mut Idle, passed: u64) -> u32 {
        (1..1000).find(|_| idle.look(passed, None)).unwrap()
    }

    #[test]
    fn a_source_that_plays_and_gives_nothing_any_more_is_noticed_within_two_seconds() {
        let mut idle = Idle::new(BEGIN, 0);
        assert!((1..=1000).all(|passed| !idle.look(passed, None)));
        // The last buffer came right behind a look, which the next still counts for it.
        assert!(!idle.look(1001, None));
        assert!(LOOK * (1 + looks(&mut idle, 1001)) <= Duration::from_secs(2));
    }

    #[test]
    fn a_source_may_take_longer_for_its_first_buffer_but_not_for_ever() {
        let first = LOOK * looks(&mut Idle::new(BEGIN, 0), 0);
        assert!((Duration::from_secs(4)..=Duration::from_secs(6)).contains(&first), "{first:?}");
    }

    #[test]
    fn a_slow_source_of_a_frame_a_second_does_not_count_as_stalled() {
        let mut idle = Idle::new(BEGIN, 0);
        assert!((0..400_u64).all(|look| !idle.look(1 + look / 4, None)));
    }

    #[test]
    fn a_device_that_waits_for_work_may_rest_and_stalls_only_with_work() {
        let mut idle = Idle::new(BEGIN, 0);
        assert!((0..1000).all(|_| !idle.look(5, Some(7))), "there was nothing to do");
        let with_work = (1..1000).find(|look| idle.look(5, Some(7 + look))).unwrap();
        assert!(LOOK * (1 + u32::try_from(with_work).unwrap()) <= Duration::from_secs(2));
        assert!(!idle.look(6, Some(2000)));
    }
}
