//! A box without hardware: everything can be pressed, unplugged and looked at. Complete, for the demo, the tests and
//! the panel.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{mpsc, watch};

use crate::board::{Board, Button};
use crate::buttons::Press;
use crate::findings::{DeviceFinding, DeviceProblem, Part};
use crate::hardware::Hardware;
use crate::leds::{Led, Pattern};
use crate::status_display::{DisplayError, Picture, StatusDisplay};

/// Presses that may wait for the reader; more are refused, as a person cannot press faster than the box reads.
const WAITING_PRESSES: usize = 64;

/// Handle on a virtual board; clones share it. Every method may be called from any thread.
#[derive(Clone)]
pub struct VirtualBoard {
    shared: Arc<Shared>,
}

/// What is in it is asked for by name, not printed.
impl std::fmt::Debug for VirtualBoard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VirtualBoard").finish_non_exhaustive()
    }
}

struct Shared {
    buttons: Vec<Button>,
    presses: mpsc::Sender<Press>,
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    leds: BTreeMap<String, Pattern>,
    picture: Picture,
    unplugged: BTreeSet<Part>,
    hanging: BTreeSet<Part>,
}

/// Why a press did nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PressError {
    /// The board has no such button.
    #[error("there is no button `{name}`; the board has {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The buttons there are.
        known: String,
    },
    /// Buttons are unplugged.
    #[error("the buttons are unplugged")]
    Unplugged,
    /// Nobody reads the buttons any more, or far too slowly.
    #[error("nobody reads the buttons")]
    NotRead,
}

impl VirtualBoard {
    /// Presses a button by its name in the board file.
    pub fn press(&self, button: &str) -> Result<(), PressError> {
        if !self.is_plugged(Part::Button) {
            return Err(PressError::Unplugged);
        }
        let found = self.shared.buttons.iter().find(|candidate| candidate.name == button);
        let wired = found.ok_or_else(|| PressError::Unknown { name: button.to_owned(), known: self.button_names() })?;
        let press = Press { button: wired.name.clone(), action: wired.action, at: Instant::now() };
        self.shared.presses.try_send(press).map_err(|_| PressError::NotRead)
    }

    /// The buttons of the board file.
    pub fn buttons(&self) -> &[Button] {
        &self.shared.buttons
    }

    /// What each light does.
    pub fn leds(&self) -> BTreeMap<String, Pattern> {
        self.state().leds.clone()
    }

    /// What the status display shows.
    pub fn display(&self) -> Picture {
        self.state().picture.clone()
    }

    /// Pulls a part out. An unplugged display is dark, an unplugged light is off.
    pub fn unplug(&self, part: Part) {
        let changed = {
            let mut state = self.state();
            match part {
                Part::StatusDisplay => state.picture = Picture::default(),
                Part::Led => state.leds.values_mut().for_each(|pattern| *pattern = Pattern::Off),
                Part::Button | Part::Camera | Part::Microphone | Part::Screen | Part::Speaker => {}
            }
            state.unplugged.insert(part)
        };
        if changed {
            self.announce();
        }
    }

    /// Puts a part back.
    pub fn plug(&self, part: Part) {
        if self.state().unplugged.remove(&part) {
            self.announce();
        }
    }

    /// Whether a part is plugged in.
    pub fn is_plugged(&self, part: Part) -> bool {
        !self.state().unplugged.contains(&part)
    }

    /// Makes a part hang: it stays plugged in, and gives and takes nothing any more.
    pub fn hang(&self, part: Part) {
        if self.state().hanging.insert(part) {
            self.announce();
        }
    }

    /// A part that hung works again.
    pub fn unhang(&self, part: Part) {
        if self.state().hanging.remove(&part) {
            self.announce();
        }
    }

    /// Whether a part hangs.
    pub fn hangs(&self, part: Part) -> bool {
        self.state().hanging.contains(&part)
    }

    /// Counts up with every change of a light, the display or a plug.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.shared.changed.subscribe()
    }

    fn button_names(&self) -> String {
        self.shared.buttons.iter().map(|button| button.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// A panic elsewhere leaves whole values behind, so a poisoned lock is as good as any.
    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn announce(&self) {
        self.shared.changed.send_modify(|count| *count = count.wrapping_add(1));
    }
}

/// Brings up a virtual board.
pub(crate) fn open(board: &Board) -> Hardware {
    let (presses, buttons) = mpsc::channel(WAITING_PRESSES);
    let state =
        State { leds: board.leds.iter().map(|led| (led.name.clone(), Pattern::Off)).collect(), ..State::default() };
    let shared =
        Shared { buttons: board.buttons.clone(), presses, state: Mutex::new(state), changed: watch::channel(0).0 };
    let handle = VirtualBoard { shared: Arc::new(shared) };
    let light = |name: &String| Box::new(VirtualLed { board: handle.clone(), name: name.clone() }) as Box<dyn Led>;
    Hardware {
        buttons,
        leds: board.leds.iter().map(|led| (led.name.clone(), light(&led.name))).collect(),
        status_display: board
            .status_display
            .is_some()
            .then(|| Box::new(VirtualDisplay { board: handle.clone() }) as Box<dyn StatusDisplay>),
        findings: findings(board),
        virtual_board: Some(handle),
    }
}

/// A virtual board that names a real driver is a mistake in the board file.
fn findings(board: &Board) -> Vec<DeviceFinding> {
    let real = board.status_display.iter().filter(|wiring| wiring.driver != "virtual");
    real.map(|wiring| {
        let detail = "a virtual board shows the status display on the panel only";
        DeviceFinding::new(Part::StatusDisplay, &wiring.driver, DeviceProblem::Unsupported, detail)
    })
    .collect()
}

struct VirtualLed {
    board: VirtualBoard,
    name: String,
}

impl Led for VirtualLed {
    fn show(&mut self, pattern: Pattern) {
        if !self.board.is_plugged(Part::Led) {
            return;
        }
        let before = self.board.state().leds.insert(self.name.clone(), pattern);
        if before != Some(pattern) {
            self.board.announce();
        }
    }
}

struct VirtualDisplay {
    board: VirtualBoard,
}

impl StatusDisplay for VirtualDisplay {
    fn show(&mut self, picture: &Picture) -> Result<(), DisplayError> {
        if !self.board.is_plugged(Part::StatusDisplay) {
            return Err(DisplayError("is unplugged".into()));
        }
        let changed = {
            let mut state = self.board.state();
            let changed = state.picture != *picture;
            state.picture.clone_from(picture);
            changed
        };
        if changed {
            self.board.announce();
        }
        Ok(())
    }
}
