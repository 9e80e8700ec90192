//! The roombox binary: daemon, command line, panel and lab.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the binary owns time, sockets, files and the environment"
)]

mod cli;
mod control;
mod demo;
mod driver;
mod events;
mod exit;
mod house;
mod lab;
mod logging;
mod network;
mod panel;
mod run;

use std::{process::ExitCode, time::Instant};

use clap::Parser;
use roombox_appliance::tree;

use crate::{
    cli::{Cli, Command},
    control::{client::Client, path::Surroundings},
    exit::{Exit, Outcome},
};

fn main() -> ExitCode {
    let started = Instant::now();
    roombox_media::memory::share_heaps();
    roombox_media::memory::small_pages();
    match dispatch(&Cli::parse(), started) {
        Ok(()) => Exit::Done.into(),
        Err(refusal) => {
            if !refusal.message.is_empty() {
                eprintln!("{}", refusal.message);
            }
            refusal.exit.into()
        }
    }
}

fn dispatch(cli: &Cli, started: Instant) -> Outcome {
    let surroundings = Surroundings::of_process();
    let state_dir = cli.state_dir.clone().unwrap_or_else(|| surroundings.state_dir());
    let socket = || cli.socket.clone().unwrap_or_else(|| surroundings.socket_to_find(&state_dir));
    let socket_to_make = || cli.socket.clone().unwrap_or_else(|| surroundings.socket_to_make(&state_dir));
    let client = || Client::connect(&socket());
    let order = |command: tree::Command, output| cli::command(&mut client()?, &command, output);
    match &cli.command {
        Command::Answer(output) => order(tree::Command::Answer, output),
        Command::AskCamera(output) => order(tree::Command::AskCamera, output),
        Command::Camera { state, output } => order(tree::Command::Camera { on: state.map(cli::Switch::is_on) }, output),
        Command::Config(command) => cli::config(command),
        Command::Events { filter, history, output } => cli::events(&mut client()?, filter, *history, output),
        Command::Decline(output) => order(tree::Command::Decline, output),
        Command::Demo(arguments) => demo::demo(arguments, &socket_to_make(), started),
        Command::Dtmf { digits, output } => order(tree::Command::Dtmf { digits: digits.clone() }, output),
        Command::Hold(output) => order(tree::Command::Hold, output),
        Command::Join { target, output } => order(tree::Command::Join { target: target.clone() }, output),
        Command::Lab(arguments) => lab::lab(arguments),
        Command::Layout { layout, output } => order(tree::Command::Layout { layout: (*layout).into() }, output),
        Command::Leave(output) => order(tree::Command::Leave, output),
        Command::Mute { state, output } => order(tree::Command::Mute { on: state.map(cli::Switch::is_on) }, output),
        Command::Present { action, what, output } => order(cli::present(*action, what.as_deref())?, output),
        Command::Probe(arguments) => cli::probe(arguments, &state_dir),
        Command::Redial(output) => order(tree::Command::Redial, output),
        Command::Reject(output) => order(tree::Command::Reject, output),
        Command::Resume(output) => order(tree::Command::Resume, output),
        Command::Role { receive: Some(quality), output } => {
            order(tree::Command::ReceiveQuality { quality: (*quality).into() }, output)
        }
        Command::Role { receive: None, output } => cli::role(&mut client()?, output),
        Command::Run(arguments) => run::run(arguments, state_dir.clone(), &socket_to_make(), started),
        Command::Simulate(arguments) => cli::simulate(arguments),
        Command::SelfView { place, output } => order(tree::Command::SelfView { self_view: (*place).into() }, output),
        Command::SipCheck { transport, files } => cli::sip_check(*transport, files),
        Command::Stats { watch, output } => cli::statistics(&mut client()?, *watch, output),
        Command::Status(arguments) => cli::status(&mut client()?, arguments),
        Command::TestSound(output) => cli::test_sound(&mut client()?, output),
        Command::Transfer { target, output } => order(tree::Command::Transfer { target: target.clone() }, output),
        Command::Volume { percent, output } => order(tree::Command::Volume { level: *percent }, output),
    }
}
