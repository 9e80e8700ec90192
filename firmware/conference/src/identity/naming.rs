//! Names and addresses (spec section 1.1).

use std::ops::Range;

/// A guest's number lies in this range.
pub const GUESTS: Range<u32> = 100_000..99_999_999;

/// `sip:user@host`: our own address, every call target and the target of OPTIONS.
pub fn sip_uri(user: &str, host: &str) -> String {
    format!("sip:{user}@{host}")
}

/// Trimmed, then an underscore for every single space, as the vendor's clients write it.
pub fn display_name(name: &str) -> String {
    name.trim().replace(' ', "_")
}

/// The user part of a guest's address; `chance` is any random number.
pub fn guest_number(chance: u64) -> String {
    let span = u64::from(GUESTS.end - GUESTS.start);
    (u64::from(GUESTS.start) + chance % span).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_made_of_user_and_host() {
        assert_eq!(sip_uri("100", "meet.example"), "sip:100@meet.example");
    }

    #[test]
    fn a_display_name_is_trimmed_and_each_space_becomes_an_underscore() {
        for (given, sent) in [("", ""), ("  ", ""), ("Room", "Room"), (" Room 7 ", "Room_7"), ("a  b\tc", "a__b\tc")] {
            assert_eq!(display_name(given), sent);
        }
    }

    #[test]
    fn a_guests_number_stays_in_its_range_whatever_chance_gives() {
        for chance in [0, 1, 99_899_998, 99_899_999, u64::MAX] {
            assert!(GUESTS.contains(&guest_number(chance).parse().expect("a number")));
        }
        assert_ne!(guest_number(1), guest_number(2));
    }
}
