//! Where one message ends and the next begins.

use bytes::{Buf, Bytes, BytesMut};
use memchr::{memchr, memmem};

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
    broken: Option<FramingError>,
    buffer: BytesMut,
    /// Octets of the buffer in which no end of a header section begins.
    searched: usize,
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
    /// Adds what was received. Nothing is kept of a stream that cannot be followed.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.broken.is_none() {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Has the beginning of a message come, but not its end?
    pub fn is_unfinished(&self) -> bool {
        self.broken.is_none() && !self.buffer.is_empty()
    }

    /// The next message or keep-alive; `None` when more bytes are needed. What cannot be cut is given as far as it can be
    /// answered, before the error.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FramingError> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        if let Some(frame) = self.keep_alive() {
            return Ok(Some(frame));
        }
        let Some(head) = self.find_head() else {
            let endless = self.buffer.len() > MAX_HEAD;
            return Ok(endless.then(|| self.give_up(MAX_HEAD + 1, FramingError::TooLarge)));
        };
        match content_length(&self.buffer[..head]) {
            None => Ok(Some(self.give_up(head, FramingError::ContentLength))),
            Some(body) if body > MAX_MESSAGE => Ok(Some(self.give_up(head, FramingError::TooLarge))),
            Some(body) => Ok((self.buffer.len() >= head + body).then(|| self.cut(head + body))),
        }
    }

    /// Where the header section ends, within [`MAX_HEAD`].
    fn find_head(&mut self) -> Option<usize> {
        let window = &self.buffer[..self.buffer.len().min(MAX_HEAD)];
        let end = memmem::find(&window[self.searched..], b"\r\n\r\n").map(|at| self.searched + at);
        // The end may begin with the last three octets that are there.
        self.searched = end.unwrap_or_else(|| window.len().saturating_sub(3));
        end.map(|end| end + 4)
    }

    fn cut(&mut self, length: usize) -> Frame {
        self.searched = 0;
        Frame::Message(self.buffer.split_to(length).freeze())
    }

    fn give_up(&mut self, length: usize, error: FramingError) -> Frame {
        let last = self.cut(length);
        self.broken = Some(error);
        self.buffer = BytesMut::new();
        last
    }

    /// Line ends before a message: four octets are a ping, two a pong (once it is sure that no third follows).
    fn keep_alive(&mut self) -> Option<Frame> {
        if self.buffer.starts_with(b"\r\n\r\n") {
            self.buffer.advance(4);
            self.searched = 0;
            return Some(Frame::Ping);
        }
        // A lone CRLF at the end of what came so far may be half a ping; a ping is written at once in practice.
        if self.buffer.starts_with(b"\r\n") && self.buffer[..] != b"\r\n\r"[..] {
            self.buffer.advance(2);
            self.searched = 0;
            return Some(Frame::Pong);
        }
        None
    }
}

/// Content-Length of a header section; `None` when it cannot be used.
fn content_length(head: &[u8]) -> Option<usize> {
    let mut found = None;
    let mut rest = head;
    while let Some(end) = memchr(b'\n', rest) {
        let (line, next) = rest.split_at(end + 1);
        rest = next;
        let Some(colon) = memchr(b':', line) else { continue };
        let name = std::str::from_utf8(line[..colon].trim_ascii_end()).unwrap_or_default();
        if same_name(name, "Content-Length") && found.replace(&line[colon + 1..]).is_some() {
            return None;
        }
    }
    let value = std::str::from_utf8(found?.trim_ascii()).ok()?;
    usize::try_from(decimal(value)?).ok()
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
        assert_eq!(framer.next_frame(), Ok(None));
        framer.push(b"a");
        assert!(matches!(framer.next_frame(), Ok(Some(Frame::Message(_)))), "as much as can be answered");
        framer.push(&vec![b'a'; MAX_MESSAGE]);
        assert_eq!(framer.next_frame(), Err(FramingError::TooLarge));
        assert_eq!(framer.buffer.capacity(), 0, "nothing is kept");
    }

    #[test]
    fn keep_alives_are_told_from_messages() {
        assert_eq!(whole(Bytes::from_static(b"\r\n\r\n")), Some(Frame::Ping));
        assert_eq!(whole(Bytes::from_static(b"\r\n")), Some(Frame::Pong));
        assert_eq!(whole(Bytes::new()), None);
    }
}
