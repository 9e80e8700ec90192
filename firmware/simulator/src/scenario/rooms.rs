//! Scenarios of boxes: what persons do, what goes wrong.

use roombox_sip::api::Transport;

/// Something a person does at a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Asks to switch the camera on.
    AskForCamera,
    /// Steers the video balancer.
    Balance,
    /// Calls another box, or another room.
    Call,
    /// Looks whether the server is there.
    CheckTelephony,
    /// Connects and calls as one undertaking.
    ConnectAndCall,
    /// Lets a lost call go.
    Disarm,
    /// Telephone keys.
    Dtmf,
    /// Ends the call, whatever else there is.
    HangUp,
    /// Puts the other side on hold.
    Hold,
    /// Auto-dials the room.
    Join,
    /// Calls the room once.
    JoinOnce,
    /// Leaves.
    Leave,
    /// Switches microphone or camera.
    Mute,
    /// Asks for a sign of life.
    Ping,
    /// Starts a presentation.
    Present,
    /// Presents something else.
    PresentAnother,
    /// What a spectator wants to see.
    Quality,
    /// Dials at once what is wanted.
    Redial,
    /// Registers, or gives the registration back for a while.
    Register,
    /// Offers again.
    Renegotiate,
    /// Takes another camera.
    ReplaceCamera,
    /// Connects anew.
    Restart,
    /// New ICE credentials.
    RestartIce,
    /// Goes on after a hold.
    Resume,
    /// Tells the channels.
    SendChannels,
    /// Stops everything, and starts again within a minute.
    StopAndStart,
    /// Stops the presentation.
    StopPresenting,
    /// Hands the other side on.
    Transfer,
}

/// Something that goes wrong for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// Another camera cannot be taken.
    CameraFails,
    /// All connections of one box are cut.
    Cut,
    /// Offers and answers cannot be made.
    DescriptionsFail,
    /// The picture of the other side stands still.
    Frozen,
    /// A connection is dead and nobody is told.
    HalfOpen,
    /// HTTP requests fail.
    HttpFails,
    /// The lab misbehaves: one of its own faults.
    LabFault,
    /// The lab hangs up.
    LabHangsUp,
    /// Media answers nothing.
    MediaSilent,
    /// The system tells of a change of the network.
    NetworkChanged,
    /// The system has no network for a while.
    Offline,
    /// The owner has no parameters.
    ParametersFail,
    /// No way through.
    Partition,
    /// The media path is lost.
    PathLost,
    /// A presentation cannot be put on a sender.
    PresentationFails,
    /// The second connection of a spectator fails.
    ReceivingFails,
    /// Connections are refused.
    Refused,
    /// The server starts anew and knows nobody.
    Restart,
    /// A box sleeps, for minutes or days.
    Sleep,
    /// Everything takes longer.
    Slow,
    /// The server says one of its messages: rooms, roles, licences, presentations, devices.
    Vendor,
}

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Persons act and things go wrong; afterwards everything must be as it should.
    Life,
    /// The server starts anew under a hall of boxes, which must not come back all at once.
    Stampede,
}

/// One scenario of boxes.
#[derive(Clone, Copy, Debug)]
pub struct RoomScenario {
    /// What it is called.
    pub name: &'static str,
    /// What it is about, in one line.
    pub about: &'static str,
    /// How many boxes there are.
    pub boxes: usize,
    /// What persons do, with weights.
    pub deeds: &'static [(u64, Deed)],
    /// Least and greatest time between two deeds at one box, in milliseconds.
    pub deed_every_ms: (u64, u64),
    /// What goes wrong, with weights.
    pub mishaps: &'static [(u64, Mishap)],
    /// Least and greatest time between two mishaps, in milliseconds.
    pub mishap_every_ms: (u64, u64),
    /// The owner is asked for parameters on each attempt.
    pub parameters_asked: bool,
    /// What the run is for.
    pub purpose: Purpose,
    /// Boxes register; guests do not.
    pub registers: bool,
    /// Virtual time of deeds and mishaps, in seconds.
    pub seconds: u64,
    /// What carries the messages.
    pub transport: Transport,
}
