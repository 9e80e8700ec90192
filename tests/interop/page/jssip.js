// The terminal on JsSIP.
import JsSIP from "jssip";
import { changes } from "./changes.js";
import { tell } from "./log.js";
import { prefer, show, stream } from "./media.js";

let agent;
let preferred;
const sessions = [];
const session = () => sessions.at(-1);
const refused = ({ cause, message }) => ({ cause, status: message?.status_code });

function take(next) {
  sessions.push(next);
  next.on("progress", ({ originator, response }) => {
    if (originator === "remote") tell("progress", { status: response.status_code });
  });
  next.on("confirmed", () => tell("confirmed"));
  next.on("failed", (event) => tell("failed", refused(event)));
  next.on("ended", ({ originator, cause }) => tell("ended", { originator, cause }));
  // Ours are told once the peer has answered: JsSIP takes no other offer before.
  next.on("hold", ({ originator }) => originator === "remote" && tell("hold", { originator }));
  next.on("unhold", ({ originator }) => originator === "remote" && tell("unhold", { originator }));
  next.on("newInfo", ({ originator, info }) => {
    if (originator === "remote") tell("info", { type: info.contentType, body: info.body });
  });
  next.on("newDTMF", ({ originator, dtmf }) => {
    if (originator === "remote") tell("tone", { tone: dtmf.tone });
  });
  next.on("peerconnection:setremotedescriptionfailed", (error) => tell("renegotiated", { refused: String(error) }));
  next.on("refer", ({ accept }) => accept(take, { mediaStream: stream() }));
  next.on("replaces", ({ accept }) => accept((replacing) => {
    take(replacing);
    replacing.answer({ mediaStream: stream() });
  }));
  next.on("peerconnection", ({ peerconnection }) => {
    show(peerconnection);
    if (preferred) prefer(preferred, peerconnection);
  });
  if (next.connection) show(next.connection);
}

export const phone = {
  start({ server, uri, password, answer, codec }) {
    preferred = codec;
    const sockets = [new JsSIP.WebSocketInterface(server)];
    agent = new JsSIP.UA({ sockets, uri, password, register: true });
    agent.on("newRTCSession", ({ originator, session: incoming }) => {
      if (originator !== "remote") return;
      take(incoming);
      tell("ringing");
      if (answer) incoming.answer({ mediaStream: stream() });
    });
    agent.on("registered", () => tell("registered"));
    agent.on("registrationFailed", ({ cause }) => tell("registered", { failed: cause }));
    agent.on("disconnected", ({ reason }) => tell("registered", { failed: reason ?? "no connection" }));
    agent.start();
  },
  call(target) {
    tell("asked", { at: performance.now() });
    take(agent.call(target, { mediaStream: stream() }));
  },
  accept: () => session().answer({ mediaStream: stream() }),
  reject: (status) => session().terminate({ status_code: status }),
  hangUp: () => session().terminate(),
  hold: () => session().hold({}, () => tell("hold", { originator: "local" })),
  unhold: () => session().unhold({}, () => tell("unhold", { originator: "local" })),
  ...changes(() => session().connection),
  // Offers again as soon as the negotiation before is over.
  renegotiate(rtcOfferConstraints) {
    const begun = session().renegotiate({ rtcOfferConstraints }, () => tell("renegotiated"));
    if (!begun) setTimeout(() => phone.renegotiate(rtcOfferConstraints), 20);
  },
  info: (type, body) => session().sendInfo(type, body),
  tones: (tones) => session().sendDTMF(tones, { duration: 100, interToneGap: 50 }),
  // Asks the peer of the first call to call this target, or, without one, the peer of the last call in its place.
  refer(target) {
    const eventHandlers = {
      requestSucceeded: () => tell("referred"),
      requestFailed: ({ response }) => tell("referred", { failed: response?.status_code }),
      accepted: ({ status_line }) => tell("transferred", { status: status_line.status_code }),
      failed: ({ status_line }) => tell("transferred", { status: status_line?.status_code }),
    };
    const options = target ? { eventHandlers } : { eventHandlers, replaces: session() };
    sessions[0].refer(target ?? session().remote_identity.uri.toString(), options);
  },
  connection: () => session().connection,
};
