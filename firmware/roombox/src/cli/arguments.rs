//! The command line as clap reads it.
#![allow(clippy::doc_markdown, reason = "these sentences are read in a terminal")]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use roombox_conference::api::ReceiveQuality;

/// Meeting-room terminal: registers at a SIP server over WebSocket and shows, hears and joins the room's conference.
///
/// Exit codes: 0 done, 1 refused or failed (the cause is told), 2 wrong usage or wrong configuration,
/// 3 no roombox is running here.
#[derive(Debug, Parser)]
#[command(name = "roombox", version, max_term_width = 100, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Local control socket of the running roombox [default: /run/roombox/control.sock where that can be written,
    /// else $XDG_RUNTIME_DIR/roombox/control.sock, else control.sock in the state folder]
    #[arg(long, global = true, env = "ROOMBOX_SOCKET", value_name = "PATH", hide_env_values = true)]
    pub(crate) socket: Option<PathBuf>,

    /// Folder for what must survive a restart [default: $STATE_DIRECTORY, else $XDG_STATE_HOME/roombox, else
    /// ~/.local/state/roombox]
    #[arg(long, global = true, env = "ROOMBOX_STATE_DIR", value_name = "FOLDER", hide_env_values = true)]
    pub(crate) state_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Be the appliance: register, join the conference, recover for ever
    Run(RunArguments),
    /// Show a whole room on this machine, no hardware needed: server, box and panel in one process
    Demo(DemoArguments),
    /// Run the built-in conference server alone
    Lab(LabArguments),
    /// Show the state of the running roombox, or one branch of it
    Status(StatusArguments),
    /// Join the room's conference, a speed-dial entry or an address
    Join {
        /// Name of an entry, a number, or a sip: URI; the configured conference when absent
        #[arg(value_name = "ENTRY|URI")]
        target: Option<String>,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Leave the conference and stop redialling
    Leave(OutputArguments),
    /// Answer the ringing call
    Answer(OutputArguments),
    /// Refuse the ringing call wherever it rings
    Reject(OutputArguments),
    /// Refuse the ringing call on this device only
    Decline(OutputArguments),
    /// Mute the microphone; without on or off, switch over
    Mute {
        #[arg(value_enum)]
        state: Option<Switch>,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Switch the camera on or off; without on or off, switch over
    Camera {
        #[arg(value_enum)]
        state: Option<Switch>,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Start or stop the presentation, our second picture, or turn its pages; without a word, switch over
    Present {
        #[arg(value_enum)]
        action: Option<PresentAction>,
        /// With start: what to show, by its name in the settings. With page: its number, from 1 on
        #[arg(value_name = "SOURCE|PAGE")]
        what: Option<String>,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Divide the TV otherwise, until the box starts anew
    Layout {
        #[arg(value_enum)]
        layout: super::screen::Layout,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Show the own picture elsewhere on the TV in calls, or not at all, until the box starts anew
    SelfView {
        #[arg(value_enum)]
        place: super::screen::SelfView,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Put the other side on hold
    Hold(OutputArguments),
    /// Take the other side off hold
    Resume(OutputArguments),
    /// Hand the other side on to somebody else, and leave when that has worked
    Transfer {
        /// Name of an entry, a number, or a sip: URI
        #[arg(value_name = "ENTRY|URI")]
        target: String,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Press telephone keys
    Dtmf {
        /// 0 to 9, A to D, *, #; a comma is a pause
        digits: String,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Dial at once what would be dialled again later, or what was dialled last
    Redial(OutputArguments),
    /// Ask the moderator to allow the camera; the answer comes as the event `api:answered`
    AskCamera(OutputArguments),
    /// Show what the box is in the conference (participant or spectator); with a quality, what a spectator wants to receive
    Role {
        #[arg(long, value_enum, value_name = "QUALITY")]
        receive: Option<Quality>,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Set the speaker volume
    Volume {
        /// Percent
        #[arg(value_parser = clap::value_parser!(u8).range(0..=100), value_name = "0..100")]
        percent: u8,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Follow what happens, one line an event
    Events {
        /// Only events whose name begins so, for example `call`
        #[arg(long, value_name = "PREFIX", default_value = "")]
        filter: String,
        /// Also the events kept from before, oldest first
        #[arg(long)]
        history: bool,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Show media and network statistics, named as in W3C webrtc-stats
    Stats {
        /// Again every second until Ctrl-C
        #[arg(long)]
        watch: bool,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Test microphone and speaker of the running roombox: plays a marker, then says again what is said after a beep
    TestSound(OutputArguments),
    /// Show what this machine really has and where its board file says otherwise
    ///
    /// Tries and measures codec elements, which takes some seconds for each, and plays two seconds of noise to measure how
    /// long sound takes from the speaker to the microphone. Cameras are not opened.
    Probe(ProbeArguments),
    /// Check or show the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Play user agents in virtual time over networks and servers that fail, and check the rules that hold always
    ///
    /// A seed decides everything and repeats its run to the byte; equal trace numbers mean equal runs.
    Simulate(SimulateArguments),
    /// Tell for raw SIP messages what our user agent would do with them
    ///
    /// One JSON line a file: {"file","verdict":"accept"|"reject","kind":"request"|"response"|"unparsable",
    /// "status":400…|null,"reason"}
    SipCheck {
        /// How the message arrives: a datagram, a WebSocket message or a piece of a stream
        #[arg(long, value_enum, default_value = "ws")]
        transport: CheckTransport,
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct OutputArguments {
    /// JSON instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// What the box is made of; without hardware: board-configs/virtual.toml
    #[arg(long, value_name = "FILE", default_value = "/etc/roombox/board.toml")]
    pub(crate) board: PathBuf,
    /// The owner's settings
    #[arg(long, value_name = "FILE", default_value = "/etc/roombox/roombox.toml")]
    pub(crate) config: PathBuf,
    #[command(flatten)]
    pub(crate) overrides: OverrideArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ProbeArguments {
    /// What the box is made of: a file, or the name of a board inside the program [default: /etc/roombox/board.toml, else
    /// the board inside the program that is nearest to this machine]
    #[arg(long, value_name = "FILE")]
    pub(crate) board: Option<PathBuf>,
    /// Open nothing: tell from the board file alone, for any board on any machine
    #[arg(long, conflicts_with = "write")]
    pub(crate) dry_run: bool,
    /// Play nothing: the way from speaker to microphone is not measured
    #[arg(long)]
    pub(crate) silent: bool,
    /// Make a board file of what was found
    #[arg(long, value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Default, Args)]
pub(crate) struct OverrideArguments {
    /// One setting, over file and environment; may be given again
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// End after so many seconds; exit code 0 only if a call with decoded picture and sound stood
    #[arg(long = "for", value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) seconds: Option<u64>,
    /// Address of the panel [default: 127.0.0.1:8420, or a free port when that one is taken]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<std::net::SocketAddr>,
    /// Print one JSON object at the end and nothing else on standard output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) overrides: OverrideArguments,
}

#[derive(Debug, Args)]
pub(crate) struct LabArguments {
    /// Where to listen for SIP over WebSocket; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:5062")]
    pub(crate) listen: std::net::SocketAddr,
    /// PEM certificate chain: makes it wss
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// PEM private key of the certificate
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Who may register: one user:password a line; without it nobody may, but guests may call
    #[arg(long, value_name = "FILE")]
    pub(crate) users: Option<PathBuf>,
    /// What the server speaks beyond SIP
    #[arg(long, value_enum, default_value = "vinteo")]
    pub(crate) dialect: Dialect,
    /// Misbehave: faults separated by commas (see the installation page)
    #[arg(long, value_name = "SPEC")]
    pub(crate) faults: Option<String>,
    /// Play a script: what to wait for and what to do, step by step; exit code 0 only when all steps happened
    #[arg(long, value_name = "FILE")]
    pub(crate) script: Option<PathBuf>,
    /// One JSON object a line: what the server sees and does
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SimulateArguments {
    /// Which seeds, the last not included; or one seed
    #[arg(long, value_name = "A..B", default_value = "0..1000", value_parser = super::simulate::seeds)]
    pub(crate) seeds: std::ops::Range<u64>,
    /// Only this scenario; without it the seeds play all of them in turn
    #[arg(long, value_name = "NAME")]
    pub(crate) scenario: Option<String>,
    /// One JSON object at the end
    #[arg(long)]
    pub(crate) json: bool,
    /// Name the scenarios and do nothing else
    #[arg(long)]
    pub(crate) list: bool,
    /// Print everything that happens, a line each, and stop at the first broken rule
    #[arg(long, conflicts_with = "json")]
    pub(crate) trace: bool,
    /// How many threads share the seeds [default: one for each core]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<std::num::NonZeroUsize>,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArguments {
    /// A branch or leaf, for example `call` or `connection.state`
    pub(crate) path: Option<String>,
    /// Again whenever it changes, until Ctrl-C
    #[arg(long)]
    pub(crate) watch: bool,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Report every error at once, each with file, line and column
    Check {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Show the values that count and, on request, where each comes from
    Show {
        #[arg(long, value_name = "FILE", default_value = "/etc/roombox/roombox.toml")]
        config: PathBuf,
        /// Name the layer behind each value
        #[arg(long)]
        origin: bool,
        #[command(flatten)]
        overrides: OverrideArguments,
        #[command(flatten)]
        output: OutputArguments,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

impl Switch {
    pub(crate) const fn is_on(self) -> bool {
        matches!(self, Self::On)
    }
}

/// What is done with the presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PresentAction {
    /// Show a source, the one shown before when none is named
    Start,
    /// Show nothing more
    Stop,
    /// The first page
    First,
    /// The last page
    Last,
    /// The next page
    Next,
    /// The page before
    Previous,
    /// The page of this number
    Page,
}

/// What a spectator receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Quality {
    Auto,
    High,
    Low,
    Medium,
}

impl From<Quality> for ReceiveQuality {
    fn from(quality: Quality) -> Self {
        match quality {
            Quality::Auto => Self::Auto,
            Quality::High => Self::High,
            Quality::Low => Self::Low,
            Quality::Medium => Self::Medium,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dialect {
    /// Vinteo's INFO messages
    Vinteo,
    /// SIP and nothing else
    Plain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckTransport {
    Ws,
    Udp,
    Tcp,
}
