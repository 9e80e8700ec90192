//! What is wrong is said in one plain sentence with its cause, and nothing panics.

use std::net::TcpListener;
use std::process::Command;

use roombox_tests::lab::{Lab, PASSWORD};
use roombox_tests::process::Program;
use roombox_tests::room::{self, RoomBox};
use roombox_tests::setup::Setup;
use roombox_tests::wait::PATIENCE;
use roombox_tests::{binary, certificates, ports};
use serde_json::Value;

/// The box says so and names who can mend it.
fn says(room: &RoomBox, code: &str, mender: &str) {
    let cause = room.until_cause(code);
    assert_eq!(cause["who"], mender, "{cause}");
    let sentence = cause["sentence"].as_str().unwrap_or_default();
    assert!(sentence.len() > 10 && sentence.ends_with('.'), "{cause}");
    room.assert_no_panic();
}

fn waits_for_a_person(room: &RoomBox) {
    room.until_status("the wait for a person", PATIENCE, |status| {
        (status["connection"]["needs_person"] == true && status["leds"]["network"] == "blink").then_some(())
    });
}

/// A program that ends by itself: its exit code and what it said on standard error.
fn ends(mut program: Program) -> (Option<i32>, String) {
    let code = program.ended(PATIENCE).code();
    let errors = program.errors();
    assert!(!errors.contains("panicked"), "{errors}");
    (code, errors)
}

#[test]
fn a_wrong_password_waits_for_a_person() {
    let lab = Lab::start();
    let room = RoomBox::start(&Setup::new(lab.url(), "room-a", "wrong").trusting(&lab.identity.authority));
    says(&room, "wrong-password", "owner");
    waits_for_a_person(&room);
}

/// Everything of the engine is there but the plugin that finds its paths.
#[test]
fn a_call_engine_that_is_not_installed_is_told_and_calls_run_on_the_default_one() {
    let lab = Lab::start();
    let mut setup = lab.setup("room-a").dialling("100");
    setup.engine = Some("webrtcbin".into());
    let room = RoomBox::start_without(&setup, "libgstnice.so");
    says(&room, "no-call-engine", "installer");
    let cause = room.until_cause("no-call-engine");
    assert!(cause.to_string().contains("nicesrc"), "{cause}");
    room.until_in_call();
}

#[test]
fn a_certificate_of_an_unknown_authority_is_refused() {
    let (lab, folder) = (Lab::start(), tempfile::tempdir().unwrap());
    let other = certificates::make(folder.path(), "other").authority;
    let room = RoomBox::start(&Setup::new(lab.url(), "room-a", PASSWORD).trusting(&other));
    says(&room, "certificate-not-trusted", "administrator");
}

#[test]
fn a_server_that_is_not_there_is_tried_again_and_found_when_it_comes() {
    let mut lab = Lab::start();
    lab.kill();
    let room = RoomBox::start(&lab.setup("room-a"));
    says(&room, "server-unreachable", "itself");
    lab.restart();
    room.until_registered();
    room.until_status("a clean sheet", PATIENCE, |status| {
        status["causes"].as_array()?.iter().all(|cause| cause["code"] != "server-unreachable").then_some(())
    });
}

#[test]
fn a_name_without_address_is_said() {
    let room = RoomBox::start(&Setup::new("wss://conference.invalid/", "room-a", PASSWORD));
    says(&room, "server-name-not-found", "owner");
}

#[test]
fn a_web_server_is_not_taken_for_a_conference_server() {
    let web = RoomBox::start(&Setup::new("wss://conference.invalid/", "room-a", PASSWORD));
    let panel = web.panel().replace("http://", "ws://");
    let room = RoomBox::start(&Setup::new(&panel, "room-a", PASSWORD));
    says(&room, "not-a-conference-server", "owner");
}

#[test]
fn without_a_camera_the_box_says_so_and_still_joins() {
    let lab = Lab::start();
    let mut setup = lab.setup("room-a").dialling("100");
    (setup.camera, setup.camera_device) = ("v4l2".into(), Some("/dev/video-none".into()));
    let room = RoomBox::start(&setup);
    says(&room, "no-camera", "installer");
    room.until_in_call();
    room.assert_no_panic();
}

#[test]
fn a_taken_panel_port_is_said_and_the_box_works_on() {
    let (lab, taken) = (Lab::start(), TcpListener::bind("127.0.0.1:0").unwrap());
    let mut setup = lab.setup("room-a");
    setup.panel = taken.local_addr().unwrap().to_string();
    let room = RoomBox::start(&setup);
    says(&room, "panel-port-in-use", "owner");
    room.until_registered();
}

#[test]
fn a_taken_lab_port_ends_the_lab_with_a_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let lab =
        Program::start(&binary::roombox().display().to_string(), &["lab".into(), "--listen".into(), address.clone()]);
    let (code, errors) = ends(lab);
    assert_eq!(code, Some(1), "{errors}");
    assert!(errors.contains(&address), "{errors}");
}

#[test]
fn a_wrong_configuration_ends_the_box_with_every_error_at_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let configuration = "[account]\nserver = 5\n[video]\nwidht = 1280\nfps = 0\n";
    let (program, _) = room::launch(folder.path(), "extends = \"virtual.toml\"", configuration);
    let (code, errors) = ends(program);
    assert_eq!(code, Some(2), "{errors}");
    for place in ["roombox.toml:2:", "roombox.toml:4:", "roombox.toml:5:"] {
        assert!(errors.contains(place), "{place} in:\n{errors}");
    }
    assert!(errors.contains("width"), "the nearest allowed key is named:\n{errors}");
}

#[test]
fn a_wrong_board_file_ends_the_box_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let board = "extends = \"virtual.toml\"\n[camera]\nsource = \"painting\"\n";
    let (program, _) = room::launch(folder.path(), board, "[account]\nserver = \"ws://127.0.0.1:1/\"");
    let (code, errors) = ends(program);
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains("board.toml:3"), "{errors}");
    assert!(errors.contains("test-picture"), "what is allowed is named:\n{errors}");
}

#[test]
fn a_missing_configuration_ends_the_box_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.toml").display().to_string();
    let arguments = ["run", "--board", "virtual", "--config", &missing].map(str::to_owned);
    let (code, errors) = ends(Program::start(&binary::roombox().display().to_string(), &arguments));
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains("missing.toml"), "{errors}");
}

#[test]
fn config_check_tells_every_error_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("roombox.toml");
    std::fs::write(&file, "[account]\nserver = 5\n[video]\nwidht = 1280\n").unwrap();
    let mut check = Command::new(binary::roombox());
    let output = check.args(["config", "check", "--json"]).arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let errors = found["files"][0]["errors"].as_array().unwrap();
    let lines: Vec<_> = errors.iter().map(|error| error["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [2, 4], "{found}");
}

#[test]
fn without_a_daemon_commands_end_with_three_and_wrong_words_with_two() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("none.sock");
    let run = |words: &[&str]| {
        let mut command = Command::new(binary::roombox());
        command.arg("--socket").arg(&socket).args(words).output().unwrap()
    };
    for words in [&["status"][..], &["join", "100"], &["leave"], &["events"], &["stats"]] {
        let output = run(words);
        assert_eq!(output.status.code(), Some(3), "{words:?}: {output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("No roombox is running"), "{output:?}");
    }
    assert_eq!(run(&["joyn"]).status.code(), Some(2));
    assert_eq!(run(&["volume", "101"]).status.code(), Some(2));
}

#[test]
fn a_lab_that_cannot_read_its_key_ends_with_the_file_name() {
    let folder = tempfile::tempdir().unwrap();
    let identity = certificates::make(folder.path(), "lab");
    let (certificate, missing) = (identity.certificate.display().to_string(), folder.path().join("gone.pem"));
    let mut arguments = vec!["lab".to_owned(), "--listen".into(), format!("127.0.0.1:{}", ports::free())];
    arguments.extend(["--tls-cert".into(), certificate, "--tls-key".into(), missing.display().to_string()]);
    let (code, errors) = ends(Program::start(&binary::roombox().display().to_string(), &arguments));
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains("gone.pem"), "{errors}");
}
