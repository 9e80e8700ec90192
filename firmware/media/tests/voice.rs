//! Voice processing that is not to be had is told, and the microphone goes on without.

mod support;

use roombox_media::api::{MediaConfig, MediaEvent, NoiseSuppression, VoiceProcessing};
use support::{Box, config};

const ALL: VoiceProcessing =
    VoiceProcessing { echo_cancellation: true, automatic_gain: true, noise_suppression: NoiseSuppression::Webrtc };

fn with_device() -> MediaConfig {
    MediaConfig { voice: ALL, ..config(2, "alsa:no-such-device") }
}

/// One test: the registry is the whole program's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_element_is_told_in_words() {
    let mut room = Box::start(with_device());
    room.wait("processing", |event| *event == MediaEvent::Voice { working: true, reason: None }).await;
    room.engine.stop().await;

    let registry = gst::Registry::get();
    registry.remove_feature(&registry.lookup_feature("webrtcdsp").expect("gst-plugins-bad is installed"));
    let mut room = Box::start(with_device());
    let told = room.wait("no processing", |event| matches!(event, MediaEvent::Voice { working: false, .. })).await;
    let MediaEvent::Voice { reason: Some(reason), .. } = told else { panic!("no reason: {told:?}") };
    assert!(reason.contains("webrtcdsp"), "{reason}");
    room.engine.stop().await;
}
