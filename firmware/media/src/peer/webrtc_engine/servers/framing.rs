//! TURN messages in a stream of bytes (RFC 8656 section 12.5, RFC 8489 section 6.2.2).

use bytes::{Bytes, BytesMut};

/// The header of a STUN message and of channel data (RFC 8489 section 5, RFC 8656 section 12.4).
const STUN_HEADER: usize = 20;
const CHANNEL_HEADER: usize = 4;

/// The bytes are no TURN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what came is no TURN")]
pub(super) struct NoTurn;

/// Takes the next whole message out of what has come; `None` when more must come first.
pub(super) fn next(came: &mut BytesMut) -> Result<Option<Bytes>, NoTurn> {
    if came.len() < CHANNEL_HEADER {
        return Ok(None);
    }
    let length = usize::from(u16::from_be_bytes([came[2], came[3]]));
    let (whole, padded) = match came[0] >> 6 {
        0 => (STUN_HEADER + length, STUN_HEADER + length),
        1 => (CHANNEL_HEADER + length, (CHANNEL_HEADER + length).next_multiple_of(4)),
        _ => return Err(NoTurn),
    };
    if came.len() < padded {
        return Ok(None);
    }
    let mut message = came.split_to(padded);
    message.truncate(whole);
    Ok(Some(message.freeze()))
}

/// A message as it goes over a stream: channel data is padded to four bytes.
pub(super) fn padded(datagram: &[u8]) -> Vec<u8> {
    let mut message = datagram.to_vec();
    message.resize(datagram.len().next_multiple_of(4), 0);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stun(length: u8) -> Vec<u8> {
        let mut message = vec![0, 1, 0, length];
        message.extend([7; 16]);
        message.extend(std::iter::repeat_n(9, length.into()));
        message
    }

    fn channel(length: u8) -> Vec<u8> {
        let mut message = vec![0x40, 1, 0, length];
        message.extend(std::iter::repeat_n(5, length.into()));
        message
    }

    #[test]
    fn messages_are_found_however_the_stream_is_cut() {
        let stream: Vec<u8> = [stun(8), padded(&channel(5)), stun(0), padded(&channel(4))].concat();
        for piece in 1..stream.len() {
            let (mut came, mut found) = (BytesMut::new(), Vec::new());
            for part in stream.chunks(piece) {
                came.extend_from_slice(part);
                while let Some(message) = next(&mut came).unwrap() {
                    found.push(message.to_vec());
                }
            }
            assert_eq!(found, [stun(8), channel(5), stun(0), channel(4)], "pieces of {piece}");
        }
    }

    #[test]
    fn what_is_no_turn_is_refused() {
        assert_eq!(next(&mut BytesMut::from(&[0x80, 0, 0, 0][..])), Err(NoTurn));
    }
}
