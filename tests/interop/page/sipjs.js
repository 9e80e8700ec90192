// The terminal on SIP.js.
import { Inviter, Registerer, RegistererState, SessionState, SIPExtension, UserAgent, Web } from "sip.js";
import { tell } from "./log.js";
import { show, stream } from "./media.js";

let agent;
let registerer;
const sessions = [];
const session = () => sessions.at(-1);
const content = ({ request }) => ({ type: request.getHeader("Content-Type"), body: request.body });

function inform(info) {
  info.accept();
  const { type, body } = content(info);
  const tone = /^application\/dtmf-relay/.test(type) && /Signal=\s*([0-9A-D#*])/.exec(body);
  if (tone) tell("tone", { tone: tone[1] });
  else tell("info", { type, body });
}

async function follow(referral) {
  await referral.accept();
  const inviter = referral.makeInviter();
  take(inviter);
  await inviter.invite();
}

function take(next) {
  let stood = false;
  sessions.push(next);
  next.stateChange.addListener((state) => {
    if (state === SessionState.Established) {
      stood = true;
      tell("confirmed");
    }
    if (state === SessionState.Terminated) tell(stood ? "ended" : "failed", { originator: "either", cause: state });
  });
  next.delegate = {
    onInfo: inform,
    onRefer: follow,
    // Told by SIP.js for a re-INVITE of the peer, after it was answered.
    onInvite: (request, response) => {
      const offered = /a=(sendonly|inactive)/.test(request.body ?? "");
      tell(offered ? "hold" : "unhold", { originator: "remote", answer: response });
    },
    onSessionDescriptionHandler: (handler) => show(handler.peerConnection),
  };
}

function reoffer(hold) {
  session().sessionDescriptionHandlerOptionsReInvite = { hold };
  const done = { onAccept: () => tell(hold ? "hold" : "unhold", { originator: "local" }) };
  return session().invite({ requestDelegate: done });
}

export const phone = {
  async start({ server, uri, password, answer }) {
    const onInvite = (invitation) => {
      take(invitation);
      tell("ringing");
      if (answer) invitation.accept();
    };
    const address = UserAgent.makeURI(uri);
    agent = new UserAgent({
      uri: address,
      authorizationUsername: address.user,
      authorizationPassword: password,
      delegate: { onInvite },
      logLevel: "error",
      sipExtension100rel: SIPExtension.Supported,
      sipExtensionReplaces: SIPExtension.Supported,
      sessionDescriptionHandlerFactory: Web.defaultSessionDescriptionHandlerFactory(async () => stream().clone()),
      sessionDescriptionHandlerFactoryOptions: { iceGatheringTimeout: 500 },
      transportOptions: { server },
    });
    await agent.start();
    registerer = new Registerer(agent);
    registerer.stateChange.addListener((state) => {
      if (state === RegistererState.Registered) tell("registered");
    });
    const onReject = ({ message }) => tell("registered", { failed: message.reasonPhrase });
    await registerer.register({ requestDelegate: { onReject } });
  },
  async call(target) {
    const inviter = new Inviter(agent, UserAgent.makeURI(target), { earlyMedia: true });
    take(inviter);
    const requestDelegate = {
      onProgress: ({ message }) => tell("progress", { status: message.statusCode }),
      onReject: ({ message }) => tell("refused", { status: message.statusCode }),
    };
    await inviter.invite({ requestDelegate });
  },
  accept: () => session().accept(),
  reject: (status) => session().reject({ statusCode: status }),
  // In the words of the state: CANCEL, BYE, or a refusal.
  hangUp() {
    const current = session();
    if (current.state === SessionState.Established) return current.bye();
    return current instanceof Inviter ? current.cancel() : current.reject();
  },
  hold: () => reoffer(true),
  unhold: () => reoffer(false),
  early: () => session().progress({ statusCode: 183, reliable: true }),
  info: (contentType, content) => session().info({
    requestOptions: { body: { contentDisposition: "render", contentType, content } },
  }),
  async tones(tones) {
    for (const tone of tones) {
      await this.info("application/dtmf-relay", `Signal=${tone}\r\nDuration=100`);
    }
  },
  refer(target) {
    const onNotify = (notification) => {
      notification.accept();
      const status = Number(/^SIP\/2.0 (\d+)/.exec(notification.request.body)?.[1]);
      if (status >= 200) tell("transferred", { status });
    };
    const requestDelegate = {
      onAccept: () => tell("referred"),
      onReject: ({ message }) => tell("referred", { failed: message.statusCode }),
    };
    sessions[0].refer(target ? UserAgent.makeURI(target) : session(), { onNotify, requestDelegate });
  },
  connection: () => session().sessionDescriptionHandler.peerConnection,
};
