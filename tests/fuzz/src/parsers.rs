//! The parsers by themselves.

use bytes::Bytes;
use roombox_sip::api::{Body, Transport};
use roombox_sip::check::check_message;
use roombox_sip::digest::challenge::Challenge;
use roombox_sip::digest::digest_fields;
use roombox_sip::dtmf::Tone;
use roombox_sip::message::framing::{Frame, StreamFramer};
use roombox_sip::message::name_addr::NameAddr;
use roombox_sip::message::params::Params;
use roombox_sip::message::parse::parse;
use roombox_sip::message::uri::SipUri;
use roombox_sip::message::via::Via;
use roombox_sip::message::{Headers, Message, multipart};
use roombox_sip::sdp::{Description, OfferAnswer, Side, describe, hold};

/// One parser and what it is fed with.
pub(crate) struct Parser {
    /// Shown in the table.
    pub name: &'static str,
    /// Well-formed inputs to begin with; empty = whole messages.
    pub seeds: &'static [&'static str],
    /// Must come back, whatever it is given.
    pub run: fn(&[u8]),
}

/// All of them.
pub(crate) const PARSERS: &[Parser] = &[
    Parser { name: "message", seeds: &[], run: message },
    Parser { name: "stream framing", seeds: &[], run: stream },
    Parser { name: "URI", seeds: URIS, run: uri },
    Parser { name: "addresses and parameters", seeds: ADDRESSES, run: addresses },
    Parser { name: "authentication", seeds: CHALLENGES, run: authentication },
    Parser { name: "session description", seeds: DESCRIPTIONS, run: description },
    Parser { name: "other bodies", seeds: BODIES, run: bodies },
];

const URIS: &[&str] = &[
    "sip:room-7@meet.example.org",
    "sips:a%20b:pw@[2001:db8::1]:5061;transport=tcp;lr?Subject=x&Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2",
    "tel:+358-555-1234567;postd=pp22",
];

const ADDRESSES: &[&str] = &[
    "\"Room, \\\"A\\\"\" <sip:a@x.invalid;transport=ws;ob>;+sip.instance=\"<urn:uuid:1>\";reg-id=1;expires=300",
    "SIP/2.0/WSS [2001:db8::1]:443;branch=z9hG4bK1;rport=5;received=1.2.3.4",
    "SIP / 2.0 / UDP a;received=1.2.3.4, SIP/2.0/TCP b:5;branch=z9hG4bKx",
];

const CHALLENGES: &[&str] = &[
    "Digest realm=\"a \\\"b\\\"\", nonce=\"n\", qop=\"auth,auth-int\", algorithm=SHA-256, stale=TRUE, opaque=\"o\"",
    "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:x\", response=\"00\", nc=00000001, cnonce=\"c\", qop=auth",
];

const DESCRIPTIONS: &[&str] = &[
    "v=0\r\no=- 1 2 IN IP6 2001:db8::1\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nb=AS:64\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=sendonly\r\n\
     m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\na=mid:0\r\na=ice-ufrag:a\r\na=ice-pwd:b\r\na=fingerprint:sha-256 00:11\r\na=setup:actpass\r\n\
     a=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\nm=video 0 RTP/AVP 96\r\na=mid:1\r\na=content:slides,main\r\na=inactive\r\n",
    "v=0\no=x 18446744073709551615 9 IN IP4 h\ns=\nm=audio 1 RTP/AVP 0\nm=application 2 UDP/BFCP *\na=sendrecv\n",
];

const BODIES: &[&str] = &[
    "Signal=5\r\nDuration=120\r\n",
    "--x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x--\r\n",
];

fn message(bytes: &[u8]) {
    for transport in [Transport::Udp, Transport::Tcp, Transport::Wss] {
        check_message(bytes, transport);
    }
    let Ok(parsed) = parse(&Bytes::copy_from_slice(bytes), Transport::Wss.into()) else { return };
    let written = match &parsed.message {
        Message::Request(request) => {
            headers(&request.headers);
            request.to_bytes()
        }
        Message::Response(response) => {
            headers(&response.headers);
            response.to_bytes()
        }
    };
    // What we write, we can read.
    assert!(parsed.defect.is_some() || parse(&written, Transport::Wss.into()).is_ok(), "not read back: {written:?}");
}

fn headers(headers: &Headers) {
    for name in ["Via", "Route", "Record-Route", "Contact", "Supported", "Require", "Allow", "Accept"] {
        let _ = headers.list(name);
        let _ = headers.addresses(name);
    }
    for name in ["From", "To", "Refer-To", "Referred-By"] {
        let _ = headers.address(name);
    }
    for name in ["Expires", "Min-Expires", "Retry-After", "Session-Expires", "Min-SE", "Max-Forwards"] {
        headers.seconds(name);
    }
    let _ = (headers.vias(), headers.top_via(), headers.cseq());
}

/// The same bytes in pieces of every size give the same frames. A double CRLF that arrives in halves counts as two single
/// ones: nobody can wait for the second.
fn stream(bytes: &[u8]) {
    let size = 1 + bytes.iter().fold(0, |sum, byte| (sum * 31 + usize::from(*byte)) % 61);
    assert_eq!(frames(bytes, bytes.len().max(1)), frames(bytes, size), "pieces of {size}");
}

fn frames(bytes: &[u8], size: usize) -> (Vec<Frame>, bool) {
    let mut framer = StreamFramer::default();
    let mut all = Vec::new();
    for piece in bytes.chunks(size) {
        framer.push(piece);
        loop {
            match framer.next_frame() {
                Ok(Some(Frame::Ping)) => all.extend([Frame::Pong, Frame::Pong]),
                Ok(Some(frame)) => all.push(frame),
                Ok(None) => break,
                Err(_) => return (all, true),
            }
        }
    }
    (all, false)
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn uri(bytes: &[u8]) {
    let _ = SipUri::parse(&text(bytes));
}

fn addresses(bytes: &[u8]) {
    let text = text(bytes);
    if let Ok(address) = NameAddr::parse(&text) {
        let _ = NameAddr::parse(&address.to_string());
    }
    if let Ok(via) = Via::parse(&text) {
        let _ = Via::parse(&via.to_string());
    }
    let _ = Params::parse(&text);
}

fn authentication(bytes: &[u8]) {
    let text = text(bytes);
    let _ = Challenge::parse(&text);
    let _ = digest_fields(&text);
}

/// Reading and writing keeps every byte; every rule comes back with an answer.
fn description(bytes: &[u8]) {
    let text = text(bytes);
    assert_eq!(Description::read(&text).to_string(), text, "not kept as it came");
    let _ = (describe(&text), hold::holds_us(&text), hold::sends_nothing(&text));
    let held = hold::Held { by_us: true, by_peer: text.len().is_multiple_of(2) };
    let _ = hold::restrict(&hold::offer(&text, &text, held), held);
    let mut model = OfferAnswer::new();
    let _ = model.offer(Side::Remote, DESCRIPTIONS[0]);
    let _ = model.answer(Side::Local, &text);
    let _ = model.offer(Side::Remote, &text);
    let _ = model.answer(Side::Local, DESCRIPTIONS[0]);
    model.rollback();
}

fn bodies(bytes: &[u8]) {
    let content = Bytes::copy_from_slice(bytes);
    let _ = multipart::parts("multipart/mixed;boundary=x", &content);
    for kind in ["application/dtmf-relay", "application/dtmf"] {
        let _ = Tone::parse(&Body { content_type: kind.into(), content: content.clone() });
    }
}
