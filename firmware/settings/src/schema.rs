//! Every section and key with what it may hold: the one table behind validation, environment variables and help.

mod checks;
mod conference;

use crate::{address, pin};
use conference::{CONFERENCE, NETWORK, PRESENTATION};

/// A `[section]`.
#[derive(Debug)]
pub struct Section {
    /// Name in the file.
    pub name: &'static str,
    /// One line for help.
    pub about: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

/// One key.
#[derive(Debug)]
pub struct Key {
    /// Name in the file.
    pub name: &'static str,
    /// What it may hold.
    pub kind: Kind,
    /// Must be there (keys of list entries only).
    pub required: bool,
    /// One line for help, with the default.
    pub about: &'static str,
}

/// What is wrong with a text, if anything; never quotes the text.
pub type Check = fn(&str) -> Result<(), String>;

/// What a key may hold.
#[derive(Debug)]
pub enum Kind {
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A non-empty list of different words of these.
    Choices(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// A whole number, both ends included.
    Number {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
        /// The number must divide by this.
        step: i64,
    },
    /// A non-empty list of different texts.
    Texts {
        /// What is wrong with one of them, if anything; never quotes the text.
        check: Check,
        /// What one may be, for people.
        allowed: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// A list of tables.
    Tables(&'static [Key]),
    /// Text.
    Text {
        /// What is wrong with a text, if anything; never quotes the text.
        check: Check,
        /// What is allowed, for people.
        allowed: &'static str,
    },
}

impl Kind {
    /// What is allowed, for people.
    pub fn allowed(&self) -> String {
        match self {
            Self::Choice(words) => words.join(", "),
            Self::Choices(words) => format!("a list of {}, best first", words.join(", ")),
            Self::Flag => "true or false".into(),
            Self::Number { min, max, step: 1 } => format!("a whole number from {min} to {max}"),
            Self::Number { min, max, step } => format!("a multiple of {step} from {min} to {max}"),
            Self::Tables(keys) => {
                let names: Vec<_> = keys.iter().map(|key| key.name).collect();
                format!("a list of tables with the keys {}", names.join(", "))
            }
            Self::Text { allowed, .. } => (*allowed).into(),
            Self::Texts { allowed, most, .. } => format!("a list of 1 to {most}, each {allowed}"),
        }
    }
}

const fn key(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, required: false, about }
}

const fn required(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, required: true, about }
}

const fn number(min: i64, max: i64) -> Kind {
    Kind::Number { min, max, step: 1 }
}

const fn even(min: i64, max: i64) -> Kind {
    Kind::Number { min, max, step: 2 }
}

const fn text(check: Check, allowed: &'static str) -> Kind {
    Kind::Text { check, allowed }
}

const PATH: Kind = text(checks::filled, "a path");
const TARGET: Kind = text(checks::target, "a number, a user, user@host or a sip: URI");

/// All sections.
pub const SECTIONS: &[Section] = &[
    Section { name: "account", about: "Who we are and where the server is.", keys: ACCOUNT },
    Section { name: "conference", about: "What to join and when.", keys: CONFERENCE },
    Section { name: "audio", about: "Sound.", keys: AUDIO },
    Section { name: "video", about: "Picture.", keys: VIDEO },
    Section { name: "presentation", about: "What we show besides the camera.", keys: PRESENTATION },
    Section { name: "screen", about: "The TV.", keys: SCREEN },
    Section { name: "network", about: "How the way to the server is kept.", keys: NETWORK },
    Section { name: "web", about: "The web panel.", keys: WEB },
    Section { name: "log", about: "Logging.", keys: LOG },
];

const ACCOUNT: &[Key] = &[
    key(
        "server",
        text(checks::server, address::ALLOWED),
        "Address of the server. sip: and sips: by name and without port are looked up as a domain (NAPTR, SRV).",
    ),
    key("domain", text(checks::host, "a host name or address"), "SIP domain; default the host of server."),
    key(
        "user",
        text(checks::user, "letters, digits and - _ . ! ~ * ' ( ) & = + $ , ; ? /"),
        "User part of our address; a random number for guests.",
    ),
    key("password", text(checks::filled, "text"), "Secret; better in password_file."),
    key("password_file", PATH, "File with the password on its first line."),
    key("register", Kind::Flag, "REGISTER with the server; default true when user is given."),
    key("register_expires", number(60, 7200), "Seconds asked for in REGISTER; default 300."),
    key("display_name", text(checks::printable, "text without line breaks"), "Name shown to others."),
    key("ice_servers", Kind::Tables(ICE_SERVER), "STUN and TURN servers."),
    key("ca_file", PATH, "PEM file of an authority to trust besides the system's."),
    key("ca_only", Kind::Flag, "Trust the authority of ca_file only, not the system's; default false."),
    key(
        "certificate_pin",
        text(checks::pin, pin::ALLOWED),
        "SHA-256 of the server's public key. That key alone counts then: whoever signed the certificate, any other is \
         refused.",
    ),
    key("client_certificate", PATH, "PEM file with a certificate to show to servers that ask who comes."),
    key("client_key", PATH, "PEM file with the private key of client_certificate."),
    key("tls_min_version", Kind::Choice(&["1.2", "1.3"]), "The oldest TLS spoken; default 1.2."),
    key(
        "tls_server_name",
        text(checks::host, "a host name or address"),
        "Name the server's certificate must be for; default the host or domain of server.",
    ),
    key(
        "backup_servers",
        Kind::Texts { check: checks::server, allowed: address::ALLOWED, most: 7 },
        "Servers tried in this order when server does not answer.",
    ),
    key(
        "outbound_flows",
        number(1, 2),
        "Connections kept up at the same time, each to a server of its own (RFC 5626); default 1.",
    ),
];

const ICE_SERVER: &[Key] = &[
    required("url", text(checks::ice_url, checks::ICE_URL_ALLOWED), "Address (RFC 7064, RFC 7065)."),
    key("user", text(checks::filled, "text"), "TURN user."),
    key("password", text(checks::filled, "text"), "TURN password."),
];

const AUDIO: &[Key] = &[
    key("automatic_gain", Kind::Flag, "Amplify quiet voices; default true."),
    key(
        "codecs",
        Kind::Choices(&["opus", "g722", "pcmu", "pcma"]),
        "Codecs offered, best first; default opus, g722, pcmu, pcma. What the box has no elements for is left out.",
    ),
    key("echo_cancellation", Kind::Flag, "Take what the speaker plays out of the microphone's sound; default true."),
    key("noise_suppression", Kind::Flag, "Make steady noise quieter; default true."),
    key(
        "noise_suppressor",
        Kind::Choice(&["webrtc", "rnnoise"]),
        "What does that: webrtc (steady noise) or rnnoise (also typing and paper, for more of the processor and 10 ms); default webrtc.",
    ),
    key("start_muted", Kind::Flag, "Start with the microphone muted; default false."),
    key(
        "tones",
        Kind::Flag,
        "Ring when somebody calls, let hear that it rings there, chime when the room has joined or left, tell busy and failed calls by tones; default true.",
    ),
    key(
        "tones_volume",
        number(0, 100),
        "Loudness of those tones; the speaker volume counts as well. Default 80; 0 is as good as tones = false.",
    ),
    key("volume", number(0, 100), "Speaker volume; default 70."),
];

const VIDEO: &[Key] = &[
    key("width", even(160, 3840), "Width of the sent picture; default 1280."),
    key("height", even(90, 2160), "Height of the sent picture; default 720."),
    key("fps", number(1, 60), "Sent frames per second; default 30."),
    key("max_bitrate_kbps", number(64, 20_000), "Upper bound of the sent bit rate in kbit/s; default 2500."),
    key(
        "codecs",
        Kind::Choices(&["h264", "vp8", "vp9", "av1"]),
        "Codecs offered, best first; one that the board cannot do is left out; default h264, vp8.",
    ),
    key(
        "engine",
        Kind::Choice(&["webrtc", "webrtcbin"]),
        "What calls run on; default webrtc. webrtcbin is GStreamer's, without ICE restart; where it is not installed, webrtc takes its place.",
    ),
    key("start_off", Kind::Flag, "Start with the camera off; default false."),
];

const SCREEN: &[Key] = &[
    key("language", Kind::Choice(&["en", "ru", "zh"]), "Language of what is written on it; default en."),
    key(
        "layout",
        Kind::Choice(&["standard", "side-by-side", "content", "speaker", "remote-only"]),
        "How it is divided in calls; default standard.",
    ),
    key("output", Kind::Choice(&["kms", "window", "none"]), "Where the picture goes; default by the board."),
    key(
        "self_view",
        Kind::Choice(&["off", "top-left", "top-right", "bottom-left", "bottom-right"]),
        "Where the own picture stands in calls; default bottom-right.",
    ),
];

const WEB: &[Key] = &[
    key("enabled", Kind::Flag, "Serve the panel; default true."),
    key("listen", text(checks::listen, "ADDRESS:PORT; port 0 takes a free one"), "Where; default 127.0.0.1:8420."),
];

const LOG: &[Key] =
    &[key("level", Kind::Choice(&["error", "warn", "info", "debug", "trace"]), "How much; default info.")];

/// The keys of a section.
pub fn section(name: &str) -> Option<&'static [Key]> {
    SECTIONS.iter().find(|section| section.name == name).map(|section| section.keys)
}
