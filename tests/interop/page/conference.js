// The client of conferences on the JsSIP that the vendor's own client is built on: version 5 under its version 20,
// version 8 under its version 31. It says and does what that client does, in the order it does it.
import { card } from "./card.js";
import { tell } from "./log.js";
import { show, stream } from "./media.js";
import { info, notify, typeOf } from "./vendor.js";
import { watch } from "./watch.js";

const PRESENTATION_BITRATE = 1_000_000;
const KEY = { duration: 120, interToneGap: 600 };
const on = (state) => (state ? "1" : "0");

export function conference(JsSIP, version) {
  let agent;
  let session;
  let presented;
  let presenting;
  let server;
  let room = {};

  // An INFO without body; what came of it is told under the same name.
  async function say(name, family, ...extraHeaders) {
    try {
      await session.sendInfo(typeOf(family), undefined, { noTerminateWhenError: true, extraHeaders });
      tell(name, { granted: true });
      return true;
    } catch (error) {
      tell(name, { granted: false, error: error?.message });
      return false;
    }
  }

  const share = (name, state) => say(name, "sharedesktop", `x-webrtc-share-state: ${state}`);

  // Version 5 of the library does it by itself.
  async function attach(content) {
    if (session.startPresentation) return session.startPresentation(content, true);
    const { connection } = session;
    const [track] = content.getTracks();
    if (presenting) {
      await presenting.replaceTrack(track);
      return session.renegotiate();
    }
    const free = connection.getTransceivers().some(({ currentDirection }) => currentDirection === "recvonly");
    if (free) presenting = connection.addTrack(track, content);
    else presenting = connection.addTransceiver(track, { direction: "sendrecv", streams: [content] }).sender;
    return session.renegotiate();
  }

  async function limit(track) {
    const sender = session.connection.getSenders().find((each) => each.track === track);
    const parameters = sender.getParameters();
    parameters.encodings.forEach((encoding) => Object.assign(encoding, { maxBitrate: PRESENTATION_BITRATE }));
    await sender.setParameters(parameters);
  }

  async function stopPresenting() {
    if (!presented) return;
    const content = presented;
    presented = undefined;
    await share("presentation:stopped", "STOPPRESENTATION");
    if (session.stopPresentation) await session.stopPresentation(content);
    else content.getTracks().forEach((track) => track.stop());
  }

  async function restart({ videoTrackCount }) {
    const { connection } = session;
    if (videoTrackCount === 2 && !presented && connection.getTransceivers().length < 3) {
      connection.addTransceiver("video", { direction: "recvonly" });
    }
    tell("restarted", { done: await session.restartIce() });
  }

  const reactions = {
    "api:enter-room": (payload) => { room = { conference: payload.room, token: payload.bearerToken }; },
    "api:conference:participant-token-issued": ({ conference, jwt }) => { room = { conference, token: jwt }; },
    "api:presentation:must-stop": stopPresenting,
    "api:participant:move-request-to-spectators": stopPresenting,
    "api:restart": restart,
  };

  function understand(events) {
    for (const [name, payload] of events) {
      tell(name, payload);
      void reactions[name]?.(payload);
    }
  }

  function take(next) {
    session = next;
    next.on("confirmed", () => {
      tell("confirmed");
      if (version >= 31) void announce();
    });
    next.on("failed", ({ cause, message }) => tell("failed", { cause, status: message?.status_code }));
    next.on("ended", ({ originator, cause }) => tell("ended", { originator, cause }));
    next.on("newInfo", ({ originator, request }) => originator === "remote" && understand(info(request, version)));
    next.on("newDTMF", ({ originator, dtmf }) => originator === "remote" && tell("tone", { tone: dtmf.tone }));
    next.on("peerconnection", ({ peerconnection }) => show(peerconnection));
    if (next.connection) show(next.connection);
  }

  // Said in every call, whether it leads into a conference or not.
  function announce() {
    const [own, other] = [agent.configuration.uri.user, session.remote_identity.uri.user];
    return say("announced", "roomname", `x-webrtc-enter-room: p2p${own}to${other}`,
      `x-webrtc-participant-name: ${other}`, "x-webrtc-is-direct-p2p: true");
  }

  return {
    start({ uri, password, name, ...account }) {
      server = new URL(account.server);
      const sockets = [new JsSIP.WebSocketInterface(server.href)];
      agent = new JsSIP.UA({
        sockets, uri, password, display_name: name.trim().replaceAll(" ", "_"), user_agent: "ChromeNew - Desktop",
        register: true, register_expires: 300, session_timers: false, connection_recovery_min_interval: 2,
        connection_recovery_max_interval: 6,
      });
      agent.on("registered", () => tell("registered"));
      agent.on("registrationFailed", ({ cause }) => tell("registered", { failed: cause }));
      agent.on("disconnected", ({ reason }) => tell("registered", { failed: reason ?? "no connection" }));
      agent.on("sipEvent", ({ request }) => understand(notify(request)));
      agent.start();
    },
    // `guest`: asks to be let in.
    call(target, guest) {
      const extraHeaders = ["X-Vinteo-Mic-State: 1", "X-Vinteo-MainCam-State: 1"];
      if (guest) extraHeaders.push("X-Vinteo-Purgatory-Call: yes");
      const rtcOfferConstraints = { offerToReceiveAudio: true, offerToReceiveVideo: true };
      take(agent.call(target, { mediaStream: stream(), extraHeaders, rtcOfferConstraints }));
    },
    hangUp: () => session.terminate({ cause: "Canceled" }),
    async present(source) {
      const name = "presentation:permission";
      if (!(await share(name, "LETMESTARTPRESENTATION"))) return;
      presented = card(source);
      const [track] = presented.getTracks();
      const done = await attach(presented);
      tell("presentation:started", { done: Boolean(done), lines: session.connection.getTransceivers().length });
      if (presented) await limit(track);
    },
    stopPresenting,
    askForCamera: () => say("camera", "maincam", "x-webrtc-request-enable-media-device: LETMESTARTMAINCAM"),
    mediaState: (camera, microphone) => say("media-state", "mediastate", "x-webrtc-media-state: currentstate",
      `x-vinteo-maincam-state: ${on(camera)}`, `x-vinteo-mic-state: ${on(microphone)}`),
    refuse: (device) => say("refusal", "refusal", `x-vinteo-media-type: ${{ mic: 0, cam: 1 }[device]}`),
    channels: (input, output) => say("channels", "channels", `x-webrtc-input-channels: ${input}`,
      `x-webrtc-output-channels: ${output}`),
    bitrate: (bits) => say("bitrate", "stats", `x-webrtc-available-incoming-bitrate: ${bits}`),
    tones: (tones) => session.sendDTMF(tones, KEY),
    restartIce: async () => tell("restarted", { done: await session.restartIce() }),
    // Receives as a spectator with this audio id, by a connection of its own.
    watch: (quality, audio) => watch(server, room, quality, audio),
    connection: () => session.connection,
  };
}
