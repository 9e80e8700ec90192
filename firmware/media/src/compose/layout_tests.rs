//! Each layout as people see it, against pictures that people have looked at. `ROOMBOX_RENEW=1` writes them anew.

#![allow(clippy::cast_precision_loss, reason = "counts are far below the precision")]

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use super::{
    layout::{self, HEIGHT, Scene, WIDTH},
    mixer::{self, Mixer},
    overlay::Overlay,
};
use crate::{
    api::{Corner, Layout, Mark, Names, Sign, Snapshot, View, Words},
    output,
    paint::{self, Canvas, Colour, Rectangle},
    pipeline::{Timeline, locked, named},
    relay::{self, Hub, Taking},
};

const PATIENCE: Duration = Duration::from_mins(1);
/// Pictures are kept in half the size of the screen.
const SMALL: (u32, u32) = (WIDTH / 2, HEIGHT / 2);
/// Of 255, in the middle over all pixels: another font version draws letters a little otherwise.
const TOLERANCE: f64 = 1.0;
/// What fits each picture's shape, and its colour.
const REMOTE: ((u32, u32), Colour) = ((640, 480), Colour(90, 170, 100));
const CONTENT: ((u32, u32), Colour) = ((1280, 720), Colour(190, 120, 130));
const OWN: ((u32, u32), Colour) = ((640, 360), Colour(130, 100, 160));

/// A compositor and what it is given.
struct Bench {
    mixer: Mixer,
    timeline: Arc<Timeline>,
    hubs: [Arc<Hub>; 3],
    composed: Arc<Mutex<Option<gst::Buffer>>>,
    _takings: Vec<Taking>,
    _running: crate::pipeline::Running,
}

fn frame(((width, height), colour): ((u32, u32), Colour)) -> (gst::Buffer, gst::Caps) {
    let info = gst_video::VideoInfo::builder(gst_video::VideoFormat::I420, width, height);
    let info = info.fps(gst::Fraction::new(30, 1)).build().unwrap();
    let picture = paint::picture(&info, |canvas| {
        canvas.fill(Rectangle { x: 0, y: 0, width, height }, colour);
        canvas.border(8, Colour(colour.0 / 2, colour.1, colour.2));
    });
    (picture.unwrap(), info.to_caps().unwrap())
}

impl Bench {
    fn start(scene: Scene, view: View) -> Self {
        gst::init().unwrap();
        let hubs: [Arc<Hub>; 3] = Default::default();
        let timeline = Arc::new(Timeline::start());
        let (mixer, pipeline) = Mixer::build(OWN.0, &hubs[1]).unwrap();
        let composed = Arc::<Mutex<Option<gst::Buffer>>>::default();
        let last = Arc::clone(&composed);
        relay::drain(&named(&pipeline, "out").unwrap(), Arc::clone(&timeline), move |picture, _| {
            *locked(&last) = Some(picture);
        });
        mixer.show(scene, view);
        let takings = vec![hubs[0].attach(&mixer.remote), hubs[2].attach(&mixer.own)];
        let running = mixer.start(pipeline, &timeline).unwrap();
        Self { mixer, timeline, hubs, composed, _takings: takings, _running: running }
    }

    /// The picture when everything that has a place is there.
    fn picture(&self, scene: Scene, view: View) -> gst::Buffer {
        let places = layout::places(scene, view, OWN.0);
        let wanted = [(places.remote, REMOTE), (places.content, CONTENT), (places.own, OWN)];
        let frames = [REMOTE, CONTENT, OWN].map(frame);
        let begun = Instant::now();
        loop {
            for (hub, (picture, caps)) in self.hubs.iter().zip(&frames) {
                let mut picture = picture.copy();
                picture.make_mut().set_pts(self.timeline.now());
                hub.push(&picture, caps);
            }
            std::thread::sleep(Duration::from_millis(20));
            let composed = locked(&self.composed).clone();
            let shows = |picture: &gst::Buffer| {
                let map = picture.map_readable().unwrap();
                let shown = wanted.into_iter().filter_map(|(place, (_, colour))| Some((place?, colour)));
                shown.into_iter().all(|(at, colour)| {
                    // Small pictures over a large one stand in corners.
                    let spot = (at.y + at.height / 2) * WIDTH + at.x + at.width / 2;
                    map[spot as usize].abs_diff(colour.0) < 8
                })
            };
            if let Some(picture) = composed.filter(shows) {
                return picture;
            }
            assert!(begun.elapsed() < PATIENCE, "{scene:?} {view:?} is never seen by {:?}", self.mixer);
        }
    }
}

fn words() -> Words {
    let sign = |mark, text: &str| Sign { mark, text: text.into() };
    Words {
        names: Names {
            remote: "会议室 3".into(), content: "Презентация".into(), own: "Board room".into()
        },
        signs: vec![
            sign(Mark::SpeakingMuted, "Вы говорите, но микрофон выключен"),
            sign(Mark::Poor, "网络丢包"),
            sign(Mark::Fair, "The network is too slow"),
        ],
    }
}

fn seen(scene: Scene, view: View) -> Snapshot {
    let mut picture = Bench::start(scene, view).picture(scene, view);
    let (overlay, info) = (Overlay::default(), mixer::format().unwrap());
    overlay.write(words());
    let mut canvas = Canvas::on(picture.make_mut(), &info).unwrap();
    overlay.put(&mut canvas, (scene, view), OWN.0, gst::ClockTime::ZERO);
    drop(canvas);
    halved(&output::rgb(&picture, &info).unwrap())
}

fn halved(whole: &Snapshot) -> Snapshot {
    let (width, height) = SMALL;
    let at = |x: u32, y: u32, channel: u32| u32::from(whole.rgb[((y * whole.width + x) * 3 + channel) as usize]);
    let mean = |x: u32, y: u32, c: u32| (at(x, y, c) + at(x + 1, y, c) + at(x, y + 1, c) + at(x + 1, y + 1, c)) / 4;
    let rows = (0..height).flat_map(|y| (0..width).flat_map(move |x| (0..3).map(move |c| (x * 2, y * 2, c))));
    Snapshot { width, height, rgb: rows.map(|(x, y, c)| u8::try_from(mean(x, y, c)).unwrap()).collect() }
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens").join(format!("{name}.png"))
}

fn write(path: &Path, picture: &Snapshot) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let mut encoder = png::Encoder::new(file, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    encoder.write_header().unwrap().write_image_data(&picture.rgb).unwrap();
}

fn read(path: &Path) -> Vec<u8> {
    let file = std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap();
    let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut rgb).unwrap();
    rgb
}

fn looks_like(name: &str, scene: Scene, view: View) {
    let (picture, path) = (seen(scene, view), file(name));
    if std::env::var_os("ROOMBOX_RENEW").is_some() {
        return write(&path, &picture);
    }
    let kept = read(&path);
    assert_eq!(kept.len(), picture.rgb.len());
    let apart: u64 = kept.iter().zip(&picture.rgb).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let mean = apart as f64 / kept.len() as f64;
    if mean > TOLERANCE {
        let other = std::env::temp_dir().join(format!("{name}.png"));
        write(&other, &picture);
        panic!("{mean:.2} of 255 away from {}: see {}", path.display(), other.display());
    }
}

const VIEWS: [(&str, Layout, Option<Corner>); 6] = [
    ("standard", Layout::Standard, Some(Corner::BottomRight)),
    ("side-by-side", Layout::SideBySide, Some(Corner::BottomRight)),
    ("content", Layout::Content, Some(Corner::BottomRight)),
    ("speaker", Layout::Speaker, Some(Corner::TopRight)),
    ("remote-only", Layout::RemoteOnly, Some(Corner::BottomRight)),
    ("no-own-picture", Layout::Standard, None),
];

#[test]
fn every_layout_looks_as_it_did_in_a_call() {
    for (name, layout, own) in VIEWS {
        looks_like(&format!("{name}-call"), Scene::Call, View { layout, own });
    }
}

#[test]
fn every_layout_looks_as_it_did_with_content() {
    for (name, layout, own) in VIEWS {
        looks_like(&format!("{name}-with-content"), Scene::Content, View { layout, own });
    }
}
