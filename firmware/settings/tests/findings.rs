//! What `roombox config check` tells about a wrong file.
#![allow(clippy::unwrap_used, reason = "a helper of tests may fail a test")]

use roombox_settings::{Finding, Layer, Loaded, Origin, load};

fn file(text: &str) -> Result<Loaded, Vec<Finding>> {
    load(&[Layer::new(Origin::LocalFile, "roombox.toml", text)])
}

fn errors(text: &str) -> Vec<String> {
    file(text).unwrap_err().iter().map(ToString::to_string).collect()
}

fn warnings(text: &str) -> Vec<String> {
    file(text).unwrap().warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn the_example_for_owners_is_clean() {
    let loaded = file(include_str!("../examples/roombox.toml")).unwrap();
    assert_eq!(loaded.warnings, []);
    assert!(loaded.settings.conference.auto_dial);
    assert_eq!(loaded.settings.conference.entries.len(), 2);
}

#[test]
fn every_error_is_told_at_once_with_place_key_and_remedy() {
    let text = r#"
[account]
server = "https://meet.example.org"
user = "room"
displayname = "Room"
register_expires = "300"

[conference]
autoDial = true

[audio]
volume = 140

[video]
width = 1281
codecs = ["h264", "h265"]

[sounds]
on = true
"#;
    assert_eq!(
        errors(text),
        [
            "roombox.toml:3:10: account.server: starts with `https://`, which is not spoken here (allowed: \
             wss://host[:port]/path, ws://host[:port]/path, sip:host[:port][;transport=udp|tcp|tls], \
             sips:host[:port], or a bare host[:port] for a Vinteo server)",
            "roombox.toml:4:1: account.password: is missing; registering needs a password (allowed: password or \
             password_file; or register = false)",
            "roombox.toml:5:1: account.displayname: unknown key; did you mean `display_name`? (allowed: server, domain, \
             user, password, password_file, register, register_expires, display_name, ice_servers, ca_file, ca_only, \
             certificate_pin, client_certificate, client_key, tls_min_version, tls_server_name, backup_servers, \
             outbound_flows)",
            "roombox.toml:6:20: account.register_expires: is text (allowed: a whole number from 60 to 7200)",
            "roombox.toml:9:1: conference.autoDial: unknown key; did you mean `auto_dial`? (allowed: target, auto_dial, \
             auto_answer, auto_answer_from, call_waiting, decline_status, transfers_from, redial_first_ms, redial_longest, \
             redial_limit, http_server, keys, entries)",
            "roombox.toml:12:10: audio.volume: is 140 (allowed: a whole number from 0 to 100)",
            "roombox.toml:15:9: video.width: is 1281 (allowed: a multiple of 2 from 160 to 3840)",
            "roombox.toml:16:19: video.codecs[1]: is \"h265\", which is none of the words known here; did you mean \
             `h264`? (allowed: h264, vp8, vp9, av1)",
            "roombox.toml:18:2: sounds: unknown section (allowed: account, conference, audio, \
             video, presentation, screen, network, web, log)",
        ]
    );
}

#[test]
fn syntax_errors_do_not_hide_the_others() {
    let found = errors("[account]\nserver = \"meet.example.org\nuser = \"x\"\n\n[audio]\nvolume = 200\nvolume = 3\n");
    assert!(found[0].starts_with("roombox.toml:2:"), "{found:#?}");
    assert!(found.iter().any(|line| line.contains("audio.volume: is 200")), "{found:#?}");
    assert!(found.iter().any(|line| line.starts_with("roombox.toml:7:") && line.contains("duplicate")), "{found:#?}");
}

#[test]
fn a_key_in_the_wrong_section_is_led_to_the_right_one() {
    assert!(
        errors("[account]\nserver = \"a.b\"\nauto_dial = true\n")[0].contains("did you mean `conference.auto_dial`?")
    );
    assert!(errors("server = \"a.b\"\n")[0].contains("did you mean `account.server`?"));
}

#[test]
fn a_section_that_is_a_value_is_told() {
    assert_eq!(
        errors("audio = 3\n"),
        ["roombox.toml:1:9: audio: is a whole number, must be a section (allowed: [audio] on a line of its own, its \
          keys below)"]
    );
}

#[test]
fn registering_needs_user_and_password() {
    let found = errors("[account]\nserver = \"a.b\"\nregister = true\n");
    assert!(found[0].starts_with("roombox.toml:3:1: account.user: is missing"));
    assert!(found[1].starts_with("roombox.toml:3:1: account.password: is missing"));
    assert!(file("[account]\nserver = \"a.b\"\nuser = \"5\"\nregister = false\n").is_ok());
    assert!(file("[account]\nserver = \"a.b\"\nuser = \"5\"\npassword_file = \"/p\"\n").is_ok());
}

#[test]
fn password_and_password_file_in_one_file_are_one_too_many() {
    let found = errors("[account]\nserver = \"a.b\"\nuser = \"5\"\npassword = \"x\"\npassword_file = \"/p\"\n");
    assert_eq!(found, ["roombox.toml:5:1: account.password_file: stands beside account.password; keep one of them"]);
}

#[test]
fn a_list_that_counts_for_nothing_is_a_warning_and_a_wait_that_shrinks_an_error() {
    let account = "[account]\nserver = \"a.b\"\n[conference]\n";
    let list = format!("{account}auto_answer_from = [\"boss@a.b\", \"@c.d\", \"7\"]\n");
    assert!(warnings(&list)[0].starts_with("roombox.toml:4:1: conference.auto_answer_from: counts for nothing"));
    assert_eq!(warnings(&format!("{list}auto_answer = true\n")), [""; 0]);
    let waits = errors(&format!("{account}redial_first_ms = 5000\nredial_longest = 4\n"));
    assert!(waits[0].starts_with("roombox.toml:5:1: conference.redial_longest: is less than"), "{waits:?}");
}

#[test]
fn people_and_places_are_checked() {
    for wrong in ["auto_answer_from = [\"a b\"]", "transfers_from = [\"@\"]", "http_server = \"https://a.b\""] {
        assert_eq!(errors(&format!("[conference]\n{wrong}\n")).len(), 1, "{wrong}");
    }
    for good in ["http_server = \"a.b:8443\"", "http_server = \"[::1]:80\"", "transfers_from = [\"@a.b\"]"] {
        assert!(file(&format!("[conference]\n{good}\n")).is_ok(), "{good}");
    }
}

#[test]
fn auto_dial_needs_a_target_and_a_server() {
    let found = errors("[conference]\nauto_dial = true\n");
    assert!(found.iter().any(|line| line.contains(": account.server: is missing")), "{found:#?}");
    assert!(found.iter().any(|line| line.contains("2:1: conference.target: is missing")), "{found:#?}");
}

#[test]
fn a_target_must_be_something_to_call() {
    for (target, problem) in [
        ("", "is empty"),
        ("a b", "holds a space"),
        ("https://meet.example.org/4711", "is a web address"),
        ("4711@", "has no valid host"),
        ("sip:4711@-x", "has no valid host"),
        ("sip:4711", "names no host"),
    ] {
        let found = errors(&format!("[conference]\ntarget = \"{target}\"\n"));
        assert!(found[0].contains(&format!("roombox.toml:2:10: conference.target: {problem}")), "{target}: {found:?}");
    }
    for target in ["4711", "*55#1", "help@example.org", "sip:help@[::1]:5070;transport=tcp?Subject=x", "tel:+49301234"]
    {
        assert!(file(&format!("[conference]\ntarget = \"{target}\"\n")).is_ok(), "{target}");
    }
}

#[test]
fn a_turn_server_needs_user_and_password() {
    let found = errors(
        "[account]\nserver = \"a.b\"\n[[account.ice_servers]]\nurl = \"stun:s.b\"\n[[account.ice_servers]]\nurl = \
         \"turn:t.b?transport=tcp\"\nuser = \"u\"\n[[account.ice_servers]]\nurl = \"http://x\"\n[[account.ice_servers]]\n\
         user = \"u\"\n",
    );
    assert!(
        found[0].contains("8:7: account.ice_servers[2].url: is neither stun: nor turn:") || found[0].contains("9:7")
    );
    assert!(found.iter().any(|line| line.contains("account.ice_servers[3].url: is missing")), "{found:#?}");
    let found = errors("[account]\nserver = \"a.b\"\n[[account.ice_servers]]\nurl = \"turn:t.b\"\nuser = \"u\"\n");
    assert!(found[0].starts_with("roombox.toml:4:1: account.ice_servers[0].password: is missing"), "{found:#?}");
}

#[test]
fn a_secret_is_never_in_a_finding_or_in_debug_output() {
    let texts = [
        "[account]\nserver = \"a.b\"\nuser = \"u\"\npassword = 4711471147\n",
        "[account]\nserver = \"wss://user:hunter2hunter2@a.b/\"\n",
        "[account]\nserver = \"a.b\"\n[[account.ice_servers]]\nurl = \"turn:a b\"\npassword = \"hunter2hunter2\"\n",
        "[account]\nserver = \"a.b\"\nuser = \"u\"\npassword = \"hunter2hunter2\nregister = 1",
    ];
    for text in texts {
        let found = format!("{:?}{}", file(text), errors(text).join("\n"));
        assert!(!found.contains("hunter2") && !found.contains("47114711"), "{found}");
    }
    let layer = Layer::new(Origin::LocalFile, "roombox.toml", "[account]\npassword = \"hunter2hunter2\"");
    assert!(!format!("{layer:?}").contains("hunter2"));
    let loaded = file("[account]\nserver = \"a.b\"\nuser = \"u\"\npassword = \"hunter2hunter2\"\n").unwrap();
    assert!(!format!("{loaded:?}").contains("hunter2"));
    assert!(!serde_json::to_string(&loaded.settings).unwrap().contains("hunter2"));
}

#[test]
fn what_works_but_is_not_wise_is_a_warning() {
    assert!(warnings("[account]\nserver = \"ws://meet.example.org/ws\"\n")[0].contains("is not encrypted"));
    assert_eq!(warnings("[account]\nserver = \"ws://127.0.0.1:5062/\"\n"), [""; 0]);
    assert!(
        warnings("[account]\nserver = \"a.b\"\n[web]\nlisten = \"0.0.0.0:80\"\n")[0]
            .contains("everyone in the network")
    );
    assert!(warnings("").first().unwrap().contains("the box will not connect"));
    let twice = "[account]\nserver = \"a.b\"\n[[conference.entries]]\nname = \"A\"\ntarget = \"1\"\n\
                 [[conference.entries]]\nname = \"A\"\ntarget = \"2\"\n";
    assert!(warnings(twice)[0].starts_with("roombox.toml:7:1: conference.entries[1].name: stands in the list twice"));
}

#[test]
fn a_text_that_is_no_configuration_is_refused_by_its_size() {
    assert_eq!(errors(&"#".repeat(300_000)), ["roombox.toml: is longer than 262144 bytes; that is no configuration"]);
}

proptest::proptest! {
    /// Pieces of configurations in any order: findings or settings, and a place in the file for each finding.
    #[test]
    fn any_mixture_of_pieces_gives_findings_and_no_panic(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..24),
    ) {
        let text = pieces.concat();
        let lines = text.lines().count() + 1;
        for finding in file(&text).err().into_iter().flatten() {
            proptest::prop_assert!(finding.line >= 1 && finding.line <= lines || finding.file != "roombox.toml");
        }
    }
}

const PIECES: &[&str] = &[
    "[account]\n",
    "[[account.ice_servers]]\n",
    "[conference]\n",
    "[[conference.entries]]\n",
    "[audio]\n",
    "[video]\n",
    "server = ",
    "user = ",
    "password = ",
    "register = ",
    "url = ",
    "auto_dial = ",
    "target = ",
    "name = ",
    "volume = ",
    "codecs = ",
    "width = ",
    "account.server = ",
    "\"a.b\"\n",
    "\"turn:a\"\n",
    "true\n",
    "7\n",
    "-7.5\n",
    "[\"h264\"]\n",
    "{ a = 1 }\n",
    "1979-05-27\n",
    "\"ä\u{1f600}",
    "\"\"\"",
    "#",
    "=",
    "]",
    "\n",
    "\r\n",
    "\u{0}",
];

#[test]
fn any_text_gives_findings_and_no_panic() {
    for text in [
        "\u{feff}",
        "=",
        "[",
        "[[",
        "[account",
        "a.b.c = 1",
        "account = [1]",
        "[account]\nice_servers = [1, {}]",
        "[conference]\nentries = {}",
        "\u{0}",
        "[account]\nserver = \"[::1\"",
        "[video]\nfps = 99999999999999999999",
    ] {
        file(text).err();
    }
}

#[test]
fn sources_of_the_presentation_are_checked_together() {
    let text = r#"
[account]
server = "meet.example.org"

[presentation]
source = "laptob"

[[presentation.sources]]
name = "laptop"
kind = "capture"
interval = 5

[[presentation.sources]]
name = "menu"
kind = "folder"

[[presentation.sources]]
name = "menu"
kind = "stream"
place = "rtsp://room:secret@10.0.0.7/screen"

[[presentation.sources]]
name = "test-card"
kind = "stream"
place = "file:///etc/passwd"
"#;
    let told = errors(text);
    let places: Vec<_> = told.iter().map(|line| line.split(": ").take(2).collect::<Vec<_>>().join(": ")).collect();
    assert_eq!(
        places,
        [
            "roombox.toml:6:1: presentation.source",
            "roombox.toml:15:1: presentation.sources[1].place",
            "roombox.toml:18:1: presentation.sources[2].name",
            "roombox.toml:20:1: presentation.sources[2].place",
            "roombox.toml:23:1: presentation.sources[3].name",
            "roombox.toml:25:1: presentation.sources[3].place",
        ],
        "{told:#?}"
    );
    assert!(!told.concat().contains("secret"), "{told:#?}");
}

#[test]
fn starting_by_a_signal_needs_a_device_that_can_have_one() {
    let text = "account.server = \"a.b\"\n[presentation]\nauto = \"on-signal\"\n";
    let told = errors(text);
    assert!(
        matches!(&told[..], [line] if line.contains("3:1: presentation.source: names no capture device")),
        "{told:#?}"
    );
    let device = "source = \"laptop\"\nsources = [{ name = \"laptop\", kind = \"capture\" }]\n";
    assert!(file(&format!("{text}{device}")).is_ok());
}

#[test]
fn keys_that_mean_nothing_to_a_kind_of_source_are_warned_of() {
    let text = r#"
account.server = "meet.example.org"
presentation.source = "laptop"
presentation.sources = [{ name = "laptop", kind = "capture", interval = 5 }]
"#;
    let told = warnings(text);
    assert!(matches!(&told[..], [line] if line.contains("sources[0].interval: counts for nothing")), "{told:#?}");
}
