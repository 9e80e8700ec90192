//! How a command ends.

use std::process::ExitCode;

/// Exit codes that tools outside may rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Refused or failed; the cause was told.
    Refused = 1,
    /// Wrong usage, configuration or board file.
    Usage = 2,
    /// No roombox is running here.
    NoDaemon = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not get done, in words for standard error.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) exit: Exit,
    /// One or more lines.
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self { exit: Exit::Refused, message: message.into() }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into() }
    }

    pub(crate) fn no_daemon(message: impl Into<String>) -> Self {
        Self { exit: Exit::NoDaemon, message: message.into() }
    }
}

/// What each command returns.
pub(crate) type Outcome = Result<(), Refusal>;
