//! The command line as tools outside rely on it.

use clap::{CommandFactory, Parser, error::ErrorKind};

use super::arguments::{Cli, Command, Switch};

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split_whitespace())
}

#[test]
fn every_documented_line_is_understood() {
    for line in [
        "roombox run --board b.toml --config c.toml --state-dir d",
        "roombox demo",
        "roombox demo --for 20 --json",
        "roombox lab --listen 127.0.0.1:5062 --tls-cert c.pem --tls-key k.pem --users u --dialect plain --faults delay=1ms",
        "roombox lab --json",
        "roombox status --json --watch call.state",
        "roombox join",
        "roombox join sip:100@example.org",
        "roombox leave",
        "roombox answer",
        "roombox reject",
        "roombox decline",
        "roombox mute",
        "roombox camera off",
        "roombox present",
        "roombox present start --json",
        "roombox present start laptop",
        "roombox present stop",
        "roombox present next",
        "roombox present page 3",
        "roombox hold",
        "roombox resume",
        "roombox transfer sip:200@example.org",
        "roombox dtmf 12#",
        "roombox redial",
        "roombox ask-camera",
        "roombox role",
        "roombox role --receive low",
        "roombox volume 40",
        "roombox events --json --filter call",
        "roombox stats --json --watch",
        "roombox config check a.toml b.toml",
        "roombox config show --origin",
        "roombox simulate --seeds 5..7 --scenario calls --json --threads 2",
        "roombox simulate --list",
        "roombox simulate --seeds 5 --trace",
        "roombox sip-check --transport udp a.dat b.dat",
        "roombox --socket /tmp/s status",
        "roombox status --socket /tmp/s",
    ] {
        assert!(parse(line).is_ok(), "{line}: {}", parse(line).err().unwrap());
    }
}

#[test]
fn clap_finds_nothing_wrong_with_the_definition() {
    Cli::command().debug_assert();
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for line in [
        "roombox",
        "roombox dance",
        "roombox volume 101",
        "roombox mute maybe",
        "roombox present again",
        "roombox transfer",
        "roombox dtmf",
        "roombox sip-check",
        "roombox lab --tls-cert c.pem",
        "roombox demo --for 0",
    ] {
        assert_eq!(parse(line).err().unwrap().exit_code(), 2, "{line}");
    }
}

#[test]
fn help_and_version_are_no_failure() {
    assert_eq!(parse("roombox --help").err().unwrap().kind(), ErrorKind::DisplayHelp);
    assert_eq!(parse("roombox --version").err().unwrap().exit_code(), 0);
}

#[test]
fn mute_without_a_word_switches_over() {
    let Command::Mute { state, .. } = parse("roombox mute").unwrap().command else { panic!("not mute") };
    assert_eq!(state, None);
    let Command::Mute { state, .. } = parse("roombox mute on").unwrap().command else { panic!("not mute") };
    assert_eq!(state.map(Switch::is_on), Some(true));
}
