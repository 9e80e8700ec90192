//! Digital silence by Opus: the other side decodes zeros, and where it wishes so hardly anything is sent.
//!
//! What the encoder makes of zeros decodes to one bit of noise. Its packets are replaced by the frame that says silence:
//! 20 ms of CELT, full band, one channel (RFC 6716 section 3.1, configuration 31) with the silence flag of section 4.3 set.
//! The encoder goes on, so that the first word afterwards is encoded as any other.

use std::sync::{Arc, Mutex};

use gst::prelude::*;

use crate::{
    error::MediaError,
    pipeline::{locked, named},
    sound::RATE,
};

/// That frame.
const SILENCE: [u8; 3] = [0xf8, 0xff, 0xfe];
/// The same configuration with a frame of nothing: from here on nothing is sent (RFC 6716 section 3.2.1).
const NOTHING: [u8; 1] = [0xf8];
/// Zeros in a row that are silence on purpose, 60 ms: no packet has anything left of what was before.
const ON_PURPOSE: u64 = RATE as u64 * 60 / 1000;
/// Packets of silence before nothing is sent: the other side has faded by then, and a lost one is no harm.
const FADED: u32 = 5;
/// Packets from one that is sent to the next, 400 ms: as the encoder does it by itself in pauses of speech.
const REFRESH: u32 = 20;
/// A packet of this size or less needs not be sent (RFC 7587 section 3.1.3 and libopus's `opus_encode`).
const DISPENSABLE: usize = 2;

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    AsItIs,
    Instead(&'static [u8]),
    LeftOut,
}

#[derive(Debug)]
struct Watch {
    /// The other side wishes that nothing is sent in silence.
    dtx: bool,
    /// Zeros in a row that went into the encoder.
    zeros: u64,
    /// Packets in a row that say nothing.
    empty: u32,
    /// The last packet was left out.
    pausing: bool,
}

impl Watch {
    const fn new(dtx: bool) -> Self {
        Self { dtx, zeros: 0, empty: 0, pausing: false }
    }

    fn takes(&mut self, bytes: &[u8]) {
        let silent = bytes.iter().all(|byte| *byte == 0);
        self.zeros = if silent { self.zeros.saturating_add(bytes.len() as u64 / 2) } else { 0 };
    }

    fn gives(&mut self, size: usize) -> Fate {
        let silent = self.zeros >= ON_PURPOSE;
        let dispensable = self.dtx && size <= DISPENSABLE;
        self.empty = if silent || dispensable { self.empty.saturating_add(1) } else { 0 };
        match (silent, self.empty) {
            (true, _) if !self.dtx => Fate::Instead(&SILENCE),
            (true, 0..=FADED) => Fate::Instead(&SILENCE),
            (true, empty) if empty == FADED + 1 => Fate::Instead(&NOTHING),
            (true, empty) if empty % REFRESH == 0 => Fate::Instead(&SILENCE),
            (true, _) => Fate::LeftOut,
            // What the encoder sends from time to time in a pause is larger.
            (false, 0..=1) => Fate::AsItIs,
            (false, _) => Fate::LeftOut,
        }
    }

    /// The next packet that goes out is the first behind a pause.
    fn goes_out(&mut self) -> bool {
        std::mem::take(&mut self.pausing)
    }
}

/// Watches the Opus encoder named `encoder` and the payloader named `pay`; `dtx`: nothing is to be sent in silence.
pub(super) fn watch(bin: &gst::Bin, dtx: bool) -> Result<(), MediaError> {
    let watch = Arc::new(Mutex::new(Watch::new(dtx)));
    let pad = |element: &str, pad: &str| {
        let found = named::<gst::Element>(bin, element)?.static_pad(pad);
        found.ok_or_else(|| MediaError::pipeline("Opus", format!("{element} has no pad {pad}")))
    };
    let (input, output, packets) = (pad("encoder", "sink")?, pad("encoder", "src")?, pad("pay", "src")?);
    let taking = Arc::clone(&watch);
    input.add_probe(gst::PadProbeType::BUFFER, move |_, probe| {
        if let Some(map) = probe.buffer().and_then(|buffer| buffer.map_readable().ok()) {
            locked(&taking).takes(&map);
        }
        gst::PadProbeReturn::Ok
    });
    let giving = Arc::clone(&watch);
    output.add_probe(gst::PadProbeType::BUFFER, move |_, probe| {
        let Some(gst::PadProbeData::Buffer(buffer)) = &mut probe.data else { return gst::PadProbeReturn::Ok };
        let mut watch = locked(&giving);
        match watch.gives(buffer.size()) {
            Fate::AsItIs => {}
            Fate::Instead(frame) => *buffer = replaced(buffer, frame),
            Fate::LeftOut => {
                watch.pausing = true;
                return gst::PadProbeReturn::Drop;
            }
        }
        gst::PadProbeReturn::Ok
    });
    packets.add_probe(gst::PadProbeType::BUFFER, move |_, probe| {
        if let Some(gst::PadProbeData::Buffer(packet)) = &mut probe.data
            && locked(&watch).goes_out()
        {
            mark(packet);
        }
        gst::PadProbeReturn::Ok
    });
    Ok(())
}

/// This frame at the time of that packet.
fn replaced(packet: &gst::Buffer, frame: &'static [u8]) -> gst::Buffer {
    let mut made = gst::Buffer::from_slice(frame);
    // Times and flags are plain fields: copying them has no way to fail on a fresh buffer.
    let _ = packet.copy_into(made.make_mut(), gst::BufferCopyFlags::TIMESTAMPS | gst::BufferCopyFlags::FLAGS, ..);
    made
}

/// Speech begins again (RFC 7587 section 4.2, RFC 3550 section 5.1: the first bit of the second byte).
fn mark(packet: &mut gst::Buffer) {
    if let Ok(mut map) = packet.make_mut().map_writable()
        && let Some(byte) = map.get_mut(1)
    {
        *byte |= 0x80;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEECH: usize = 80;

    fn run(watch: &mut Watch, count: u32, sample: u8, size: usize) -> Vec<Fate> {
        let each = |_| {
            watch.takes(&[sample; 1920]);
            watch.gives(size)
        };
        (0..count).map(each).collect()
    }

    #[test]
    fn zeros_become_frames_of_silence_when_they_are_there_on_purpose() {
        let mut watch = Watch::new(false);
        assert_eq!(run(&mut watch, 2, 1, SPEECH), [Fate::AsItIs; 2]);
        assert_eq!(run(&mut watch, 2, 0, SPEECH), [Fate::AsItIs; 2]);
        assert_eq!(run(&mut watch, 100, 0, SPEECH), [Fate::Instead(&SILENCE); 100]);
        assert_eq!(run(&mut watch, 1, 1, SPEECH), [Fate::AsItIs]);
    }

    #[test]
    fn who_wishes_it_gets_two_and_a_half_packets_a_second() {
        let mut watch = Watch::new(true);
        run(&mut watch, 2, 0, SPEECH);
        let fates = run(&mut watch, 1000, 0, SPEECH);
        assert_eq!(fates[..5], [Fate::Instead(&SILENCE); 5]);
        assert_eq!(fates[5], Fate::Instead(&NOTHING));
        let sent = fates[6..].iter().filter(|fate| **fate != Fate::LeftOut).count();
        assert_eq!(sent, 50, "in 20 s");
    }

    #[test]
    fn in_a_pause_of_speech_the_first_empty_packet_goes_out_and_no_other() {
        let mut watch = Watch::new(true);
        assert_eq!(run(&mut watch, 1, 1, SPEECH), [Fate::AsItIs]);
        let fates = run(&mut watch, 3, 1, 1);
        assert_eq!(fates, [Fate::AsItIs, Fate::LeftOut, Fate::LeftOut]);
        assert_eq!(run(&mut watch, 1, 1, SPEECH), [Fate::AsItIs]);
        assert_eq!(run(&mut Watch::new(false), 2, 1, 1), [Fate::AsItIs; 2]);
    }
}
