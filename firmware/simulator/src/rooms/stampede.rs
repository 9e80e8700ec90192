//! The server starts anew under a hall of boxes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use roombox_sip::virtual_network::Side;

use super::RoomGame;
use super::finale::IN_CALL_AGAIN;

/// How far the attempts of the boxes are spread.
pub(super) const SPREAD: Duration = Duration::from_secs(5);
/// Deviations above the mean of an even spread: beyond (with 40 boxes, 26 in a second) is less than one second in 10^8.
const DEVIATIONS: f64 = 7.0;

/// How many of `boxes` may come within one second where each comes in any second of [`SPREAD`] (binomial).
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some boxes")]
fn most(boxes: usize) -> usize {
    let (all, share) = (boxes as f64, 1.0 / SPREAD.as_secs_f64());
    (all * share + DEVIATIONS * (all * share * (1.0 - share)).sqrt()) as usize
}

impl RoomGame {
    /// Everybody is in the room.
    pub(super) fn gather(&mut self) {
        self.begin();
        self.pass(Duration::from_secs(self.scenario.seconds));
    }

    /// The server is another one at once; who comes to it is counted second by second.
    pub(super) fn fall_upon(&mut self) {
        self.network.take_wire();
        self.restart_server();
        let fallen = self.now();
        self.wait_for("in-the-call", IN_CALL_AGAIN, "in the call after the restart", |game| {
            game.now() >= fallen + 2 * SPREAD && game.all_in_call()
        });
        let (mut seconds, mut seen) = (BTreeMap::<(&str, u64), usize>::new(), BTreeSet::new());
        for note in self.network.take_wire().iter().filter(|note| note.received && note.side == Side::Server) {
            let second = note.at.duration_since(fallen).as_secs();
            for method in ["REGISTER", "INVITE"] {
                if note.bytes.starts_with(method.as_bytes()) && seen.insert((method, note.flow)) {
                    *seconds.entry((method, second)).or_default() += 1;
                }
            }
        }
        self.network.remark(format_args!("boxes by second {seconds:?}"));
        let most = most(self.scenario.boxes);
        if let Some(((method, second), count)) = seconds.iter().find(|(_, count)| **count > most) {
            let boxes = self.scenario.boxes;
            self.violate("stampede", format!("{count} {method} of {boxes} boxes in second {second} after the restart"));
        }
    }
}
