//! The picture on the screen: the remote picture with the self view, or the idle picture.

mod audience;
mod idle;
mod layout;
#[cfg(test)]
mod layout_tests;
pub(crate) mod mixer;
mod overlay;
mod screen;

pub(crate) use layout::Scene;
#[cfg(test)]
pub(crate) use layout::{HEIGHT, WIDTH};
#[cfg(test)]
pub(crate) use mixer::LATENCY;
pub(crate) use mixer::{DELAY, RATE};
pub(crate) use screen::Screen;
