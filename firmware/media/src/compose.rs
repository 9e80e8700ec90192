//! The picture on the screen: the remote picture with the self view, or the idle picture.

mod idle;
mod layout;
pub(crate) mod mixer;
mod screen;

pub(crate) use layout::Scene;
pub(crate) use mixer::RATE;
pub(crate) use screen::Screen;
