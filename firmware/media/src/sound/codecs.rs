//! The audio codecs: which elements they are made of, and which of them are to be had here.

use crate::{
    error::MediaError,
    pipelines::{decoder, encoder::MTU},
};

use super::FORMAT;

/// 20 ms a packet (RFC 3551 section 4.2), in ns.
const PACKET_TIME: u32 = 20_000_000;

/// The elements of one codec, by the encoding name of its rtpmap.
struct Elements {
    name: &'static str,
    encoder: &'static str,
    payloader: &'static str,
    depayloader: &'static str,
    decoder: &'static str,
    /// What the encoder takes and the decoder gives, in Hz.
    rate: u32,
}

/// Encoding name of Opus (RFC 7587 section 7).
pub(crate) const OPUS: &str = "OPUS";

const ALL: [Elements; 4] = [
    Elements {
        name: OPUS,
        encoder: "opusenc",
        payloader: "rtpopuspay",
        depayloader: "rtpopusdepay",
        decoder: "opusdec",
        rate: super::RATE,
    },
    Elements {
        name: "G722",
        encoder: "avenc_g722",
        payloader: "rtpg722pay",
        depayloader: "rtpg722depay",
        decoder: "avdec_g722",
        rate: 16_000,
    },
    Elements {
        name: "PCMU",
        encoder: "mulawenc",
        payloader: "rtppcmupay",
        depayloader: "rtppcmudepay",
        decoder: "mulawdec",
        rate: 8_000,
    },
    Elements {
        name: "PCMA",
        encoder: "alawenc",
        payloader: "rtppcmapay",
        depayloader: "rtppcmadepay",
        decoder: "alawdec",
        rate: 8_000,
    },
];

/// Makes up for lost packets where the decoder does not.
const CONCEALER: &str = "spanplc";

fn find(name: &str) -> Option<&'static Elements> {
    ALL.iter().find(|elements| elements.name.eq_ignore_ascii_case(name))
}

fn is_there(element: &str) -> bool {
    gst::ElementFactory::find(element).is_some()
}

/// Those of the configured codecs that are made of elements that are there, in their order: an offer must not promise
/// more.
pub(crate) fn working(names: &[String]) -> Vec<String> {
    let works = |name: &&String| {
        let elements = find(name);
        let missing = elements.and_then(|all| {
            [all.encoder, all.payloader, all.depayloader, all.decoder].into_iter().find(|element| !is_there(element))
        });
        if let Some(element) = missing {
            tracing::warn!(codec = name.as_str(), element, "audio codec left out: an element is missing");
        }
        elements.is_some() && missing.is_none()
    };
    names.iter().filter(works).cloned().collect()
}

/// Elements as pipeline text.
pub(crate) struct Chain {
    pub(crate) text: String,
    /// Element that encodes or decodes, for statistics.
    pub(crate) element: &'static str,
}

/// From [`FORMAT`] to RTP: the encoder is named `encoder`, the payloader `pay`, what leads `first`. `opus`: properties of
/// an Opus encoder.
pub(crate) fn sending(codec: &str, opus: &str, payload_type: u8) -> Result<Chain, MediaError> {
    let Elements { name, encoder, payloader, rate, .. } = find(codec).ok_or_else(|| unknown(codec, "encoder"))?;
    let encode = match *name {
        OPUS => format!("identity name=first ! {encoder} name=encoder {opus} ! {payloader}"),
        _ => format!(
            "audioresample name=first ! audio/x-raw,rate={rate} ! {encoder} name=encoder ! {payloader} \
             min-ptime={PACKET_TIME} max-ptime={PACKET_TIME}"
        ),
    };
    Ok(Chain { text: format!("{encode} name=pay pt={payload_type} mtu={MTU}"), element: encoder })
}

/// From RTP to [`FORMAT`]: what takes RTP is named `first`, what counts lost sound `decoder`, the end `out`.
pub(crate) fn receiving(codec: &str) -> Result<Chain, MediaError> {
    let Elements { name, depayloader, decoder, .. } = find(codec).ok_or_else(|| unknown(codec, "decoder"))?;
    let decode = match *name {
        OPUS => format!("{decoder} name=decoder use-inband-fec=true plc=true ! audioconvert"),
        _ if is_there(CONCEALER) => format!("{decoder} ! {CONCEALER} name=decoder"),
        _ => format!("{decoder} name=decoder"),
    };
    let (waiting, sink) = (decoder::waiting(), decoder::sink(25, true));
    let text = format!("{depayloader} name=first ! {waiting} ! {decode} ! audioresample ! {FORMAT} ! {sink}");
    Ok(Chain { text, element: decoder })
}

fn unknown(codec: &str, direction: &'static str) -> MediaError {
    MediaError::NoCodec { codec: codec.to_owned(), direction, tried: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn only_codecs_that_can_be_built_are_left_in_their_order() {
        gst::init().unwrap();
        assert_eq!(working(&names(&["PCMA", "SILK", "OPUS"])), names(&["PCMA", "OPUS"]));
    }

    #[test]
    fn every_chain_can_be_built() {
        gst::init().unwrap();
        for Elements { name, .. } in &ALL {
            let (sending, receiving) = (sending(name, "", 9).unwrap(), receiving(name).unwrap());
            for Chain { text, .. } in [sending, receiving] {
                assert!(gst::parse::bin_from_description(&text, false).is_ok(), "{text}");
            }
        }
    }
}
