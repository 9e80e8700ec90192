//! The command line: arguments in, words or JSON out.

mod arguments;
mod ask;
mod config;
mod present;
mod print;
mod probe;
mod screen;
mod simulate;
mod sip_check;
#[cfg(test)]
mod tests;

pub(crate) use arguments::{Cli, Command, DemoArguments, Dialect, LabArguments, RunArguments, Switch};
pub(crate) use ask::{command, events, role, say, statistics, status, test_sound};
pub(crate) use config::config;
pub(crate) use present::present;
pub(crate) use print::fields;
pub(crate) use probe::probe;
pub(crate) use simulate::simulate;
pub(crate) use sip_check::sip_check;
