//! What people and programs ask of the present call.

use roombox_conference::api::{self as conference, CallId, CallState, ReceiveQuality, TransferTo};

use crate::appliance::Appliance;
use crate::tree::{Cause, CauseCode};

/// Telephone keys and pauses in one command: a long card number with its PIN.
const MOST_DIGITS: usize = 64;

impl Appliance {
    pub(crate) fn ask_for_camera(&mut self) -> Result<(), Cause> {
        let call = self.standing_call()?;
        self.ask(conference::Command::AskForCamera { call });
        Ok(())
    }

    pub(crate) fn dtmf(&mut self, digits: &str) -> Result<(), Cause> {
        let call = self.standing_call()?;
        let tones: String = digits.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        let allowed = |tone: char| matches!(tone, '0'..='9' | 'A'..='D' | '*' | '#' | ',');
        if tones.is_empty() || tones.len() > MOST_DIGITS || !tones.chars().all(allowed) {
            let detail = format!("allowed are up to {MOST_DIGITS} of 0 to 9, A to D, *, # and commas for pauses");
            return Err(Cause::with_detail(CauseCode::ValueNotAllowed, detail));
        }
        self.ask(conference::Command::Dtmf { call, tones });
        Ok(())
    }

    pub(crate) fn hold(&mut self, hold: bool) -> Result<(), Cause> {
        let call = self.standing_call()?;
        self.ask(conference::Command::Hold { call, hold });
        Ok(())
    }

    pub(crate) fn receive_quality(&mut self, quality: ReceiveQuality) -> Result<(), Cause> {
        let call = self.standing_call()?;
        self.ask(conference::Command::ReceiveQuality { call, quality });
        Ok(())
    }

    /// Dials what waits for its turn at once, or what was dialled last.
    pub(crate) fn redial(&mut self) -> Result<(), Cause> {
        match &self.desk.state {
            CallState::Redialling { .. } | CallState::Waiting { .. } => {
                self.ask(conference::Command::Redial { force: true });
                Ok(())
            }
            CallState::Idle | CallState::Ringing { .. } => {
                let last = self.desk.last_target.clone().ok_or_else(|| Cause::new(CauseCode::NothingToRedial))?;
                self.join(Some(&last))
            }
            CallState::Connecting { .. } | CallState::InCall { .. } => Err(Cause::new(CauseCode::AlreadyInCall)),
        }
    }

    pub(crate) fn transfer(&mut self, target: &str) -> Result<(), Cause> {
        let call = self.standing_call()?;
        let to = TransferTo::Uri(self.config.address(Some(target))?);
        self.ask(conference::Command::Transfer { call, to });
        Ok(())
    }

    pub(crate) fn standing_call(&self) -> Result<CallId, Cause> {
        match self.desk.state {
            CallState::InCall { call, .. } => Ok(call),
            _ => Err(Cause::new(CauseCode::NotInCall)),
        }
    }
}
