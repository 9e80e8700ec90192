//! How the other side describes what it sends (spec section 2.10, RFC 8830).

use sdp_types::Media;

use super::{
    Role, Stream,
    lines::{value, values},
};

/// A track of the other side, by its description.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Track {
    /// Names it inside the call: the track of its msid, else its `a=mid`.
    pub id: String,
    /// `a=label` (RFC 4574), else the label in `a=ssrc`, else the track of its msid; may be empty.
    pub label: String,
    /// The identifier of its msid, where it has one.
    pub msid: Option<String>,
    /// The stream it belongs to. Without an msid all main lines are one stream and all content is another, as the
    /// other side has no more to say; `None` for a track that explicitly belongs to no stream (RFC 8830 section 2).
    pub stream: Option<String>,
}

/// Name of the stream of main lines without an msid, as browsers name it.
const DEFAULT_STREAM: &str = "default";
/// Name of the stream of content without an msid.
const CONTENT_STREAM: &str = "content";

/// Stream and track of our msid: clients take a stream with `dual` in a label for a presentation (spec section 2.10).
pub(super) const fn own_names(stream: Stream) -> (&'static str, &'static str) {
    match stream {
        Stream::Audio => ("roombox", "audio"),
        Stream::Camera => ("roombox", "video"),
        Stream::Presentation => ("roombox-dual", "dual-video"),
    }
}

/// What a line says about its track.
pub(super) fn track(media: &Media, role: Role) -> Track {
    let of_ssrc = |wanted: &'static str| {
        values(media, "ssrc").find_map(move |value| value.split_once(' ')?.1.strip_prefix(wanted)).map(str::trim)
    };
    // Older descriptions say the same by stream.
    let msid = value(media, "msid").or_else(|| of_ssrc("msid:"));
    let (stream, appdata) = match msid {
        Some(msid) => {
            let mut words = msid.split_whitespace();
            (words.next(), words.next())
        }
        None => (None, None),
    };
    let unnamed = if role == Role::Main { DEFAULT_STREAM } else { CONTENT_STREAM };
    let id = appdata.or_else(|| value(media, "mid")).unwrap_or_default();
    let label = value(media, "label").or_else(|| of_ssrc("label:")).or(appdata).unwrap_or_default();
    Track {
        id: id.to_owned(),
        label: label.to_owned(),
        msid: stream.filter(|stream| *stream != "-").map(str::to_owned),
        stream: match stream {
            Some("-") => None,
            Some(stream) => Some(stream.to_owned()),
            None => Some(unnamed.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peer::lines::parse;

    fn read(attributes: &str, role: Role) -> Track {
        let sdp = format!(
            "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\n{attributes}"
        );
        track(&parse(&sdp).unwrap().medias[0], role)
    }

    #[test]
    fn an_msid_names_stream_and_track() {
        let track = read("a=msid:s t\r\n", Role::Main);
        assert_eq!((track.id.as_str(), track.label.as_str()), ("t", "t"));
        assert_eq!((track.stream.as_deref(), track.msid.as_deref()), (Some("s"), Some("s")));
        assert_eq!(read("a=ssrc:5 cname:c\r\na=ssrc:5 msid:s t\r\n", Role::Main), track);
    }

    #[test]
    fn a_label_is_taken_before_the_msid() {
        assert_eq!(read("a=msid:s t\r\na=label:dual\r\n", Role::Content).label, "dual");
        assert_eq!(read("a=msid:s t\r\na=ssrc:5 label:dual\r\n", Role::Content).label, "dual");
    }

    #[test]
    fn lines_without_an_msid_are_one_stream_for_main_and_one_for_content() {
        let main = read("", Role::Main);
        assert_eq!((main.id.as_str(), main.label.as_str(), main.msid), ("v", "", None));
        assert_eq!(main.stream.as_deref(), Some("default"));
        assert_eq!(read("", Role::Content).stream.as_deref(), Some("content"));
        assert_eq!(read("a=msid:- t\r\n", Role::Main).stream, None);
    }
}
