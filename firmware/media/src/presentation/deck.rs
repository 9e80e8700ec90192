//! Pages that people turn, or that turn by themselves: the page that is shown, drawn when it is turned to.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    sync::{mpsc::UnboundedSender, watch},
    time::sleep,
};

use super::book;
use crate::{
    api::{MediaEvent, Pages, Turn},
    capture::source::Bench,
    error::MediaError,
    pipeline::locked,
    tasks::Closing,
};

/// Where a deck is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    /// From 0 on.
    number: usize,
    /// Of how many; 0 before the first page is drawn.
    pages: usize,
}

impl Place {
    /// Turned by a person, who stays at the ends.
    fn turned(self, turn: Turn) -> Self {
        let last = self.pages.saturating_sub(1);
        let number = match turn {
            Turn::First => 0,
            Turn::Last => last,
            Turn::Next => self.number.saturating_add(1),
            Turn::Previous => self.number.saturating_sub(1),
            Turn::Page(page) => usize::try_from(page).unwrap_or(usize::MAX).saturating_sub(1),
        };
        Self { number: number.min(last), ..self }
    }

    /// Turned by time, which begins anew behind the last page.
    const fn passed(self) -> Self {
        Self { number: if self.number + 1 < self.pages { self.number + 1 } else { 0 }, ..self }
    }
}

/// The pages and the one that is shown.
#[derive(Debug)]
pub(super) struct Deck {
    of: Pages,
    interval: Option<Duration>,
    bench: Bench,
    events: UnboundedSender<MediaEvent>,
    place: watch::Sender<Place>,
    shown: Mutex<Option<gst::Buffer>>,
}

impl Deck {
    /// Nothing is read yet. `interval`: the next page comes by itself after so long.
    pub(super) fn new(
        of: Pages,
        interval: Option<Duration>,
        bench: Bench,
        events: UnboundedSender<MediaEvent>,
    ) -> Self {
        Self { of, interval, bench, events, place: watch::Sender::default(), shown: Mutex::default() }
    }

    /// Draws the page that is turned to and shows it; after an error the former stays. Blocks.
    pub(super) fn draw(&self) -> Result<(), MediaError> {
        let number = self.place.borrow().number;
        let leaf = book::leaf(&self.of, number, &self.bench.format, &self.bench.timeline)?;
        // What was turned meanwhile is drawn next.
        self.place.send_if_modified(|place| {
            place.pages = leaf.pages;
            if place.number == number {
                place.number = leaf.number;
            }
            false
        });
        *locked(&self.shown) = Some(leaf.picture);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let (page, pages) = (count(leaf.number + 1), count(leaf.pages));
        self.tell(MediaEvent::PresentationPage { page, pages, name: leaf.name });
        Ok(())
    }

    /// The page that is shown, with the times of `pace`.
    pub(super) fn frame(&self, pace: &gst::BufferRef) -> Result<gst::Buffer, MediaError> {
        let shown = locked(&self.shown).clone();
        let mut frame = shown.ok_or_else(|| MediaError::pipeline("presentation", "no page is drawn"))?;
        pace.copy_into(frame.make_mut(), gst::BufferCopyFlags::TIMESTAMPS, ..)?;
        Ok(frame)
    }

    /// Turns; the page follows when it is drawn.
    pub(super) fn turn(&self, turn: Turn) {
        self.place.send_modify(|place| *place = place.turned(turn));
    }

    /// Draws what is turned to, as long as the source is `wanted`.
    pub(super) async fn run(self: Arc<Self>, mut wanted: watch::Receiver<bool>, mut closing: Closing) {
        let mut turns = self.place.subscribe();
        let mut works = true;
        loop {
            tokio::select! {
                () = closing.wait() => return,
                gone = wanted.changed() => if gone.is_err() { return },
                // The sender lives in the deck itself.
                _ = turns.changed() => {}
                () = pause(self.interval) => self.place.send_modify(|place| *place = place.passed()),
            }
            turns.mark_unchanged();
            let deck = Arc::clone(&self);
            let drawing = tokio::task::spawn_blocking(move || deck.draw());
            let drawn = tokio::select! {
                () = closing.wait() => return,
                drawn = drawing => drawn,
            };
            let Ok(drawn) = drawn else { return };
            let reason = drawn.err().map(|error| error.to_string());
            if reason.is_some() || !works {
                works = reason.is_none();
                self.tell(MediaEvent::PresentationSource { working: works, reason });
            }
        }
    }

    /// The owner may be gone while the engine stops.
    fn tell(&self, event: MediaEvent) {
        let _ = self.events.send(event);
    }
}

async fn pause(interval: Option<Duration>) {
    match interval {
        Some(interval) => sleep(interval).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_stay_at_the_ends_and_time_goes_round() {
        let place = |number| Place { number, pages: 3 };
        for (from, turn, to) in [
            (0, Turn::Next, 1),
            (2, Turn::Next, 2),
            (0, Turn::Previous, 0),
            (2, Turn::Previous, 1),
            (1, Turn::First, 0),
            (1, Turn::Last, 2),
            (0, Turn::Page(3), 2),
            (0, Turn::Page(0), 0),
            (0, Turn::Page(u32::MAX), 2),
        ] {
            assert_eq!(place(from).turned(turn), place(to), "{turn:?}");
        }
        assert_eq!((place(1).passed(), place(2).passed()), (place(2), place(0)));
        assert_eq!(Place::default().passed(), Place::default());
    }
}
