//! What a description must hold to by itself, and an offer after what was agreed before.

use std::collections::BTreeSet;

use super::{Description, Finding, Section};

/// A meeting with a hundred streams is none of a room; more lines would only cost time.
const MAX_LINES: usize = 128;

/// Faults of a description by itself.
pub(super) fn alone(description: &Description) -> Vec<Finding> {
    let mut found = Vec::new();
    let has = description.media.len();
    if has > MAX_LINES {
        return vec![Finding::TooManyLines { has, most: MAX_LINES }];
    }
    if description.session.lines().first().and_then(|line| line.value('v')).map(str::trim) != Some("0") {
        found.push(Finding::NoVersion);
    }
    if description.origin().is_none() {
        found.push(Finding::NoOrigin);
    }
    for (line, media) in description.media.iter().enumerate() {
        if media.media_line().is_none() {
            found.push(Finding::UnreadableLine { line });
        } else if !media.is_rejected() {
            found.extend(
                matches!(description.ice_checked(media), Some(Err(()))).then_some(Finding::IceIncomplete { line }),
            );
            found.extend((!description.is_keyed(media)).then_some(Finding::NotKeyed { line }));
        }
    }
    found.extend(doubled_mids(description));
    found
}

fn doubled_mids(description: &Description) -> impl Iterator<Item = Finding> {
    let mut seen = BTreeSet::new();
    let mids = description.media.iter().filter_map(Section::mid);
    mids.filter(move |mid| !seen.insert(*mid)).map(|mid| Finding::DoubledMid { mid: mid.into() })
}

/// Faults of an offer after the last description of the same side, `own`, and of the other one, `other` (RFC 3264 section 8).
pub(super) fn after(offer: &Description, own: Option<&Description>, other: Option<&Description>) -> Vec<Finding> {
    let mut found = Vec::new();
    let had = own.into_iter().chain(other).map(|before| before.media.len()).max().unwrap_or(0);
    if offer.media.len() < had {
        found.push(Finding::LinesVanished { had, has: offer.media.len() });
    }
    for (line, now) in offer.media.iter().enumerate() {
        let was_free = is_free(line, own, other);
        let before = own.or(other).and_then(|before| before.media.get(line));
        let kinds = before.and_then(Section::media_line).zip(now.media_line());
        if let Some((was, is)) = kinds.filter(|(was, is)| !was_free && was.kind != is.kind) {
            found.push(Finding::KindChanged { line, was: was.kind.into(), is: is.kind.into() });
        }
    }
    found.extend(own.and_then(|own| version(offer, own)));
    found
}

/// Is this slot free for another stream: did either side refuse it?
pub(super) fn is_free(line: usize, own: Option<&Description>, other: Option<&Description>) -> bool {
    own.into_iter().chain(other).filter_map(|before| before.media.get(line)).any(Section::is_rejected)
}

/// Faults of the o-line after the last one of the same side.
pub(super) fn version(now: &Description, before: &Description) -> Option<Finding> {
    let (is, was) = (now.origin()?, before.origin()?);
    if (is.username, is.session, is.address.trim_end()) != (was.username, was.session, was.address.trim_end()) {
        return Some(Finding::OriginChanged);
    }
    (!is.is_newer_than(&was) && now != before).then_some(Finding::VersionNotRaised)
}
