//! Descriptions of connections that only receive.

use crate::peer::{Direction, Kind, PeerError, lines};

/// What an offer says of what its writer sends (RFC 5576, RFC 8830).
const OF_SENDING: [&str; 3] = ["a=msid:", "a=ssrc:", "a=ssrc-group:"];

/// Our offer with every line `recvonly` (RFC 3264 section 5.1; spec section 2.8).
pub(crate) fn only(offer: &str) -> String {
    let kept = offer.lines().filter(|line| !OF_SENDING.iter().any(|prefix| line.starts_with(prefix)));
    kept.fold(String::with_capacity(offer.len()), |mut text, line| {
        text.push_str(if line == "a=sendrecv" { "a=recvonly" } else { line });
        text.push_str("\r\n");
        text
    })
}

/// A peer's offer that asks nothing of us, whatever it says: its pictures are received, and nothing else is used.
pub(crate) fn from(offer: &str) -> Result<String, PeerError> {
    let mut session = lines::parse(offer)?;
    let is_direction = |name: &str| Direction::from_attribute(name).is_some();
    let of_all = session.attributes.iter().find_map(|it| Direction::from_attribute(&it.attribute));
    session.attributes.retain(|it| !is_direction(&it.attribute));
    let mut pictures = 0;
    for media in &mut session.medias {
        let own = media.attributes.iter().find_map(|it| Direction::from_attribute(&it.attribute));
        let line = lines::media_line(media);
        let comes = own.or(of_all).unwrap_or(Direction::SendRecv).sends();
        let used = line.kind == Some(Kind::Video) && comes && !line.rejected;
        pictures += usize::from(used);
        media.attributes.retain(|it| !is_direction(&it.attribute));
        let direction = Direction::new(used, false).as_str().to_owned();
        media.attributes.push(sdp_types::Attribute { attribute: direction, value: None });
    }
    if pictures == 0 {
        return Err(PeerError::BadSdp("it offers no picture".into()));
    }
    lines::render(&session)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_promised_to_be_sent() {
        let offer = "v=0\r\nm=audio 9 RTP/SAVPF 111\r\na=sendrecv\r\na=msid:a b\r\na=ssrc:5 cname:x\r\na=mid:0\r\n";
        assert_eq!(only(offer), "v=0\r\nm=audio 9 RTP/SAVPF 111\r\na=recvonly\r\na=mid:0\r\n");
    }

    const SESSION: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

    fn directions(offer: &str) -> Vec<Direction> {
        let lines = crate::peer::media_lines(&from(offer).unwrap()).unwrap();
        lines.into_iter().map(|line| line.direction).collect()
    }

    #[test]
    fn nobody_sees_or_hears_the_room_by_sharing_a_screen() {
        let video = |direction: &str| format!("m=video 9 UDP/TLS/RTP/SAVPF 96\r\n{direction}a=mid:0\r\n");
        let audio = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendrecv\r\na=mid:1\r\n";
        for direction in ["a=sendrecv\r\n", "a=sendonly\r\n", ""] {
            let offer = format!("{SESSION}{}{audio}", video(direction));
            assert_eq!(directions(&offer), [Direction::SendOnly, Direction::Inactive], "{direction:?}");
        }
        let of_all = format!("{SESSION}a=recvonly\r\n{}{}", video(""), video("a=sendrecv\r\n"));
        assert_eq!(directions(&of_all), [Direction::Inactive, Direction::SendOnly]);
    }

    #[test]
    fn an_offer_without_a_picture_is_refused() {
        let receives = format!("{SESSION}m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=recvonly\r\n");
        for offer in [receives.as_str(), SESSION, "hello"] {
            assert!(matches!(from(offer), Err(PeerError::BadSdp(_))), "{offer}");
        }
    }
}
