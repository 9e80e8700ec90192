//! What a presentation can show, seen by the other side; a source that is slow, wrong or gone harms nothing.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "helpers of tests; pictures are taken again and again, and streams have a server"
)]

mod support;

use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, channel},
    },
    time::Duration,
};

use roombox_media::{
    MediaError,
    api::{MediaCall, MediaEvent, NetworkStream, Pages, PresentationSource, Snapshot, Turn},
};
use roombox_testcard::code::{self, Luma};
use support::{Box, config, connect, painted};

const CALL: MediaCall = MediaCall(7);
const RED: u32 = 0xffff_0000;
const GREEN: u32 = 0xff00_ff00;
const BLUE: u32 = 0xff00_00ff;

async fn call(source: PresentationSource) -> (Box, Box) {
    let mut presents = config(2, "silence");
    presents.presentation = Some(source);
    let (mut presents, mut watches) = (Box::start(presents), Box::start(config(3, "silence")));
    connect(&presents, &watches, CALL).await;
    for here in [&mut presents, &mut watches] {
        here.wait("first picture", |event| *event == MediaEvent::FirstFrame { call: CALL }).await;
    }
    (presents, watches)
}

async fn presenting(source: PresentationSource) -> (Box, Box) {
    let (presents, watches) = call(source).await;
    assert!(presents.present(CALL).await.unwrap());
    connect(&presents, &watches, CALL).await;
    (presents, watches)
}

/// Is the middle of the content of this colour, more or less?
fn is(colour: u32) -> impl Fn(&Snapshot) -> bool {
    move |picture| {
        let start = (360 * picture.width as usize + 480) * 3;
        let wanted = colour.to_be_bytes();
        (0..3).all(|channel| picture.rgb[start + channel].abs_diff(wanted[channel + 1]) < 70)
    }
}

async fn sees(watches: &mut Box, colour: u32) {
    watches.screen_until("the page", is(colour)).await;
}

async fn told(presents: &mut Box, page: u32, pages: u32) -> String {
    let fits = |event: &MediaEvent| matches!(event, MediaEvent::PresentationPage { page: p, pages: all, .. } if (*p, *all) == (page, pages));
    let told = presents.wait("the page", fits).await;
    let MediaEvent::PresentationPage { name, .. } = told else { panic!("{told:?}") };
    name
}

async fn end(presents: &Box, watches: &Box) {
    presents.engine.stop().await;
    watches.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_is_turned_page_by_page_and_followed_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    for (name, colour) in [("1.png", RED), ("2.png", GREEN)] {
        painted(&folder.path().join(name), colour);
    }
    let pages = Pages::Folder(folder.path().into());
    let (mut presents, mut watches) = presenting(PresentationSource::Pages { of: pages, interval: None }).await;
    assert_eq!(told(&mut presents, 1, 2).await, "1.png");
    sees(&mut watches, RED).await;
    assert!(presents.engine.turn_page(Turn::Next));
    assert_eq!(told(&mut presents, 2, 2).await, "2.png");
    sees(&mut watches, GREEN).await;
    painted(&folder.path().join("10.png"), BLUE);
    presents.engine.turn_page(Turn::Previous);
    assert_eq!(told(&mut presents, 1, 3).await, "1.png");
    presents.engine.turn_page(Turn::Last);
    assert_eq!(told(&mut presents, 3, 3).await, "10.png");
    sees(&mut watches, BLUE).await;
    // What cannot be read leaves the page that is shown.
    std::fs::write(folder.path().join("2.png"), b"no picture").unwrap();
    presents.engine.turn_page(Turn::Previous);
    let lost = |event: &MediaEvent| matches!(event, MediaEvent::PresentationSource { working: false, .. });
    presents.wait("that the page cannot be read", lost).await;
    sees(&mut watches, BLUE).await;
    presents.engine.turn_page(Turn::First);
    presents
        .wait("the first page", |event| matches!(event, MediaEvent::PresentationSource { working: true, .. }))
        .await;
    sees(&mut watches, RED).await;
    end(&presents, &watches).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_turn_by_themselves_and_go_round() {
    let folder = tempfile::tempdir().unwrap();
    for (name, colour) in [("a.png", RED), ("b.png", GREEN)] {
        painted(&folder.path().join(name), colour);
    }
    let pages = PresentationSource::Pages {
        of: Pages::Folder(folder.path().into()),
        interval: Some(Duration::from_millis(300)),
    };
    let (mut presents, watches) = presenting(pages).await;
    for page in [1, 2, 1, 2] {
        told(&mut presents, page, 2).await;
    }
    end(&presents, &watches).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_a_pdf_are_turned() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("talk.pdf");
    std::fs::write(&path, pdf(&["1 0 0", "0 1 0", "0 0 1"])).unwrap();
    let pages = PresentationSource::Pages { of: Pages::Pdf(path.clone()), interval: None };
    let (mut presents, mut watches) = presenting(pages).await;
    assert_eq!(told(&mut presents, 1, 3).await, "talk.pdf");
    sees(&mut watches, RED).await;
    presents.engine.turn_page(Turn::Page(3));
    told(&mut presents, 3, 3).await;
    sees(&mut watches, BLUE).await;
    presents.engine.turn_page(Turn::Previous);
    told(&mut presents, 2, 3).await;
    sees(&mut watches, GREEN).await;
    end(&presents, &watches).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_pdf_or_no_picture_says_so_and_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("talk.pdf");
    std::fs::write(&path, b"no PDF at all").unwrap();
    let (presents, watches) = call(PresentationSource::Pages { of: Pages::Pdf(path.clone()), interval: None }).await;
    let refused = presents.present(CALL).await.unwrap_err().to_string();
    assert!(refused.contains("pdfinfo"), "{refused}");
    presents.engine.set_presentation(support::still(path));
    assert!(presents.present(CALL).await.is_err());
    presents.engine.set_presentation(PresentationSource::TestCard);
    assert!(presents.present(CALL).await.unwrap());
    end(&presents, &watches).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_is_shown_and_connected_again_when_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.webm");
    filmed(&film, 30, GREEN);
    let (url, requests) = served(Arc::new(Mutex::new(std::fs::read(film).unwrap())));
    let (mut presents, mut watches) = presenting(PresentationSource::Stream(NetworkStream { url, login: None })).await;
    sees(&mut watches, GREEN).await;
    let ended = |event: &MediaEvent| matches!(event, MediaEvent::PresentationSource { working: false, .. });
    presents.wait("the end of the film", ended).await;
    presents.wait("it again", |event| matches!(event, MediaEvent::PresentationSource { working: true, .. })).await;
    assert!(requests.try_iter().count() >= 2);
    end(&presents, &watches).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_source_holds_up_nothing_and_is_given_up_at_once() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/never", silent.local_addr().unwrap());
    let (presents, watches) = call(PresentationSource::Stream(NetworkStream { url, login: None })).await;
    let engine = presents.engine.clone();
    let opening = tokio::spawn(async move { engine.open_presentation(CALL).await });
    // It has connected, and waits for a word.
    let silent = tokio::task::spawn_blocking(move || silent.accept().unwrap()).await.unwrap();
    connect(&presents, &watches, CALL).await;
    connect(&watches, &presents, CALL).await;
    assert!(!opening.is_finished());
    presents.engine.remove_presentation(CALL).await.unwrap();
    let given_up = opening.await.unwrap();
    assert!(matches!(given_up, Err(MediaError::GivenUp)), "{given_up:?}");
    // Nothing was opened that could be sent.
    let refused = presents.engine.add_presentation(CALL).await;
    assert!(matches!(refused, Err(MediaError::GivenUp)), "{refused:?}");
    // A call that ends takes what opens for it along.
    let engine = presents.engine.clone();
    let opening = tokio::spawn(async move { engine.open_presentation(CALL).await });
    tokio::task::yield_now().await;
    presents.engine.close_call(CALL).await;
    assert!(opening.await.unwrap().is_err());
    drop(silent);
    end(&presents, &watches).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_camera_of_the_board_is_a_source() {
    let camera =
        roombox_hal::board::Camera { source: roombox_hal::board::CameraSource::TestPicture, device: Some("9".into()) };
    let (presents, mut watches) = presenting(PresentationSource::Camera(camera)).await;
    let shown = |picture: &Snapshot| {
        let luma = code::luma_from_rgb(&picture.rgb);
        let (width, height) = (picture.width as usize, picture.height as usize);
        let whole = Luma { data: &luma, stride: width, width, height };
        whole.rectangle(0, 90, 960, 540).and_then(|part| code::read(&part)).is_some_and(|code| code.source == 9)
    };
    watches.screen_until("the second camera", shown).await;
    assert!(!presents.engine.turn_page(Turn::Next), "a camera has no pages");
    end(&presents, &watches).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watched_source_tells_of_its_signal_and_is_presented_without_being_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let film = |colour| {
        let path = folder.path().join("film.webm");
        filmed(&path, 120, colour);
        std::fs::read(path).unwrap()
    };
    let body = Arc::new(Mutex::new(film(0xff00_0000)));
    let mut watching = config(2, "silence");
    let (url, _) = served(Arc::clone(&body));
    watching.presentation = Some(PresentationSource::Stream(NetworkStream { url, login: None }));
    watching.watch_signal = true;
    let mut presents = Box::start(watching);
    presents.wait("no signal", |event| *event == MediaEvent::PresentationSignal { present: false }).await;
    *body.lock().unwrap() = film(GREEN);
    presents.wait("a signal", |event| *event == MediaEvent::PresentationSignal { present: true }).await;
    let mut watches = Box::start(config(3, "silence"));
    connect(&presents, &watches, CALL).await;
    assert!(presents.present(CALL).await.unwrap());
    connect(&presents, &watches, CALL).await;
    sees(&mut watches, GREEN).await;
    presents.engine.remove_presentation(CALL).await.unwrap();
    body.lock().unwrap().clear();
    presents.wait("no signal", |event| *event == MediaEvent::PresentationSignal { present: false }).await;
    end(&presents, &watches).await;
}

/// Pages of these colours (red, green, blue as PDF writes them).
fn pdf(colours: &[&str]) -> Vec<u8> {
    let mut objects = vec![String::from("<< /Type /Catalog /Pages 2 0 R >>"), String::new()];
    let mut kids = String::new();
    for colour in colours {
        let page = objects.len() + 1;
        write!(kids, "{page} 0 R ").unwrap();
        let media_box = "/MediaBox [0 0 400 300]";
        objects.push(format!("<< /Type /Page /Parent 2 0 R {media_box} /Contents {} 0 R >>", page + 1));
        let drawing = format!("{colour} rg 0 0 400 300 re f");
        objects.push(format!("<< /Length {} >>\nstream\n{drawing}\nendstream", drawing.len()));
    }
    objects[1] = format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", colours.len());
    let mut file = String::from("%PDF-1.4\n");
    let mut places = String::new();
    for (number, object) in (1..).zip(&objects) {
        writeln!(places, "{:010} 00000 n ", file.len()).unwrap();
        write!(file, "{number} 0 obj\n{object}\nendobj\n").unwrap();
    }
    let (start, size) = (file.len(), objects.len() + 1);
    write!(file, "xref\n0 {size}\n0000000000 65535 f \n{places}trailer\n<< /Size {size} /Root 1 0 R >>\n").unwrap();
    write!(file, "startxref\n{start}\n%%EOF\n").unwrap();
    file.into_bytes()
}

/// So many frames of this colour, 15 a second.
fn filmed(path: &Path, frames: u32, colour: u32) {
    use gst::prelude::*;
    gst::init().unwrap();
    let text = format!(
        "videotestsrc num-buffers={frames} pattern=solid-color foreground-color={colour} ! \
         video/x-raw,width=320,height=180,framerate=15/1 ! videoconvert ! vp8enc deadline=1 cpu-used=8 ! webmmux ! \
         filesink name=file"
    );
    let pipeline = gst::parse::launch(&text).unwrap();
    pipeline.downcast_ref::<gst::Bin>().unwrap().by_name("file").unwrap().set_property("location", path);
    pipeline.set_state(gst::State::Playing).unwrap();
    let kinds = [gst::MessageType::Eos, gst::MessageType::Error];
    let end = pipeline.bus().unwrap().timed_pop_filtered(gst::ClockTime::from_seconds(60), &kinds);
    assert_eq!(end.unwrap().type_(), gst::MessageType::Eos);
    pipeline.set_state(gst::State::Null).unwrap();
}

/// A server that gives every client what `body` holds then; tells of each.
fn served(body: Arc<Mutex<Vec<u8>>>) -> (String, Receiver<()>) {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/film.webm", server.local_addr().unwrap());
    let (asked, requests) = channel();
    std::thread::spawn(move || {
        for stream in server.incoming().map_while(Result::ok) {
            let body = body.lock().unwrap().clone();
            serve(stream, &body);
            // Nobody may want to know.
            let _ = asked.send(());
        }
    });
    (url, requests)
}

/// Answers one request with the whole body.
fn serve(mut stream: TcpStream, body: &[u8]) {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        request.push(byte[0]);
    }
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: video/webm\r\nContent-Length: {}\r\n\r\n", body.len());
    // The box may have hung up already.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}
