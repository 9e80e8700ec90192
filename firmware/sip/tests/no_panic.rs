//! Whatever comes in, nothing panics.
#![allow(clippy::disallowed_methods, reason = "virtual time needs some first instant")]

use std::time::{Duration, Instant};

use proptest::prelude::*;
use roombox_sip::api::{FlowId, FlowInput, Transport};
use roombox_sip::check::check_message;
use roombox_sip::endpoint::{Endpoint, EndpointConfig, Input};
use roombox_sip::machine::Machine;

const MESSAGES: [&str; 3] = [
    "INVITE sip:room@lab.example;transport=ws SIP/2.0\r\nVia: SIP/2.0/WSS [2001:db8::1]:443;branch=z9hG4bK1;rport\r\n\
     v: SIP / 2.0 / UDP a;received=1.2.3.4\r\nFrom: \"A \\\" B\" <sip:a@b>;tag=f\r\nTo: <sip:room@lab.example>\r\n\
     Call-ID: c\r\nCSeq: 1 INVITE\r\nm: \"x, y\" <sip:a@x.invalid;ob>;+sip.instance=\"<urn:uuid:1>\";reg-id=1\r\n\
     Record-Route: <sip:p1;lr>,\r\n <sip:p2>\r\nSession-Expires: 90;refresher=uas\r\nSupported: timer\r\n\
     Content-Type: application/sdp\r\nContent-Length: 3\r\n\r\nabc",
    "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/WSS x.invalid;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=f\r\n\
     To: sip:a@b;tag=t\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\nRetry-After: 5 (x);duration=3\r\n\
     WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth,auth-int\", algorithm=SHA-256, stale=TRUE\r\nl: 0\r\n\r\n",
    "CANCEL sip:room@lab.example SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=f\r\n\
     To: <sip:room@lab.example>\r\nCall-ID: c\r\nCSeq: 1 CANCEL\r\nMax-Forwards: 0\r\n\r\n",
];

/// A message with some pieces cut out, doubled or replaced by arbitrary bytes.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<prop::sample::Index>(), 0_usize..40, prop::collection::vec(any::<u8>(), 0..6));
    (0..MESSAGES.len(), prop::collection::vec(edit, 0..6)).prop_map(|(which, edits)| {
        let mut bytes = MESSAGES[which].as_bytes().to_vec();
        for (at, length, insert) in edits {
            let start = at.index(bytes.len() + 1);
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, insert);
        }
        bytes
    })
}

proptest! {
    #[test]
    fn a_mutated_message_is_taken_or_refused(bytes in mutated()) {
        for transport in [Transport::Udp, Transport::Tcp, Transport::Wss] {
            check_message(&bytes, transport);
        }
    }

    #[test]
    fn an_endpoint_survives_any_sequence_of_messages(messages in prop::collection::vec(mutated(), 1..8)) {
        let mut now = Instant::now();
        let mut endpoint = Endpoint::new(EndpointConfig::server("sip:lab@lab.example", "h"), 1);
        for (n, transport) in [Transport::Udp, Transport::Tcp, Transport::Wss].into_iter().enumerate() {
            let flow = FlowId(n as u64);
            endpoint.handle_input(now, Input::Flow { flow, input: FlowInput::Opened(transport) });
            for bytes in &messages {
                let input = FlowInput::Received(bytes.clone().into());
                endpoint.handle_input(now, Input::Flow { flow, input });
            }
        }
        for _ in 0..200 {
            let Some(deadline) = endpoint.next_deadline() else { break };
            now = now.max(deadline) + Duration::from_millis(1);
            endpoint.handle_timeout(now);
            while endpoint.poll_output().is_some() {}
        }
        prop_assert_eq!(endpoint.next_deadline(), None, "everything comes to its end");
    }
}
