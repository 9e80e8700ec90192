// What a Vinteo server says, read as a client in a browser reads it: events by name, from the headers of an INFO or a
// NOTIFY. Clients of version 20 keep the case of everything and know the values in capitals only; those of version 31
// take values in any case and turn free texts into small letters.
const PREFIX = "application/vinteo.webrtc.";

class Headers {
  constructor(request, version) {
    this.request = request;
    this.modern = version >= 31;
  }

  // As it stands there; nothing where it is blank.
  raw(name) {
    return this.request.getHeader(name)?.trim() || undefined;
  }

  text(name) {
    return this.modern ? this.raw(name)?.toLowerCase() : this.raw(name);
  }

  word(name) {
    return this.modern ? this.raw(name)?.toUpperCase() : this.raw(name);
  }

  truth(name) {
    return { true: true, 1: true, false: false, 0: false }[this.raw(name)];
  }

  // Payload that only newer clients read.
  since31(payload) {
    return this.modern ? payload : {};
  }
}

const sync = (headers) => headers.truth("x-webrtc-sync");

const families = {
  roomname(headers) {
    const events = [];
    const [room, participantName] = ["x-webrtc-enter-room", "x-webrtc-participant-name"].map((name) => headers.text(name));
    if (room && participantName) {
      const bearerToken = headers.raw("x-bearer-token");
      const isDirectPeerToPeer = headers.truth("x-webrtc-is-direct-p2p");
      const newer = headers.since31({ bearerToken, isDirectPeerToPeer });
      events.push(["api:enter-room", { room, participantName, ...newer }]);
    }
    const [inputChannels, outputChannels] = ["input", "output"].map((way) => headers.text(`x-webrtc-${way}-channels`));
    if (inputChannels && outputChannels) events.push(["api:channels:all", { inputChannels, outputChannels }]);
    return events;
  },
  sharedesktop(headers) {
    const codec = headers.word("x-webrtc-share-codec");
    const event = {
      YOUCANRECEIVECONTENT: ["api:contented-stream:available", headers.since31({ codec })],
      CONTENTEND: ["api:contented-stream:not-available", {}],
      YOUMUSTSTOPSENDCONTENT: ["api:presentation:must-stop", {}],
    }[headers.word("x-webrtc-share-state")];
    return event ? [event] : [];
  },
  maincam(headers) {
    const isSyncForced = sync(headers);
    const mainCam = headers.word("x-webrtc-maincam");
    const resolutionMainCam = headers.text("x-webrtc-maincam-resolution");
    if (mainCam === "ADMINSTARTMAINCAM") return [["api:admin:start-main-cam", { isSyncForced }]];
    if (mainCam === "ADMINSTOPMAINCAM") return [["api:admin:stop-main-cam", { isSyncForced }]];
    const control = ["api:main-cam-control", { mainCam, resolutionMainCam }];
    const forces = ["PAUSEMAINCAM", "RESUMEMAINCAM"].includes(mainCam) && isSyncForced !== undefined;
    return forces ? [["api:admin:force-sync-media-state", { isSyncForced }], control] : [control];
  },
  mic(headers) {
    const name = { ADMINSTARTMIC: "api:admin:start-mic", ADMINSTOPMIC: "api:admin:stop-mic" }[headers.word("x-webrtc-mic")];
    return name ? [[name, { isSyncForced: sync(headers) }]] : [];
  },
  uselic(headers) {
    const license = headers.word("x-webrtc-use-license");
    return ["AUDIO", "VIDEO", "AUDIOPLUSPRESENTATION"].includes(license) ? [["api:use-license", { license }]] : [];
  },
  partstate(headers) {
    const state = headers.word("x-webrtc-partstate");
    if (state === "PARTICIPANT") return [["api:participant:move-request-to-participants", {}]];
    if (state !== "SPECTATOR") return [];
    const audioId = headers.text("x-webrtc-audioid");
    const isAvailableSendingMedia = headers.raw("x-webrtc-spectator-mode") === "1";
    const payload = { isSynthetic: !audioId, audioId, ...headers.since31({ isAvailableSendingMedia }) };
    return [["api:participant:move-request-to-spectators", payload]];
  },
  notify: (headers) => notify(headers.request),
  // Known to clients before version 20; newer ones answer it and do nothing.
  restart(headers) {
    if (headers.modern) return [];
    return [["api:restart", {
      tracksDirection: headers.raw("x-webrtc-tracks-direction"),
      audioTrackCount: Number(headers.raw("x-webrtc-audio-track-count")),
      videoTrackCount: Number(headers.raw("x-webrtc-video-track-count")),
    }]];
  },
};

const about = (name) => ({ body: { conference } }) => [name, { conference }];
const listed = (name) => ({ conference }) => [name, { conference }];
const webcast = (name) => ({ body: { conference, type } }) => [name, { conference, type }];

const commands = {
  channels: ({ input, output }) => ["api:channels:notify", { inputChannels: input, outputChannels: output }],
  WebcastStarted: webcast("api:webcast:started"),
  WebcastStopped: webcast("api:webcast:stopped"),
  addedToListModerators: listed("api:participant:added-to-list-moderators"),
  removedFromListModerators: listed("api:participant:removed-from-list-moderators"),
  ParticipationRequestAccepted: about("api:participation:accepting-word-request"),
  ParticipationRequestRejected: about("api:participation:cancelling-word-request"),
  ParticipantMovedToWebcast: about("api:participant:move-request-to-stream"),
  accountChanged: () => ["api:account:changed", {}],
  accountDeleted: () => ["api:account:deleted", {}],
  ConferenceParticipantTokenIssued: ({ body: { conference, participant, jwt } }) =>
    ["api:conference:participant-token-issued", { conference, participant, jwt }],
};

// The events of the JSON in a NOTIFY outside any call, or in an INFO.
export function notify(request) {
  const json = request.getHeader("x-vinteo-notify");
  if (!json) return [];
  const said = JSON.parse(json);
  const read = commands[said.cmd];
  return read ? [read(said)] : [];
}

// The events of an INFO.
export function info(request, version) {
  const type = request.getHeader("content-type")?.toLowerCase() ?? "";
  if (!type.startsWith(PREFIX)) return [];
  return families[type.slice(PREFIX.length)]?.(new Headers(request, version)) ?? [];
}

export const typeOf = (family) => PREFIX + family;
