//! What the room presents: the source, its pages, start and stop.

use roombox_conference::api as conference;
use roombox_conference::catalogue::PresentationEvent;

use crate::api::{MediaFact, MediaSetting};
use crate::appliance::Appliance;
use crate::tree::{Cause, CauseCode, PageStatus, PageTurn, PresentationState, PresentationStatus};

/// What is known of it besides how far it is.
#[derive(Debug)]
pub(crate) struct Presenting {
    /// Name of what is shown, or would be.
    source: String,
    page: Option<PageStatus>,
    /// It was shown before a source that failed.
    back: bool,
    /// What is shown until the source has taken its place, and again when that fails.
    former: Option<Box<Presenting>>,
}

impl Presenting {
    /// This source comes first.
    pub(crate) const fn new(source: String) -> Self {
        Self { source, page: None, back: false, former: None }
    }

    /// Name of what is shown, or would be.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// This is shown again, as another source has just failed to take its place.
    pub(crate) fn is_back_at(&self, source: &str) -> bool {
        self.back && self.source == source
    }

    /// This source takes the place of what is shown.
    fn replaced_by(&mut self, source: String) {
        let mut former = std::mem::replace(self, Self::new(source));
        // Only what has been shown comes back.
        self.former = Some(former.former.take().unwrap_or_else(|| Box::new(former)));
    }
}

impl Appliance {
    /// Starts or stops the presentation; without a wish the other way round. Another source takes the place of the
    /// present one.
    pub(crate) fn present(&mut self, on: Option<bool>, source: Option<&str>) -> Result<(), Cause> {
        self.present_source(on, source)?;
        self.auto_present.decided_by_others();
        Ok(())
    }

    /// The same, whoever wants it.
    pub(crate) fn present_source(&mut self, on: Option<bool>, source: Option<&str>) -> Result<(), Cause> {
        let source = source.map(|name| self.source(name)).transpose()?;
        self.present_named(on, source)
    }

    /// The same, by the exact name.
    pub(crate) fn present_named(&mut self, on: Option<bool>, source: Option<String>) -> Result<(), Cause> {
        let call = self.standing_call()?;
        let other = source.filter(|source| *source != self.presenting.source);
        let running = self.is_presenting();
        let start = on.unwrap_or(!running || other.is_some());
        if !start && !running {
            return Err(Cause::new(CauseCode::NothingPresented));
        }
        let command = match (start, running) {
            (false, _) => conference::PresentCommand::Stop,
            (true, false) => self.config.presentation.clone(),
            (true, true) if other.is_some() => conference::PresentCommand::Update,
            (true, true) => return Ok(()),
        };
        if let Some(other) = other.filter(|_| start) {
            if running {
                self.presenting.replaced_by(other.clone());
            } else {
                self.presenting = Presenting::new(other.clone());
            }
            self.set(MediaSetting::Source(other));
        }
        self.ask(conference::Command::Present { call, command });
        Ok(())
    }

    pub(crate) fn turn_page(&mut self, to: PageTurn) -> Result<(), Cause> {
        if !self.is_presenting() {
            return Err(Cause::new(CauseCode::NothingPresented));
        }
        if self.presenting.page.as_ref().is_none_or(|page| page.pages < 2) {
            return Err(Cause::new(CauseCode::NoPages));
        }
        self.set(MediaSetting::Page(to));
        Ok(())
    }

    pub(crate) fn presentation_told(&mut self, fact: &MediaFact) {
        match fact {
            MediaFact::PresentationPage(page) => self.presenting.page = Some(page.clone()),
            MediaFact::PresentationSource { working: true, .. } => self.clear(CauseCode::NoPresentedPicture),
            MediaFact::PresentationSource { reason, .. } if self.is_presenting() => {
                let reason = reason.as_deref().unwrap_or_default();
                self.raise(Cause::with_detail(CauseCode::NoPresentedPicture, reason));
            }
            _ => {}
        }
    }

    /// Another source has taken the place of the former, or has not: then that is shown still.
    pub(crate) fn source_changed(&mut self, event: &PresentationEvent) {
        match event {
            PresentationEvent::Failed { .. } => {
                self.presenting.back = false;
                if let Some(former) = self.presenting.former.take() {
                    self.presenting = Presenting { back: true, ..*former };
                    self.set(MediaSetting::Source(self.presenting.source.clone()));
                }
            }
            PresentationEvent::Updated { .. } | PresentationEvent::Ended { .. } => self.presenting.former = None,
            _ => {}
        }
    }

    /// Nothing more is known of a presentation that is over.
    pub(crate) fn forget_presentation(&mut self) {
        if !self.is_presenting() {
            self.presenting.page = None;
            self.clear(CauseCode::NoPresentedPicture);
        }
    }

    /// How the presentation is, with what is shown.
    pub(crate) fn presentation_status(&self, known: PresentationStatus) -> PresentationStatus {
        PresentationStatus {
            source: self.presenting.source.clone(),
            share: self.share_status(),
            signal: self.auto_present.signal(),
            sources: self.config.sources.clone(),
            page: self.presenting.page.clone().filter(|page| page.pages > 1),
            ..known
        }
    }

    fn is_presenting(&self) -> bool {
        matches!(self.desk.session.presentation(), PresentationState::Presenting | PresentationState::Starting)
    }

    /// The source that people mean.
    fn source(&self, name: &str) -> Result<String, Cause> {
        let known = self.config.sources.iter().find(|known| known.eq_ignore_ascii_case(name.trim()));
        known.cloned().ok_or_else(|| Cause::with_detail(CauseCode::UnknownSource, self.config.sources.join(", ")))
    }
}
