//! What STUN and TURN servers answer, as far as it tells whether they can be used (RFC 8489, RFC 8656).

/// Types of answers: success and error of Binding and Allocate.
const BINDING_SUCCESS: u16 = 0x0101;
const ALLOCATE_SUCCESS: u16 = 0x0103;
const BINDING_ERROR: u16 = 0x0111;
const ALLOCATE_ERROR: u16 = 0x0113;
/// Attribute with the reason of a refusal (RFC 8489 section 14.8).
const ERROR_CODE: u16 = 0x0009;
const HEADER: usize = 20;
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

/// What an answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It wants user and password (401), as it always does at first.
    Challenge,
    /// An address.
    Given,
    /// It will not; code and words.
    Refused(String),
}

/// Reads an answer; `None` for everything else that servers send.
pub(super) fn read(message: &[u8]) -> Option<Answer> {
    if message.len() < HEADER || message[4..8] != COOKIE {
        return None;
    }
    match u16::from_be_bytes([message[0], message[1]]) {
        BINDING_SUCCESS | ALLOCATE_SUCCESS => Some(Answer::Given),
        BINDING_ERROR | ALLOCATE_ERROR => refusal(&message[HEADER..]),
        _ => None,
    }
}

fn refusal(mut attributes: &[u8]) -> Option<Answer> {
    while let [kind_high, kind_low, high, low, rest @ ..] = attributes {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let value = rest.get(..length)?;
        if u16::from_be_bytes([*kind_high, *kind_low]) == ERROR_CODE {
            let [_, _, class, number, words @ ..] = value else { return None };
            let code = u16::from(class & 7) * 100 + u16::from(*number);
            return match code {
                401 => Some(Answer::Challenge),
                // A nonce out of date is asked for anew; an allocation that is still there is a matter of the crate.
                437 | 438 => None,
                _ => Some(Answer::Refused(format!("{code} {}", String::from_utf8_lossy(words)))),
            };
        }
        attributes = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: u16, code: (u8, u8), words: &str) -> Vec<u8> {
        let mut message = [kind.to_be_bytes(), [0, 0]].concat();
        message.extend(COOKIE);
        message.extend([1; 12]);
        // An attribute before it, whose length is no multiple of four.
        message.extend([0x80, 0x22, 0, 3, b'a', b'b', b'c', 0]);
        let length = u16::try_from(4 + words.len()).unwrap().to_be_bytes();
        message.extend([0, 9, length[0], length[1], 0, 0, code.0, code.1]);
        message.extend(words.bytes());
        message
    }

    #[test]
    fn a_challenge_is_no_refusal() {
        assert_eq!(read(&error(ALLOCATE_ERROR, (4, 1), "Unauthorized")), Some(Answer::Challenge));
        assert_eq!(read(&error(ALLOCATE_ERROR, (4, 38), "Stale Nonce")), None);
    }

    #[test]
    fn a_refusal_tells_code_and_words() {
        let refused = read(&error(ALLOCATE_ERROR, (4, 86), "Allocation Quota Reached"));
        assert_eq!(refused, Some(Answer::Refused("486 Allocation Quota Reached".into())));
    }

    #[test]
    fn an_address_is_one_and_media_is_nothing() {
        let mut message = error(ALLOCATE_SUCCESS, (0, 0), "");
        assert_eq!(read(&message), Some(Answer::Given));
        message[4] = 0;
        assert_eq!(read(&message), None);
        assert_eq!(read(&[0x40, 0, 0, 4, 1, 2, 3, 4]), None);
    }

    #[test]
    fn a_message_that_is_cut_off_breaks_nothing() {
        let message = error(ALLOCATE_ERROR, (4, 0), "Bad Request");
        for length in 0..message.len() {
            assert_eq!(read(&message[..length]), None, "{length}");
        }
    }
}
