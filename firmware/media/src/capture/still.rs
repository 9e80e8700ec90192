//! The still picture that goes out while there is no camera picture.

use std::{sync::Arc, time::Duration};

use crate::{
    capture::{PictureFormat, Pictures},
    error::MediaError,
    paint::{self, Canvas, Colour, Rectangle},
    tasks::Closing,
};

/// Often enough for a peer that joins late and for encoders that expect a steady stream.
const PERIOD: Duration = Duration::from_millis(200);

const TOP: Colour = Colour(38, 134, 124);
const BOTTOM: Colour = Colour(24, 131, 126);
const INK: Colour = Colour(120, 130, 126);
const STROKE: Colour = Colour(96, 112, 176);

/// A dark picture with a crossed-out camera.
pub(crate) fn draw(format: &PictureFormat) -> Result<gst::Buffer, MediaError> {
    Ok(paint::picture(&format.info, |canvas| {
        canvas.gradient(TOP, BOTTOM);
        camera_sign(canvas);
    })?)
}

/// A body, a lens hood and a bar across, a fifth of the picture high.
fn camera_sign(canvas: &mut Canvas<'_>) {
    let unit = (canvas.height() / 60).max(2) & !1;
    let (x, y) = (canvas.width() / 2 - 9 * unit, canvas.height() / 2 - 6 * unit);
    canvas.fill(Rectangle { x, y, width: 12 * unit, height: 12 * unit }, INK);
    for step in 0..5 {
        let (left, half) = (x + (13 + step) * unit, (2 + step) * unit);
        canvas.fill(Rectangle { x: left, y: y + 6 * unit - half, width: unit, height: 2 * half }, INK);
    }
    for step in 0..20 {
        let square =
            Rectangle { x: x + step * unit - unit, y: y + 15 * unit - step * unit, width: 2 * unit, height: unit };
        canvas.fill(square, STROKE);
    }
}

/// Sends the still picture as long as it is its turn.
pub(crate) async fn run(pictures: Arc<Pictures>, mut closing: Closing) {
    let mut turn = pictures.still_goes.subscribe();
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let next = async {
            // The sender lives in the pictures themselves.
            let _ = turn.wait_for(|goes| *goes).await;
            ticks.tick().await;
        };
        tokio::select! {
            () = closing.wait() => return,
            () = next => {}
        }
        if *turn.borrow() {
            let mut frame = pictures.still.copy();
            frame.make_mut().set_pts(pictures.timeline.now());
            pictures.push(frame);
        }
    }
}
