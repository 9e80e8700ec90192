//! Session ids: 48 bits of time and 80 random bits in Crockford's base 32, sortable by time (the ULID layout).

use crate::ident::Random;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_DIGITS: u32 = 10;
const RANDOM_DIGITS: u32 = 16;

/// An id of 26 characters. `unix_ms` beyond 48 bits (the year 10889) wraps.
pub(super) fn ulid(unix_ms: u64, random: &mut Random) -> String {
    let time = unix_ms & 0xffff_ffff_ffff;
    let stamp = (0..TIME_DIGITS).rev().map(|place| time >> (5 * place));
    let noise: Vec<u64> = (0..RANDOM_DIGITS).map(|_| random.millis(0, 31)).collect();
    stamp.chain(noise).map(|digit| char::from(ALPHABET[five_bits(digit)])).collect()
}

/// An index into the alphabet: masked, so always inside.
fn five_bits(digit: u64) -> usize {
    usize::try_from(digit & 31).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_by_time_and_seed() {
        let id = ulid(1_469_918_176_385, &mut Random::new(1));
        assert_eq!((id.len(), &id[..10]), (26, "01ARYZ6S41"));
        assert_eq!(id, ulid(1_469_918_176_385, &mut Random::new(1)));
        assert_ne!(id, ulid(1_469_918_176_385, &mut Random::new(2)));
        assert!(id < ulid(1_469_918_176_386, &mut Random::new(1)));
        assert_eq!(&ulid(u64::MAX, &mut Random::new(1))[..10], "7ZZZZZZZZZ");
    }
}
