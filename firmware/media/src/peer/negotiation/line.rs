//! One m-line of a session.

use crate::peer::{Kind, Role, Stream, codecs::Common, lines::Direction, tracks::Track};

/// Value of `a=content` on a line for the presentation (RFC 4796 section 5).
pub(super) const SLIDES: &str = "slides";

/// One m-line of the session; its place in the list is its place in every description (RFC 3264 section 8).
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Its `a=mid` in the last description.
    pub(crate) mid: String,
    /// Its place, which names its pads and names it in events.
    pub(crate) name: String,
    /// What the engine calls its section, where the engine has a transceiver for it.
    pub(crate) section: Option<String>,
    /// Nothing for a kind we do not know; such a line stays refused.
    pub(crate) kind: Option<Kind>,
    /// What it is for.
    pub(crate) role: Role,
    /// m-line words as last written by the peer.
    pub(super) media: String,
    pub(super) proto: String,
    pub(super) fmt: String,
    /// Refused by one side; port 0.
    pub(crate) rejected: bool,
    /// Which of our senders belongs on it.
    pub(crate) stream: Option<Stream>,
    /// That sender has something to send.
    pub(crate) local: bool,
    /// What the last offer/answer agreed, seen from us.
    pub(crate) direction: Direction,
    /// Agreed codecs; the first is sent.
    pub(crate) codecs: Vec<Common>,
    /// Agreed telephone keys (RFC 4733), on whatever clock.
    pub(crate) events: Vec<Common>,
    /// All our codecs and telephone keys under the payload types they have here, also those the peer has left out: what
    /// it has taken out it may take in again.
    pub(crate) formats: Vec<Common>,
    /// Streams the peer announced.
    pub(crate) ssrcs: Vec<u32>,
    /// And those that repair one of them.
    pub(crate) repairs: Vec<(u32, u32)>,
    /// How the peer describes what it sends.
    pub(crate) track: Track,
}

impl Line {
    /// Codec to send, with the peer's payload type and wishes.
    pub(crate) fn codec(&self) -> Option<&Common> {
        if self.rejected { None } else { self.codecs.first() }
    }

    /// Telephone keys beside that codec: on its clock, or on another where the peer has no such.
    pub(crate) fn keys(&self) -> Option<&Common> {
        let clock_rate = self.codec()?.remote.clock_rate;
        self.events.iter().find(|events| events.remote.clock_rate == clock_rate).or(self.events.first())
    }

    /// The peer sends on this line.
    pub(crate) fn receives(&self) -> bool {
        !self.rejected && self.direction.receives()
    }

    /// We may send on this line.
    pub(crate) fn sends(&self) -> bool {
        !self.rejected && self.local && self.direction.sends()
    }
}
