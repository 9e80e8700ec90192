//! A command that cannot be carried out is told as refused, at once and without harm.

use roombox_conference::api::{
    BalancerCommand, CallId, Command, ContentHint, Device, Event, Output, PresentCommand, ReceiveQuality, TransferTo,
};
use roombox_conference::catalogue::{CommandEvent, CommandName, Event as Named};
use roombox_conference::{ConferenceConfig, SessionPolicy};
use roombox_sip::api as sip;

use crate::bench::{Bench, TARGET, server};

/// What was refused since the last look.
fn refused(bench: &mut Bench) -> Vec<(CommandName, Option<CallId>)> {
    let told = bench.events().filter_map(|event| match event {
        Event::Catalogue(Named::CommandEvent(CommandEvent::Refused { command, call, .. })) => Some((*command, *call)),
        _ => None,
    });
    let refused = told.collect();
    bench.forget();
    refused
}

fn another() -> Command {
    Command::Call { target: "sip:200@meet.example".into(), presentation: false }
}

#[test]
fn every_command_for_a_call_that_is_not_there_is_refused() {
    let mut bench = Bench::registered();
    let call = CallId(9);
    let start = PresentCommand::Start { hint: ContentHint::Detail, max_bitrate: None, attempts: 1 };
    let commands = [
        (CommandName::Answer, Command::Answer { call }),
        (CommandName::AskForCamera, Command::AskForCamera { call }),
        (CommandName::Balance, Command::Balance { call, command: BalancerCommand::Start }),
        (CommandName::Decline, Command::Decline { call, status: None }),
        (CommandName::Dtmf, Command::Dtmf { call, tones: "1".into() }),
        (CommandName::HangUp, Command::HangUp { call }),
        (CommandName::Hold, Command::Hold { call, hold: true }),
        (CommandName::Present, Command::Present { call, command: start }),
        (CommandName::ReceiveQuality, Command::ReceiveQuality { call, quality: ReceiveQuality::Low }),
        (CommandName::RefuseDevice, Command::RefuseDevice { call, device: Device::Camera }),
        (CommandName::Reject, Command::Reject { call }),
        (CommandName::Renegotiate, Command::Renegotiate { call }),
        (CommandName::ReplaceCamera, Command::ReplaceCamera { call, verify: None }),
        (CommandName::RestartIce, Command::RestartIce { call, by_update: false }),
        (CommandName::SendChannels, Command::SendChannels { call, input: "1".into(), output: "2".into() }),
        (CommandName::Transfer, Command::Transfer { call, to: TransferTo::Uri(TARGET.into()) }),
    ];
    for (name, command) in commands {
        bench.command(command);
        assert_eq!(refused(&mut bench), [(name, Some(call))]);
    }
}

#[test]
fn another_call_without_a_connection_is_refused() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    bench.forget();
    bench.command(another());
    assert_eq!(refused(&mut bench), [(CommandName::Call, None)]);
    assert!(bench.offer_asked().is_none());
}

#[test]
fn a_call_more_than_allowed_is_refused_and_the_others_go_on() {
    let sessions = SessionPolicy { limit: 1, ..SessionPolicy::default() };
    let mut bench = Bench::with(ConferenceConfig { sessions, ..ConferenceConfig::new("room1", "meet.example", true) });
    bench.command(Command::Start);
    bench.connect();
    bench.command(Command::Join { target: TARGET.into(), keep: true });
    bench.confirm_call();
    bench.command(another());
    assert_eq!(refused(&mut bench), [(CommandName::Call, None)]);
    assert!(bench.in_call_now());
}

#[test]
fn a_call_that_stands_does_not_ring_and_one_that_is_being_made_cannot_be_held_or_handed_on() {
    let (mut bench, call, _) = Bench::in_call();
    bench.command(Command::Answer { call });
    bench.command(Command::Reject { call });
    bench.command(Command::Decline { call, status: None });
    let names = [CommandName::Answer, CommandName::Reject, CommandName::Decline];
    assert_eq!(refused(&mut bench), names.map(|name| (name, Some(call))));
    assert!(bench.in_call_now());

    let mut bench = Bench::registered();
    bench.command(Command::Join { target: TARGET.into(), keep: false });
    let call = bench.offer_asked().unwrap();
    bench.command(Command::Hold { call, hold: true });
    bench.command(Command::Transfer { call, to: TransferTo::Uri("sip:300@meet.example".into()) });
    assert_eq!(refused(&mut bench), [CommandName::Hold, CommandName::Transfer].map(|name| (name, Some(call))));
}

#[test]
fn a_call_is_not_connected_with_itself_nor_with_one_that_is_not_there() {
    let (mut bench, call, _) = Bench::in_call();
    for other in [call, CallId(77)] {
        bench.command(Command::Transfer { call, to: TransferTo::Call(other) });
        assert_eq!(refused(&mut bench), [(CommandName::Transfer, Some(call))]);
    }
}

#[test]
fn there_is_nothing_to_force_while_nothing_is_lost() {
    let (mut bench, ..) = Bench::in_call();
    bench.command(Command::Redial { force: true });
    assert_eq!(refused(&mut bench), [(CommandName::Redial, None)]);
}

#[test]
fn the_same_quality_again_is_refused() {
    let (mut bench, call, _) = Bench::in_call();
    bench.command(Command::ReceiveQuality { call, quality: ReceiveQuality::Auto });
    assert_eq!(refused(&mut bench), [(CommandName::ReceiveQuality, Some(call))]);
}

#[test]
fn who_is_not_connected_or_a_guest_has_no_registration_to_take_or_give_back() {
    let names = [CommandName::Register, CommandName::TryRegister, CommandName::Unregister].map(|name| (name, None));
    let mut guest = Bench::with(ConferenceConfig::new("4711", "meet.example", false));
    guest.command(Command::Start);
    guest.agent(sip::AgentEvent::Connected { server: server() });
    for mut bench in [Bench::new(), guest] {
        bench.forget();
        for command in [Command::Register, Command::TryRegister, Command::Unregister] {
            bench.command(command);
        }
        assert!(bench.outputs().iter().all(|output| !matches!(output, Output::Sip(_))));
        assert_eq!(refused(&mut bench), names);
    }
}
