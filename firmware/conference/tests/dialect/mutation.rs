//! Whatever arrives, reading it gives an answer: good messages with random damage, tens of thousands of them.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use roombox_conference::vendor::{ClientMessage, InviteHeaders, parse_info, parse_notify};
use roombox_sip::api::{Body, HeaderLine};

use crate::requests::every_request;
use crate::server::{every_message, lines};

const ROUNDS: u32 = 30_000;
/// What breaks parsers.
const PIECES: &[&str] =
    &["", "\0", "\u{1F980}", "\\u0000", "{", "}", "[", "\"", "1e999", "-1", "NaN", "ß", "p2pto", ":", "\r\n"];

type Message = (Vec<HeaderLine>, Option<Body>);

fn good() -> Vec<Message> {
    let server = every_message().into_iter().filter_map(|message| message.info());
    let client = every_request().into_iter().filter_map(|message| message.info());
    let notify = every_message().into_iter().filter_map(|message| Some((vec![message.notify()?], None)));
    server.chain(client).map(|info| (lines(&info), info.body.clone())).chain(notify).collect()
}

fn damage(random: &mut StdRng, text: &mut String) {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut place = || places[random.random_range(0..places.len())];
    let (one, other) = (place(), place());
    let piece = PIECES[random.random_range(0..PIECES.len())];
    match random.random_range(0..3) {
        0 => text.insert_str(one, piece),
        1 => text.replace_range(one.min(other)..one.max(other), piece),
        _ => *text = text.repeat(random.random_range(0..4)),
    }
}

fn mutate(random: &mut StdRng, (headers, body): &mut Message) {
    let at = random.random_range(0..=headers.len());
    match headers.get_mut(at) {
        Some(line) if random.random_bool(0.7) => damage(random, &mut line.value),
        Some(line) => damage(random, &mut line.name),
        None => {
            if let Some(body) = body {
                let mut text = String::from_utf8_lossy(&body.content).into_owned();
                damage(random, &mut text);
                body.content = text.into_bytes().into();
            }
        }
    }
}

#[test]
fn no_damage_makes_a_reader_panic_and_what_it_tells_can_be_written_down() {
    let mut random = StdRng::seed_from_u64(11);
    let good = good();
    let mut unknown = 0;
    for _ in 0..ROUNDS {
        let mut message = good[random.random_range(0..good.len())].clone();
        for _ in 0..random.random_range(1..4) {
            mutate(&mut random, &mut message);
        }
        let (headers, body) = message;
        let said = parse_info(&headers, body.as_ref()).into_iter().chain(parse_notify(&headers));
        for event in said.flat_map(|message| message.events()) {
            assert!(serde_json::to_string(&event).is_ok());
            unknown += u32::from(event.name() == "api:unknown");
        }
        let _ = ClientMessage::parse(&headers, body.as_ref());
        let _ = InviteHeaders::parse(&headers);
    }
    assert!(unknown > ROUNDS / 20, "damage is seen: {unknown}");
}
