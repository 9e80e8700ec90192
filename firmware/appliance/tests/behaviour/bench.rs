//! An appliance with virtual time; the test plays conference and media.

use std::time::{Duration, Instant};

use roombox_appliance::api::{CommandId, Input, MediaFact, MediaSetting, Output};
use roombox_appliance::tree::{CallId, CallState, CauseCode, Command, CommandResult, ConnectionState, Event, Status};
use roombox_appliance::{Appliance, ApplianceConfig};
use roombox_conference::api as conference;
use roombox_conference::machine::Machine;
use roombox_hal::board::{Board, Button};
use roombox_hal::buttons::ButtonAction;
use roombox_settings::model::{Entry, Settings};

pub(crate) const TARGET: &str = "sip:100@meet.example";

pub(crate) struct Bench {
    pub(crate) room: Appliance,
    pub(crate) now: Instant,
    pub(crate) outputs: Vec<Output>,
}

pub(crate) fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.account.server = "meet.example".into();
    settings.account.display_name = "Board room".into();
    settings.conference.target = Some("100".into());
    settings.conference.entries = vec![Entry { name: "Sales".into(), target: "200".into() }];
    settings
}

pub(crate) fn board() -> Board {
    let button = |name: &str, action| Button {
        name: name.into(),
        action,
        gpio: None,
        key: None,
        active_low: true,
        debounce_ms: 10,
    };
    let buttons = vec![
        button("join", ButtonAction::JoinLeave),
        button("mute", ButtonAction::Mute),
        button("camera", ButtonAction::Camera),
        button("louder", ButtonAction::VolumeUp),
    ];
    Board { name: "Test board".into(), buttons, ..Board::default() }
}

pub(crate) fn config(settings: &Settings) -> ApplianceConfig {
    ApplianceConfig::new(settings, &board(), "0.1.0")
}

impl Bench {
    pub(crate) fn with(settings: &Settings) -> Self {
        Self { room: Appliance::new(config(settings)), now: Instant::now(), outputs: Vec::new() }
    }

    /// Started and registered.
    pub(crate) fn ready() -> Self {
        Self::ready_with(&settings())
    }

    pub(crate) fn ready_with(settings: &Settings) -> Self {
        let mut bench = Self::with(settings);
        bench.input(Input::Started);
        bench.connection(ConnectionState::Established);
        bench.outputs.clear();
        bench
    }

    /// In a call with media.
    pub(crate) fn in_call() -> Self {
        let mut bench = Self::ready();
        bench.call(in_call_state(true));
        bench.outputs.clear();
        bench
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.room.handle_input(self.now, input);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.room.poll_output() {
            self.outputs.push(output);
        }
    }

    pub(crate) fn command(&mut self, command: Command) -> CommandResult {
        self.input(Input::Command(CommandId(5), command));
        let reply = self.outputs.iter().rev().find_map(|output| match output {
            Output::Reply(CommandId(5), result) => Some(result.clone()),
            _ => None,
        });
        reply.expect("every command is answered")
    }

    pub(crate) fn refused(&mut self, command: Command) -> Option<CauseCode> {
        match self.command(command) {
            CommandResult::Ok => None,
            CommandResult::Refused { cause } => Some(cause.code),
        }
    }

    pub(crate) fn press(&mut self, button: &str, action: ButtonAction) {
        let at = self.now;
        self.input(Input::Press { button: button.into(), action, at });
    }

    pub(crate) fn conference(&mut self, event: conference::Event) {
        self.input(Input::Conference(event));
    }

    pub(crate) fn connection(&mut self, state: ConnectionState) {
        self.conference(conference::Event::Connection(state));
    }

    pub(crate) fn call(&mut self, state: CallState) {
        self.conference(conference::Event::Call(state));
    }

    pub(crate) fn media(&mut self, fact: MediaFact) {
        self.input(Input::Media(fact));
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.room.next_deadline().filter(|at| *at <= until) {
            self.now = at.max(self.now);
            self.room.handle_timeout(self.now);
            self.drain();
        }
        self.now = until;
    }

    pub(crate) fn status(&self) -> Status {
        self.room.status()
    }

    pub(crate) fn asked(&self) -> Vec<conference::Command> {
        let asked = self.outputs.iter().filter_map(|output| match output {
            Output::Conference(conference::Command::MediaState { .. }) => None,
            Output::Conference(command) => Some(command.clone()),
            _ => None,
        });
        asked.collect()
    }

    pub(crate) fn set(&self) -> Vec<MediaSetting> {
        let set = self.outputs.iter().filter_map(|output| match output {
            Output::Media(setting) => Some(setting.clone()),
            _ => None,
        });
        set.collect()
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        let events = self.outputs.iter().filter_map(|output| match output {
            Output::Event(event) => Some(event.clone()),
            _ => None,
        });
        events.collect()
    }

    pub(crate) fn raised(&self) -> Vec<CauseCode> {
        self.status().causes.iter().map(|cause| cause.code).collect()
    }
}

pub(crate) fn in_call_state(media_connected: bool) -> CallState {
    CallState::InCall { call: CallId(1), target: TARGET.into(), room: None, participant: None, media_connected }
}

pub(crate) fn ringing() -> CallState {
    CallState::Ringing { call: CallId(9), from: "Reception".into() }
}

pub(crate) fn join(target: &str, keep: bool) -> conference::Command {
    conference::Command::Join { target: target.into(), keep }
}

pub(crate) fn minutes(count: u64) -> Duration {
    Duration::from_mins(count)
}
