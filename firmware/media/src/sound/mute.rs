//! The mute: samples are zeroed here, and what leaves is read again to tell the fact.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::mpsc::UnboundedSender;

use crate::{api::MediaEvent, pipeline::locked};

/// So many buffers of zeros in a row are silence on purpose; a microphone's own noise never gives them.
const ZEROS_UNTIL_MUTED: u32 = 3;

/// The last stage of the microphone: behind it stand only the encoders.
#[derive(Debug)]
pub(crate) struct Mute {
    on: AtomicBool,
    fact: Mutex<Fact>,
    events: UnboundedSender<MediaEvent>,
}

#[derive(Debug, Default)]
struct Fact {
    zeros: u32,
    muted: Option<bool>,
}

impl Mute {
    pub(crate) fn new(muted: bool, events: UnboundedSender<MediaEvent>) -> Self {
        Self { on: AtomicBool::new(muted), fact: Mutex::default(), events }
    }

    /// From the next buffer on.
    pub(crate) fn set(&self, muted: bool) {
        self.on.store(muted, Ordering::Release);
    }

    /// Silence is wanted.
    pub(crate) fn is_on(&self) -> bool {
        self.on.load(Ordering::Acquire)
    }

    /// Zeroes the buffer while muted, then reads what it really holds.
    pub(crate) fn pass(&self, buffer: &mut gst::Buffer) {
        if self.is_on() {
            *buffer = zeroed(buffer);
        }
        let silent = buffer.map_readable().is_ok_and(|map| map.iter().all(|byte| *byte == 0));
        if let Some(muted) = locked(&self.fact).observe(silent) {
            // The owner may be gone while the engine stops.
            let _ = self.events.send(MediaEvent::Microphone { muted });
        }
    }
}

impl Fact {
    fn observe(&mut self, silent: bool) -> Option<bool> {
        self.zeros = if silent { self.zeros.saturating_add(1) } else { 0 };
        let muted = match self.zeros {
            0 => false,
            ZEROS_UNTIL_MUTED.. => true,
            _ => return None,
        };
        (self.muted.replace(muted) != Some(muted)).then_some(muted)
    }
}

/// A new buffer of zeros with the times of the old one; an empty one where there is no memory for it.
fn zeroed(buffer: &gst::Buffer) -> gst::Buffer {
    let mut zeros = gst::Buffer::from_mut_slice(vec![0_u8; buffer.size()]);
    // Times and flags are plain fields: copying them has no way to fail on a fresh buffer.
    let _ = buffer.copy_into(zeros.make_mut(), gst::BufferCopyFlags::TIMESTAMPS | gst::BufferCopyFlags::FLAGS, ..);
    zeros
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(mute: &Mute, bytes: Vec<u8>) -> Vec<u8> {
        let mut buffer = gst::Buffer::from_mut_slice(bytes);
        mute.pass(&mut buffer);
        buffer.map_readable().unwrap().to_vec()
    }

    #[test]
    fn what_goes_out_is_told_from_the_samples() {
        gst::init().unwrap();
        let (events, mut told) = tokio::sync::mpsc::unbounded_channel();
        let mute = Mute::new(false, events);
        assert_eq!(pass(&mute, vec![1, 2]), [1, 2]);
        assert_eq!(told.try_recv(), Ok(MediaEvent::Microphone { muted: false }));
        mute.set(true);
        for _ in 0..ZEROS_UNTIL_MUTED {
            assert!(told.try_recv().is_err());
            assert_eq!(pass(&mute, vec![1, 2]), [0, 0]);
        }
        assert_eq!(told.try_recv(), Ok(MediaEvent::Microphone { muted: true }));
    }

    #[test]
    fn a_microphone_that_gives_only_zeros_counts_as_muted_whatever_was_asked() {
        gst::init().unwrap();
        let (events, mut told) = tokio::sync::mpsc::unbounded_channel();
        let mute = Mute::new(false, events);
        (0..ZEROS_UNTIL_MUTED).for_each(|_| assert_eq!(pass(&mute, vec![0, 0]), [0, 0]));
        assert_eq!(told.try_recv(), Ok(MediaEvent::Microphone { muted: true }));
    }
}
