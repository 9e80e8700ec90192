//! How good the present call is, for the room.

use serde::{Deserialize, Serialize};

/// How good picture and sound of the call are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nobody notices anything.
    Good,
    /// One can work with it, but notices.
    Fair,
    /// One cannot work with it.
    Poor,
}

macro_rules! causes {
    ($($(#[$doc:meta])* $cause:ident: $sentence:literal, $short:literal;)*) => {
        /// What makes a call less than good, the first on the way of a picture first.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum QualityCause { $($(#[$doc])* $cause,)* }

        impl QualityCause {
            /// Every one there is.
            pub const ALL: &'static [Self] = &[$(Self::$cause,)*];

            /// One sentence for people.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$cause => $sentence,)* }
            }

            /// A few words for a line of the status display.
            pub const fn short(self) -> &'static str {
                match self { $(Self::$cause => $short,)* }
            }
        }
    };
}

causes! {
    /// Neither sound nor picture comes.
    NothingReceived: "The other side sends neither picture nor sound.", "Nothing comes in";
    /// The own camera brings no pictures.
    Camera: "The camera of this room brings no pictures.", "Camera brings nothing";
    /// Encoder or decoder of the box do not get through.
    CpuOverload: "The box is too busy for this picture.", "Box is too busy";
    /// The path carries less than the picture needs.
    Bandwidth: "The network carries less than the picture needs.", "Network is too slow";
    /// Packets are lost, and one sees or hears it.
    Loss: "The network loses picture and sound.", "Network loses data";
    /// Answers come late.
    Delay: "Picture and sound take long to arrive.", "Network takes long";
    /// Packets come unevenly.
    Jitter: "Picture and sound arrive unevenly.", "Network is uneven";
}

/// How good the present call is, and what makes it less than good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityStatus {
    /// How good.
    pub verdict: Verdict,
    /// Why; null while it is good.
    pub cause: Option<QualityCause>,
}
