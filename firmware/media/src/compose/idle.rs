//! The screen while no call is on: the self view on a quiet background, painted when there is a new one. No compositor
//! works then.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::MissedTickBehavior};

use crate::{
    api::View,
    capture::Pictures,
    compose::{
        layout::{self, Scene},
        mixer,
        screen::Parts,
    },
    error::MediaError,
    paint::{self, Canvas, Rectangle},
    relay::Hub,
    tasks::Closing,
};

/// Between two looks for a new picture.
const PERIOD: Duration = Duration::from_secs(1);
/// While there is none yet, at start.
const SOON: Duration = Duration::from_millis(100);

/// Paints until the engine closes, whenever `wanted` says so.
pub(super) async fn run(
    painter: Painter,
    (pictures, parts, composed): (Arc<Pictures>, Arc<Parts>, Arc<Hub>),
    mut wanted: watch::Receiver<bool>,
    mut closing: Closing,
) {
    let painter = Arc::new(painter);
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut shown = None;
    loop {
        tokio::select! {
            () = closing.wait() => return,
            on = wanted.changed() => {
                if on.is_err() { return }
                shown = None;
                ticks.reset_immediately();
                continue;
            }
            _ = ticks.tick() => {}
        }
        let Some(own) = pictures.last().filter(|_| *wanted.borrow()) else {
            ticks.reset_after(if *wanted.borrow() { SOON } else { PERIOD });
            continue;
        };
        if shown.replace(own.pts()) == Some(own.pts()) {
            continue;
        }
        let (painter, parts, composed) = (Arc::clone(&painter), Arc::clone(&parts), Arc::clone(&composed));
        let (now, again) = (pictures.timeline.now(), wanted.clone());
        let painting = tokio::task::spawn_blocking(move || {
            let picture = painter.paint(&own, now, &parts)?;
            // A call that began meanwhile has the screen.
            if *again.borrow() {
                parts.composed(&picture);
                composed.push(&picture, &painter.caps);
            }
            Ok::<_, MediaError>(())
        });
        if let Ok(Err(error)) = painting.await {
            tracing::warn!(%error, "the idle picture cannot be painted");
        }
    }
}

/// Paints the idle picture.
pub(super) struct Painter {
    from: gst_video::VideoInfo,
    to: gst_video::VideoInfo,
    caps: gst::Caps,
    view: Rectangle,
}

impl Painter {
    /// For a self view in this format.
    pub(super) fn new(from: &gst_video::VideoInfo) -> Result<Self, MediaError> {
        // The converter changes no frame rate; it sees one picture at a time.
        let from = gst_video::VideoInfo::builder(from.format(), from.width(), from.height()).build()?;
        let caps = mixer::format()?.to_caps()?;
        let to = gst_video::VideoInfo::builder(gst_video::VideoFormat::I420, layout::WIDTH, layout::HEIGHT).build()?;
        let own = layout::places(Scene::Idle, View::default(), (from.width(), from.height())).own;
        let view = own.ok_or_else(|| MediaError::pipeline("screen", "the own picture has no place"))?;
        Ok(Self { from, to, caps, view })
    }

    fn paint(&self, own: &gst::Buffer, now: gst::ClockTime, parts: &Parts) -> Result<gst::Buffer, MediaError> {
        let mut picture = paint::picture(&self.to, |canvas| canvas.gradient(mixer::IDLE_TOP, mixer::IDLE_BOTTOM))?;
        let buffer = picture.make_mut();
        buffer.set_pts(now);
        self.converter()?.frame_ref(
            &gst_video::VideoFrameRef::from_buffer_ref_readable(own, &self.from)?,
            &mut gst_video::VideoFrameRef::from_buffer_ref_writable(buffer, &self.to)?,
        );
        if let Some(mut canvas) = Canvas::on(buffer, &self.to) {
            canvas.outline(self.view, mixer::BORDER_WIDTH, mixer::BORDER);
            parts.write_on(&mut canvas, now);
        }
        Ok(picture)
    }

    /// Made anew for each picture: its tables are large, and a picture a second is rare.
    fn converter(&self) -> Result<gst_video::VideoConverter, MediaError> {
        let mut config = gst_video::VideoConverterConfig::new();
        let Rectangle { x, y, width, height } = self.view;
        config.set_dest_x(x.cast_signed());
        config.set_dest_y(y.cast_signed());
        config.set_dest_width(Some(width.cast_signed()));
        config.set_dest_height(Some(height.cast_signed()));
        config.set_fill_border(false);
        Ok(gst_video::VideoConverter::new(&self.from, &self.to, Some(config))?)
    }
}
