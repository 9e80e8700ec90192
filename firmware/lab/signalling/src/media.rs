//! What signalling and media say to each other. Calls go by their number in the reports.

use roombox_sip::api::Body;

use crate::events::MediaReport;
use crate::faults::Faults;
use crate::receive::Quality;

/// What signalling asks of media.
#[derive(Clone, Debug)]
pub enum MediaRequest {
    /// Send the participant what is presented in its room from now on, or nothing more. Answered with [`Purpose::Offer`]:
    /// an offer where one is needed for that, an empty one where not.
    Content {
        /// Number of the call.
        call: u64,
        /// It is sent.
        shown: bool,
    },
    /// Take the participant's answer to our offer; answered with [`Purpose::Done`].
    Accept {
        /// Number of the call.
        call: u64,
        /// The answer; `None` = the peer sent none.
        answer: Option<Body>,
    },
    /// Make the answer to this offer, or an offer where there is none; answered with [`Purpose::Answer`].
    Describe {
        /// Number of the call.
        call: u64,
        /// The participant's offer.
        offer: Option<Body>,
    },
    /// Make a participant in a room and describe it as above; answered with [`Purpose::Accept`].
    Enter {
        /// Number of the call.
        call: u64,
        /// The room; made when it is not there.
        room: String,
        /// Name shown to people.
        participant: String,
        /// The participant's offer.
        offer: Option<Body>,
    },
    /// From now on these things go wrong and no others; media looks at its own only.
    Faults(Faults),
    /// Take the participant out.
    Leave {
        /// Number of the call.
        call: u64,
    },
    /// Put the participant into another room; made when it is not there.
    Move {
        /// Number of the call.
        call: u64,
        /// The room.
        room: String,
    },
    /// Make an offer to the participant; answered with [`Purpose::Offer`].
    Offer {
        /// Number of the call.
        call: u64,
        /// With new ICE credentials.
        restart_ice: bool,
    },
    /// The second picture of the participant is the content of its room from now on, or no longer; that it comes is told by
    /// [`MediaNews::Content`].
    Present {
        /// Number of the call.
        call: u64,
        /// It is.
        presents: bool,
    },
    /// Close the connection by which a spectator receives; there may be none.
    Unwatch {
        /// Number of the call.
        call: u64,
    },
    /// Make a connection by which a spectator receives, in the place of a former one, and answer its offer; answered with
    /// [`Purpose::Watch`].
    Watch {
        /// Number of the call.
        call: u64,
        /// Named in the answer.
        request: u64,
        /// How good.
        quality: Quality,
        /// The spectator's offer; its candidates are not in it (spec section 2.8).
        offer: Body,
    },
}

/// What a session description is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To accept a call.
    Accept,
    /// To answer an offer inside a call.
    Answer,
    /// Nothing more: the peer's answer was taken.
    Done,
    /// To offer inside a call; nothing is offered where it is empty.
    Offer,
    /// To answer a spectator's request of this number.
    Watch(u64),
}

/// Why there is no session description.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DescribeError {
    /// The peer's description cannot be used, or nothing in it can be spoken here.
    #[error("{0}")]
    NotAcceptable(String),
    /// Our own failure.
    #[error("{0}")]
    Failed(String),
}

impl DescribeError {
    /// The status that says so.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::NotAcceptable(_) => 488,
            Self::Failed(_) => 500,
        }
    }
}

/// What media tells about a call.
#[derive(Clone, Debug)]
pub enum MediaNews {
    /// ICE and DTLS stand.
    Connected,
    /// The picture of the participant's presentation comes, in this codec (`H264`, `VP8` …).
    Content(String),
    /// A session description that was asked for (empty for [`Purpose::Done`]), or why there is none.
    Described {
        /// What it is for.
        purpose: Purpose,
        /// SDP.
        result: Result<String, DescribeError>,
    },
    /// Over for good.
    Failed(String),
    /// What came in during the last second.
    Report(MediaReport),
    /// ICE and DTLS of the connection by which a spectator receives stand.
    Watching,
}
