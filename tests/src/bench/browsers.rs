//! Two Chromium with the terminal's page on `JsSIP`.

use std::time::{Duration, Instant};

use super::{Figures, Stage, idle, in_call};
use crate::interop::chromium::Chromium;
use crate::interop::page::{Library, Page};

/// Longest wait for the full picture: the estimate of what the path carries begins low.
const GROWTH: Duration = Duration::from_mins(1);
/// Between two looks at the size of the picture.
const LOOK: Duration = Duration::from_millis(100);

/// What pages measure themselves is in ms since they were loaded.
fn time(of: &serde_json::Value) -> f64 {
    of["at"].as_f64().expect("what a page tells has a time")
}

/// Measures two browsers.
pub fn browsers(stage: &Stage) -> Figures {
    let tone = stage.folder("sound").join("tone.wav");
    crate::clips::write_tone(&tone, 660);
    let start = |user: &str| {
        let begun = Instant::now();
        let browser = Chromium::with(&stage.folder(user), &stage.clip(), &tone);
        let page = browser.open();
        page.register_wide(&stage.server, user, Library::JsSip);
        (browser, page, begun.elapsed().as_secs_f64() * 1000.0)
    };
    let (other, callee, _) = start("bob");
    let (browser, page, registered) = start("alice");
    let programs = [browser.pid(), other.pid()];
    let waiting = idle(programs);
    page.ring("bob");
    let asked = time(&page.next("asked"));
    let frame = time(&page.next("frame")) - asked;
    let begun = Instant::now();
    let grown = full_picture(&page, begun);
    full_picture(&callee, begun);
    let frames = || page.received("video", "framesDecoded");
    let (before, counted) = (frames(), Instant::now());
    let call = in_call(programs);
    let rate = (frames() - before) / counted.elapsed().as_secs_f64();
    Figures {
        registered: Some(registered),
        frame: Some(frame),
        lines: grown.map(|grown| frame + grown),
        rate: Some(rate),
        call: Some(call),
        idle: Some(waiting),
        ..Figures::default()
    }
}

/// Time from `begun` until the remote picture has all its lines, in ms; `None` when it stays small.
fn full_picture(page: &Page, begun: Instant) -> Option<f64> {
    while begun.elapsed() < GROWTH {
        if page.received("video", "frameHeight") >= 720.0 {
            return Some(begun.elapsed().as_secs_f64() * 1000.0);
        }
        std::thread::sleep(LOOK);
    }
    None
}
