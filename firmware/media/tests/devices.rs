//! Devices that are missing, come and go: told in plain words, never a crash, replaced meanwhile.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "helpers of tests; pictures are taken again and again"
)]

mod support;

use std::{collections::HashSet, path::Path, time::Duration};

use roombox_hal::board::{Camera, CameraSource};
use roombox_media::{
    MediaError,
    api::{MediaEvent, SoundDevice},
    engine::MediaEngine,
};
use support::{Box, PATIENCE, config};

/// A film of a second.
fn film(path: &Path) {
    support::film(
        path,
        "videotestsrc num-buffers=15 pattern=ball animation-mode=frames ! video/x-raw,width=320,height=180,framerate=15/1 ! jpegenc ! avimux",
    );
}

fn camera_works(works: bool) -> impl Fn(&MediaEvent) -> bool {
    move |event| matches!(event, MediaEvent::Camera { working, .. } if *working == works)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_is_missing_is_told_and_comes_back_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.avi");
    let mut config = config(2, "silence");
    config.camera = Camera { source: CameraSource::File, device: Some(path.to_str().unwrap().into()) };
    let mut room = Box::start(config);
    let gone = room.wait("missing camera", camera_works(false)).await;
    let MediaEvent::Camera { reason: Some(reason), .. } = gone else { panic!("no reason: {gone:?}") };
    assert!(reason.contains("No such file"), "{reason}");
    assert!(room.told.contains(&MediaEvent::CameraSending { sending: false }));
    film(&path);
    room.wait("camera is back", camera_works(true)).await;
    room.wait("camera goes out", |event| *event == MediaEvent::CameraSending { sending: true }).await;
    room.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_film_as_camera_begins_again_at_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.avi");
    film(&path);
    let mut config = config(2, "silence");
    config.camera = Camera { source: CameraSource::File, device: Some(path.to_str().unwrap().into()) };
    let mut room = Box::start(config);
    room.wait("camera", |event| *event == MediaEvent::CameraSending { sending: true }).await;
    let mut changes = 0;
    let (mut seen, mut last) = (HashSet::new(), Vec::new());
    // More changes than the film has pictures: it goes round.
    let watching = async {
        while changes < 40 {
            let picture = room.engine.camera_snapshot().await.unwrap().rgb;
            changes += usize::from(picture != last);
            seen.insert(picture.clone());
            last = picture;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, watching).await.expect("the film stands still");
    assert!(!room.told.iter().any(camera_works(false)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sound_devices_that_are_missing_are_told() {
    let mut config = config(2, "alsa:no-such-device");
    config.audio.speaker = Some("alsa:no-such-device".into());
    let mut room = Box::start(config);
    for wanted in [SoundDevice::Microphone, SoundDevice::Speaker] {
        if !room.told.iter().any(|event| missing(event, wanted)) {
            room.wait("missing device", |event| missing(event, wanted)).await;
        }
    }
    assert!(room.engine.speaker_samples(1.0).is_none());
    // The sound of a silent room goes out instead: nobody muted anything.
    if !room.told.contains(&MediaEvent::Microphone { muted: false }) {
        room.wait("substitute", |event| *event == MediaEvent::Microphone { muted: false }).await;
    }
}

fn missing(event: &MediaEvent, wanted: SoundDevice) -> bool {
    matches!(event, MediaEvent::Sound { device, working: false, reason: Some(_), .. } if *device == wanted)
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused_with_what_is_allowed() {
    let refusal = |change: fn(&mut roombox_media::api::MediaConfig)| {
        let mut config = config(2, "silence");
        change(&mut config);
        let refused = MediaEngine::start(config, tokio::sync::mpsc::unbounded_channel().0).err();
        assert!(matches!(refused, Some(MediaError::BadSetting(_))), "{refused:?}");
        refused.unwrap().to_string()
    };
    assert!(refusal(|config| config.screen.output = Some("beamer".into())).contains("kms, window or none"));
    assert!(refusal(|config| config.picture = (1281, 720, 30)).contains("even sides"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_idle_screen_shows_the_own_camera() {
    let mut room = Box::start(config(9, "silence"));
    let picture = room.wait("camera", |event| *event == MediaEvent::CameraSending { sending: true });
    picture.await;
    room.screen_until("the self view", |picture| {
        let luma = roombox_testcard::code::luma_from_rgb(&picture.rgb);
        let (width, height) = (picture.width as usize, picture.height as usize);
        let whole = roombox_testcard::code::Luma { data: &luma, stride: width, width, height };
        let own = whole.rectangle(width / 8, height / 8, width * 3 / 4, height * 3 / 4);
        own.and_then(|own| roombox_testcard::code::read(&own)).is_some_and(|code| code.source == 9)
    })
    .await;
}
