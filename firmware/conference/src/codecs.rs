//! Which video codecs are used, by rewriting offers (spec section 2.5).
//!
//! The order of the formats in an m-line is the order of preference (RFC 3264 section 5.1). Our own offers are rewritten
//! on their way out and the offers of the other side before media sees them: an answer then follows by itself. Everything
//! that is not about the order or about a codec left out stays byte for byte. A rule that would leave no codec at all is
//! not applied to that m-line.

use roombox_sip::sdp::{Codec, Description, Section};

use crate::media_policy::MediaPolicy;

/// The offer as the policy wants it.
pub(crate) fn arrange(offer: &str, policy: &MediaPolicy) -> String {
    if policy.preferred_codecs.is_empty() && policy.excluded_codecs.is_empty() {
        return offer.to_owned();
    }
    let mut description = Description::read(offer);
    for section in &mut description.media {
        if let Some(formats) = arranged(section, policy) {
            section.set_formats(&formats);
        }
    }
    description.to_string()
}

/// The payload types of a video m-line as wanted; `None` where nothing is to be changed.
fn arranged(section: &Section, policy: &MediaPolicy) -> Option<Vec<u8>> {
    if section.media_line()?.kind != "video" || section.is_rejected() {
        return None;
    }
    let codecs = section.codecs();
    let before: Vec<u8> = section.media_line()?.formats.split_whitespace().filter_map(|pt| pt.parse().ok()).collect();
    let named = |payload_type: u8| main_codec(&codecs, payload_type).map(|codec| codec.name);
    let matches = |list: &[String], name: &str| list.iter().position(|wanted| is_codec(wanted, name));
    let rank = |payload_type: u8| {
        let preferred = named(payload_type).and_then(|name| matches(&policy.preferred_codecs, name));
        preferred.unwrap_or(policy.preferred_codecs.len())
    };
    let excluded =
        |payload_type: u8| named(payload_type).is_some_and(|name| matches(&policy.excluded_codecs, name).is_some());
    let mut after: Vec<u8> = before.iter().copied().filter(|payload_type| !excluded(*payload_type)).collect();
    after.sort_by_key(|payload_type| rank(*payload_type));
    let has_picture = codecs.iter().any(|codec| codec.is_media() && after.contains(&codec.payload_type));
    (has_picture && after != before).then_some(after)
}

/// The codec itself, or the one whose packets this one repeats (`rtx`, RFC 4588 section 8.6).
fn main_codec<'a>(codecs: &'a [Codec<'a>], payload_type: u8) -> Option<&'a Codec<'a>> {
    let find = |wanted: u8| codecs.iter().find(|codec| codec.payload_type == wanted);
    let codec = find(payload_type)?;
    if !codec.name.eq_ignore_ascii_case("rtx") {
        return Some(codec);
    }
    let parameters = codec.parameters?.split(';').find_map(|parameter| parameter.trim().strip_prefix("apt="))?;
    find(parameters.trim().parse().ok()?)
}

/// Is `wanted` (`VP8`, `video/VP8`) this codec?
fn is_codec(wanted: &str, name: &str) -> bool {
    let wanted = wanted.trim();
    let short = wanted.split_once('/').filter(|(family, _)| family.eq_ignore_ascii_case("video")).map(|(_, name)| name);
    short.unwrap_or(wanted).eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\ns=-\r\nx=odd\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
        a=rtpmap:111 opus/48000/2\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\n\
        a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack pli\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n\
        a=rtpmap:98 H264/90000\r\na=fmtp:98 packetization-mode=1\r\na=rtpmap:99 rtx/90000\r\na=fmtp:99 apt=98\r\n\
        a=rtpmap:100 AV1/90000\r\na=rtpmap:101 red/90000\r\na=rtcp-fb:* transport-cc\r\na=sendrecv\r\n";

    fn with(preferred: &[&str], excluded: &[&str]) -> String {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        let policy = MediaPolicy {
            preferred_codecs: names(preferred),
            excluded_codecs: names(excluded),
            ..MediaPolicy::default()
        };
        arrange(OFFER, &policy)
    }

    #[test]
    fn preferred_codecs_come_first_with_what_repeats_them_and_nothing_else_changes() {
        let expected = OFFER.replace("96 97 98 99 100 101", "100 98 99 96 97 101");
        assert_eq!(with(&["video/av1", "H264"], &[]), expected);
        assert_eq!(with(&["VIDEO/AV1", "h264", "VP9"], &[]), expected);
    }

    #[test]
    fn an_excluded_codec_goes_with_all_its_lines() {
        let expected = OFFER.replace("96 97 98 99 100 101", "96 97 100 101").replace(
            "a=rtpmap:98 H264/90000\r\na=fmtp:98 packetization-mode=1\r\na=rtpmap:99 rtx/90000\r\na=fmtp:99 apt=98\r\n",
            "",
        );
        assert_eq!(with(&[], &["video/h264"]), expected);
    }

    #[test]
    fn an_order_that_is_right_and_a_rule_that_leaves_nothing_change_no_byte() {
        assert_eq!(with(&["VP8"], &[]), OFFER);
        assert_eq!(with(&["audio/opus", "nothing"], &["opus", ""]), OFFER);
        assert_eq!(with(&[], &["VP8", "H264", "AV1"]), OFFER);
        assert_eq!(with(&[], &[]), OFFER);
    }

    #[test]
    fn any_text_passes() {
        let policy = MediaPolicy {
            preferred_codecs: vec!["AV1".into()],
            excluded_codecs: vec!["VP8".into()],
            ..MediaPolicy::default()
        };
        for cut in 0..OFFER.len() {
            arrange(&OFFER[..cut], &policy);
            let odd = OFFER.replace(&OFFER[cut..=cut], "=");
            arrange(&odd, &policy);
        }
        for odd in
            ["", "m=", "m=video", "m=video 9 RTP/AVP", "m=video 9 RTP/AVP x 999 96\na=rtpmap:96 VP8\na=fmtp:97 apt="]
        {
            arrange(odd, &policy);
        }
    }
}
