//! What rsip cannot parse, and that our own layer can; where rsip is right both agree.
//!
//! Every test first shows that rsip still has the weakness: when it is mended there, the test tells.

use bytes::Bytes;
use roombox_sip::digest::challenge::Challenge;
use roombox_sip::message::framing::{Frame, Framing, StreamFramer};
use roombox_sip::message::name_addr::NameAddr;
use roombox_sip::message::parse::{Parsed, parse};
use roombox_sip::message::via::Via;
use roombox_sip::message::{Message, Request};
use rsip::prelude::{HeadersExt, ToTypedHeader, UntypedHeader};

/// A request with these header lines beside the usual ones.
fn request(method: &str, lines: &str) -> String {
    format!(
        "{method} sip:room@box.example SIP/2.0\r\nFrom: <sip:a@b.example>;tag=1\r\nTo: <sip:room@box.example>\r\n\
         Call-ID: c\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\n{lines}\r\n"
    )
}

fn ours(text: &str) -> Request {
    let parsed: Parsed = parse(&Bytes::copy_from_slice(text.as_bytes()), Framing::Datagram).expect("a message");
    assert_eq!(parsed.defect, None);
    match parsed.message {
        Message::Request(request) => request,
        Message::Response(response) => panic!("{response:?}"),
    }
}

fn rsips(text: &str) -> Option<rsip::Request> {
    rsip::Request::try_from(text).ok()
}

#[test]
fn a_via_of_a_browser_is_read_alike() {
    let text = request("OPTIONS", "Via: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks\r\n");
    let theirs = rsips(&text).expect("read").via_header().expect("Via").typed().expect("typed");
    let via = ours(&text).headers.top_via().expect("Via");
    assert_eq!(theirs.branch().map(ToString::to_string).as_deref(), via.branch());
    assert_eq!((theirs.uri.host().to_string(), theirs.transport), (via.host, rsip::Transport::Wss));
}

#[test]
fn a_contact_with_instance_id_and_comma() {
    let text = "\"Room, A\" <sip:a@x.invalid;transport=ws>;+sip.instance=\"<urn:uuid:f81d4fae-7dec>\";reg-id=1";
    assert!(rsip::headers::Contact::new(text).typed().is_err());
    let contact = NameAddr::parse(text).expect("read");
    assert_eq!((contact.display.as_deref(), contact.uri.as_str()), (Some("Room, A"), "sip:a@x.invalid;transport=ws"));
    assert_eq!(contact.params.get("+sip.instance"), Some("<urn:uuid:f81d4fae-7dec>"));
    assert_eq!(contact.params.get("reg-id"), Some("1"));
    assert_eq!(contact.to_string(), text);
}

#[test]
fn challenges_with_sha_256_and_several_qop() {
    let challenges = [
        r#"Digest realm="r", nonce="n", algorithm=SHA-256"#,
        r#"Digest realm="r", nonce="n", qop="auth,auth-int", algorithm=MD5"#,
    ];
    for text in challenges {
        assert!(rsip::headers::WwwAuthenticate::new(text).typed().is_err(), "{text}");
        assert!(Challenge::parse(text).is_some(), "{text}");
    }
}

#[test]
fn two_via_values_on_one_line() {
    let text =
        request("OPTIONS", "Via: SIP/2.0/TCP a.example;branch=z9hG4bK1, SIP/2.0/UDP b.example;branch=z9hG4bK2\r\n");
    let theirs = rsips(&text).expect("read").via_header().expect("Via").typed().expect("typed");
    assert_eq!(theirs.to_string().matches("SIP/2.0").count(), 1);
    let hosts: Vec<_> = ours(&text).headers.vias().expect("Via").into_iter().map(|via| via.host).collect();
    assert_eq!(hosts, ["a.example", "b.example"]);
}

#[test]
fn compact_header_names() {
    let text = request("OPTIONS", "v: SIP/2.0/TCP a.example;branch=z9hG4bK1\r\nm: <sip:a@b.example>\r\n");
    let theirs = rsips(&text).expect("read");
    assert!(theirs.via_header().is_err() && theirs.contact_header().is_err());
    let headers = ours(&text).headers;
    assert!(headers.top_via().is_ok());
    assert_eq!(headers.addresses("Contact").expect("Contact")[0].uri, "sip:a@b.example");
    assert_eq!(headers.lines().iter().map(|l| l.name).skip(5).collect::<Vec<_>>(), ["v", "m"], "the spelling is kept");
}

#[test]
fn a_folded_header() {
    let text = request("OPTIONS", "Via: SIP/2.0/TCP a.example\r\n ;branch=z9hG4bK1\r\nSubject: one\r\n\ttwo\r\n");
    assert!(rsips(&text).is_none());
    let headers = ours(&text).headers;
    assert_eq!(headers.top_via().expect("Via").branch(), Some("z9hG4bK1"));
    assert_eq!(headers.get("s"), Some("one two"));
}

#[test]
fn an_unknown_method() {
    let text = request("DANCE", "Via: SIP/2.0/TCP a.example;branch=z9hG4bK1\r\nX-Step: left\r\n");
    assert!(rsips(&text).is_none());
    let request = ours(&text);
    assert_eq!((request.method.as_str(), request.headers.get("x-step")), ("DANCE", Some("left")));
    assert!(!request.method.is_recognised());
}

#[test]
fn an_ipv6_host_in_via() {
    let text = "SIP/2.0/WSS [2001:db8::1]:8443;branch=z9hG4bK1";
    assert!(rsip::headers::Via::new(text).typed().is_err());
    let via = Via::parse(text).expect("read");
    assert_eq!((via.host.as_str(), via.port, via.to_string().as_str()), ("[2001:db8::1]", Some(8443), text));
}

#[test]
fn a_telephone_number_in_from() {
    let text = "<tel:+4930123456>;tag=1";
    assert!(rsip::headers::From::new(text).typed().is_err());
    let from = NameAddr::parse(text).expect("read");
    assert_eq!((from.uri.as_str(), from.tag()), ("tel:+4930123456", Some("1")));
}

#[test]
fn line_ends_before_a_message() {
    let text = format!("\r\n\r\n{}", request("OPTIONS", "Via: SIP/2.0/TCP a.example;branch=z9hG4bK1\r\nl: 0\r\n"));
    assert!(rsips(&text).is_none());
    assert_eq!(ours(&text).method.as_str(), "OPTIONS");
    let mut framer = StreamFramer::default();
    framer.push(text.as_bytes());
    assert_eq!(framer.next_frame(), Ok(Some(Frame::Ping)));
    assert!(matches!(framer.next_frame(), Ok(Some(Frame::Message(_)))));
}

#[test]
fn a_content_length_larger_than_the_body() {
    let text = request("OPTIONS", "Via: SIP/2.0/TCP a.example;branch=z9hG4bK1\r\nContent-Length: 10\r\n") + "short";
    assert!(rsips(&text).is_some());
    let parsed = parse(&Bytes::from(text), Framing::WebSocket).expect("a message");
    assert_eq!(parsed.defect.map(|defect| defect.status), Some(400));
}

#[test]
fn routes_keep_their_case_and_their_form() {
    let routes = "<sip:p1.example;transport=ws;lr>, <sip:p2.example;lr>";
    let theirs = rsip::headers::RecordRoute::new(routes).typed().expect("read");
    assert!(theirs.to_string().contains("transport=WS"), "{theirs}");
    let text = request("OPTIONS", &format!("Record-Route: {routes}\r\n"));
    let headers = ours(&text).headers;
    assert_eq!(headers.list("Record-Route").expect("routes").join(", "), routes);
    let written: Vec<_> = headers.addresses("Record-Route").expect("routes").iter().map(ToString::to_string).collect();
    assert_eq!(written.join(", "), routes);
}

#[test]
fn a_normalised_message_is_read_by_rsip() {
    let text = request(
        "OPTIONS",
        "v: SIP/2.0/TCP a.example\r\n ;branch=z9hG4bK1, SIP/2.0/UDP b.example;branch=z9hG4bK2\r\nm: <sip:a@b.example>\r\n",
    );
    assert!(rsips(&text).is_none());
    let theirs = rsip::Request::try_from(&ours(&text)).expect("normalised");
    assert_eq!(theirs.via_header().expect("Via").typed().expect("typed").uri.host().to_string(), "a.example");
    assert_eq!(theirs.contact_header().expect("Contact").typed().expect("typed").uri.to_string(), "sip:a@b.example");
    assert_eq!(theirs.headers.iter().filter(|header| matches!(header, rsip::Header::Via(_))).count(), 2);
    assert_eq!(theirs.cseq_header().expect("CSeq").typed().expect("typed").method, rsip::Method::Options);
}
