//! The brain of the room: every intent and every fact passes here.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use roombox_conference::api as conference;
use roombox_conference::machine::Machine;

use crate::api::{CommandId, Input, MediaSetting, Output};
use crate::auto_present::AutoPresent;
use crate::call::CallDesk;
use crate::causes::{self, CONFERENCE, Causes};
use crate::config::ApplianceConfig;
use crate::devices::Devices;
use crate::presenting::Presenting;
use crate::sharing::Sharing;
use crate::told::Told;
use crate::tones::Tones;
use crate::tree::{Cause, CauseCode, CommandResult, Event, ScreenStatus, Status};

/// How long a failed call that is not dialled again is shown.
const FAILED_CALL_SHOWN: Duration = Duration::from_mins(1);

/// How far the box is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    Starting,
    Working,
    Stopped,
}

/// The brain of the room.
#[derive(Debug)]
pub struct Appliance {
    pub(crate) config: ApplianceConfig,
    pub(crate) life: Life,
    pub(crate) desk: CallDesk,
    pub(crate) devices: Devices,
    pub(crate) presenting: Presenting,
    pub(crate) sharing: Option<Sharing>,
    pub(crate) auto_present: AutoPresent,
    pub(crate) causes: Causes,
    pub(crate) tones: Tones,
    /// Why the last press was refused, and until when that is shown.
    pub(crate) notice: Option<(Cause, Instant)>,
    /// Until when the cause of a failed call is shown that is not dialled again.
    failed_call_until: Option<Instant>,
    panel: Option<String>,
    told: Told,
    outputs: VecDeque<Output>,
}

impl Appliance {
    /// A box that waits for [`Input::Started`]. Nothing here is left to chance, so there is no seed.
    pub fn new(config: ApplianceConfig) -> Self {
        let devices = Devices::new(!config.start_muted, !config.camera_off, config.volume);
        let presenting = Presenting::new(config.source.clone());
        let auto_present = AutoPresent::new(config.auto_present);
        Self {
            config,
            life: Life::Starting,
            desk: CallDesk::new(),
            devices,
            presenting,
            sharing: None,
            auto_present,
            causes: Causes::default(),
            tones: Tones::default(),
            notice: None,
            failed_call_until: None,
            panel: None,
            told: Told::default(),
            outputs: VecDeque::new(),
        }
    }

    fn start(&mut self) {
        if std::mem::replace(&mut self.life, Life::Working) == Life::Working {
            return;
        }
        self.outputs.extend(self.devices.settings().map(Output::Media));
        self.ask(conference::Command::Start);
        if self.config.auto_dial
            && let Err(cause) = self.join(None)
        {
            self.raise(cause);
        }
    }

    fn stop(&mut self) {
        if std::mem::replace(&mut self.life, Life::Stopped) == Life::Working {
            self.ask(conference::Command::Stop);
        }
    }

    /// The cause of a call that ended by itself; it stays until the next try, or for a while when there is none.
    pub(crate) fn call_failed(&mut self, now: Instant, cause: Option<Cause>, will_redial: bool) {
        self.failed_call_until = (cause.is_some() && !will_redial).then(|| now + FAILED_CALL_SHOWN);
        let events = self.causes.replace(CONFERENCE, cause);
        self.events(events);
    }

    pub(crate) fn forget_failed_call(&mut self) {
        self.failed_call_until = None;
        let events = self.causes.replace(CONFERENCE, None);
        self.events(events);
    }

    pub(crate) fn raise(&mut self, cause: Cause) {
        let event = self.causes.raise(cause);
        self.events(event);
    }

    pub(crate) fn clear(&mut self, code: CauseCode) {
        let event = self.causes.clear(code);
        self.events(event);
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    pub(crate) fn events(&mut self, events: impl IntoIterator<Item = Event>) {
        self.outputs.extend(events.into_iter().map(Output::Event));
    }

    pub(crate) fn set(&mut self, setting: MediaSetting) {
        self.outputs.push_back(Output::Media(setting));
    }

    pub(crate) fn ask(&mut self, command: conference::Command) {
        self.outputs.push_back(Output::Conference(command));
    }

    fn reply(&mut self, id: CommandId, result: Result<(), Cause>) {
        let result = match result {
            Ok(()) => CommandResult::Ok,
            Err(cause) => CommandResult::Refused { cause },
        };
        self.outputs.push_back(Output::Reply(id, result));
    }

    /// What time changes: minutes of the call, and what is shown only for a while.
    fn pass_time(&mut self, now: Instant) {
        self.desk.count_minutes(now);
        self.desk.quality.pass_time(now);
        self.notice.take_if(|(_, until)| *until <= now);
        if self.failed_call_until.is_some_and(|until| until <= now) {
            self.forget_failed_call();
        }
    }

    /// Tells everybody what has changed, after whatever happened.
    fn settle(&mut self, now: Instant) {
        self.pass_time(now);
        self.follow_signal(now);
        let present = Told::of(self);
        let changes = self.told.changes_to(&present);
        self.outputs.extend(changes);
        self.told = present;
    }
}

impl Machine for Appliance {
    type Input = Input;
    type Output = Output;
    type Status = Status;

    fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Started => self.start(),
            Input::Command(id, command) => {
                let result = self.command(now, command);
                self.reply(id, result);
            }
            Input::Press { button, action, .. } => {
                // A refused press is shown on the display; nobody else waits for the answer.
                let _shown = self.press(now, button, action);
            }
            Input::Conference(event) => self.conference_told(now, event),
            Input::Media(fact) => self.media_told(now, fact),
            Input::Board(findings) => {
                self.clear(CauseCode::BoardDeviceMissing);
                for cause in causes::of_board(&findings) {
                    self.raise(cause);
                }
            }
            Input::CauseRaised(cause) => self.raise(cause),
            Input::CauseCleared(code) => self.clear(code),
            Input::PanelServed(address) => self.panel = Some(address),
            Input::Stop => self.stop(),
        }
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.settle(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        let notice = self.notice.as_ref().map(|(_, until)| *until);
        let quality = self.desk.quality.next_deadline();
        [self.desk.next_minute(), notice, self.failed_call_until, self.auto_present.next_deadline(), quality]
            .into_iter()
            .flatten()
            .min()
    }

    fn status(&self) -> Status {
        let shown = Told::of(self);
        let mut session = self.desk.session.status();
        session.presentation = self.presentation_status(session.presentation);
        Status {
            identity: self.config.identity.clone(),
            connection: self.desk.connection.clone(),
            registered: self.desk.registered,
            call: self.desk.status(),
            session,
            incoming: self.desk.incoming(),
            microphone: self.devices.microphone(),
            camera: self.devices.camera(),
            speaker: self.devices.speaker.clone(),
            volume: self.devices.volume,
            leds: shown.leds,
            display: shown.display,
            screen: ScreenStatus {
                output: self.config.screen_output.clone(),
                picture: self.desk.picture(),
                layout: shown.screen.layout,
                self_view: shown.screen.self_view,
                signs: shown.screen.signs,
            },
            media: self.desk.media,
            quality: self.desk.quality.status(),
            causes: self.causes.list(),
            panel: self.panel.clone(),
        }
    }
}
