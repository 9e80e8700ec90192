// What changes on a running connection; the next offer or answer tells the peer.
import { card } from "./card.js";

export function changes(connection) {
  const lines = (kind) => connection().getTransceivers().filter(({ receiver }) => receiver.track.kind === kind);
  let presentation;
  return {
    // The third m-line, or the one that is there.
    present(source) {
      const shown = card(source);
      const sender = connection().addTrack(shown.getVideoTracks()[0], shown);
      presentation = connection().getTransceivers().find((line) => line.sender === sender);
    },
    withdraw() {
      presentation.sender.track.stop();
      presentation.stop();
    },
    direct(direction) {
      [lines("audio")[0], lines("video")[0]].forEach((line) => { line.direction = direction; });
    },
    // Only this codec, with what belongs to it, on every picture; all of them where none is named.
    only(mimeType) {
      const { codecs } = RTCRtpReceiver.getCapabilities("video");
      const wanted = mimeType ? codecs.filter((codec) => codec.mimeType === mimeType) : [];
      lines("video").forEach((line) => line.setCodecPreferences(wanted));
    },
    // Another camera, without an offer.
    camera: (source) => lines("video")[0].sender.replaceTrack(card(source).getVideoTracks()[0]),
    // As RTP events.
    keys: (keys) => lines("audio")[0].sender.dtmf.insertDTMF(keys, 100, 50),
  };
}
