//! The test of microphone and speaker, in virtual rooms.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use roombox_hal::board::AudioDevices;
use roombox_media::{
    MediaError,
    api::{MediaCall, SoundFinding, SoundTest},
    echo_delay,
};
use roombox_testcard::tone::strength;
use support::{Box, config};

async fn tested(microphone: &str, volume: u8, delay: Option<u16>) -> (Box, SoundTest) {
    let mut config = config(2, microphone);
    config.volume = volume;
    config.audio.echo_delay_ms = delay;
    let room = Box::start(config);
    let test = room.engine.test_sound().await.unwrap();
    (room, test)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_room_the_speaker_is_heard_after_its_delay_and_the_canceller_takes_it_away() {
    let (room, test) = tested("room:120", 70, None).await;
    let echo = test.echo.expect("the speaker is heard");
    assert!((echo.delay_ms - 120.0).abs() < 2.0, "{echo:?}");
    assert!((-13.0..=-9.0).contains(&echo.level_db), "{echo:?}");
    assert!(echo.cancelled_db > 3.0, "{echo:?}");
    assert_eq!(test.findings, [SoundFinding::NothingSaid], "{test:?}");
    room.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_comes_back_through_the_codec_and_a_speaker_that_is_not_heard_is_told() {
    let (room, test) = tested("tone:700", 70, None).await;
    assert_eq!(test.echo, None);
    assert_eq!(test.findings, [SoundFinding::SpeakerNotHeard, SoundFinding::RoomLoud], "{test:?}");
    let back = test.loopback.expect("Opus works");
    assert_eq!(back.codec, "OPUS");
    assert!((back.recorded_db - back.decoded_db).abs() < 1.0, "{back:?}");
    let heard = room.engine.speaker_samples(2.0).unwrap();
    assert!(strength(&heard.samples, heard.rate, 700.0) > 0.5);
    room.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_echo_a_volume_of_nothing_and_a_call_are_told() {
    let (room, test) = tested("room:300", 70, None).await;
    assert!(test.findings.contains(&SoundFinding::EchoTooLate), "{test:?}");
    room.engine.create_offer(MediaCall(1), false).await.unwrap();
    assert!(matches!(room.engine.test_sound().await, Err(MediaError::InCall)));
    room.engine.stop().await;
    let (room, test) = tested("room:120", 0, None).await;
    assert_eq!(test.findings, [SoundFinding::NothingPlayed, SoundFinding::NothingSaid], "{test:?}");
    room.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_delay_of_a_board_is_measured_and_a_device_that_is_not_there_is_told() {
    let devices = |microphone: &str, speaker: &str| AudioDevices {
        microphone: Some(microphone.into()),
        speaker: Some(speaker.into()),
        echo_delay_ms: Some(300),
    };
    let echo = echo_delay(&devices("room:350", "virtual")).await.unwrap().expect("it is heard");
    assert!((echo.delay_ms - 350.0).abs() < 2.0, "{echo:?}");
    assert!(echo.cancelled_db > 3.0, "{echo:?}");
    assert_eq!(echo_delay(&devices("silence", "virtual")).await.unwrap(), None);
    let missing = echo_delay(&devices("room:350", "alsa:no-such-device")).await.unwrap_err();
    assert!(missing.to_string().contains("no-such-device"), "{missing}");
}
