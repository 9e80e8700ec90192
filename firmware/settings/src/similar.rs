//! Nearest right word for a mistyped one.

/// The candidate that is likely meant, if one is near: hyphens, underscores and case count for nothing, then up to a
/// third of the letters may differ.
pub(crate) fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let wanted = plain(word);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.len().max(wanted.len()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_missing_underscore_is_no_distance() {
        assert_eq!(closest("autoDial", ["auto_answer", "auto_dial"]), Some("auto_dial"));
    }

    #[test]
    fn a_far_word_gets_no_suggestion() {
        assert_eq!(closest("brightness", ["server", "user"]), None);
    }
}
