//! What of the board is not usable.

use serde::{Deserialize, Serialize};

/// A part of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// A button, by GPIO or key.
    Button,
    /// A camera.
    Camera,
    /// A light.
    Led,
    /// A microphone.
    Microphone,
    /// The TV.
    Screen,
    /// A speaker.
    Speaker,
    /// The small display.
    StatusDisplay,
}

/// Why a part is not usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceProblem {
    /// It is there and does not work.
    Broken,
    /// Another program has it.
    Busy,
    /// It is not there.
    Missing,
    /// The program may not open it.
    NotPermitted,
    /// The board file asks for something this program or kernel cannot do.
    Unsupported,
}

/// One part that is not usable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{name}: {detail}")]
pub struct DeviceFinding {
    /// Kind of part.
    pub part: Part,
    /// Its name in the board file, or its device.
    pub name: String,
    /// What kind of trouble.
    pub problem: DeviceProblem,
    /// One sentence for people.
    pub detail: String,
}

impl DeviceFinding {
    pub(crate) fn new(part: Part, name: &str, problem: DeviceProblem, detail: impl Into<String>) -> Self {
        Self { part, name: name.to_owned(), problem, detail: detail.into() }
    }

    #[cfg(feature = "linux")]
    pub(crate) fn io(part: Part, name: &str, what: &str, error: &std::io::Error) -> Self {
        Self::new(part, name, DeviceProblem::of(error), format!("{what}: {error}"))
    }
}

impl DeviceProblem {
    /// The problem an operating system error stands for.
    pub fn of(error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        const ENODEV: i32 = 19;
        const ENXIO: i32 = 6;
        match error.kind() {
            ErrorKind::NotFound => Self::Missing,
            ErrorKind::PermissionDenied => Self::NotPermitted,
            ErrorKind::ResourceBusy => Self::Busy,
            ErrorKind::Unsupported => Self::Unsupported,
            _ if matches!(error.raw_os_error(), Some(ENODEV | ENXIO)) => Self::Missing,
            _ => Self::Broken,
        }
    }
}
