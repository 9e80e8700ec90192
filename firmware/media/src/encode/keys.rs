//! Telephone keys on their way into a stream of sound: in front of the peer connection, whichever it is.

use std::sync::{Arc, Mutex};

use gst::prelude::*;
use tokio::sync::oneshot;

use crate::{
    error::MediaError,
    keys::{Keypad, Slot},
    peer::Codec,
    pipeline::locked,
};

/// Packets of sound a second: each has 20 ms.
const PACKETS: u32 = 50;
/// Fixed part of an RTP header (RFC 3550 section 5.1).
const HEADER: usize = 12;
const MARKER: u8 = 0x80;

/// The keys of one audio sender.
#[derive(Debug)]
pub(crate) struct KeySender {
    /// Of the sound, in Hz.
    clock_rate: u32,
    /// `None`: the other side takes none.
    agreed: Mutex<Option<Agreed>>,
}

#[derive(Debug)]
struct Agreed {
    payload_type: u8,
    keypad: Keypad,
    /// Told when nothing waits any more.
    done: Vec<oneshot::Sender<()>>,
}

impl KeySender {
    /// Beside sound of this codec.
    pub(super) fn new(codec: &Codec) -> Arc<Self> {
        Arc::new(Self { clock_rate: codec.clock_rate, agreed: Mutex::default() })
    }

    /// The other side takes keys so, or not at all; those that wait are dropped.
    pub(crate) fn agree(&self, events: Option<&Codec>) {
        *locked(&self.agreed) = events.map(|events| Agreed {
            payload_type: events.payload_type,
            keypad: Keypad::new(self.clock_rate, events.clock_rate),
            done: Vec::new(),
        });
    }

    /// Takes keys to send: see [`Keypad::press`]. Told when the last has been sent, or dropped.
    pub(crate) fn press(&self, keys: &str, times: [u32; 3]) -> Result<oneshot::Receiver<()>, MediaError> {
        let mut agreed = locked(&self.agreed);
        let agreed = agreed.as_mut().ok_or(MediaError::NoKeys)?;
        if !agreed.keypad.press(keys, times) {
            return Err(MediaError::BadSetting("telephone keys are 0-9, A-D, *, #, R and ',', 256 at most".into()));
        }
        let (done, sent) = oneshot::channel();
        agreed.done.push(done);
        Ok(sent)
    }

    /// Packets that leave this pad give way to keys.
    pub(super) fn watch(self: &Arc<Self>, payloader: &gst::Pad) {
        let keys = Arc::clone(self);
        payloader.add_probe(gst::PadProbeType::BUFFER, move |_, probe| {
            if let Some(gst::PadProbeData::Buffer(packet)) = &mut probe.data
                && let Some(event) = keys.instead_of(packet)
            {
                *packet = event;
            }
            gst::PadProbeReturn::Ok
        });
    }

    fn instead_of(&self, packet: &gst::Buffer) -> Option<gst::Buffer> {
        let mut agreed = locked(&self.agreed);
        let agreed = agreed.as_mut().filter(|agreed| !agreed.keypad.is_done())?;
        let mut header: [u8; HEADER] = *packet.map_readable().ok()?.first_chunk()?;
        let [.., a, b, c, d, _, _, _, _] = header;
        let slot = agreed.keypad.slot(u32::from_be_bytes([a, b, c, d]), self.clock_rate / PACKETS);
        if agreed.keypad.is_done() {
            agreed.done.drain(..).for_each(|done| {
                // Who pressed may not wait.
                let _ = done.send(());
            });
        }
        let Slot::Event { marker, timestamp, payload } = slot else { return None };
        // Neither padding nor extension nor sources: sound from here has none.
        header[0] = 0x80;
        header[1] = agreed.payload_type | if marker { MARKER } else { 0 };
        header[4..8].copy_from_slice(&timestamp.to_be_bytes());
        let mut event = gst::Buffer::from_mut_slice([&header[..], &payload.write()].concat());
        // Times and flags are plain fields: copying them has no way to fail on a fresh buffer.
        let _ = packet.copy_into(event.make_mut(), gst::BufferCopyFlags::TIMESTAMPS, ..);
        Some(event)
    }
}
