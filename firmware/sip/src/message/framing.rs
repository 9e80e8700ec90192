//! Where one message ends and the next begins.

use bytes::{Buf, Bytes, BytesMut};

use super::headers::{decimal, same_name};
use super::limits::{MAX_HEAD, MAX_MESSAGE};
use crate::api::Transport;

/// How a transport marks the bounds of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// One datagram is one message; octets after the body are dropped (RFC 3261 section 18.3).
    Datagram,
    /// Content-Length rules.
    Stream,
    /// One WebSocket message is exactly one SIP message (RFC 7118 section 5).
    WebSocket,
}

impl From<Transport> for Framing {
    fn from(transport: Transport) -> Self {
        match transport {
            Transport::Tcp | Transport::Tls => Self::Stream,
            Transport::Udp => Self::Datagram,
            Transport::Ws | Transport::Wss => Self::WebSocket,
        }
    }
}

/// One thing found in what a flow received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Bytes of one message, whole.
    Message(Bytes),
    /// CRLF CRLF: the peer asks for a sign of life (RFC 5626 section 3.5.1).
    Ping,
    /// CRLF: the answer to ours.
    Pong,
}

/// The stream cannot be followed any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FramingError {
    /// Content-Length is missing, double or no number, so the next message cannot be found. The bytes of the header
    /// section are given as a last message before this.
    #[error("Content-Length cannot be used")]
    ContentLength,
    /// Larger than [`MAX_MESSAGE`] or [`MAX_HEAD`].
    #[error("message is too large")]
    TooLarge,
}

/// Cuts a byte stream into messages.
#[derive(Debug, Default)]
pub struct StreamFramer {
    buffer: BytesMut,
    broken: Option<FramingError>,
}

/// What a WebSocket message or datagram is.
pub fn whole(bytes: Bytes) -> Option<Frame> {
    if bytes.iter().any(|b| !matches!(b, b'\r' | b'\n')) {
        return Some(Frame::Message(bytes));
    }
    match bytes.len() {
        0 => None,
        1..=3 => Some(Frame::Pong),
        _ => Some(Frame::Ping),
    }
}

impl StreamFramer {
    /// Adds what was received.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next message or keep-alive; `None` when more bytes are needed.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FramingError> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        if let Some(frame) = self.keep_alive() {
            return Ok(Some(frame));
        }
        let Some(end) = self.buffer.windows(4).take(MAX_HEAD).position(|w| w == b"\r\n\r\n") else {
            return if self.buffer.len() < MAX_HEAD { Ok(None) } else { Err(self.fail(FramingError::TooLarge)) };
        };
        let head = end + 4;
        let Some(body) = content_length(&self.buffer[..head]) else {
            self.broken = Some(FramingError::ContentLength);
            return Ok(Some(Frame::Message(self.buffer.split_to(head).freeze())));
        };
        if body > MAX_MESSAGE - head {
            return Err(self.fail(FramingError::TooLarge));
        }
        let whole = self.buffer.len() >= head + body;
        Ok(whole.then(|| Frame::Message(self.buffer.split_to(head + body).freeze())))
    }

    fn fail(&mut self, error: FramingError) -> FramingError {
        self.buffer.clear();
        self.broken = Some(error);
        error
    }

    /// Line ends before a message: four octets are a ping, two a pong (once it is sure that no third follows).
    fn keep_alive(&mut self) -> Option<Frame> {
        if self.buffer.starts_with(b"\r\n\r\n") {
            self.buffer.advance(4);
            return Some(Frame::Ping);
        }
        // A lone CRLF at the end of what came so far may be half a ping; a ping is written at once in practice.
        if self.buffer.starts_with(b"\r\n") && self.buffer[..] != b"\r\n\r"[..] {
            self.buffer.advance(2);
            return Some(Frame::Pong);
        }
        None
    }
}

/// Content-Length of a header section; `None` when it cannot be used.
fn content_length(head: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(head);
    let mut values = text.split("\r\n").skip(1).filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        same_name(name.trim_end(), "Content-Length").then(|| value.trim())
    });
    let first = values.next()?;
    values.next().is_none().then(|| decimal(first)).flatten().and_then(|n| usize::try_from(n).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"INFO sip:a@b SIP/2.0\r\nl : 3\r\n\r\nabc";

    #[test]
    fn a_line_end_before_a_message_is_no_part_of_it_wherever_the_pieces_fall() {
        let mut framer = StreamFramer::default();
        framer.push(b"\r\nINFO sip:a@b SIP/2.0\r\n\r");
        assert_eq!(framer.next_frame(), Ok(Some(Frame::Pong)));
        assert_eq!(framer.next_frame(), Ok(None));
        framer.push(b"\n");
        assert_eq!(framer.next_frame(), Ok(Some(Frame::Message(Bytes::from_static(b"INFO sip:a@b SIP/2.0\r\n\r\n")))));
    }

    #[test]
    fn a_stream_is_cut_wherever_the_pieces_fall() {
        let stream = [b"\r\n\r\n", MESSAGE, b"\r\n", MESSAGE].concat();
        for size in 1..stream.len() {
            let mut framer = StreamFramer::default();
            let mut messages = 0;
            for piece in stream.chunks(size) {
                framer.push(piece);
                while let Some(frame) = framer.next_frame().expect("a good stream") {
                    messages += usize::from(frame == Frame::Message(Bytes::from_static(MESSAGE)));
                }
            }
            assert_eq!(messages, 2, "pieces of {size}");
        }
    }

    #[test]
    fn a_stream_without_length_is_given_up_after_the_message() {
        let mut framer = StreamFramer::default();
        framer.push(b"INFO sip:a@b SIP/2.0\r\nContent-Length: -9\r\n\r\nabc");
        assert!(matches!(framer.next_frame(), Ok(Some(Frame::Message(_)))));
        assert_eq!(framer.next_frame(), Err(FramingError::ContentLength));
    }

    #[test]
    fn an_endless_header_section_is_given_up() {
        let mut framer = StreamFramer::default();
        framer.push(&vec![b'a'; MAX_HEAD]);
        assert_eq!(framer.next_frame(), Err(FramingError::TooLarge));
    }

    #[test]
    fn keep_alives_are_told_from_messages() {
        assert_eq!(whole(Bytes::from_static(b"\r\n\r\n")), Some(Frame::Ping));
        assert_eq!(whole(Bytes::from_static(b"\r\n")), Some(Frame::Pong));
        assert_eq!(whole(Bytes::new()), None);
    }
}
