//! The one tree of status, commands and events: the same for the local socket, the panel and HTTP.
//!
//! JSON keys are `snake_case`; names that are values (states, events, commands, causes) are `kebab-case`.

mod cause;
mod command;
mod event;
mod quality;
mod session;
mod status;

pub use cause::{Cause, CauseCode, Mender};
pub use command::{Command, CommandResult, PageTurn};
pub use event::Event;
pub use quality::{QualityCause, QualityStatus, Verdict};
pub use roombox_conference::api::{CallId, CallState, ConnectionState};
pub use roombox_settings::model::{Layout, SelfView};
pub use session::{
    Admission, ContentStatus, HoldStatus, PageStatus, PresentationState, PresentationStatus, RoleStatus, RoomRole,
    SessionStatus, ShareStatus,
};
pub use status::{
    BoxInfo, CallStatus, CameraFact, CameraStatus, CameraWanted, DeviceFact, Incoming, Leds, MediaStatus,
    MicrophoneFact, MicrophoneStatus, MicrophoneWanted, ScreenPicture, ScreenSign, ScreenStatus, SignKind, Status,
};
