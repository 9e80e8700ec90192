//! Hold by directions (RFC 3264 section 8.4, spec section 14.9).
//!
//! Holding means: not receiving any more; being held: not sending any more. So a hold takes away a half of each direction
//! and never adds one: `sendrecv` → `sendonly` and `recvonly` → `inactive` for whom we hold, `sendrecv` → `recvonly` and
//! `sendonly` → `inactive` where the peer holds us. (JsSIP makes `recvonly` `inactive` in the second case, which would
//! silence music on hold.)
//!
//! What a hold took away is not in the held description, so whoever resumes must have kept the description without it:
//! the last one that its owner gave. [`offer`] takes both.

use super::{Description, Direction, Section};

/// Who holds whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// We hold the peer.
    pub by_us: bool,
    /// The peer holds us.
    pub by_peer: bool,
}

impl Held {
    /// What is left to us.
    fn leaves(self) -> Direction {
        Direction::of(!self.by_peer, !self.by_us)
    }
}

/// The offer that holds or resumes: `own` (our description without any hold) with the directions that `held` leaves, and
/// the version after the one of `last_sent`. Everything else stays byte for byte. With nobody holding it is `own` again.
pub fn offer(own: &str, last_sent: &str, held: Held) -> String {
    let mut description = Description::read(own);
    let last = Description::read(last_sent);
    description.raise_version(last.origin().as_ref());
    restrict_directions(&mut description, held);
    description.to_string()
}

/// A description of ours, most often an answer, with the directions that `held` leaves and nothing else changed.
pub fn restrict(own: &str, held: Held) -> String {
    let mut description = Description::read(own);
    restrict_directions(&mut description, held);
    description.to_string()
}

fn restrict_directions(description: &mut Description, held: Held) {
    let now: Vec<Direction> = description.media.iter().map(|media| description.direction(media)).collect();
    for (media, now) in description.media.iter_mut().zip(now).filter(|(media, _)| is_held_with(media)) {
        let left = now.and(held.leaves());
        if left != now {
            media.set_direction(left);
        }
    }
}

/// Picture and sound that is not refused.
fn is_held_with(media: &Section) -> bool {
    media.media_line().is_some_and(|line| line.is_audio_or_video()) && !media.is_rejected()
}

/// Does a received description put us on hold: does all its picture and sound refuse to receive (`sendonly`, `inactive`,
/// or the address 0.0.0.0 of RFC 2543)? A description without picture and sound does not.
pub fn holds_us(received: &str) -> bool {
    all_media(received, |direction| !direction.receives())
}

/// Does an offer leave its answer the choice to hold: is any picture or sound offered both ways? An answer to anything
/// narrower says nothing of itself (`sendonly` is answered with `inactive` by many phones that hold nobody).
pub fn leaves_choice(offer: &str) -> bool {
    let description = Description::read(offer);
    description.media.iter().any(|m| is_held_with(m) && description.direction(m) == Direction::SendRecv)
}

/// Does a received description send nothing: has the peer agreed to be held?
pub fn sends_nothing(received: &str) -> bool {
    all_media(received, |direction| !direction.sends())
}

fn all_media(received: &str, wanted: impl Fn(Direction) -> bool) -> bool {
    let description = Description::read(received);
    let mut media = description.media.iter().filter(|media| is_held_with(media)).peekable();
    media.peek().is_some() && media.all(|media| wanted(direction_with_address(&description, media)))
}

/// An address of zeros means that the peer does not receive (RFC 3264 section 8.4), except with ICE, where it only means
/// that no candidate is known yet (RFC 8829 section 5.2.1).
fn direction_with_address(description: &Description, media: &Section) -> Direction {
    let direction = description.direction(media);
    let ice = [media, &description.session].iter().any(|section| section.attribute("ice-ufrag").is_some());
    let connection = media.value('c').or_else(|| description.session.value('c')).unwrap_or_default();
    let nowhere = connection.split_whitespace().nth(2).is_some_and(|address| matches!(address, "0.0.0.0" | "::"));
    if nowhere && !ice { direction.and(Direction::SendOnly) } else { direction }
}
