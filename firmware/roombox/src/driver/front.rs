//! The front of the box: lights and status display.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use roombox_appliance::{
    display::{DisplayContent, Icon},
    tree::Leds,
};
use roombox_hal::{
    leds::Led,
    status_display::{
        DisplayError, Picture, StatusDisplay,
        render::{Badge, StatusPicture, render},
    },
};
use tokio::sync::watch;

/// Between two pictures of something under way.
const STEP: Duration = Duration::from_millis(250);

/// Lights and display of a board, and a copy of the picture for the panel.
pub(super) struct Front {
    leds: BTreeMap<String, Box<dyn Led>>,
    shown: Option<Leds>,
    display: Option<Box<dyn StatusDisplay>>,
    display_works: bool,
    panel: watch::Sender<Picture>,
    picture: StatusPicture,
    next_step: Option<Instant>,
}

impl Front {
    pub(super) fn new(
        leds: BTreeMap<String, Box<dyn Led>>,
        display: Option<Box<dyn StatusDisplay>>,
        panel: watch::Sender<Picture>,
    ) -> Self {
        let picture = StatusPicture::default();
        Self { leds, shown: None, display, display_works: true, panel, picture, next_step: None }
    }

    pub(super) fn light(&mut self, wanted: Leds) {
        if self.shown.replace(wanted) == Some(wanted) {
            return;
        }
        for (name, pattern) in [("call", wanted.call), ("mute", wanted.mute), ("network", wanted.network)] {
            if let Some(led) = self.leds.get_mut(name) {
                led.show(pattern);
            }
        }
    }

    /// Shows new content. What comes back is a change: the display failed, or works again.
    pub(super) fn show(&mut self, now: Instant, content: &DisplayContent) -> Option<Result<(), DisplayError>> {
        self.picture = StatusPicture {
            title: content.title.clone(),
            lines: content.lines.clone(),
            badges: content.icons.iter().map(|icon| badge(*icon)).collect(),
            corner: content.corner.clone(),
            progress: content.working.then(|| self.picture.progress.unwrap_or(0)),
        };
        self.next_step = content.working.then(|| now + STEP);
        self.draw()
    }

    /// When [`Self::step`] is due.
    pub(super) const fn next_step(&self) -> Option<Instant> {
        self.next_step
    }

    /// Moves what shows that something is under way.
    pub(super) fn step(&mut self, now: Instant) -> Option<Result<(), DisplayError>> {
        if self.next_step.is_none_or(|due| now < due) {
            return None;
        }
        self.next_step = Some(now + STEP);
        self.picture.progress = self.picture.progress.map(|phase| phase.wrapping_add(1));
        self.draw()
    }

    fn draw(&mut self) -> Option<Result<(), DisplayError>> {
        let drawn = render(&self.picture);
        let outcome = self.display.as_mut().map_or(Ok(()), |display| display.show(&drawn));
        self.panel.send_replace(drawn);
        let changed = outcome.is_ok() != self.display_works;
        self.display_works = outcome.is_ok();
        changed.then_some(outcome)
    }
}

const fn badge(icon: Icon) -> Badge {
    match icon {
        Icon::CameraOff => Badge::CameraOff,
        Icon::InCall => Badge::InCall,
        Icon::Muted => Badge::Muted,
        Icon::NetworkBad => Badge::NetworkBad,
        Icon::NetworkFair => Badge::NetworkFair,
        Icon::NetworkOk => Badge::NetworkOk,
        Icon::NetworkPoor => Badge::NetworkPoor,
        Icon::Ringing => Badge::Ringing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken;

    impl StatusDisplay for Broken {
        fn show(&mut self, _: &Picture) -> Result<(), DisplayError> {
            Err(DisplayError("no answer".into()))
        }
    }

    fn front(display: Option<Box<dyn StatusDisplay>>) -> Front {
        Front::new(BTreeMap::new(), display, watch::channel(Picture::default()).0)
    }

    fn working() -> DisplayContent {
        DisplayContent { title: "Joining".into(), working: true, ..DisplayContent::default() }
    }

    #[test]
    fn a_broken_display_is_told_once() {
        let mut front = front(Some(Box::new(Broken)));
        let now = Instant::now();
        assert!(matches!(front.show(now, &working()), Some(Err(_))));
        assert!(front.show(now, &working()).is_none());
    }

    #[test]
    fn only_something_under_way_moves() {
        let mut front = front(None);
        let now = Instant::now();
        front.show(now, &working());
        front.step(now + STEP);
        assert_eq!((front.picture.progress, front.next_step()), (Some(1), Some(now + STEP * 2)));
        front.show(now, &DisplayContent::default());
        assert_eq!((front.picture.progress, front.next_step()), (None, None));
    }
}
