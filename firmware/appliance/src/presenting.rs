//! What the room presents: the source, its pages, start and stop.

use roombox_conference::api as conference;

use crate::api::{MediaFact, MediaSetting};
use crate::appliance::Appliance;
use crate::tree::{Cause, CauseCode, PageStatus, PageTurn, PresentationState, PresentationStatus};

/// What is known of it besides how far it is.
#[derive(Debug)]
pub(crate) struct Presenting {
    /// Name of what is shown, or would be.
    source: String,
    page: Option<PageStatus>,
}

impl Presenting {
    /// This source comes first.
    pub(crate) const fn new(source: String) -> Self {
        Self { source, page: None }
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
        let call = self.standing_call()?;
        let source = source.map(|name| self.source(name)).transpose()?;
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
            self.presenting = Presenting::new(other.clone());
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
