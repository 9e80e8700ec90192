//! What an answer must hold to (RFC 3264 section 6, RFC 9143 section 7.3).

use std::collections::BTreeSet;

use super::{Description, Finding, MediaLine, Section};

/// Faults of an answer to this offer.
pub(super) fn to(offer: &Description, answer: &Description) -> Vec<Finding> {
    if offer.media.len() != answer.media.len() {
        return vec![Finding::AnswerCount { offer: offer.media.len(), answer: answer.media.len() }];
    }
    let pairs = offer.media.iter().zip(&answer.media).enumerate();
    let mut found: Vec<Finding> =
        pairs.flat_map(|(n, (asked, given))| line(n, (offer, asked), (answer, given))).collect();
    found.extend(bundle(offer, answer));
    found
}

type Of<'a> = (&'a Description, &'a Section);

fn line(line: usize, (offer, asked): Of<'_>, (answer, given): Of<'_>) -> Vec<Finding> {
    let (Some(asked_line), Some(given_line)) = (asked.media_line(), given.media_line()) else { return Vec::new() };
    if asked_line.kind != given_line.kind {
        return vec![Finding::KindChanged { line, was: asked_line.kind.into(), is: given_line.kind.into() }];
    }
    if given.is_rejected() {
        return Vec::new();
    }
    if asked.is_rejected() {
        return vec![Finding::Revived { line }];
    }
    let mut found: Vec<Finding> = protocol(line, &asked_line, &given_line).into_iter().collect();
    found.extend((!has_common_format(asked, given)).then_some(Finding::NoCommonFormat { line }));
    found.extend(mid(line, asked, given));
    found.extend((given.is_rtcp_muxed() && !asked.is_rtcp_muxed()).then_some(Finding::RtcpMuxNotOffered { line }));
    found.extend(roles(line, (offer, asked), (answer, given)));
    found
}

fn roles(line: usize, (offer, asked): Of<'_>, (answer, given): Of<'_>) -> Vec<Finding> {
    let (offered, answered) = (offer.direction(asked), answer.direction(given));
    let mut found = Vec::new();
    if answered.answer_to(offered) != answered {
        found.push(Finding::DirectionNotOffered { line, offered, answered });
    }
    let setups = offer.setup(asked).zip(answer.setup(given));
    found.extend(
        setups
            .filter(|(offered, answered)| !offered.allows(*answered))
            .map(|(offered, answered)| Finding::SetupMismatch { line, offered, answered }),
    );
    found
}

/// Spelling variants of one profile are let pass, mixing plain and encrypted or RTP and data is not.
fn protocol(line: usize, asked: &MediaLine<'_>, given: &MediaLine<'_>) -> Option<Finding> {
    let family = |line: &MediaLine<'_>| (line.is_rtp(), line.is_encrypted());
    (family(asked) != family(given)).then(|| Finding::ProtocolChanged {
        line,
        offered: asked.protocol.into(),
        answered: given.protocol.into(),
    })
}

/// For RTP a codec, for the rest a word of the format list.
fn has_common_format(asked: &Section, given: &Section) -> bool {
    let (offered, answered) = (asked.codecs(), given.codecs());
    if answered.iter().any(|codec| codec.is_media() && offered.iter().any(|other| other.is_same(codec))) {
        return true;
    }
    let formats = |section: &Section| -> BTreeSet<String> {
        section.media_line().map_or("", |line| line.formats).split_whitespace().map(Into::into).collect()
    };
    let unexplained = offered.is_empty() || answered.is_empty();
    unexplained && !formats(asked).is_disjoint(&formats(given))
}

fn mid(line: usize, asked: &Section, given: &Section) -> Option<Finding> {
    let (offered, answered) = (asked.mid().unwrap_or_default(), given.mid()?);
    (offered != answered).then(|| Finding::MidChanged { line, offered: offered.into(), answered: answered.into() })
}

fn bundle(offer: &Description, answer: &Description) -> Vec<Finding> {
    let offered: BTreeSet<&str> = offer.bundles().into_iter().flatten().collect();
    let alive: BTreeSet<&str> =
        answer.media.iter().filter(|media| !media.is_rejected()).filter_map(Section::mid).collect();
    let mids = answer.bundles().into_iter().flatten();
    mids.filter(|mid| !offered.contains(mid) || !alive.contains(mid))
        .map(|mid| Finding::BundleNotOffered { mid: mid.into() })
        .collect()
}
