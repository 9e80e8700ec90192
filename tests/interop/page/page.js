// A room terminal on JsSIP, driven from outside through `window.phone`.
import JsSIP from "jssip";

const remote = document.getElementById("remote");
let agent;
let local;
let session;
let end = null;
const waiting = [];
let listener;

function settle(outcome) {
  waiting.splice(0).forEach((each) => each(outcome));
}

function listen(stream) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 32768;
  context.createMediaStreamSource(stream).connect(analyser);
  listener = { context, analyser };
}

function show(connection) {
  connection.addEventListener("track", ({ streams, track }) => {
    const stream = streams[0] ?? new MediaStream([track]);
    if (track.kind === "audio") listen(stream);
    if (track.kind === "video") remote.srcObject = stream;
  });
}

function take(next) {
  session = next;
  session.on("confirmed", () => settle({ confirmed: true }));
  session.on("failed", ({ cause, message }) => settle({ failed: cause, status: message?.status_code }));
  session.on("ended", ({ originator, cause }) => end = `${cause} by ${originator}`);
  session.on("peerconnection", ({ peerconnection }) => show(peerconnection));
  if (session.connection) show(session.connection);
}

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

window.phone = {
  // Registers and answers every call from then on.
  async start({ server, uri, password }) {
    const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const video = { width: 640, height: 360, frameRate: 30 };
    local = await navigator.mediaDevices.getUserMedia({ audio, video });
    agent = new JsSIP.UA({ sockets: [new JsSIP.WebSocketInterface(server)], uri, password, register: true });
    agent.on("newRTCSession", ({ originator, session: incoming }) => {
      if (originator !== "remote") return;
      take(incoming);
      incoming.answer({ mediaStream: local });
    });
    return new Promise((resolve) => {
      agent.on("registered", () => resolve({ registered: true }));
      agent.on("registrationFailed", ({ cause }) => resolve({ failed: cause }));
      agent.on("disconnected", ({ reason }) => resolve({ failed: reason ?? "no connection" }));
      agent.start();
    });
  },

  call(target) {
    const outcome = this.answered();
    take(agent.call(target, { mediaStream: local }));
    return outcome;
  },

  // Resolves once a call, ours or the peer's, stands or has failed.
  answered() {
    if (session?.isEstablished()) return Promise.resolve({ confirmed: true });
    return new Promise((resolve) => waiting.push(resolve));
  },

  hangUp: () => session.terminate(),

  // How the last call ended: cause and side.
  end: () => end,

  async statistics() {
    const report = await session.connection.getStats();
    return [...report.values()].filter(({ type }) => type === "inbound-rtp" || type === "outbound-rtp");
  },

  // The remote picture at 640 x 360: red, green, blue, in base64.
  picture() {
    const [width, height] = [640, 360];
    if (remote.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
    const canvas = new OffscreenCanvas(width, height).getContext("2d");
    canvas.drawImage(remote, 0, 0, width, height);
    const rgb = canvas.getImageData(0, 0, width, height).data.filter((_, at) => at % 4 !== 3);
    return { width, height, rgb: base64(new Uint8Array(rgb)) };
  },

  // The last two thirds of a second of remote sound: samples of 16 bits, little endian, in base64.
  sound() {
    if (!listener) return null;
    const samples = new Float32Array(listener.analyser.fftSize);
    listener.analyser.getFloatTimeDomainData(samples);
    const pcm = Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 32767);
    return { rate: listener.context.sampleRate, pcm: base64(new Uint8Array(pcm.buffer)) };
  },
};
