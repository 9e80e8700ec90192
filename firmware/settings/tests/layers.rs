//! Which layer wins, and where each value came from.
#![allow(clippy::unwrap_used, reason = "a helper of tests may fail a test")]

use roombox_settings::{Layer, Loaded, Origin, command_line_layer, environment_layers, load};

const FILE: &str = "[account]\nserver = \"file.example.org\"\n[audio]\nvolume = 10\n";

fn local() -> Layer {
    Layer::new(Origin::LocalFile, "roombox.toml", FILE)
}

fn with(layers: impl IntoIterator<Item = Layer>) -> Loaded {
    let all: Vec<Layer> = layers.into_iter().chain([local()]).collect();
    load(&all).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

fn variables(list: &[(&str, &str)]) -> Vec<Layer> {
    environment_layers(list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).unwrap()
}

#[test]
fn higher_layers_win_whatever_the_order_of_the_list() {
    let site = Layer::new(Origin::Site, "site.toml", "[audio]\nvolume = 5\nstart_muted = true\n");
    let command = command_line_layer("audio.volume=40").unwrap();
    let loaded = with([command, site]);
    assert_eq!(loaded.settings.audio.volume, 40);
    assert!(loaded.settings.audio.start_muted);
    assert_eq!(loaded.origins["audio.volume"].name, "--set audio.volume");
    assert_eq!(loaded.origins["audio.start_muted"].name, "site.toml");
    assert_eq!(loaded.origins["audio.start_muted"].line, 3);
    assert_eq!(loaded.origins["account.server"].origin, Origin::LocalFile);
    assert_eq!(loaded.origins["video.width"].origin, Origin::Default);
}

#[test]
fn variables_give_text_without_quotes_and_other_values_as_toml() {
    let layers = variables(&[
        ("ROOMBOX_ACCOUNT_SERVER", "env.example.org"),
        ("ROOMBOX_ACCOUNT_DISPLAY_NAME", "Room \"5\" \\ ß"),
        ("ROOMBOX_VIDEO_MAX_BITRATE_KBPS", "900"),
        ("ROOMBOX_VIDEO_CODECS", "[\"vp8\"]"),
        ("ROOMBOX_STATE_DIR", "/tmp"),
        ("ROOMBOX", "1"),
        ("HOME", "/root"),
    ]);
    let loaded = with(layers);
    assert_eq!(loaded.settings.account.server, "env.example.org");
    assert_eq!(loaded.settings.account.display_name, "Room \"5\" \\ ß");
    assert_eq!(loaded.settings.video.max_bitrate_kbps, 900);
    assert_eq!(loaded.settings.video.codecs.len(), 1);
    assert_eq!(loaded.origins["account.server"].name, "ROOMBOX_ACCOUNT_SERVER");
}

#[test]
fn a_wrong_variable_is_told_by_its_name() {
    let wrong = environment_layers([("ROOMBOX_ACCOUNT_SEVER".to_owned(), "x".to_owned())]).unwrap_err();
    assert!(
        wrong[0].to_string().starts_with("ROOMBOX_ACCOUNT_SEVER: account.sever: unknown key; did you mean `server`?")
    );
    let bad = load(&variables(&[("ROOMBOX_AUDIO_VOLUME", "loud")])).unwrap_err();
    assert!(bad[0].file == "ROOMBOX_AUDIO_VOLUME", "{bad:#?}");
}

#[test]
fn a_wrong_option_says_what_is_allowed() {
    for (argument, part) in [
        ("volume", "section.key=value"),
        ("volume=3", "names no section"),
        ("audio.volum=3", "did you mean `volume`?"),
        ("adio.volume=3", "did you mean `audio`?"),
    ] {
        let finding = command_line_layer(argument).unwrap_err().to_string();
        assert!(finding.contains(part), "{finding}");
    }
}

#[test]
fn a_secret_on_the_command_line_is_not_repeated() {
    for argument in ["account.pasword=hunter2", "account.password=hunter2"] {
        let shown = format!("{:?}", command_line_layer(argument));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn a_password_of_a_higher_layer_replaces_a_password_file_below() {
    let below = Layer::new(Origin::Site, "site.toml", "[account]\nuser = \"u\"\npassword_file = \"/p\"\n");
    let loaded = with(variables(&[("ROOMBOX_ACCOUNT_PASSWORD", "secret")]).into_iter().chain([below]));
    assert_eq!(loaded.settings.account.password.unwrap().reveal(), "secret");
    assert_eq!(loaded.settings.account.password_file, None);
}

#[test]
fn lists_are_replaced_as_a_whole() {
    let entry = |name: &str| format!("[[conference.entries]]\nname = \"{name}\"\ntarget = \"1\"\n");
    let site = Layer::new(Origin::Site, "site.toml", entry("A") + &entry("B"));
    let board = Layer::new(Origin::Provisioning, "provisioning", entry("C"));
    let names: Vec<_> = with([board, site]).settings.conference.entries.into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["C"]);
}

#[test]
fn errors_of_all_layers_come_together_lowest_first() {
    let site = Layer::new(Origin::Site, "site.toml", "[audio]\nvolume = -1\n");
    let own = Layer::new(Origin::LocalFile, "roombox.toml", "[audio]\nvolum = 1\n");
    let files: Vec<_> = load(&[own, site]).unwrap_err().into_iter().map(|finding| finding.file).collect();
    assert_eq!(files, ["site.toml", "roombox.toml"]);
}
