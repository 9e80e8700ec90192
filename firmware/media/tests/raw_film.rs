//! A film of raw pictures as camera: a test of its own process, as it looks at the libraries that were loaded.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "helpers of tests; pictures are taken again and again"
)]

mod support;

use std::{path::Path, time::Duration};

use roombox_hal::board::{Camera, CameraSource};
use roombox_media::api::MediaEvent;
use support::{Box, PATIENCE, config};

/// A film of a second, as large as what goes out.
fn film(path: &Path) {
    support::film(
        path,
        "videotestsrc num-buffers=15 pattern=ball animation-mode=frames ! video/x-raw,format=I420,width=640,height=360,framerate=15/1 ! y4menc",
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_goes_round_without_a_library_of_codecs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.y4m");
    film(&path);
    let mut config = config(2, "silence");
    config.camera = Camera { source: CameraSource::File, device: Some(path.to_str().unwrap().into()) };
    let mut room = Box::start(config);
    room.wait("camera", |event| *event == MediaEvent::CameraSending { sending: true }).await;
    let (mut changes, mut last) = (0, Vec::new());
    // A picture a second is looked at while no call is on, of fifteen.
    let watching = async {
        while changes < 3 {
            let picture = room.engine.camera_snapshot().await.unwrap().rgb;
            changes += usize::from(picture != last);
            last = picture;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, watching).await.expect("the film stands still");
    let loaded = std::fs::read_to_string("/proc/self/maps").unwrap();
    assert!(!loaded.contains("libavcodec"), "a library that nothing of this needs was loaded");
    room.engine.stop().await;
}
