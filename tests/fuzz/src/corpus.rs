//! Well-formed messages to begin with.

/// One of each kind that a user agent meets.
pub(crate) fn messages() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = REQUESTS.iter().map(|(method, extra)| request(method, extra)).collect();
    all.extend(RESPONSES.iter().map(|(status, extra)| response(status, extra)));
    all
}

const REQUESTS: &[(&str, &str)] = &[
    (
        "INVITE",
        "Supported: timer,100rel,replaces\r\nSession-Expires: 90;refresher=uac\r\nContent-Type: application/sdp\r\n",
    ),
    ("ACK", ""),
    ("BYE", "Reason: SIP ;cause=200 ;text=\"done\"\r\n"),
    ("CANCEL", ""),
    ("UPDATE", "Session-Expires: 90\r\n"),
    ("PRACK", "RAck: 1 1 INVITE\r\n"),
    ("INFO", "Content-Type: application/dtmf-relay\r\n"),
    ("OPTIONS", "Accept: application/sdp\r\n"),
    ("MESSAGE", "Content-Type: text/plain\r\n"),
    ("NOTIFY", "Event: check-sync\r\nSubscription-State: active;expires=60\r\n"),
    ("REFER", "Refer-To: <sip:b@c?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\nReferred-By: <sip:a@b>\r\n"),
    ("SUBSCRIBE", "Event: ua-profile\r\nExpires: 3600\r\n"),
    ("INVITE", "Replaces: x;to-tag=a;from-tag=b\r\nRequire: replaces\r\n"),
    (
        "INVITE",
        "Require: 100rel\r\nRecord-Route: <sip:p1;lr>,\r\n <sip:p2>\r\nv: SIP / 2.0 / UDP [2001:db8::9]:5060\r\n",
    ),
];

const RESPONSES: &[(&str, &str)] = &[
    ("100 Trying", ""),
    ("183 Session Progress", "Require: 100rel\r\nRSeq: 988789\r\nContact: <sip:b@x>\r\n"),
    ("200 OK", "Contact: <sip:b@x>;expires=60\r\nFlow-Timer: 20\r\nService-Route: <sip:s;lr>\r\n"),
    ("302 Moved Temporarily", "Contact: <sip:c@x>;q=0.7, <sip:d@x>;q=0.9\r\n"),
    (
        "401 Unauthorized",
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth,auth-int\", algorithm=SHA-256\r\n",
    ),
    ("407 Proxy Authentication Required", "Proxy-Authenticate: Digest realm=\"p\", nonce=\"m\", stale=true\r\n"),
    ("422 Session Interval Too Small", "Min-SE: 1800\r\n"),
    ("491 Request Pending", ""),
    ("503 Service Unavailable", "Retry-After: 5 (soon);duration=3\r\n"),
];

fn request(method: &str, extra: &str) -> Vec<u8> {
    format!(
        "{method} sip:room@lab.example;transport=ws SIP/2.0\r\nVia: SIP/2.0/WSS x.invalid;branch=z9hG4bK{method};rport\r\n\
         From: \"A \\\" B\" <sip:a@b>;tag=f\r\nTo: <sip:room@lab.example>\r\nCall-ID: c-{method}\r\nCSeq: 1 {method}\r\n\
         Max-Forwards: 70\r\nm: \"x, y\" <sip:a@x.invalid;ob>;+sip.instance=\"<urn:uuid:1>\"\r\n{extra}Content-Length: 0\r\n\r\n"
    )
    .into_bytes()
}

fn response(status: &str, extra: &str) -> Vec<u8> {
    format!(
        "SIP/2.0 {status}\r\nVia: SIP/2.0/WSS x.invalid;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=f\r\nTo: <sip:b@c>;tag=t\r\n\
         Call-ID: c\r\nCSeq: 1 INVITE\r\n{extra}Content-Length: 0\r\n\r\n"
    )
    .into_bytes()
}
