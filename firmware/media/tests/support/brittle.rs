//! Codec elements that work until they are told to break; then as hardware does: an error on the bus, a refused buffer.

use std::sync::atomic::{AtomicBool, Ordering};

use gst::{glib, prelude::*, subclass::prelude::*};

/// The encoder fails with its next picture.
pub(crate) static BREAK_ENCODER: AtomicBool = AtomicBool::new(false);
/// The other encoder fails with its next picture.
pub(crate) static BREAK_LONE_ENCODER: AtomicBool = AtomicBool::new(false);
/// The decoder fails with its next picture.
pub(crate) static BREAK_DECODER: AtomicBool = AtomicBool::new(false);

/// Makes `bin` a good element of this factory that obeys `order`.
fn fill(bin: &gst::Bin, factory: &str, order: &'static AtomicBool) {
    let good = gst::ElementFactory::make(factory).build().unwrap();
    bin.add(&good).unwrap();
    for name in ["sink", "src"] {
        let inner = good.static_pad(name).unwrap();
        bin.add_pad(&gst::GhostPad::with_target(&inner).unwrap()).unwrap();
    }
    good.static_pad("sink").unwrap().add_probe(gst::PadProbeType::BUFFER, move |pad, probe| {
        if !order.load(Ordering::Acquire) {
            return gst::PadProbeReturn::Ok;
        }
        let element = pad.parent_element().unwrap();
        gst::element_error!(element, gst::StreamError::Failed, ("broken by order"));
        drop(probe.data.take());
        probe.flow_res = Err(gst::FlowError::Error);
        gst::PadProbeReturn::Handled
    });
}

macro_rules! brittle {
    ($inner:ident, $outer:ident, $name:literal, $factory:literal, $order:ident) => {
        #[derive(Debug, Default)]
        pub struct $inner;

        #[glib::object_subclass]
        impl ObjectSubclass for $inner {
            const NAME: &'static str = $name;
            type Type = $outer;
            type ParentType = gst::Bin;
        }

        glib::wrapper! {
            pub struct $outer(ObjectSubclass<$inner>) @extends gst::Bin, gst::Element, gst::Object;
        }

        impl ObjectImpl for $inner {
            fn constructed(&self) {
                self.parent_constructed();
                fill(self.obj().upcast_ref(), $factory, &$order);
            }
        }
        impl GstObjectImpl for $inner {}
        impl ElementImpl for $inner {}
        impl BinImpl for $inner {}
    };
}

brittle!(Encoder, BrittleEncoder, "RoomboxBrittleEncoder", "openh264enc", BREAK_ENCODER);
brittle!(Decoder, BrittleDecoder, "RoomboxBrittleDecoder", "openh264dec", BREAK_DECODER);
brittle!(LoneEncoder, BrittleLoneEncoder, "RoomboxBrittleLoneEncoder", "openh264enc", BREAK_LONE_ENCODER);

/// Makes `brittleh264enc`, `brittlelone264enc` and `brittleh264dec` known.
pub(crate) fn register() {
    gst::init().unwrap();
    gst::Element::register(None, "brittleh264enc", gst::Rank::NONE, BrittleEncoder::static_type()).unwrap();
    gst::Element::register(None, "brittlelone264enc", gst::Rank::NONE, BrittleLoneEncoder::static_type()).unwrap();
    gst::Element::register(None, "brittleh264dec", gst::Rank::NONE, BrittleDecoder::static_type()).unwrap();
}
