//! What persons do at their boxes.

use roombox_conference::api::{
    BalancerCommand, CallId, CallState, Command, ContentHint, PresentCommand, ReceiveQuality, TransferTo,
};
use roombox_conference::vendor::MediaState;
use roombox_sip::machine::Machine;

use super::node::Input;
use super::{Job, RoomGame, user};
use crate::dice::Dice;
use crate::scenario::Deed;
use crate::servers::HOST;

/// The room of everybody.
pub(super) fn room() -> String {
    format!("sip:boardroom@{HOST}")
}

impl RoomGame {
    /// A person does something and plans when to do the next thing.
    pub(super) fn deed(&mut self, number: usize) {
        self.later(self.scenario.deed_every_ms, Job::Deed(number));
        let Some(deed) = self.draw(self.scenario.deeds) else { return };
        match deed {
            Deed::CheckTelephony => self.command(number, Command::CheckTelephony),
            Deed::ConnectAndCall => self.command(number, Command::ConnectAndCall { target: room() }),
            Deed::Disarm => self.command(number, Command::Redial { force: false }),
            Deed::Join => self.command(number, Command::Join { target: room(), keep: true }),
            Deed::JoinOnce => self.command(number, Command::Join { target: room(), keep: false }),
            Deed::Leave => self.command(number, Command::Leave),
            Deed::Mute => self.mute(number),
            Deed::Ping => self.command(number, Command::Ping),
            Deed::Redial => self.command(number, Command::Redial { force: true }),
            Deed::Register => self.register(number),
            Deed::Restart => self.command(number, Command::Restart),
            Deed::StopAndStart => {
                self.command(number, Command::Stop);
                self.later_command((0, 60_000), number, Command::Start);
            }
            Deed::Call => self.call_somebody(number),
            in_call => {
                let standing: Vec<_> = self.network.clients[number].watch.calls.standing().iter().copied().collect();
                if let Some(call) = self.pick(&standing) {
                    self.deed_in_call(number, call, in_call);
                }
            }
        }
    }

    fn deed_in_call(&mut self, number: usize, call: CallId, deed: Deed) {
        let command = match deed {
            Deed::AskForCamera => Command::AskForCamera { call },
            Deed::Balance => {
                let all = [BalancerCommand::Balance, BalancerCommand::Start, BalancerCommand::Stop];
                Command::Balance { call, command: self.pick(&all).unwrap_or(BalancerCommand::Balance) }
            }
            Deed::Dtmf => Command::Dtmf { call, tones: "1#".into() },
            Deed::HangUp => Command::HangUp { call },
            Deed::Hold => Command::Hold { call, hold: true },
            Deed::Present => {
                let (hint, attempts) = (ContentHint::Detail, self.pick(&[1, 1, 3]).unwrap_or(1));
                Command::Present { call, command: PresentCommand::Start { hint, max_bitrate: None, attempts } }
            }
            Deed::PresentAnother => Command::Present { call, command: PresentCommand::Update },
            Deed::Quality => {
                let all = [ReceiveQuality::Auto, ReceiveQuality::High, ReceiveQuality::Low, ReceiveQuality::Medium];
                Command::ReceiveQuality { call, quality: self.pick(&all).unwrap_or_default() }
            }
            Deed::Renegotiate => Command::Renegotiate { call },
            Deed::ReplaceCamera => Command::ReplaceCamera { call, verify: None },
            Deed::RestartIce => Command::RestartIce { call, by_update: self.chance(50) },
            Deed::Resume => Command::Hold { call, hold: false },
            Deed::SendChannels => Command::SendChannels { call, input: "1,2".into(), output: "1".into() },
            Deed::StopPresenting => Command::Present { call, command: PresentCommand::Stop },
            _ => Command::Transfer { call, to: self.transferred_to(number, call) },
        };
        self.command(number, command);
    }

    fn transferred_to(&mut self, number: usize, call: CallId) -> TransferTo {
        let others = self.network.clients[number].watch.calls.standing();
        let others: Vec<_> = others.iter().copied().filter(|other| *other != call).collect();
        match self.pick(&others).filter(|_| self.chance(70)) {
            Some(other) => TransferTo::Call(other),
            None => TransferTo::Uri(format!("sip:lounge@{HOST}")),
        }
    }

    /// The other box, or another room.
    fn call_somebody(&mut self, number: usize) {
        let whom = if self.chance(60) && self.scenario.boxes > 1 {
            user(self.scenario, (number + 1) % self.scenario.boxes)
        } else {
            "lounge".to_owned()
        };
        let (target, presentation) = (format!("sip:{whom}@{HOST}"), self.chance(10));
        self.command(number, Command::Call { target, presentation });
    }

    fn mute(&mut self, number: usize) {
        let (microphone, camera) = (self.chance(50), self.chance(50));
        self.media_states[number] = Some(MediaState { microphone, camera });
        self.command(number, Command::MediaState { microphone, camera });
    }

    fn register(&mut self, number: usize) {
        match self.dice(1, 3) {
            1 => self.command(number, Command::Register),
            2 => self.command(number, Command::TryRegister),
            _ => {
                self.command(number, Command::Unregister);
                self.later_command((0, 60_000), number, Command::Register);
            }
        }
    }

    pub(super) fn later_command(&mut self, ms: (u64, u64), number: usize, command: Command) {
        self.later(ms, Job::Input(number, Box::new(Input::Command(command))));
    }

    /// Calls that ring are taken, refused or left alone.
    pub(super) fn answer_calls(&mut self) {
        for number in 0..self.scenario.boxes {
            let CallState::Ringing { call, .. } = self.network.clients[number].status().client.call else { continue };
            match self.dice(1, 20) {
                1..=4 => self.command(number, Command::Answer { call }),
                5 => self.command(number, Command::Decline { call, status: None }),
                6 => self.command(number, Command::Reject { call }),
                _ => {}
            }
        }
    }
}
