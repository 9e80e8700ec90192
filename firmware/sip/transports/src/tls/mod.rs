//! TLS settings of both sides. The crypto provider is named here and not taken from a process-wide default.

mod client;
mod pem;
mod pin;
mod server;
pub(crate) mod words;

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

pub use client::{ClientTls, ClientTlsOptions, TlsVersion};
pub use pem::{Pem, TlsError};
pub use server::ServerTls;

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
