//! Chance, drawn from the seed.

use roombox_sip::ident::Random;

/// Whoever has a source of chance.
pub(crate) trait Dice {
    /// The source.
    fn random(&mut self) -> &mut Random;

    /// Uniform in `from..=to`.
    fn dice(&mut self, from: u64, to: u64) -> u64 {
        self.random().millis(from, to)
    }

    /// So many of 100.
    fn chance(&mut self, percent: u64) -> bool {
        self.dice(1, 100) <= percent
    }

    /// One of a weighted list; `None` of an empty one.
    fn draw<T: Copy>(&mut self, list: &[(u64, T)]) -> Option<T> {
        let all: u64 = list.iter().map(|(weight, _)| weight).sum();
        let mut at = self.dice(1, all.max(1));
        for (weight, item) in list {
            if at <= *weight {
                return Some(*item);
            }
            at -= weight;
        }
        None
    }

    /// One of these.
    fn pick<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        let highest = u64::try_from(list.len()).ok()?.checked_sub(1)?;
        let index = self.dice(0, highest);
        list.get(usize::try_from(index).ok()?).copied()
    }
}

impl Dice for Random {
    fn random(&mut self) -> &mut Random {
        self
    }
}
