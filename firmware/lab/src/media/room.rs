//! A conference room: a thread that paints and mixes, and the encoders in use.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use gst::prelude::*;
use roombox_lab_signalling::Faults;

use super::MediaError;
use super::canvas::{HEIGHT, RATE, WIDTH, caps, size};
use super::encoder::Seat;
use super::encoders::Encoders;
use super::layout::tiles;
use super::member::Member;
use super::mixer::{BLOCK, Block, SAMPLE_RATE, mix};
use super::painter::{Painter, Tile};
use super::sound::LabVoice;
use super::timeline::Timeline;
use crate::config::LabSound;

/// A thread that was held up longer than this skips what it missed instead of hurrying after it.
const FORGIVE: gst::ClockTime = gst::ClockTime::from_mseconds(500);
/// Duration of a block.
const BLOCK_TIME: gst::ClockTime = gst::ClockTime::from_mseconds(BLOCK as u64 * 1000 / SAMPLE_RATE as u64);

/// A room while somebody is in it; closed when dropped.
#[derive(Debug)]
pub(super) struct Room {
    hall: Arc<Hall>,
    thread: Option<JoinHandle<()>>,
}

/// What the room's thread and its participants share.
#[derive(Debug)]
pub(super) struct Hall {
    pub(super) timeline: Timeline,
    /// Who presents.
    presenter: Mutex<Option<u64>>,
    /// The room's picture.
    pub(super) main: Encoders,
    /// What is presented.
    pub(super) content: Encoders,
    frozen: AtomicBool,
    members: Mutex<Vec<Arc<Member>>>,
    mute: AtomicBool,
    over: (Mutex<bool>, Condvar),
}

impl Room {
    pub(super) fn open(name: &str, sound: LabSound, timeline: Timeline) -> Result<Self, MediaError> {
        let hall = Arc::new(Hall {
            timeline,
            presenter: Mutex::default(),
            main: Encoders::default(),
            content: Encoders::default(),
            frozen: AtomicBool::new(false),
            members: Mutex::default(),
            mute: AtomicBool::new(false),
            over: (Mutex::new(false), Condvar::new()),
        });
        let mut work = Work::new(Arc::clone(&hall), name, sound)?;
        let thread = std::thread::Builder::new().name("lab-room".into()).spawn(move || work.run());
        let thread = thread.map_err(|error| MediaError::Pipeline(format!("no thread for a room: {error}")))?;
        Ok(Self { hall, thread: Some(thread) })
    }

    pub(super) fn hall(&self) -> Arc<Hall> {
        Arc::clone(&self.hall)
    }

    pub(super) fn set_faults(&self, faults: &Faults) {
        self.hall.frozen.store(faults.frozen, Ordering::Relaxed);
        self.hall.mute.store(faults.mute, Ordering::Relaxed);
    }

    pub(super) fn enter(&self, member: Arc<Member>) {
        locked(&self.hall.members).push(member);
    }

    /// Takes out the connections of this call that are here and wanted.
    pub(super) fn exit(&self, wanted: impl Fn(Seat) -> bool) -> Vec<Arc<Member>> {
        locked(&self.hall.members).extract_if(.., |member| wanted(member.seat)).collect()
    }

    /// This call presents, or no longer.
    pub(super) fn present(&self, call: u64, presents: bool) {
        let mut presenter = locked(&self.hall.presenter);
        if presents {
            *presenter = Some(call);
        } else if *presenter == Some(call) {
            *presenter = None;
        }
    }

    pub(super) fn members(&self) -> Vec<Arc<Member>> {
        locked(&self.hall.members).clone()
    }

    pub(super) fn is_empty(&self) -> bool {
        locked(&self.hall.members).is_empty()
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        *locked(&self.hall.over.0) = true;
        self.hall.over.1.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic there was reported by its thread.
            let _ = thread.join();
        }
        // The participants hold the hall, and the hall them.
        locked(&self.hall.members).clear();
        self.hall.main.clear();
        self.hall.content.clear();
    }
}

impl Hall {
    /// Waits this long; true when the room is closed.
    fn wait(&self, time: gst::ClockTime) -> bool {
        let over = locked(&self.over.0);
        let waited = self.over.1.wait_timeout_while(over, time.into(), |over| !*over);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// What the room's thread has.
struct Work {
    hall: Arc<Hall>,
    painter: Painter,
    pool: gst::BufferPool,
    voice: LabVoice,
    last: Option<gst::Buffer>,
}

impl Work {
    fn new(hall: Arc<Hall>, name: &str, sound: LabSound) -> Result<Self, MediaError> {
        let pool = gst::BufferPool::new();
        let mut config = pool.config();
        let bytes = u32::try_from(size(WIDTH, HEIGHT)).map_err(|error| MediaError::Pipeline(error.to_string()))?;
        config.set_params(Some(&caps()), bytes, 2, 0);
        pool.set_config(config)?;
        pool.set_active(true)?;
        Ok(Self { hall, painter: Painter::new(name), pool, voice: LabVoice::new(sound), last: None })
    }

    /// Mixes every 20 ms and paints every 33 ms until the room is closed.
    fn run(&mut self) {
        let mut block_at = self.hall.timeline.now();
        let mut frame_at = block_at;
        let frame_time = gst::ClockTime::SECOND / u64::from(RATE);
        loop {
            let now = self.hall.timeline.now();
            if block_at <= now {
                self.mix(block_at);
                block_at = following(block_at, BLOCK_TIME, now);
            } else if frame_at <= now {
                self.paint(frame_at);
                // A picture that comes late is worth nothing: the next one is painted on time.
                frame_at += frame_time * ((now.saturating_sub(frame_at)) / frame_time + 1);
            } else if self.hall.wait(block_at.min(frame_at) - now) {
                break;
            }
        }
        // Buffers still under way keep the pool alive as long as they need it.
        let _ = self.pool.set_active(false);
    }

    fn mix(&mut self, at: gst::ClockTime) {
        let members = locked(&self.hall.members).clone();
        let voices: Vec<(u64, Option<Block>)> =
            members.iter().map(|member| (member.seat.call, member.speaks())).collect();
        let lab = self.voice.next();
        let mute = self.hall.mute.load(Ordering::Relaxed);
        for member in &members {
            let block = if mute { [0; BLOCK] } else { mix(&lab, &voices, member.seat.call) };
            member.hears(&block, at, BLOCK_TIME);
        }
    }

    fn paint(&mut self, at: gst::ClockTime) {
        if !self.hall.frozen.load(Ordering::Relaxed) || self.last.is_none() {
            self.last = self.painted();
        }
        if let Some(frame) = self.last.clone() {
            self.hall.main.push(&timed(frame, at));
        }
        if self.hall.content.is_used()
            && let Some(frame) = self.presented()
        {
            self.hall.content.push(&timed(frame, at));
        }
    }

    /// The newest picture of whoever presents.
    fn presented(&self) -> Option<gst::Buffer> {
        let presenter = (*locked(&self.hall.presenter))?;
        let members = locked(&self.hall.members).clone();
        let member = members.iter().find(|member| member.seat == Seat { call: presenter, watches: false })?;
        member.content()?.buffer_owned()
    }

    fn painted(&mut self) -> Option<gst::Buffer> {
        let members = locked(&self.hall.members).clone();
        let places: Vec<_> =
            members.iter().flat_map(|member| member.screens().into_iter().map(move |mid| (member, mid))).collect();
        let shown = tiles(places.len()).into_iter().zip(&places).map(|(area, (member, mid))| {
            let picture = mid.as_ref().and_then(|mid| member.picture(mid, area));
            Tile { area, name: member.name.clone(), picture }
        });
        let shown: Vec<Tile> = shown.collect();
        let clock = gst::glib::DateTime::now_local().and_then(|now| now.format("%H:%M:%S"));
        let mut buffer = self.pool.acquire_buffer(None).ok()?;
        let mut map = buffer.get_mut()?.map_writable().ok()?;
        self.painter.paint(&mut map, &shown, clock.as_deref().unwrap_or_default());
        drop(map);
        Some(buffer)
    }
}

/// The same picture, to be shown at this time.
fn timed(mut frame: gst::Buffer, at: gst::ClockTime) -> gst::Buffer {
    let shallow = frame.make_mut();
    shallow.set_pts(at);
    shallow.set_duration(gst::ClockTime::SECOND / u64::from(RATE));
    frame
}

/// The time of the next block; what was missed for long is skipped.
fn following(at: gst::ClockTime, step: gst::ClockTime, now: gst::ClockTime) -> gst::ClockTime {
    let next = at + step;
    if now.saturating_sub(next) > FORGIVE { now } else { next }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
