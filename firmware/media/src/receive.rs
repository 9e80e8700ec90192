//! The description of a connection that only receives (spec section 2.8).

/// What an offer says of what its writer sends (RFC 5576, RFC 8830).
const OF_SENDING: [&str; 3] = ["a=msid:", "a=ssrc:", "a=ssrc-group:"];

/// The offer with every line `recvonly` (RFC 3264 section 5.1).
pub(crate) fn only(offer: &str) -> String {
    let kept = offer.lines().filter(|line| !OF_SENDING.iter().any(|prefix| line.starts_with(prefix)));
    kept.fold(String::with_capacity(offer.len()), |mut text, line| {
        text.push_str(if line == "a=sendrecv" { "a=recvonly" } else { line });
        text.push_str("\r\n");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_promised_to_be_sent() {
        let offer = "v=0\r\nm=audio 9 RTP/SAVPF 111\r\na=sendrecv\r\na=msid:a b\r\na=ssrc:5 cname:x\r\na=mid:0\r\n";
        assert_eq!(only(offer), "v=0\r\nm=audio 9 RTP/SAVPF 111\r\na=recvonly\r\na=mid:0\r\n");
    }
}
