//! Rules of what is presented.

use std::collections::BTreeSet;

use super::Rules;
use crate::model::{AutoPresent, PICTURE, SHARE, Source, SourceKind, TEST_CARD};

/// Addresses a stream may have.
const SCHEMES: [&str; 4] = ["rtsp://", "rtsps://", "http://", "https://"];
/// The same for people.
const ADDRESSES: &str = "rtsp://…, rtsps://…, http://… or https://…";

impl Rules<'_> {
    pub(super) fn presentation(&mut self) {
        let presentation = &self.settings.presentation;
        if !presentation.names().contains(&presentation.first()) {
            let path = "presentation.source";
            let finding = self.finding(path, &[path], "names no source");
            self.out.errors.push(finding.allowed(presentation.names().join(", ")));
        }
        let captures =
            |source: &&Source| source.kind == SourceKind::Capture && source.name.trim() == presentation.first();
        if presentation.auto == AutoPresent::OnSignal && !presentation.sources.iter().any(|source| captures(&source)) {
            let path = "presentation.source";
            let problem = "names no capture device; `auto = \"on-signal\"` needs one";
            self.out.errors.push(self.finding(path, &[path, "presentation.auto"], problem));
        }
        let mut names = BTreeSet::from([TEST_CARD, PICTURE, SHARE]);
        for (index, source) in presentation.sources.iter().enumerate() {
            if !names.insert(source.name.trim()) {
                let path = format!("presentation.sources[{index}].name");
                let problem = "is the name of another source; people cannot tell the two apart";
                self.out.errors.push(self.finding(&path, &[&path], problem));
            }
            self.place(index, source);
            self.left_over(index, source);
        }
    }

    fn place(&mut self, index: usize, source: &Source) {
        let path = format!("presentation.sources[{index}].place");
        let anchor = format!("presentation.sources[{index}].kind");
        let mut wrong = |problem: &str, allowed: &str| {
            let finding = self.finding(&path, &[&path, &anchor], problem).allowed(allowed);
            self.out.errors.push(finding);
        };
        match (source.kind, source.place.as_deref()) {
            (SourceKind::Capture, _) => {}
            (SourceKind::Stream, None) => wrong("is missing; a stream has an address", ADDRESSES),
            (SourceKind::Stream, Some(url)) => {
                if let Err(problem) = address(url) {
                    wrong(problem, ADDRESSES);
                }
            }
            (_, None) => wrong("is missing", "a path"),
            (_, Some(_)) => {}
        }
    }

    /// Keys that count for nothing with this kind.
    fn left_over(&mut self, index: usize, source: &Source) {
        let stream = source.kind == SourceKind::Stream;
        for (key, counts) in [("interval", source.kind.has_pages()), ("user", stream), ("password", stream)] {
            let path = format!("presentation.sources[{index}].{key}");
            if self.given(&path) && !counts {
                self.out.warnings.push(self.finding(&path, &[&path], "counts for nothing with this kind of source"));
            }
        }
    }
}

/// What is wrong with the address of a stream, if anything; never quotes it, as it may hold a password.
fn address(url: &str) -> Result<(), &'static str> {
    let rest = SCHEMES.iter().find_map(|scheme| url.strip_prefix(scheme)).ok_or("is no address of a stream")?;
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("holds a user; user and password stand in keys of their own");
    }
    let place = crate::address::host_and_port(authority);
    if place.is_err() || url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("holds no valid host");
    }
    Ok(())
}
