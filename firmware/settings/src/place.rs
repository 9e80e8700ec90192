//! Line and column of a byte offset.

/// The beginnings of the lines of a text.
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1)).collect();
        Self { text, starts }
    }

    /// Line and column, both from 1; columns count characters.
    pub(crate) fn place(&self, offset: usize) -> (usize, usize) {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        // The first line starts at 0, so at least one line starts at or before any offset.
        let line = self.starts.partition_point(|start| *start <= end);
        let start = self.starts[line - 1];
        (line, self.text[start..end].chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn columns_count_characters_not_bytes() {
        assert_eq!(Lines::new("a\näö=1").place(6), (2, 3));
    }

    #[test]
    fn the_first_character_of_a_line_is_in_column_one() {
        assert_eq!(Lines::new("a\nb").place(0), (1, 1));
        assert_eq!(Lines::new("a\nb").place(1), (1, 2));
        assert_eq!(Lines::new("a\nb").place(2), (2, 1));
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        assert_eq!(Lines::new("a\nb").place(99), (2, 2));
        assert_eq!(Lines::new("").place(0), (1, 1));
    }

    #[test]
    fn an_offset_inside_a_character_is_its_start() {
        assert_eq!(Lines::new("ä").place(1), (1, 1));
    }
}
