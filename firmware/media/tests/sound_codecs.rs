//! Two engines call each other while one of them has a single audio codec: sound both ways, and silence where it is muted.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may fail, and watches the clock")]

mod support;

use std::{ops::RangeInclusive, time::Duration};

use roombox_media::{
    api::{MediaCall, MediaConfig, MediaEvent},
    peer::{Engine, media_lines},
};
use roombox_testcard::tone;
use support::{Box, PATIENCE, config, connect};

const CALL: MediaCall = MediaCall(7);

fn with_codec(source: u8, microphone: &str, codec: &str) -> MediaConfig {
    MediaConfig { audio_codecs: vec![codec.into()], ..config(source, microphone) }
}

fn hears(hz: f64) -> impl Fn(&[f32], u32) -> bool {
    move |samples, rate| tone::strength(samples, rate, hz) > 0.5
}

/// Every sample of the last second is one of these of 16 bits.
fn only(values: RangeInclusive<i16>) -> impl Fn(&[f32], u32) -> bool {
    let (least, most) = (f32::from(*values.start()) / 32768.0, f32::from(*values.end()) / 32768.0);
    move |samples, rate| {
        let outside = samples.iter().filter(|sample| **sample < least || **sample > most);
        samples.len() == rate as usize && outside.count() == 0
    }
}

/// A caller with every codec and a peer with one: each hears the other, whoever offers. `zero`: what the codec makes of
/// silence.
async fn call_with_a_peer_that_only_has(codec: &str, zero: RangeInclusive<i16>) {
    let mut caller = Box::start(config(2, "tone:440"));
    let answerer = Box::start(with_codec(3, "tone:880", codec));
    connect(&caller, &answerer, CALL).await;
    caller.speaker_until("the answerer's tone", hears(880.0)).await;
    answerer.speaker_until("the caller's tone", hears(440.0)).await;
    let again = MediaCall(8);
    caller.engine.close_call(CALL).await;
    answerer.engine.close_call(CALL).await;
    connect(&answerer, &caller, again).await;
    caller.speaker_until("the tone of who called", hears(880.0)).await;
    answerer.speaker_until("the tone of who answered", hears(440.0)).await;
    caller.engine.set_microphone(false);
    caller.wait("silence goes out", |event| *event == MediaEvent::Microphone { muted: true }).await;
    answerer.speaker_until("nothing but the codec's silence", only(zero)).await;
    for here in [&caller, &answerer] {
        here.engine.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_with_g711_mu_law_alone_is_heard_and_hears() {
    call_with_a_peer_that_only_has("PCMU", 0..=0).await;
}

/// A-law has no code for 0: the nearest is 8 of 32768 (ITU-T G.711 table 1a), and so is every sample of silence.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_with_g711_a_law_alone_is_heard_and_hears() {
    call_with_a_peer_that_only_has("PCMA", 8..=8).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_with_opus_alone_is_heard_and_hears() {
    call_with_a_peer_that_only_has("OPUS", 0..=0).await;
}

/// Packets of sound that this side has sent, and the seconds of sound that its microphone gave.
async fn sent(side: &Box) -> (f64, f64) {
    let entries = side.engine.statistics(CALL).await.unwrap().entries;
    let value = |kind: &str, key: &str| {
        let fits = |entry: &&serde_json::Value| entry["type"] == kind && entry["kind"] == "audio";
        entries
            .iter()
            .find(fits)
            .and_then(|entry| entry[key].as_f64())
            .unwrap_or_else(|| panic!("no {key}: {entries:?}"))
    };
    (value("outbound-rtp", "packetsSent"), value("media-source", "totalSamplesDuration"))
}

/// How many packets go out in a second of sound, over four.
async fn packets_a_second(side: &Box) -> f64 {
    let begin = sent(side).await;
    let later = async {
        loop {
            let now = sent(side).await;
            if now.1 >= begin.1 + 4.0 {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let end = tokio::time::timeout(PATIENCE, later).await.expect("the microphone goes on");
    (end.0 - begin.0) / (end.1 - begin.1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_wishes_it_is_sent_hardly_anything_while_the_microphone_is_muted() {
    let (mut caller, answerer) = (Box::start(config(2, "speech")), Box::start(config(3, "silence")));
    let offer = caller.engine.create_offer(CALL, false).await.unwrap();
    let answer = answerer.engine.create_answer(CALL, &offer).await.unwrap();
    let wishing = answer.replace("useinbandfec=1", "useinbandfec=1;usedtx=1");
    assert_ne!(answer, wishing);
    caller.engine.accept_answer(CALL, &wishing).await.unwrap();
    answerer.speaker_until("speech", |samples, _| !tone::is_silent(samples)).await;
    caller.engine.set_microphone(false);
    caller.wait("silence goes out", |event| *event == MediaEvent::Microphone { muted: true }).await;
    answerer.speaker_until("silence", only(0..=0)).await;
    let muted = packets_a_second(&caller).await;
    println!("{muted:.1} packets a second of silence");
    assert!((1.5..4.0).contains(&muted), "{muted}");
    answerer.speaker_until("silence still", only(0..=0)).await;
    caller.engine.set_microphone(true);
    answerer.speaker_until("speech again", |samples, _| !tone::is_silent(samples)).await;
    for here in [&caller, &answerer] {
        here.engine.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn telephone_keys_are_heard_by_the_other_side_beside_any_sound() {
    keys_are_heard_both_ways(Engine::Webrtc).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn telephone_keys_are_heard_whatever_the_engine() {
    keys_are_heard_both_ways(Engine::Webrtcbin).await;
}

/// Keys of both sides, each heard once, on the clock of Opus and on that of telephones; the caller has this engine.
async fn keys_are_heard_both_ways(engine: Engine) {
    let mut caller = Box::start(MediaConfig { engine, ..config(2, "tone:440") });
    for (number, codec) in [(20, "OPUS"), (21, "PCMU")] {
        let call = MediaCall(number);
        let mut answerer = Box::start(with_codec(3, "tone:880", codec));
        connect(&caller, &answerer, call).await;
        for here in [&mut caller, &mut answerer] {
            here.wait("keys agreed", |event| *event == MediaEvent::KeysAgreed { call, agreed: true }).await;
        }
        answerer.speaker_until("the caller's tone", hears(440.0)).await;
        let (there, back) = tokio::join!(
            caller.engine.send_keys(call, "19#", 120, 60),
            answerer.engine.send_keys(call, "A", 1500, 60),
        );
        there.unwrap();
        back.unwrap();
        for key in ['1', '9', '#'] {
            let told = MediaEvent::KeyPressed { call, key, duration_ms: 120 };
            answerer.wait("a key", |event| *event == told).await;
        }
        caller.wait("a long key", |event| *event == MediaEvent::KeyPressed { call, key: 'A', duration_ms: 1500 }).await;
        answerer.speaker_until("the caller's tone after the keys", hears(440.0)).await;
        answerer.rest();
        let keys = answerer.told.iter().filter(|event| matches!(event, MediaEvent::KeyPressed { .. }));
        assert_eq!(keys.count(), 3);
        answerer.engine.stop().await;
        caller.engine.close_call(call).await;
    }
    caller.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_speaks_while_muted_is_told_and_who_is_silent_is_not() {
    let (mut speaker, mut silent) = (Box::start(config(2, "speech")), Box::start(config(3, "silence")));
    connect(&speaker, &silent, CALL).await;
    silent.wait("sound", |event| *event == MediaEvent::FirstAudio { call: CALL }).await;
    speaker.engine.set_microphone(false);
    silent.engine.set_microphone(false);
    speaker.wait("speech", |event| *event == MediaEvent::SpeakingMuted { speaking: true }).await;
    speaker.engine.set_microphone(true);
    speaker.wait("its end", |event| *event == MediaEvent::SpeakingMuted { speaking: false }).await;
    silent.rest();
    assert!(!silent.told.iter().any(|event| matches!(event, MediaEvent::SpeakingMuted { .. })));
    speaker.engine.stop().await;
    silent.engine.stop().await;
}

/// What a caller with these codecs offers for sound.
async fn offered(codecs: &[&str]) -> Vec<(String, u8, u32)> {
    let audio_codecs = codecs.iter().map(ToString::to_string).collect();
    let caller = Box::start(MediaConfig { audio_codecs, ..config(2, "silence") });
    let offer = caller.engine.create_offer(CALL, false).await.unwrap();
    caller.engine.stop().await;
    let sound = media_lines(&offer).unwrap().swap_remove(0);
    sound.codecs.into_iter().map(|codec| (codec.name, codec.payload_type, codec.clock_rate)).collect()
}

/// One test: the registry is the whole program's, and without G.722 nobody can call with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g722_is_offered_on_its_clock_and_spoken_and_left_out_where_an_element_is_missing() {
    let known = |name: &str, payload_type, clock_rate| (name.to_owned(), payload_type, clock_rate);
    let [alaw, g722, opus] = [known("PCMA", 8, 8_000), known("G722", 9, 8_000), known("OPUS", 111, 48_000)];
    let keys = [known("TELEPHONE-EVENT", 110, 48_000), known("TELEPHONE-EVENT", 101, 8_000)];
    let all = [alaw, g722.clone(), opus].into_iter().chain(keys).collect::<Vec<_>>();
    assert_eq!(offered(&["PCMA", "G722", "OPUS"]).await, all);
    call_with_a_peer_that_only_has("G722", -8..=8).await;

    let registry = gst::Registry::get();
    registry.remove_feature(&registry.lookup_feature("avenc_g722").expect("gst-libav is installed"));
    let rest: Vec<_> = all.into_iter().filter(|codec| *codec != g722).collect();
    assert_eq!(offered(&["PCMA", "G722", "OPUS"]).await, rest);
}
