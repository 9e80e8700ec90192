//! Line and column of a byte offset.

/// Line and column, both from 1; columns count characters.
pub(crate) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::line_and_column;

    #[test]
    fn columns_count_characters_not_bytes() {
        assert_eq!(line_and_column("a\näö=1", 6), (2, 3));
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        assert_eq!(line_and_column("a\nb", 99), (2, 2));
    }

    #[test]
    fn an_offset_inside_a_character_is_its_start() {
        assert_eq!(line_and_column("ä", 1), (1, 1));
    }
}
