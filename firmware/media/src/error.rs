//! What can go wrong in the media engine, for its owner.

use gst::glib;

use crate::peer::PeerError;

/// Why the media engine refused something.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// `GStreamer` itself does not start, or an element description is refused by it.
    #[error("GStreamer: {0}")]
    GStreamer(#[from] glib::Error),
    /// An element or one of its parts is missing or refuses.
    #[error("GStreamer: {0}")]
    Element(#[from] glib::BoolError),
    /// A pipeline does not start or broke.
    #[error("{pipeline}: {reason}")]
    Pipeline {
        /// Which one, in field terms.
        pipeline: String,
        /// What it said.
        reason: String,
    },
    /// None of the board's elements for this codec works here.
    #[error("no working {codec} {direction} among {tried:?}")]
    NoCodec {
        /// Encoding name.
        codec: String,
        /// `encoder` or `decoder`.
        direction: &'static str,
        /// Element names tried.
        tried: Vec<String>,
    },
    /// A setting that this engine does not know.
    #[error("{0}")]
    BadSetting(String),
    /// Nothing was named that could be presented.
    #[error("there is nothing to present: no source is configured")]
    NoPresentation,
    /// The device of a virtual board was pulled out.
    #[error("is unplugged")]
    Unplugged,
    /// The presentation was stopped before it had begun.
    #[error("the presentation was stopped before there was a picture")]
    GivenUp,
    /// A program that is needed for this is not installed.
    #[error("{tool} is not installed (package {package})")]
    MissingTool {
        /// Name of the program.
        tool: &'static str,
        /// The Debian package that holds it.
        package: &'static str,
    },
    /// There is no such call.
    #[error("call {0} has no media")]
    NoSuchCall(u64),
    /// Telephone keys cannot be sent beside the sound: the other side takes none.
    #[error("the other side takes no telephone keys in RTP (RFC 4733)")]
    NoKeys,
    /// Keys were not sent to the end.
    #[error("the call ended before all telephone keys were sent")]
    KeysCut,
    /// What would be heard in the call.
    #[error("there is a call: the test would be heard in it")]
    InCall,
    /// A sound test runs already.
    #[error("a sound test is running")]
    TestRuns,
    /// The engine was not started within a tokio runtime.
    #[error("the media engine needs a tokio runtime: {0}")]
    NoRuntime(#[from] tokio::runtime::TryCurrentError),
    /// The engine is stopped.
    #[error("the media engine is stopped")]
    Stopped,
    /// The peer connection refused.
    #[error(transparent)]
    Peer(#[from] PeerError),
}

impl MediaError {
    /// A pipeline's trouble in its own words.
    pub(crate) fn pipeline(pipeline: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Pipeline { pipeline: pipeline.into(), reason: reason.into() }
    }
}
