//! The pipelines of every board file, as reviewed: `ROOMBOX_RENEW=1` writes them anew.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "helpers of tests; snapshots are files")]

use std::{fmt::Write, io::ErrorKind, path::Path};

use gst::prelude::*;
use roombox_hal::board::{BUILTIN_NAMES, load};
use roombox_media::pipelines::{Link, Part, PictureSize, Pipeline, of_board};

const HD: PictureSize = PictureSize { width: 1280, height: 720, rate: 30 };

fn pipelines(name: &str) -> Vec<Pipeline> {
    let board = load(name, &|_| Err(ErrorKind::NotFound.into())).unwrap();
    of_board(&board, HD, 2500).unwrap()
}

/// Boards that are there to be used.
fn boards() -> impl Iterator<Item = &'static str> {
    BUILTIN_NAMES.iter().copied().filter(|name| *name != "_base")
}

#[test]
fn every_board_gives_the_pipelines_that_were_reviewed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pipelines");
    let mut differ = Vec::new();
    for name in boards() {
        let mut text = String::new();
        for pipeline in pipelines(name) {
            writeln!(text, "{pipeline}\n").unwrap();
        }
        let path = folder.join(name).with_extension("txt");
        if std::env::var_os("ROOMBOX_RENEW").is_some() {
            std::fs::write(&path, &text).unwrap();
        } else if std::fs::read_to_string(&path).unwrap_or_default() != text {
            differ.push(name);
        }
    }
    assert!(differ.is_empty(), "{differ:?} differ; review, then renew with ROOMBOX_RENEW=1");
}

#[test]
fn what_is_made_of_elements_that_are_here_is_taken_by_gstreamer() {
    gst::init().unwrap();
    let mut parsed = 0;
    for pipeline in boards().flat_map(pipelines) {
        let here = |link: &Link| match link {
            Link::Element(element) => gst::ElementFactory::find(&element.element).is_some(),
            Link::Caps { .. } => true,
        };
        if pipeline.chain.links().iter().all(here) {
            gst::parse::launch(&pipeline.chain.to_string()).unwrap_or_else(|error| panic!("{pipeline}\n{error}"));
            parsed += 1;
        }
    }
    assert!(parsed > 20, "only {parsed} could be tried");
}

#[test]
fn an_encoder_that_registers_without_hardware_stands_in_no_list_of_its_board() {
    let nano = pipelines("jetson-orin-nano");
    let encoders = nano.iter().filter(|pipeline| pipeline.part == Part::Encoder);
    assert!(encoders.clone().count() >= 2);
    assert!(encoders.clone().all(|pipeline| !pipeline.to_string().contains("nvv4l2h264enc")));
}

/// First byte and what follows of each NAL unit (H.264 annex B).
fn units(frame: &[u8]) -> Vec<&[u8]> {
    let starts: Vec<usize> = (0..frame.len().saturating_sub(3)).filter(|at| frame[*at..*at + 3] == [0, 0, 1]).collect();
    let ends = starts.iter().skip(1).copied().chain([frame.len()]);
    starts.iter().zip(ends).map(|(start, end)| &frame[start + 3..end]).collect()
}

/// The second number of a slice header, Exp-Golomb coded: 1 and 6 are B slices (H.264 section 7.4.3).
fn slice_type(unit: &[u8]) -> u32 {
    let bits: Vec<u32> =
        unit[1..].iter().take(8).flat_map(|byte| (0..8).rev().map(move |bit| u32::from(byte >> bit & 1))).collect();
    let mut at = 0;
    let mut number = || {
        let zeros = bits[at..].iter().take_while(|bit| **bit == 0).count();
        let coded = bits[at + zeros..=at + 2 * zeros].iter().fold(0, |value, bit| value << 1 | bit);
        at += 2 * zeros + 1;
        coded - 1
    };
    number();
    number()
}

/// Sixty pictures through an encoder; a key frame is asked for on the way.
fn encoded(pipeline: &Pipeline) -> Vec<Vec<u8>> {
    let links = pipeline.chain.links();
    let encoder: Vec<String> = links[..links.len() - 1].iter().map(ToString::to_string).collect();
    let text = format!(
        "videotestsrc num-buffers=60 pattern=ball ! video/x-raw,format=I420,width=320,height=180,framerate=30/1 ! {} ! \
         appsink name=end sync=false max-buffers=1",
        encoder.join(" ! ")
    );
    let pipeline = gst::parse::launch(&text).unwrap().downcast::<gst::Pipeline>().unwrap();
    let end = pipeline.by_name("end").unwrap().downcast::<gst_app::AppSink>().unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    let mut frames: Vec<Vec<u8>> = Vec::new();
    while let Ok(sample) = end.pull_sample() {
        frames.push(sample.buffer().unwrap().map_readable().unwrap().to_vec());
        if frames.len() == 10 {
            let wish = gst_video::UpstreamForceKeyUnitEvent::builder().all_headers(true).build();
            assert!(end.static_pad("sink").unwrap().push_event(wish));
        }
    }
    pipeline.set_state(gst::State::Null).unwrap();
    frames
}

#[test]
fn a_peer_can_begin_at_any_key_frame_and_no_encoder_sends_b_frames() {
    gst::init().unwrap();
    let all = pipelines("generic-x86");
    let h264 = all.iter().filter(|pipeline| pipeline.part == Part::Encoder && pipeline.case.starts_with("H264"));
    for pipeline in h264 {
        let frames = encoded(pipeline);
        assert!(frames.len() >= 50, "{pipeline}: {} frames", frames.len());
        let mut key_frames = 0;
        for frame in &frames {
            let units = units(frame);
            let kinds: Vec<u32> = units.iter().map(|unit| u32::from(unit[0] & 31)).collect();
            if let Some(picture) = kinds.iter().position(|kind| *kind == 5) {
                key_frames += 1;
                let before = |wanted| kinds[..picture].iter().filter(|kind| **kind == wanted).count();
                assert_eq!(
                    (before(7), before(8)),
                    (1, 1),
                    "{pipeline}: SPS and PPS once before the picture: {kinds:?}"
                );
            }
            let slices = units.iter().filter(|unit| matches!(unit[0] & 31, 1 | 5));
            assert!(slices.clone().all(|unit| slice_type(unit) % 5 != 1), "{pipeline}: a B slice");
        }
        assert!(key_frames >= 2, "{pipeline}: {key_frames} key frames");
    }
}
