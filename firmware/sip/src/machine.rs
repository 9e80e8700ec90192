//! The shape every state machine of roombox has, so that one driver runs them all and one simulator can run the box.

use std::time::Instant;

/// A pure state machine: no sockets, no clock reads, no threads. Two runs with the same seed and inputs give the same
/// outputs in the same order.
///
/// The owner calls [`Machine::handle_input`] or, once [`Machine::next_deadline`] has come, [`Machine::handle_timeout`],
/// and after either takes outputs from [`Machine::poll_output`] until there are none.
pub trait Machine {
    /// What goes in.
    type Input;
    /// What comes out.
    type Output;
    /// What an onlooker may see.
    type Status;

    /// Something happened at `now`.
    fn handle_input(&mut self, now: Instant, input: Self::Input);
    /// A deadline may have come; calling early does nothing.
    fn handle_timeout(&mut self, now: Instant);
    /// The next output, oldest first.
    fn poll_output(&mut self) -> Option<Self::Output>;
    /// When [`Machine::handle_timeout`] wants to be called at the latest.
    fn next_deadline(&self) -> Option<Instant>;
    /// The state as it is now.
    fn status(&self) -> Self::Status;
}
