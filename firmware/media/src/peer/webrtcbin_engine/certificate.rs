//! Compares the peer's certificate with the signalled fingerprint (RFC 8122) while the handshake runs.
//!
//! `webrtcbin` before 1.28.5 does not. A wrong certificate shuts the way out, so that the handshake ends on neither side
//! and no key is ever used.

use std::sync::{
    Mutex, PoisonError, Weak,
    atomic::{AtomicBool, Ordering},
};

use gst::{glib, prelude::*};

use super::shared::Shared;

/// What the peer signalled, and what came of it.
#[derive(Debug, Default)]
pub(super) struct Expected {
    /// Hexadecimal pairs with colons, upper case.
    fingerprint: Mutex<Option<String>>,
    verified: AtomicBool,
    refused: AtomicBool,
}

impl Expected {
    /// Takes over the fingerprint of a description.
    pub(super) fn expect(&self, description: &str) {
        let mut lines = description.lines();
        let found = lines.find_map(|line| line.strip_prefix("a=fingerprint:sha-256 ")).map(|f| f.trim().to_uppercase());
        *self.fingerprint.lock().unwrap_or_else(PoisonError::into_inner) = found;
    }

    /// The certificate of the connection is the signalled one.
    pub(super) fn verified(&self) -> bool {
        self.verified.load(Ordering::Acquire)
    }

    fn check(&self, pem: &str) -> bool {
        let wanted = self.fingerprint.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let fits = wanted.is_some() && fingerprint(pem) == wanted;
        self.verified.store(fits, Ordering::Release);
        self.refused.store(!fits, Ordering::Release);
        fits
    }
}

/// Looks at every certificate an element inside `webrtcbin` gets.
pub(super) fn watch(webrtcbin: &gst::Bin, shared: &Weak<Shared>) {
    let known = shared.clone();
    webrtcbin.connect_deep_element_added(move |_, _, element| {
        match element.factory().map(|factory| factory.name()).as_deref() {
            Some("dtlsdec") => watch_decoder(element, known.clone()),
            Some("dtlsenc") => guard_encoder(element, known.clone()),
            _ => {}
        }
    });
}

fn watch_decoder(decoder: &gst::Element, shared: Weak<Shared>) {
    decoder.connect_notify(Some("peer-pem"), move |decoder, _| {
        let (Some(shared), Some(pem)) = (shared.upgrade(), decoder.property::<Option<String>>("peer-pem")) else {
            return;
        };
        if !shared.expected.check(&pem) {
            shared.failed("the peer's certificate is not the one of its session description");
        }
    });
}

/// Nothing leaves towards a peer whose certificate is wrong.
fn guard_encoder(encoder: &gst::Element, shared: Weak<Shared>) {
    let Some(pad) = encoder.static_pad("src") else { return };
    pad.add_probe(gst::PadProbeType::BUFFER | gst::PadProbeType::BUFFER_LIST, move |_, _| {
        let refused = shared.upgrade().is_none_or(|shared| shared.expected.refused.load(Ordering::Acquire));
        if refused { gst::PadProbeReturn::Drop } else { gst::PadProbeReturn::Ok }
    });
}

/// SHA-256 of the certificate itself, as session descriptions write it.
fn fingerprint(pem: &str) -> Option<String> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let bytes = glib::base64_decode(&body);
    let mut sum = glib::Checksum::new(glib::ChecksumType::Sha256)?;
    sum.update(&bytes);
    let digits = sum.string()?.to_uppercase();
    let pairs: Vec<&str> = (0..digits.len()).step_by(2).filter_map(|at| digits.get(at..at + 2)).collect();
    Some(pairs.join(":"))
}
