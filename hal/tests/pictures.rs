//! What the status display shows in the main states, as text pictures kept beside this file.
#![allow(clippy::disallowed_methods, reason = "the pictures are files")]

use roombox_hal::status_display::render::{Badge, StatusPicture, render};

fn picture(title: &str, lines: &[&str], badges: &[Badge]) -> StatusPicture {
    StatusPicture {
        title: title.into(),
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        badges: badges.to_vec(),
        corner: "Room Berlin".into(),
        progress: None,
    }
}

fn working(picture: StatusPicture) -> StatusPicture {
    StatusPicture { progress: Some(2), ..picture }
}

/// The states with their file names.
fn states() -> Vec<(&'static str, StatusPicture)> {
    use Badge::{CameraOff, InCall, Muted, NetworkBad, NetworkFair, NetworkOk, NetworkPoor, Ringing, Trouble};
    vec![
        ("ready", picture("Ready", &["Press to join", "Team meeting"], &[NetworkOk])),
        ("starting", working(picture("Starting", &[], &[NetworkBad]))),
        ("connecting", working(picture("Connecting", &["meet.example.org"], &[NetworkBad]))),
        ("joining", working(picture("Joining", &["Team meeting", "1234@meet.example.org"], &[NetworkOk]))),
        ("ringing", picture("Incoming", &["Anna Schmidt", "Press to answer"], &[Ringing, NetworkOk])),
        ("in-call", picture("In call", &["Team meeting", "00:12:45  5 people"], &[InCall, NetworkOk])),
        ("fair", picture("In call", &["Team meeting", "12 min", "Network takes long"], &[InCall, NetworkFair])),
        ("poor", picture("In call", &["Team meeting", "13 min", "Network loses data"], &[InCall, NetworkPoor])),
        ("muted", picture("Muted", &["Team meeting", "00:12:51"], &[Muted, CameraOff, InCall, NetworkOk])),
        (
            "trouble",
            picture(
                "No server",
                &["The server does not answer.", "Call the network team", "meet.example.org:443"],
                &[Trouble, NetworkBad],
            ),
        ),
        ("cyrillic", working(picture("Соединение", &["Переговорная № 5", "Совещание отдела"], &[NetworkOk]))),
        (
            "too-long",
            picture(
                "Waiting for the moderator to come",
                &["A very long name of a conference that nobody can read", "b", "c", "not shown"],
                &[Muted, CameraOff, Trouble, InCall, NetworkOk],
            ),
        ),
    ]
}

/// With `ROOMBOX_PICTURES=FOLDER` the pictures are written there as PNG and the kept text is renewed.
#[test]
fn the_main_states_look_as_kept() {
    let renew = std::env::var_os("ROOMBOX_PICTURES");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures");
    for (name, status) in states() {
        let picture = render(&status);
        let file = folder.join(name).with_extension("txt");
        if let Some(out) = &renew {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&file, picture.to_string()).unwrap();
            std::fs::write(std::path::Path::new(out).join(name).with_extension("png"), picture.to_png(4).unwrap())
                .unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap();
        assert_eq!(picture.to_string(), kept, "{name} looks different");
    }
}
