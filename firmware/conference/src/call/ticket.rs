//! What became of an offer of ours: for the part that wished it.

use roombox_sip::api::Failure;

/// Names the offer that carries a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OfferTicket(u64);

/// How an offer of ours ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OfferOutcome {
    /// The answer is in force.
    Agreed,
    /// Media could not make the offer or take the answer.
    MediaFailed(String),
    /// The peer refused it or did not get it; everything is as it was.
    Refused(Failure),
}

/// The offers of ours in one call, numbered in the order they begin.
#[derive(Debug, Default)]
pub(super) struct Offers {
    begun: u64,
    under_way: bool,
    last: Option<OfferOutcome>,
}

impl Offers {
    /// An offer of ours begins.
    pub(super) const fn begin(&mut self) {
        self.begun += 1;
        self.under_way = true;
    }

    /// A negotiation has ended; ours, when an offer of ours is under way.
    pub(super) fn end(&mut self, outcome: OfferOutcome) {
        if std::mem::take(&mut self.under_way) {
            self.last = Some(outcome);
        }
    }

    /// Of the offer that begins next.
    pub(super) const fn next(&self) -> OfferTicket {
        OfferTicket(self.begun + 1)
    }

    /// How the offer of this ticket ended; `None` while it waits or is under way. An earlier one that nobody looked at has
    /// been followed by others: the last tells how things are.
    pub(super) fn outcome(&self, ticket: OfferTicket) -> Option<&OfferOutcome> {
        let ended = self.begun - u64::from(self.under_way);
        self.last.as_ref().filter(|_| ticket.0 <= ended)
    }
}
