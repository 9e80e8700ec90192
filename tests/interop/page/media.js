// What both libraries share: camera and microphone, the remote picture and sound, and the numbers of the browser.
import { tell } from "./log.js";

const [remote, content] = ["remote", "content"].map((id) => document.getElementById(id));
let local;
let listener;

// When the first picture came.
remote.requestVideoFrameCallback(() => tell("frame", { at: performance.now() }));

export async function capture(size = { width: 640, height: 360 }) {
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const video = { ...size, frameRate: 30 };
  local ??= await navigator.mediaDevices.getUserMedia({ audio, video });
  return local;
}

export const stream = () => local;

function listen(from) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 32768;
  context.createMediaStreamSource(from).connect(analyser);
  listener = { context, analyser };
}

// Offers this codec before all others.
export function prefer(codec, connection) {
  const createOffer = connection.createOffer.bind(connection);
  connection.createOffer = (...words) => {
    const rank = ({ mimeType }) => (mimeType === codec ? 0 : 1);
    const codecs = RTCRtpSender.getCapabilities("video").codecs.sort((one, other) => rank(one) - rank(other));
    const lines = connection.getTransceivers().filter(({ sender }) => sender.track?.kind === "video");
    for (const line of lines) line.setCodecPreferences(codecs);
    return createOffer(...words);
  };
}

export function show(connection) {
  connection.addEventListener("track", ({ streams, track, transceiver }) => {
    const from = streams[0] ?? new MediaStream([track]);
    if (track.kind === "audio") return listen(from);
    const main = connection.getTransceivers().find(({ receiver }) => receiver.track.kind === "video");
    if (transceiver === main) remote.srcObject = from;
    else content.srcObject = new MediaStream([track]);
  });
}

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

export async function statistics(connection) {
  const report = await connection.getStats();
  return [...report.values()].filter(({ type }) => type === "inbound-rtp" || type === "outbound-rtp");
}

// The remote picture, or what somebody presents, at 640 x 360: red, green, blue, in base64.
export function picture(presented = false) {
  const [width, height] = [640, 360];
  const shown = presented ? content : remote;
  if (shown.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
  const canvas = new OffscreenCanvas(width, height).getContext("2d");
  canvas.drawImage(shown, 0, 0, width, height);
  const rgb = canvas.getImageData(0, 0, width, height).data.filter((_, at) => at % 4 !== 3);
  return { width, height, rgb: base64(new Uint8Array(rgb)) };
}

// The last two thirds of a second of remote sound: samples of 16 bits, little endian, in base64.
export function sound() {
  if (!listener) return null;
  const samples = new Float32Array(listener.analyser.fftSize);
  listener.analyser.getFloatTimeDomainData(samples);
  const pcm = Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 32767);
  return { rate: listener.context.sampleRate, pcm: base64(new Uint8Array(pcm.buffer)) };
}
