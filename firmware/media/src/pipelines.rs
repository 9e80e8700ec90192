//! Every pipeline as data, before anything is opened: what a board gives can be read without the board. The engine makes
//! its elements of these same chains.

mod board;
pub(crate) mod capture;
mod chain;
pub(crate) mod decoder;
pub(crate) mod encoder;
pub(crate) mod picture;
pub(crate) mod screen;

pub use board::{Part, Pipeline, of_board};
pub use chain::{Chain, Element, Link};
pub use picture::PictureSize;
