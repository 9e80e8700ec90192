//! Shows pictures on a slow display from a thread of its own: always the newest one, again after a failure.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::status_display::{DisplayError, HEIGHT, Picture, StatusDisplay, WIDTH};

/// A display with a memory of its own.
pub(super) trait Screen: Send + 'static {
    /// Wakes the display, whose memory may hold anything afterwards.
    fn init(&mut self) -> Result<(), String>;
    /// Notes a pixel to be sent.
    fn set_pixel(&mut self, x: u32, y: u32, lit: bool);
    /// Sends what was noted.
    fn flush(&mut self) -> Result<(), String>;
}

/// Starts the thread. A display that failed is woken and tried again after `retry`.
pub(super) fn start(screen: impl Screen, retry: Duration) -> io::Result<Box<dyn StatusDisplay>> {
    let slot = Arc::new(Slot::default());
    let writer = Writer { screen, slot: Arc::clone(&slot), shown: None, retry };
    let thread = Builder::new().name("status-display".into()).spawn(move || writer.run())?;
    Ok(Box::new(Handle { slot, thread: Some(thread) }))
}

/// The newest picture, between the box and the thread.
#[derive(Default)]
struct Slot {
    state: Mutex<SlotState>,
    changed: Condvar,
}

#[derive(Default)]
struct SlotState {
    picture: Option<Picture>,
    failure: Option<String>,
    closed: bool,
}

impl Slot {
    /// A panic elsewhere leaves whole values behind, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, SlotState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Handle {
    slot: Arc<Slot>,
    thread: Option<JoinHandle<()>>,
}

impl StatusDisplay for Handle {
    fn show(&mut self, picture: &Picture) -> Result<(), DisplayError> {
        let mut state = self.slot.lock();
        state.picture = Some(picture.clone());
        self.slot.changed.notify_one();
        state.failure.take().map_or(Ok(()), |failure| Err(DisplayError(failure)))
    }
}

/// A display keeps its picture when the program ends, so it must be dark before it does.
impl Drop for Handle {
    fn drop(&mut self) {
        self.slot.lock().closed = true;
        self.slot.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

struct Writer<S> {
    screen: S,
    slot: Arc<Slot>,
    shown: Option<Picture>,
    retry: Duration,
}

impl<S: Screen> Writer<S> {
    fn run(mut self) {
        while let Some(picture) = self.next() {
            if let Err(failure) = self.write(&picture) {
                self.shown = None;
                self.pause(picture, failure);
            }
        }
        self.write(&Picture::default()).ok();
    }

    fn next(&self) -> Option<Picture> {
        let state = self.slot.lock();
        let waiting = |state: &mut SlotState| state.picture.is_none() && !state.closed;
        let mut state = self.slot.changed.wait_while(state, waiting).unwrap_or_else(PoisonError::into_inner);
        if state.closed { None } else { state.picture.take() }
    }

    /// The picture that failed stays the next one unless a newer one came.
    fn pause(&self, picture: Picture, failure: String) {
        let mut state = self.slot.lock();
        state.failure = Some(failure);
        state.picture.get_or_insert(picture);
        drop(self.slot.changed.wait_timeout_while(state, self.retry, |state| !state.closed));
    }

    /// Only changed pixels are noted, so that no more than the rectangle around them is sent.
    fn write(&mut self, picture: &Picture) -> Result<(), String> {
        if self.shown.is_none() {
            self.screen.init()?;
        }
        for (x, y) in (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y))) {
            let lit = picture.is_lit(x, y);
            if self.shown.as_ref().is_none_or(|shown| shown.is_lit(x, y) != lit) {
                self.screen.set_pixel(x, y, lit);
            }
        }
        self.screen.flush()?;
        self.shown = Some(picture.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::{Screen, start};
    use crate::status_display::{Picture, StatusDisplay};

    /// Tells each flush with the number of pixels noted and whether the display was woken for it; fails as often as told.
    struct Recorder {
        flushed: mpsc::Sender<(usize, bool)>,
        failures: u32,
        noted: usize,
        woken: bool,
    }

    impl Screen for Recorder {
        fn init(&mut self) -> Result<(), String> {
            self.woken = true;
            Ok(())
        }

        fn set_pixel(&mut self, _x: u32, _y: u32, _lit: bool) {
            self.noted += 1;
        }

        fn flush(&mut self) -> Result<(), String> {
            let told = (std::mem::take(&mut self.noted), std::mem::take(&mut self.woken));
            self.flushed.send(told).ok();
            if self.failures > 0 {
                self.failures -= 1;
                return Err("no answer".into());
            }
            Ok(())
        }
    }

    fn display(failures: u32) -> (Box<dyn StatusDisplay>, mpsc::Receiver<(usize, bool)>) {
        let (sender, flushes) = mpsc::channel();
        let recorder = Recorder { flushed: sender, failures, noted: 0, woken: false };
        (start(recorder, Duration::from_millis(1)).unwrap(), flushes)
    }

    const ALL: usize = 128 * 64;

    #[test]
    fn the_first_picture_is_whole_and_the_next_only_what_changed() {
        let (mut display, flushes) = display(0);
        let mut picture = Picture::default();
        display.show(&picture).unwrap();
        assert_eq!(flushes.recv().unwrap(), (ALL, true));
        picture.pixels[77] = 1;
        display.show(&picture).unwrap();
        assert_eq!(flushes.recv().unwrap(), (1, false));
    }

    #[test]
    fn a_failure_is_told_by_the_next_call_and_the_picture_is_sent_again_as_a_whole() {
        let (mut display, flushes) = display(1);
        display.show(&Picture::default()).unwrap();
        assert_eq!(flushes.recv().unwrap(), (ALL, true));
        assert_eq!(flushes.recv().unwrap(), (ALL, true));
        assert_eq!(display.show(&Picture::default()).unwrap_err().to_string(), "status display: no answer");
    }

    #[test]
    fn a_display_let_go_is_dark() {
        let (mut display, flushes) = display(0);
        let mut picture = Picture::default();
        picture.pixels[5] = 1;
        display.show(&picture).unwrap();
        assert_eq!(flushes.recv().unwrap(), (ALL, true));
        drop(display);
        assert_eq!(flushes.recv().unwrap(), (1, false));
        assert!(flushes.recv().is_err());
    }
}
