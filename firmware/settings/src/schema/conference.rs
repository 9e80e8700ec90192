//! Keys of calls, presentation and network.

use super::{Key, Kind, PATH, TARGET, checks, key, number, required, text};

const PEOPLE: Kind = Kind::Texts { check: checks::caller, allowed: "user@domain, @domain or user", most: 64 };
const LABEL: Kind = text(checks::label, "text of 1 to 64 characters without line breaks");
const REACTION: Kind = Kind::Choice(&["ignore", "probe", "reconnect"]);

pub(super) const CONFERENCE: &[Key] = &[
    key("target", TARGET, "The room's conference."),
    key("auto_dial", Kind::Flag, "Join target by itself after boot and after every loss; default false."),
    key("auto_answer", Kind::Flag, "Answer incoming calls by itself; default false."),
    key(
        "auto_answer_from",
        PEOPLE,
        "Whose calls are answered by themselves; default everybody's. Callers name themselves: the list is as good as the \
         server's care for their addresses.",
    ),
    key(
        "call_waiting",
        Kind::Choice(&["busy", "ring"]),
        "What a call does that comes in while there is another; default busy.",
    ),
    key("decline_status", number(300, 699), "SIP status of a refusal on this device only; default 487."),
    key("transfers_from", PEOPLE, "Who may have the box call somebody else (REFER); default nobody."),
    key(
        "redial_first_ms",
        number(100, 60_000),
        "Milliseconds before a lost call is dialled again, doubled by each failure; default 500.",
    ),
    key("redial_longest", number(1, 3600), "Longest wait between two attempts in seconds; default 30."),
    key(
        "redial_limit",
        number(0, 1000),
        "Attempts in a row for a call that was not joined by itself, 0 = no limit; default 5.",
    ),
    key(
        "http_server",
        text(checks::place, "host[:port]"),
        "The server's HTTP interface, from which a spectator receives; default the server itself where that is wss, else the SIP domain.",
    ),
    key(
        "keys",
        Kind::Choice(&["auto", "info", "rtp"]),
        "How telephone keys are sent: beside the sound as RTP events (RFC 4733), or by INFO; default auto: RTP where the \
         other side takes it, INFO to the others and to servers that speak the conference protocol.",
    ),
    key("entries", Kind::Tables(ENTRY), "Speed dial."),
];

const ENTRY: &[Key] =
    &[required("name", LABEL, "Shown on panel and display."), required("target", TARGET, "The conference.")];

const SOURCE: &[Key] = &[
    required("name", LABEL, "What people call it, on the panel and in roombox present start NAME."),
    required(
        "kind",
        Kind::Choice(&["capture", "folder", "pdf", "picture", "stream"]),
        "An HDMI or USB capture device (or a camera), a folder of PNG and JPEG files, a PDF file, one picture file, or a \
         stream from the network.",
    ),
    key(
        "place",
        text(checks::filled, "a device, a path or an address"),
        "Of a capture device its node, its /dev/v4l/by-id/ link or the port it is plugged into; default the second camera \
         of the board file. Of files their path. Of a stream its rtsp:, rtsps:, http: or https: address.",
    ),
    key("interval", number(1, 86_400), "Seconds after which the next page comes by itself; default never."),
    key("user", text(checks::filled, "text"), "User at the server of a stream."),
    key("password", text(checks::filled, "text"), "Password at the server of a stream."),
];

pub(super) const PRESENTATION: &[Key] = &[
    key("source", LABEL, "Name of the source shown when no other is asked for; default picture, else test-card."),
    key(
        "auto",
        Kind::Choice(&["never", "on-signal"]),
        "Present by itself, in a call, as long as the capture device of source has a signal; default never.",
    ),
    key("sources", Kind::Tables(SOURCE), "What can be shown besides the moving test card."),
    key("picture", PATH, "PNG or JPEG file to show as a still: a source of the name picture."),
    key(
        "hint",
        Kind::Choice(&["detail", "motion", "text"]),
        "What the picture is about: detail and text give up frame rate, motion gives up resolution; default detail.",
    ),
    key("max_bitrate_kbps", number(64, 20_000), "Upper bound of its bit rate in kbit/s; default 1000."),
];

pub(super) const NETWORK: &[Key] = &[
    key(
        "ice_policy",
        Kind::Choice(&["all", "relay"]),
        "Which ways picture and sound take: any that works, or through the TURN servers of account.ice_servers only; \
         default all.",
    ),
    key(
        "dscp",
        Kind::Choice(&["off", "together", "apart"]),
        "How picture and sound are marked for routers that let some packets go first: not at all; all as conferencing \
         (AF41); sound as EF and the rest as AF41, for networks that carry enough of EF and keep the order of both; \
         default together.",
    ),
    key(
        "on_change",
        REACTION,
        "After another link, address or route: do nothing, ask the server for a sign of life, or connect anew; default probe.",
    ),
    key("on_return", REACTION, "The same when the network is back; default probe."),
    key("grace", number(0, 60), "Seconds without network after which a box without call rests; default 2."),
    key("fast_attempts", number(1, 1000), "Attempts to connect in a row before the slow phase; default 30."),
    key(
        "fast_pause",
        number(1, 600),
        "Seconds between two of them, half to one and a half of it by chance; default 3.",
    ),
    key(
        "slow_pause",
        number(1, 3600),
        "Seconds between two attempts of the slow phase, which never ends, by chance as well; default 15.",
    ),
];
