//! Telephone keys that come with the sound (RFC 4733): heard before the jitter buffer, taken out of what the decoder gets.

use std::{
    collections::HashSet,
    ops::ControlFlow,
    sync::{
        Mutex, PoisonError, Weak,
        atomic::{AtomicU32, Ordering},
    },
};

use gst::prelude::*;
use rtc::{rtp, shared::marshal::Unmarshal};

use super::shared::Shared;
use crate::peer::{
    key_listener::{KeyListener, KeyPressed},
    negotiation::Line,
};

/// What is listened to.
pub(super) struct Listening {
    listener: KeyListener,
    /// Payload types of keys.
    events: Mutex<HashSet<u8>>,
    /// Payload types of the line.
    line: Mutex<HashSet<u8>>,
    /// Of the sound beside them, in Hz.
    clock_rate: AtomicU32,
}

impl Listening {
    pub(super) fn new(pressed: KeyPressed) -> Self {
        Self {
            listener: KeyListener::new(pressed),
            events: Mutex::default(),
            line: Mutex::default(),
            clock_rate: AtomicU32::new(0),
        }
    }

    /// What was agreed on the line of the sound.
    pub(super) fn set_line(&self, line: &Line) {
        let Some(sound) = line.codecs.first() else { return };
        let known = || line.events.iter().map(|events| (events.remote.payload_type, events.remote.clock_rate));
        self.clock_rate.store(sound.remote.clock_rate, Ordering::Relaxed);
        *self.events.lock().unwrap_or_else(PoisonError::into_inner) = known().map(|(of, _)| of).collect();
        let all = line.codecs.iter().chain(&line.events).map(|common| common.remote.payload_type);
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = all.collect();
        self.listener.listen_to(known());
    }

    /// A packet came; false when it would disturb the jitter buffer: keys on the clock of the sound are packets of its
    /// stream and missed where they do not pass, those on another clock are none.
    fn hear(&self, packet: &gst::BufferRef) -> bool {
        if !is_one(&self.line, packet) {
            return true;
        }
        let Ok(map) = packet.map_readable() else { return true };
        let Ok(packet) = rtp::Packet::unmarshal(&mut map.as_slice()) else { return true };
        let header = &packet.header;
        let clock_rate = self.listener.take((header.ssrc, header.timestamp), header.payload_type, &packet.payload);
        clock_rate.is_none_or(|rate| rate == self.clock_rate.load(Ordering::Relaxed))
    }

    fn is_key(&self, packet: &gst::BufferRef) -> bool {
        is_one(&self.events, packet)
    }
}

/// The packet has one of these payload types.
fn is_one(payload_types: &Mutex<HashSet<u8>>, packet: &gst::BufferRef) -> bool {
    let mut header = [0; 2];
    let read = packet.copy_to_slice(0, &mut header).is_ok();
    read && payload_types.lock().unwrap_or_else(PoisonError::into_inner).contains(&(header[1] & 0x7f))
}

/// Listens at a jitter buffer; behind it there are no keys.
pub(super) fn take_out(buffer: &gst::Element, shared: &Weak<Shared>) {
    let (before, behind) = (shared.clone(), shared.clone());
    let hears = move |packet: &gst::BufferRef| before.upgrade().is_none_or(|shared| shared.listening.hear(packet));
    let sound = move |packet: &gst::BufferRef| behind.upgrade().is_none_or(|shared| !shared.listening.is_key(packet));
    keep(buffer.static_pad("sink"), hears);
    keep(buffer.static_pad("src"), sound);
}

/// Lets only such packets through the pad.
fn keep(pad: Option<gst::Pad>, fits: impl Fn(&gst::BufferRef) -> bool + Send + Sync + 'static) {
    let Some(pad) = pad else { return };
    pad.add_probe(gst::PadProbeType::BUFFER | gst::PadProbeType::BUFFER_LIST, move |_, info| {
        match &mut info.data {
            Some(gst::PadProbeData::Buffer(packet)) if !fits(packet) => return gst::PadProbeReturn::Drop,
            Some(gst::PadProbeData::BufferList(packets)) => packets
                .make_mut()
                .foreach_mut(|packet, _| ControlFlow::Continue(Some(packet).filter(|packet| fits(packet)))),
            _ => {}
        }
        gst::PadProbeReturn::Ok
    });
}
