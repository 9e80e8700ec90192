//! What people and programs ask of the room.

use std::time::{Duration, Instant};

use roombox_conference::api as conference;
use roombox_hal::buttons::ButtonAction;

use crate::appliance::Appliance;
use crate::tree::{Cause, CauseCode, Command, Event};

/// How long the display says why a press did nothing.
const NOTICE: Duration = Duration::from_secs(5);

impl Appliance {
    /// What a person or program asks for.
    pub(crate) fn command(&mut self, now: Instant, command: Command) -> Result<(), Cause> {
        match command {
            Command::Answer => self.answer(),
            Command::AskCamera => self.ask_for_camera(),
            Command::Camera { on } => {
                let setting = self.devices.switch_camera(on);
                self.set(setting);
                Ok(())
            }
            Command::Decline => self.decline(),
            Command::Dtmf { digits } => self.dtmf(&digits),
            Command::EndShare { share } => {
                self.stop_share(share);
                Ok(())
            }
            Command::Hold => self.hold(true),
            Command::Join { target } => self.join(target.as_deref()),
            Command::Layout { layout } => {
                self.config.screen.layout = layout;
                Ok(())
            }
            Command::Leave => self.leave(),
            Command::Mute { on } => {
                let setting = self.devices.mute(on);
                self.set(setting);
                Ok(())
            }
            Command::Page { to } => self.turn_page(to),
            Command::Present { on, source } => self.present(on, source.as_deref()),
            Command::Press { button } => match self.config.buttons.get(&button) {
                Some(action) => self.press(now, button, *action),
                None => Err(Cause::with_detail(CauseCode::UnknownButton, button)),
            },
            Command::ReceiveQuality { quality } => self.receive_quality(quality),
            Command::Redial => self.redial(),
            Command::Reject => self.reject(),
            Command::Resume => self.hold(false),
            Command::SelfView { self_view } => {
                self.config.screen.self_view = self_view;
                Ok(())
            }
            Command::Share { share, name, take_over } => self.share(share, &name, take_over),
            Command::Transfer { target } => self.transfer(&target),
            Command::Volume { level } if level > 100 => {
                Err(Cause::with_detail(CauseCode::ValueNotAllowed, format!("volume {level}; allowed is 0 to 100")))
            }
            Command::Volume { level } => {
                let setting = self.devices.set_volume(level);
                self.set(setting);
                Ok(())
            }
        }
    }

    /// A button, on the box or by command; a refusal is shown on the display as well.
    pub(crate) fn press(&mut self, now: Instant, name: String, action: ButtonAction) -> Result<(), Cause> {
        self.event(Event::Button { name, action });
        self.notice = None;
        let volume = self.devices.volume;
        let result = match action {
            ButtonAction::Camera => self.command(now, Command::Camera { on: None }),
            ButtonAction::JoinLeave if self.desk.incoming().is_some() => self.answer(),
            ButtonAction::JoinLeave if self.desk.wanted() => self.leave(),
            ButtonAction::JoinLeave => self.join(None),
            ButtonAction::Mute => self.command(now, Command::Mute { on: None }),
            ButtonAction::Present => self.command(now, Command::Present { on: None, source: None }),
            ButtonAction::VolumeDown => self.command(now, Command::Volume { level: volume.saturating_sub(5) }),
            ButtonAction::VolumeUp => self.command(now, Command::Volume { level: (volume + 5).min(100) }),
        };
        if let Err(cause) = &result {
            self.show_notice(now, cause.clone());
        }
        result
    }

    /// Says on the display, for a moment, why nothing came of a wish.
    pub(crate) fn show_notice(&mut self, now: Instant, cause: Cause) {
        self.notice = Some((cause, now + NOTICE));
    }

    pub(crate) fn join(&mut self, asked: Option<&str>) -> Result<(), Cause> {
        let target = self.config.address(asked)?;
        let other = self.desk.target().filter(|present| *present != target);
        if other.is_some() && self.desk.in_call() {
            return Err(Cause::new(CauseCode::AlreadyInCall));
        }
        self.clear(CauseCode::NoConferenceConfigured);
        self.forget_failed_call();
        self.tones.asked();
        self.ask(conference::Command::Join { target, keep: self.config.auto_dial });
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Cause> {
        if !self.desk.wanted() {
            return Err(Cause::new(CauseCode::NoCall));
        }
        self.forget_failed_call();
        self.ask(conference::Command::Leave);
        Ok(())
    }

    fn answer(&mut self) -> Result<(), Cause> {
        let ringing = self.desk.incoming().ok_or_else(|| Cause::new(CauseCode::NothingRings))?;
        self.ask(conference::Command::Answer { call: ringing.call });
        Ok(())
    }

    fn decline(&mut self) -> Result<(), Cause> {
        let ringing = self.desk.incoming().ok_or_else(|| Cause::new(CauseCode::NothingRings))?;
        self.ask(conference::Command::Decline { call: ringing.call, status: None });
        Ok(())
    }

    fn reject(&mut self) -> Result<(), Cause> {
        let ringing = self.desk.incoming().ok_or_else(|| Cause::new(CauseCode::NothingRings))?;
        self.ask(conference::Command::Reject { call: ringing.call });
        Ok(())
    }
}
