//! What goes into the brain and what comes out.

use std::time::Instant;

use roombox_conference::api as conference;
use roombox_hal::buttons::ButtonAction;
use roombox_hal::findings::DeviceFinding;
use serde::{Deserialize, Serialize};

use roombox_settings::model::{Layout, SelfView};

use crate::{
    display::DisplayContent,
    tree::{Cause, CauseCode, Command, CommandResult, Event, Leds, PageStatus, PageTurn, ScreenSign},
};

/// Number of a command, given by whoever brings it, returned with the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CommandId(pub u64);

/// What goes in.
#[derive(Clone, Debug)]
pub enum Input {
    /// Everything is set up; go to work.
    Started,
    /// Asked through socket, panel or HTTP; answered by [`Output::Reply`] with the same number.
    Command(CommandId, Command),
    /// A button of the box.
    Press {
        /// Name in the board file.
        button: String,
        /// What it asks for.
        action: ButtonAction,
        /// First edge of the contact.
        at: Instant,
    },
    /// Told by the conference client.
    Conference(conference::Event),
    /// Told by media.
    Media(MediaFact),
    /// What the board names and is not usable; replaces the former report.
    Board(Vec<DeviceFinding>),
    /// The driver found something wrong that no other input tells (missing light, busy port, wrong configuration).
    CauseRaised(Cause),
    /// It is there no more.
    CauseCleared(CauseCode),
    /// The panel is served at this address.
    PanelServed(String),
    /// The box is to go off: leave and unregister.
    Stop,
}

/// What comes out.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// For the conference client.
    Conference(conference::Command),
    /// For the status display.
    Display(DisplayContent),
    /// For the event stream.
    Event(Event),
    /// For the lights.
    Leds(Leds),
    /// For the TV.
    Screen(ScreenContent),
    /// For media: takes effect at once, verified by a [`MediaFact`].
    Media(MediaSetting),
    /// What became of a command.
    Reply(CommandId, CommandResult),
}

/// How the TV is divided in calls and what is written over its pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScreenContent {
    /// How it is divided.
    pub layout: Layout,
    /// Where the own picture stands.
    pub self_view: SelfView,
    /// Name of the other side, for its picture.
    pub remote: String,
    /// What content is called, for its picture.
    pub content: String,
    /// Name of the room, for the own picture.
    pub own: String,
    /// The most important first.
    pub signs: Vec<ScreenSign>,
}

/// What media is told to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaSetting {
    /// Send the camera picture (true) or the still picture.
    Camera(bool),
    /// The screen share of this number is over.
    EndShare(u64),
    /// Send sound (true) or silence.
    Microphone(bool),
    /// Turn the pages of the presentation.
    Page(PageTurn),
    /// Let this be heard in the room once.
    Chime(Chime),
    /// Let this be heard until told otherwise.
    Ring(Option<Ring>),
    /// What is presented from the next start on, by its name in the settings.
    Source(String),
    /// Speaker volume, 0..=100.
    Volume(u8),
}

/// A tone that sounds once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chime {
    /// The other side is busy.
    Busy,
    /// The call cannot be made, or is lost.
    Failed,
    /// The room is in the conference.
    Joined,
    /// The room has left it, or it has ended.
    Left,
}

/// A tone that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    /// Somebody calls.
    Incoming,
    /// It rings at the other side.
    Ringback,
    /// Somebody calls while there is a call.
    Waiting,
}

/// What the room needs to know of media; the driver makes it from what the media engine tells about the present call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fact")]
pub enum MediaFact {
    /// The camera delivers, or does not.
    Camera {
        /// It delivers.
        working: bool,
        /// Its name.
        name: String,
        /// Why not, in plain words.
        reason: Option<String>,
    },
    /// Verified behind the last stage: the camera picture goes out, or the still picture.
    CameraSending {
        /// The camera picture.
        sending: bool,
    },
    /// ICE and DTLS of the call stand.
    Connected,
    /// The path of the call is lost; it may come back.
    Disconnected,
    /// The media of the call failed for good.
    Failed {
        /// Plain words.
        reason: String,
    },
    /// The first remote sound that is not silence was played.
    FirstAudio,
    /// The first remote picture was shown.
    FirstFrame,
    /// Verified behind the last stage: silence goes out, or sound.
    Microphone {
        /// All samples are zero.
        muted: bool,
    },
    /// This page of the presentation is shown.
    PresentationPage(PageStatus),
    /// The capture device that is watched has a signal, or has none any more.
    PresentationSignal {
        /// It has one.
        present: bool,
    },
    /// What is presented gives no picture any more, or again.
    PresentationSource {
        /// It gives one.
        working: bool,
        /// Why not, in plain words.
        reason: Option<String>,
    },
    /// The remote picture stands still (no frame for 3 s) or moves again.
    RemoteVideo {
        /// It moves.
        flowing: bool,
    },
    /// The connection of this screen share is lost.
    ShareLost {
        /// Its number.
        share: u64,
        /// Why, in plain words.
        reason: String,
    },
    /// Somebody speaks although the microphone is muted, or not any more.
    SpeakingMuted {
        /// Somebody does.
        speaking: bool,
    },
    /// The microphone or the speaker works, or does not.
    Sound {
        /// Which.
        device: SoundDevice,
        /// It works.
        working: bool,
        /// Its name.
        name: String,
        /// Why not, in plain words.
        reason: Option<String>,
    },
}

/// Which sound device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SoundDevice {
    /// The microphone.
    Microphone,
    /// The speaker.
    Speaker,
}
