//! Typed configuration: sections, layers, validation. Pure: text goes in, settings and findings come out.
//!
//! ```
//! use roombox_settings::{Layer, Origin, load};
//!
//! let layer = Layer::new(Origin::LocalFile, "roombox.toml", "[account]\nserver = \"meet.example.org\"\n");
//! let loaded = load(&[layer]).unwrap();
//! assert_eq!(loaded.settings.account.server_address().unwrap().url(), "wss://meet.example.org/webrtc/wss/");
//! ```

mod account;
mod address;
mod finding;
mod layers;
mod load;
pub mod model;
mod pin;
mod place;
mod rules;
pub mod schema;
mod similar;
mod walk;

pub use account::PasswordFileError;
pub use address::{AddressError, Lookup, ServerAddress, Transport};
pub use finding::Finding;
pub use layers::{Layer, Origin, command_line_layer, environment_layers};
pub use load::{Loaded, Source, load};
