//! Hold by directions.

use roombox_sip::sdp::Direction;
use roombox_sip::sdp::hold::{self, Held};

const US: Held = Held { by_us: true, by_peer: false };
const PEER: Held = Held { by_us: false, by_peer: true };
const BOTH: Held = Held { by_us: true, by_peer: true };
const NOBODY: Held = Held { by_us: false, by_peer: false };

fn audio(direction: &str) -> String {
    format!("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\na={direction}\r\na=mid:0\r\n")
}

#[test]
fn every_direction_loses_what_the_hold_takes() {
    let table = [
        ("sendrecv", "sendonly", "recvonly"),
        ("sendonly", "sendonly", "inactive"),
        ("recvonly", "inactive", "recvonly"),
        ("inactive", "inactive", "inactive"),
    ];
    for (before, by_us, by_peer) in table {
        assert_eq!(hold::restrict(&audio(before), US), audio(by_us));
        assert_eq!(hold::restrict(&audio(before), PEER), audio(by_peer));
        assert_eq!(hold::restrict(&audio(before), BOTH), audio("inactive"));
        assert_eq!(hold::restrict(&audio(before), NOBODY), audio(before));
    }
}

#[test]
fn a_line_without_a_direction_gets_one_at_its_end() {
    let own = "v=0\r\no=- 1 1 IN IP4 h\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\nm=video 9 RTP/AVP 96\r\na=mid:1";
    let held = "v=0\r\no=- 1 1 IN IP4 h\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=sendonly\r\nm=video 9 RTP/AVP 96\r\na=mid:1\r\na=sendonly";
    assert_eq!(hold::restrict(own, US), held);
}

#[test]
fn the_direction_of_the_session_counts_for_lines_without_their_own() {
    let own = "v=0\r\na=recvonly\r\nm=audio 9 RTP/AVP 0\r\nm=video 9 RTP/AVP 96\r\na=sendrecv\r\n";
    let held = "v=0\r\na=recvonly\r\nm=audio 9 RTP/AVP 0\r\na=inactive\r\nm=video 9 RTP/AVP 96\r\na=sendonly\r\n";
    assert_eq!(hold::restrict(own, US), held);
}

#[test]
fn refused_lines_data_and_what_is_already_so_stay_as_they_are() {
    let own = "v=0\r\nm=audio 0 RTP/AVP 0\r\na=sendrecv\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sendrecv\r\nm=video 9 RTP/AVP 96\r\na=sendonly\r\n";
    assert_eq!(hold::restrict(own, US), own);
}

#[test]
fn a_line_that_only_rides_in_a_bundle_is_not_refused() {
    let own = "v=0\r\nm=video 0 RTP/AVP 96\r\na=bundle-only\r\na=sendrecv\r\n";
    assert_eq!(hold::restrict(own, US), own.replace("sendrecv", "sendonly"));
}

#[test]
fn line_ends_unknown_lines_and_blanks_are_kept() {
    let own =
        "v=0\no=- 1 7 IN IP4 h\r\nx=what?\n\u{e9}\nm=audio 9/2 RTP/AVP 0\na=sendrecv \nm=broken\na=sendrecv\n\n\r\n";
    let held = own.replacen("a=sendrecv ", "a=sendonly", 1);
    assert_eq!(hold::restrict(own, US), held);
    assert_eq!(hold::offer(own, own, NOBODY), own.replace("1 7 IN", "1 8 IN"));
}

#[test]
fn resuming_gives_the_own_description_back_with_the_next_version() {
    let own = audio("sendrecv");
    let held = hold::offer(&own, &own, US);
    assert_eq!(held, audio("sendonly").replace("1 1 IN", "1 2 IN"));
    let held_by_both = hold::offer(&own, &held, BOTH);
    assert_eq!(held_by_both, audio("inactive").replace("1 1 IN", "1 3 IN"));
    assert_eq!(hold::offer(&own, &held_by_both, NOBODY), audio("sendrecv").replace("1 1 IN", "1 4 IN"));
}

#[test]
fn versions_of_any_length_are_raised() {
    for (version, next) in [
        ("0", "1"),
        ("9", "10"),
        ("1299", "1300"),
        ("18446744073709551615", "18446744073709551616"),
        ("99999999999999999999999", "100000000000000000000000"),
    ] {
        let text = |version: &str| format!("v=0\r\no=- 5 {version} IN IP4 h\r\n");
        assert_eq!(hold::offer(&text(version), &text(version), US), text(next));
    }
    for unreadable in ["v=0\r\n", "v=0\r\no=- 5 x IN IP4 h\r\n", "o=\r\n"] {
        assert_eq!(hold::offer(unreadable, unreadable, US), unreadable);
    }
}

#[test]
fn a_peer_holds_us_when_none_of_its_media_receives() {
    for (direction, holds, silent) in
        [("sendrecv", false, false), ("sendonly", true, false), ("recvonly", false, true), ("inactive", true, true)]
    {
        assert_eq!(hold::holds_us(&audio(direction)), holds, "{direction}");
        assert_eq!(hold::sends_nothing(&audio(direction)), silent, "{direction}");
    }
    let video = "m=video 9 RTP/AVP 96\r\na=sendrecv\r\n";
    assert!(!hold::holds_us(&(audio("sendonly") + video)));
    assert!(hold::holds_us(&(audio("sendonly") + &video.replace("video 9", "video 0"))), "refused lines do not count");
    let data = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n";
    assert!(hold::holds_us(&(audio("inactive") + data)), "data does not count");
}

#[test]
fn a_description_without_picture_and_sound_holds_nobody() {
    for text in ["", "v=0\r\n", "v=0\r\na=inactive\r\nm=application 9 x y\r\n", "m=audio 0 RTP/AVP 0\r\na=inactive\r\n"]
    {
        assert!(!hold::holds_us(text), "{text}");
        assert!(!hold::sends_nothing(text), "{text}");
    }
}

#[test]
fn the_address_of_zeros_is_an_old_hold_but_not_with_ice() {
    let old = |c: &str, more: &str| format!("v=0\r\nc={c}\r\nm=audio 4000 RTP/AVP 0\r\n{more}");
    assert!(hold::holds_us(&old("IN IP4 0.0.0.0", "")));
    assert!(hold::holds_us(&old("IN IP6 ::", "")));
    assert!(!hold::holds_us(&old("IN IP4 192.0.2.1", "")));
    assert!(!hold::holds_us(&old("IN IP4 0.0.0.0", "c=IN IP4 192.0.2.1\r\n")), "the m-line's own address counts");
    assert!(hold::holds_us(&old("IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0\r\n")));
    assert!(!hold::holds_us(&old("IN IP4 0.0.0.0", "a=ice-ufrag:abcd\r\n")), "no candidate yet is no hold");
}

#[test]
fn an_answer_never_gives_more_than_the_offer_asked() {
    use Direction::{Inactive, RecvOnly, SendOnly, SendRecv};
    for (wish, offered, answer) in [
        (SendRecv, SendRecv, SendRecv),
        (SendRecv, SendOnly, RecvOnly),
        (SendRecv, RecvOnly, SendOnly),
        (SendRecv, Inactive, Inactive),
        (SendOnly, SendOnly, Inactive),
        (SendOnly, SendRecv, SendOnly),
        (RecvOnly, RecvOnly, Inactive),
        (Inactive, SendRecv, Inactive),
    ] {
        assert_eq!(wish.answer_to(offered), answer, "{wish} to {offered}");
    }
}
