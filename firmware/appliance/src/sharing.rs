//! Somebody shares the screen of a computer through the panel: that is presented while it lasts.

use roombox_conference::api as conference;
use roombox_conference::catalogue::PresentationEvent;
use roombox_settings::model::SHARE;

use crate::api::MediaSetting;
use crate::appliance::Appliance;
use crate::presenting::Presenting;
use crate::tree::{Cause, CauseCode, PresentationState, ShareStatus};

/// Letters of a name that are shown.
const NAME: usize = 40;

/// A share, from its beginning to the end of its presentation.
#[derive(Debug)]
pub(crate) struct Sharing {
    status: ShareStatus,
    /// Name of the source that was shown, or would have been, before.
    before: String,
    /// A presentation that was stopping when this one began has yet to end.
    after_another: bool,
}

impl Appliance {
    /// Somebody of this `name` shares a screen. There is one share at a time.
    pub(crate) fn share(&mut self, number: u64, name: &str, take_over: bool) -> Result<(), Cause> {
        self.standing_call()?;
        let before = match self.sharing.take() {
            Some(present) if !take_over => {
                let refusal = Cause::with_detail(CauseCode::ScreenShared, &present.status.name);
                self.sharing = Some(present);
                return Err(refusal);
            }
            Some(present) => {
                self.set(MediaSetting::EndShare(present.status.share));
                present.before
            }
            None => self.presenting.source().to_owned(),
        };
        let after_another = self.desk.session.presentation() == PresentationState::Stopping;
        let name = name.trim().chars().filter(|letter| !letter.is_control()).take(NAME).collect();
        let status = ShareStatus { share: number, name };
        self.sharing = Some(Sharing { status, before, after_another });
        self.present_named(Some(true), Some(SHARE.to_owned()))?;
        self.auto_present.decided_by_others();
        Ok(())
    }

    /// The share of this number is over, if it is the present one; so is its presentation.
    pub(crate) fn stop_share(&mut self, number: u64) {
        if self.sharing.as_ref().is_none_or(|sharing| sharing.status.share != number) {
            return;
        }
        if let (Ok(call), SHARE) = (self.standing_call(), self.presenting.source()) {
            self.ask(conference::Command::Present { call, command: conference::PresentCommand::Stop });
        }
        self.end_share();
    }

    /// A share ends with its presentation, and where something else takes its place.
    pub(crate) fn share_told(&mut self, event: &PresentationEvent) {
        let Some(sharing) = &mut self.sharing else { return };
        let over = match event {
            PresentationEvent::Ended { .. } => !std::mem::take(&mut sharing.after_another),
            PresentationEvent::Failed { .. } => !self.presenting.is_back_at(SHARE),
            PresentationEvent::Updated { .. } => self.presenting.source() != SHARE,
            _ => false,
        };
        if over {
            self.end_share();
        }
    }

    /// Nothing is shared outside calls.
    pub(crate) fn end_share_without_call(&mut self) {
        if self.standing_call().is_err() {
            self.end_share();
        }
    }

    fn end_share(&mut self) {
        let Some(Sharing { status, before, .. }) = self.sharing.take() else { return };
        self.set(MediaSetting::EndShare(status.share));
        if self.presenting.source() == SHARE {
            self.presenting = Presenting::new(before.clone());
            self.set(MediaSetting::Source(before));
        }
    }

    /// Who shares.
    pub(crate) fn share_status(&self) -> Option<ShareStatus> {
        self.sharing.as_ref().map(|sharing| sharing.status.clone())
    }
}
