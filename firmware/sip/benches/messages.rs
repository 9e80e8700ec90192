//! Messages a second: taking a typical INVITE apart and reading the headers a user agent works with, beside rsip's plain
//! parse of the same bytes. In CPU time: what one core does, also on a busy machine.
//!
//! `cargo bench -p roombox-sip --bench messages`
#![allow(missing_docs, reason = "the macros make the functions")]

mod cpu_time;

use std::hint::black_box;

use bytes::Bytes;
use cpu_time::CpuTime;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use roombox_sip::message::framing::{Framing, StreamFramer};
use roombox_sip::message::parse::parse;
use roombox_sip::message::triage::{Triage, triage};
use roombox_sip::message::{Headers, Message};

/// As it comes from a caller in a browser through one proxy.
fn invite() -> Bytes {
    let body = "v=0\r\no=- 8711 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=msid-semantic: WMS s\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:gPnV\r\n\
        a=ice-pwd:pPB9iGv8vGZ2ocTZgmuPwSDJ\r\na=setup:actpass\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\n\
        a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:0 PCMU/8000\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 102\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=sendrecv\r\na=rtcp-mux\r\n\
        a=rtpmap:102 H264/90000\r\na=fmtp:102 packetization-mode=1;profile-level-id=42e01f\r\n";
    let head = format!(
        "INVITE sip:room-12@df7jal23ls0d.invalid;transport=ws SIP/2.0\r\n\
         Via: SIP/2.0/WSS proxy.example.com:8443;branch=z9hG4bK87asdks7b4c1;rport\r\n\
         Via: SIP/2.0/WSS l0k7m3q9x2.invalid;branch=z9hG4bKnashds7;received=192.0.2.101;rport=49170\r\n\
         Max-Forwards: 69\r\nRecord-Route: <sip:proxy.example.com:8443;transport=ws;lr>\r\n\
         Route: <sip:room-12@edge.example.com;lr>\r\n\
         From: \"Meeting, Room 7\" <sip:room-7@example.com>;tag=456248ab\r\nTo: <sip:room-12@example.com>\r\n\
         Call-ID: r9j2h4k8s7d6f5g4h3j2\r\nCSeq: 4711 INVITE\r\n\
         Contact: <sip:room-7@l0k7m3q9x2.invalid;transport=ws;ob>;+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\"\r\n\
         Allow: INVITE,ACK,CANCEL,BYE,UPDATE,MESSAGE,OPTIONS,REFER,INFO,NOTIFY,PRACK\r\n\
         Supported: timer,outbound,path,gruu,100rel\r\nSession-Expires: 1800;refresher=uac\r\nMin-SE: 90\r\n\
         User-Agent: bench/1.0\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    format!("{head}{body}").into()
}

/// The typed headers of the target: Via, From, To, `CSeq`, Contact, Route.
fn read(headers: &Headers) {
    black_box(headers.vias().expect("Via"));
    black_box(headers.address("From").expect("From"));
    black_box(headers.address("To").expect("To"));
    black_box(headers.cseq().expect("CSeq"));
    black_box(headers.addresses("Contact").expect("Contact"));
    black_box(headers.addresses("Route").expect("Route"));
}

fn messages(criterion: &mut Criterion<CpuTime>) {
    let bytes = invite();
    let mut group = criterion.benchmark_group("INVITE");
    group.throughput(Throughput::Elements(1));
    group.bench_function("parse and typed headers", |b| {
        b.iter(|| {
            let parsed = parse(black_box(&bytes), Framing::WebSocket).expect("a message");
            let Message::Request(request) = &parsed.message else { panic!("a request") };
            read(&request.headers);
            parsed
        });
    });
    group.bench_function("parse", |b| b.iter(|| parse(black_box(&bytes), Framing::WebSocket)));
    let methods = ["INVITE".to_owned()];
    group.bench_function("parse and every check of RFC 3261 section 8.2", |b| {
        b.iter(|| {
            let taken = triage(black_box(&bytes), Framing::WebSocket, &methods);
            assert!(matches!(taken, Triage::Request(_)));
            taken
        });
    });
    group.bench_function("cut from a stream", |b| {
        let mut framer = StreamFramer::default();
        b.iter(|| {
            framer.push(black_box(&bytes));
            framer.next_frame()
        });
    });
    group.bench_function("rsip: plain parse", |b| {
        b.iter(|| rsip::SipMessage::try_from(black_box(bytes.as_ref())).expect("a message"));
    });
    let Ok(parsed) = parse(&bytes, Framing::WebSocket) else { return };
    let Message::Request(request) = parsed.message else { return };
    group.bench_function("write", |b| b.iter(|| black_box(&request).to_bytes()));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = messages
}
criterion_main!(benches);
