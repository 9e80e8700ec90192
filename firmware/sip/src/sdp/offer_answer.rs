//! The state of offers and answers of one session (RFC 3264, RFC 8829 section 3.2, RFC 6337).

use super::{Description, Finding, Negotiated, Side, answer_rules, offer_rules};

/// Whose offer waits for an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signalling {
    /// Nobody's.
    #[default]
    Stable,
    /// Ours.
    HaveLocalOffer,
    /// The peer's.
    HaveRemoteOffer,
}

/// Why a description was not taken; the state is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It breaks the rules.
    #[error("the description cannot be used: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Broken(Vec<Finding>),
    /// Another offer waits for its answer: 491 for a peer's offer during ours, 500 during its own (RFC 3261 section 14.2).
    #[error("another offer waits for its answer")]
    OfferPending,
    /// Nothing was offered that this side could answer.
    #[error("there is no offer to answer")]
    NoOffer,
}

/// Offers and answers of one session: what both sides agreed on, and the offer on its way.
#[derive(Clone, Debug, Default)]
pub struct OfferAnswer {
    local: Option<Description>,
    remote: Option<Description>,
    offer: Option<(Side, Description)>,
}

impl OfferAnswer {
    /// Nothing was said yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whose offer waits for an answer.
    pub fn state(&self) -> Signalling {
        match &self.offer {
            None => Signalling::Stable,
            Some((Side::Local, _)) => Signalling::HaveLocalOffer,
            Some((Side::Remote, _)) => Signalling::HaveRemoteOffer,
        }
    }

    /// The description of a side that is in force.
    pub fn current(&self, side: Side) -> Option<&Description> {
        match side {
            Side::Local => self.local.as_ref(),
            Side::Remote => self.remote.as_ref(),
        }
    }

    /// The m-lines that a new offer may use for another stream: those that were refused.
    pub fn free_lines(&self) -> Vec<usize> {
        let count = self.local.as_ref().map_or(0, |local| local.media.len());
        let (local, remote) = (self.local.as_ref(), self.remote.as_ref());
        (0..count).filter(|line| offer_rules::is_free(*line, local, remote)).collect()
    }

    /// Takes an offer; gives what is wrong with it but can be borne.
    pub fn offer(&mut self, side: Side, text: &str) -> Result<Vec<Finding>, Refusal> {
        if self.offer.is_some() {
            return Err(Refusal::OfferPending);
        }
        let offer = Description::read(text);
        let mut found = offer_rules::alone(&offer);
        if found.is_empty() {
            found = offer_rules::after(&offer, self.current(side), self.current(other(side)));
        }
        let remarks = bearable(found, side)?;
        self.offer = Some((side, offer));
        Ok(remarks)
    }

    /// Takes the answer of this side to the offer of the other; both descriptions are in force from now on.
    pub fn answer(&mut self, side: Side, text: &str) -> Result<Negotiated, Refusal> {
        let negotiated = self.preview(side, text)?;
        let Some((_, offer)) = self.offer.take() else { return Err(Refusal::NoOffer) };
        let answer = Some(Description::read(text));
        (self.local, self.remote) = match side {
            Side::Local => (answer, Some(offer)),
            Side::Remote => (Some(offer), answer),
        };
        Ok(negotiated)
    }

    /// What an answer would agree on: for one in an unreliable provisional response, which may change until the 2xx.
    pub fn preview(&self, side: Side, text: &str) -> Result<Negotiated, Refusal> {
        let Some((_, offer)) = self.offer.as_ref().filter(|(offerer, _)| *offerer != side) else {
            return Err(Refusal::NoOffer);
        };
        let answer = Description::read(text);
        let mut found = offer_rules::alone(&answer);
        if found.is_empty() {
            found = answer_rules::to(offer, &answer);
            found.extend(self.current(side).and_then(|before| offer_rules::version(&answer, before)));
        }
        let remarks = bearable(found, side)?;
        let (local, remote) = if side == Side::Local { (&answer, offer) } else { (offer, &answer) };
        let restarted = self.remote.as_ref().is_some_and(|before| remote.restarts_ice(before));
        Ok(Negotiated { ice_restarted: restarted, remarks, ..Negotiated::of(local, remote, &answer) })
    }

    /// Forgets the offer on its way (it was refused, or collided); `false` when there is none.
    pub fn rollback(&mut self) -> bool {
        self.offer.take().is_some()
    }
}

fn other(side: Side) -> Side {
    match side {
        Side::Local => Side::Remote,
        Side::Remote => Side::Local,
    }
}

/// The findings as remarks, unless one of them cannot be borne.
fn bearable(found: Vec<Finding>, side: Side) -> Result<Vec<Finding>, Refusal> {
    let (fatal, remarks): (Vec<_>, Vec<_>) = found.into_iter().partition(|finding| finding.is_fatal(side));
    if fatal.is_empty() { Ok(remarks) } else { Err(Refusal::Broken(fatal)) }
}
