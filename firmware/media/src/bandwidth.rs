//! How much the path to the other side carries, and who of us gets how much of it. Pure: times and fates of packets
//! come in, rates come out.
//!
//! The family is that of Google Congestion Control (draft-ietf-rmcat-gcc-02) with the receiver's reports of
//! transport-cc. The `gcc` of the `rtc` crate and the `rtpgccbwe` of gst-plugins-rs were looked at: the first keeps its
//! last ceiling for ever and needs a minute from 1 to 4 Mbit/s, the second is an element that has to sit in a
//! pipeline's RTP session, which our packets never see.

mod arrivals;
mod delay;
pub(crate) mod estimator;
pub(crate) mod incoming;
mod loss;
pub(crate) mod probe;
mod queue;
pub(crate) mod reported;
pub(crate) mod share;
pub(crate) mod telling;
mod trend;

#[cfg(test)]
mod tests;
