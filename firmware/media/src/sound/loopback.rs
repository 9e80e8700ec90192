//! Sound through encoder, RTP and decoder and back, as the other side would hear it.

use gst::prelude::*;

use super::{FORMAT, batch, codecs, reference::time};
use crate::{encode::elements, error::MediaError, pipeline::named};

/// Samples of a buffer, 20 ms.
const PIECE: usize = super::RATE as usize / 50;
/// What a codec is called without agreement; nobody sees it.
const PAYLOAD_TYPE: u8 = 96;

/// What the other side would hear of these samples by this codec; blocks until it is reckoned.
pub(crate) fn through(codec: &str, samples: &[i16]) -> Result<Vec<i16>, MediaError> {
    let sending = codecs::sending(codec, &elements::opus(""), PAYLOAD_TYPE)?;
    let receiving = codecs::receiving(codec)?;
    let bin = |text: &str| gst::parse::bin_from_description(text, true);
    let (sending, receiving) = (bin(&sending.text)?, bin(&receiving.text)?);
    let source = gst_app::AppSrc::builder().name("in").caps(&FORMAT.parse()?).format(gst::Format::Time).build();
    let pipeline = gst::Pipeline::new();
    pipeline.add_many([source.upcast_ref::<gst::Element>(), sending.upcast_ref(), receiving.upcast_ref()])?;
    gst::Element::link_many([source.upcast_ref::<gst::Element>(), sending.upcast_ref(), receiving.upcast_ref()])?;
    let sink: gst_app::AppSink = named(&pipeline, "out")?;
    sink.set_sync(false);
    sink.set_drop(false);
    batch::run("sound test", &pipeline, samples.chunks(PIECE).enumerate().map(|(index, piece)| buffer(index, piece)))
}

fn buffer(index: usize, piece: &[i16]) -> gst::Buffer {
    let mut buffer = super::buffer(piece);
    let signed = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let meta = buffer.make_mut();
    meta.set_pts(time(signed(index * PIECE)));
    meta.set_duration(time(signed(piece.len())));
    buffer
}

#[cfg(test)]
mod tests {
    use roombox_testcard::tone::{Sine, from_i16, strength};

    use super::*;

    #[test]
    fn a_tone_comes_through_every_codec() {
        gst::init().unwrap();
        for codec in ["OPUS", "G722", "PCMU", "PCMA"] {
            let mut tone = vec![0; 2 * super::super::RATE as usize];
            Sine::new(super::super::RATE, 600.0, 0.3).fill_i16(&mut tone);
            let heard = through(codec, &tone).unwrap();
            assert!(heard.len() > tone.len() * 9 / 10, "{codec}: {}", heard.len());
            assert!(strength(&from_i16(&heard), super::super::RATE, 600.0) > 0.9, "{codec}");
        }
    }
}
