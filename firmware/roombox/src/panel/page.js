"use strict";

const find = (id) => document.getElementById(id);
const text = (id, value) => { const node = find(id); if (node.textContent !== value) node.textContent = value; };
const make = (name, attributes = {}, ...children) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
};

let status = null;
let callSince = null;
/** When the present call began, as its event says; the tree knows full minutes only. */
let callBegan = null;

// ---- asking ------------------------------------------------------------------------------------------------------

async function command(body) {
  try {
    const answer = await fetch("/api/command", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Roombox": "panel" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) toast((await answer.json()).message);
  } catch {
    toast("The box does not answer.");
  }
}

/** Plays a marker, then what is said after a beep; only where no call would hear it. */
async function testSound() {
  const button = find("test-sound"), list = find("sound-test");
  button.disabled = true;
  list.replaceChildren(make("li", {}, "A rushing is played. After the beep, say something for four seconds; then it is played."));
  try {
    const answer = await fetch("/api/test-sound", { method: "POST", headers: { "X-Roombox": "panel" } });
    const told = await answer.json();
    const sentences = answer.ok ? told.findings.map((finding) => finding.sentence) : [told.message];
    if (answer.ok && told.echo) sentences.push(`The speaker is heard after ${told.echo.delay_ms.toFixed(0)} ms.`);
    list.replaceChildren(...sentences.map((sentence) => make("li", {}, sentence)));
  } catch {
    list.replaceChildren(make("li", {}, "The box does not answer."));
  }
  button.disabled = false;
}
find("test-sound").addEventListener("click", testSound);

let toastTimer;
function toast(words) {
  text("toast", words);
  find("toast").classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => find("toast").classList.remove("shown"), 3500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-command]");
  if (button) command(JSON.parse(button.dataset.command));
});

// ---- connection and call in words ----------------------------------------------------------------------------------

const seconds = (ms) => ms >= 1000 ? `${Math.round(ms / 1000)} s` : "a moment";

function connectionWords(connection) {
  switch (connection.state) {
    case "established": return ["good", status.registered ? "Registered" : "Connected"];
    case "connected": return ["cool", "Signing in"];
    case "connecting": return ["cool", connection.attempt > 1 ? `Connecting, attempt ${connection.attempt}` : "Connecting"];
    case "disconnected":
      if (connection.needs_person) return ["bad", "Needs a person"];
      return ["warn", connection.retry_in_ms == null ? "Not connected" : `Again in ${seconds(connection.retry_in_ms)}`];
    default: return ["", "Off line"];
  }
}

/** `100` of `sip:100@example.org`. */
const short = (address) => address.replace(/^sips?:/, "").split("@")[0];

function callWords(call) {
  switch (call.state) {
    case "in-call": {
      if (status.admission === "waiting-room") return ["Waiting room", `Waiting for admission to ${short(call.target)}`];
      const room = call.room && call.room !== short(call.target) ? `${call.room} (${short(call.target)})` : short(call.target);
      if (status.hold.asked || status.hold.by_peer) return ["On hold", `Room ${room}`];
      const title = status.presentation.state === "presenting" ? "Presenting"
        : status.role.role === "spectator" ? "Watching the conference" : "In the conference";
      return [title, call.media_connected ? `Room ${room}` : `Room ${room} · picture and sound are on their way`];
    }
    case "connecting": return ["Joining", `Calling ${short(call.target)}`];
    case "waiting": return ["Not ready yet", `Joins ${short(call.target)} as soon as the server is reached.`];
    case "ringing": return ["Incoming call", call.from];
    case "redialling": return ["Calling again", `${short(call.target)} · attempt ${call.attempt} in ${seconds(call.retry_in_ms)} · ${call.reason}`];
    default: return status.connection.state === "established"
      ? ["Ready", "Press Join to enter the conference."]
      : ["Not ready yet", "Waiting for the conference server."];
  }
}

function showClock() {
  if (callSince === null) return text("call-clock", "");
  const passed = Math.max(0, Math.floor((Date.now() - callSince) / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(passed / 3600);
  text("call-clock", `${hours ? hours + ":" : ""}${two(Math.floor(passed / 60) % 60)}:${two(passed % 60)}`);
}
setInterval(showClock, 500);

// ---- the box -------------------------------------------------------------------------------------------------------

const ICONS = {
  "join-leave": '<path d="M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2"/>',
  mute: '<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5 11a7 7 0 0 0 14 0M12 18v3"/>',
  camera: '<rect x="3" y="7" width="12" height="10" rx="2.4"/><path d="m15 11 6-3v8l-6-3"/>',
  present: '<rect x="3" y="4" width="18" height="12" rx="2"/><path d="M12 16v4M8 20h8M12 13V7m-3 3 3-3 3 3"/>',
  "volume-up": '<path d="M4 10v4h3l5 4V6L7 10zM19 9v6M16 12h6"/>',
  "volume-down": '<path d="M4 10v4h3l5 4V6L7 10zM16 12h6"/>',
};
const LABELS = { "join-leave": "Join", mute: "Mute", camera: "Camera", present: "Present", "volume-up": "Louder", "volume-down": "Quieter" };

function buildFront(board) {
  find("leds").replaceChildren(...board.leds.map((name) =>
    make("span", { class: "led", "data-name": name, "data-pattern": "off" }, make("i"), name)));
  find("buttons").replaceChildren(...board.buttons.map(({ name, action }) => {
    const cap = make("i");
    cap.innerHTML = `<svg viewBox="0 0 24 24">${ICONS[action] ?? ""}</svg>`;
    const key = make("button", { class: "key", "data-action": action, title: name }, cap, make("span", {}, LABELS[action] ?? name));
    key.addEventListener("click", () => command({ command: "press", button: name }));
    return key;
  }));
}

function showFront() {
  for (const led of document.querySelectorAll(".led")) led.dataset.pattern = status.leds[led.dataset.name] ?? "off";
  const busy = ["in-call", "connecting", "waiting", "redialling"].includes(status.call.state);
  const ringing = status.incoming !== null;
  for (const key of document.querySelectorAll(".key")) {
    const { action } = key.dataset;
    const label = key.querySelector("span");
    if (action === "join-leave") {
      label.textContent = ringing ? "Answer" : busy ? "Leave" : "Join";
      key.classList.toggle("stop", busy && !ringing);
      key.classList.toggle("go", ringing || !busy);
    }
    if (action === "mute") {
      key.classList.toggle("lit", status.microphone.wanted === "muted");
      const muted = status.microphone.wanted === "muted";
      label.textContent = muted && status.microphone.speaking_muted ? "You are muted" : muted ? "Unmute" : "Mute";
    }
    if (action === "present") {
      const running = ["starting", "presenting"].includes(status.presentation.state);
      key.classList.toggle("lit", running);
      label.textContent = running ? "Stop presenting" : "Present";
    }
    if (action === "camera") key.classList.toggle("lit", status.camera.wanted === "off");
  }
}

/** What is presented: chosen at any time of a call, turned while it has pages. */
function showPresenting() {
  const { source, sources, page } = status.presentation;
  find("presenting").hidden = status.call.state !== "in-call" || sources.length === 0;
  const choice = find("source");
  if (choice.children.length !== sources.length) {
    choice.replaceChildren(...sources.map((name) => make("option", { value: name }, name)));
  }
  if (document.activeElement !== choice) choice.value = source;
  text("page", page ? `${page.page} / ${page.pages}` : "");
  for (const key of find("presenting").querySelectorAll("[data-command]")) key.hidden = !page;
}
find("source").addEventListener("change", (event) => {
  command({ command: "present", on: true, source: event.target.value });
  event.target.blur();
});

/** Draws the 128x64 picture as single lit dots, as the real glass shows it. */
function drawDisplay(picture) {
  const dots = document.createElement("canvas");
  [dots.width, dots.height] = [picture.width, picture.height];
  const source = dots.getContext("2d", { willReadFrequently: true });
  source.drawImage(picture, 0, 0);
  const { data } = source.getImageData(0, 0, picture.width, picture.height);
  const canvas = find("oled");
  const target = canvas.getContext("2d");
  const pitch = canvas.width / picture.width;
  target.fillStyle = "#020304";
  target.fillRect(0, 0, canvas.width, canvas.height);
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      const lit = data[(y * picture.width + x) * 4] > 127;
      target.fillStyle = lit ? "#a8e6ff" : "#070b0f";
      target.fillRect(x * pitch + .4, y * pitch + .4, pitch - .8, pitch - .8);
    }
  }
  target.globalCompositeOperation = "lighter";
  target.filter = "blur(5px)";
  target.globalAlpha = .45;
  target.drawImage(canvas, 0, 0);
  target.filter = "none";
  target.globalAlpha = 1;
  target.globalCompositeOperation = "source-over";
}

function loadPicture(address, then) {
  const picture = new Image();
  picture.onload = () => then(picture);
  picture.onerror = () => then(null);
  picture.src = address;
}

let shownDisplay = null;
const loadDisplay = () => loadPicture(`/display.png?${Date.now()}`, (picture) => picture && drawDisplay(picture));
function showDisplay() {
  const wanted = JSON.stringify(status.display);
  if (wanted === shownDisplay) return;
  shownDisplay = wanted;
  loadDisplay();
}
setInterval(() => { if (status?.display.working && !document.hidden) loadDisplay(); }, 250);

// ---- status, causes, events ----------------------------------------------------------------------------------------

const MENDERS = { owner: "You can mend this.", installer: "Whoever set the box up can mend this.", administrator: "The server's administrator can mend this." };

function showCauses() {
  const list = status.causes.length
    ? status.causes.map((cause) => make("li", { "data-tone": cause.who === "itself" ? "warn" : "bad" }, cause.sentence,
      make("small", {}, [cause.detail, MENDERS[cause.who]].filter(Boolean).join(" · "))))
    : [make("li", { "data-tone": "good" }, "Everything works.")];
  find("causes").replaceChildren(...list);
}

function show(tree) {
  status = tree;
  text("box-name", [tree.box.name, tree.box.board].filter(Boolean).join(" · "));
  text("version", tree.box.version ? `v${tree.box.version}` : "");
  const [tone, words] = connectionWords(tree.connection);
  find("connection").dataset.tone = tone;
  text("connection", "");
  find("connection").append(make("i"), make("span", {}, words));
  const [title, detail] = callWords(tree.call);
  text("call-title", title);
  text("call-detail", [detail, qualityWords(tree.quality)].filter(Boolean).join(" · ") || "\u00a0");
  document.title = `${title} · roombox`;
  if (tree.call.state !== "in-call") callSince = null;
  else callSince ??= callBegan ?? Date.now() - (tree.call.minutes ?? 0) * 60000;
  find("ring").hidden = tree.incoming === null;
  text("ring-from", tree.incoming?.from ?? "");
  showClock();
  showFront();
  showPresenting();
  showSharing();
  showLayout();
  showDisplay();
  showCauses();
}

/** The words of an event that tell a person something, in this order. */
const QUALITY = {
  "nothing-received": "nothing comes in",
  "camera": "the camera brings no pictures",
  "cpu-overload": "the box is too busy",
  "bandwidth": "the network is too slow",
  "loss": "the network loses data",
  "delay": "the network takes long",
  "jitter": "the network is uneven",
};

const WORDS = {
  verdict: (verdict) => verdict,
  cause: (cause) => typeof cause === "string" ? cause.replaceAll("-", " ") : "",
  stage: (name) => name.replaceAll("-", " "),
  ms: (ms) => `${Math.round(ms)} ms after the start`,
  state: (state) => state.replaceAll("-", " "),
  fact: (fact) => fact.replaceAll("-", " "),
  name: (name) => name,
  sentence: (sentence) => sentence,
  code: (code) => code.replaceAll("-", " "),
  from: (from) => from,
  target: short,
  reason: (reason) => reason,
  failure: (failure) => failure.reason ?? "",
  working: (works) => works ? "works" : "does not work",
  level: (level) => `${level} %`,
  expires: (seconds) => `for ${seconds} s`,
  retry_in_ms: (ms) => `again in ${seconds(ms)}`,
};

/** A good call needs no words. */
function qualityWords(quality) {
  if (!quality?.cause) return "";
  return `${quality.verdict}: ${QUALITY[quality.cause] ?? quality.cause.replaceAll("-", " ")}`;
}

function eventDetail(data) {
  if (data === null || typeof data !== "object") return data === null ? "" : String(data);
  return Object.keys(WORDS).filter((key) => data[key] !== undefined && data[key] !== null)
    .map((key) => WORDS[key](data[key])).filter((words) => words !== "").join(" · ");
}

/** What people follow: the box's own events and those of the presentation; the rest of the catalogue is for programs. */
const forPeople = (name) => !name.includes(":") || name.startsWith("presentation:");

function addEvent(event, fresh) {
  if (event.event === "call") callBegan = event.data.state === "in-call" ? callBegan ?? Date.parse(event.time) : null;
  if (!forPeople(event.event)) return;
  const when = new Date(event.time).toLocaleTimeString([], { hour12: false });
  const line = make("li", fresh ? { class: "fresh" } : {}, make("time", {}, when),
    make("span", {}, make("b", {}, event.event.replaceAll("-", " ")), " ", eventDetail(event.data)));
  const list = find("events");
  list.prepend(line);
  while (list.children.length > 120) list.lastChild.remove();
}

// ---- statistics ----------------------------------------------------------------------------------------------------

let before = null;

function rates(statistics) {
  const sum = (type, key) => statistics.entries.filter((entry) => entry.type === type).reduce((all, entry) => all + (entry[key] ?? 0), 0);
  const transport = statistics.entries.find((entry) => entry.type === "transport");
  const now = { at: transport?.timestamp ?? performance.now(), sent: sum("outbound-rtp", "bytesSent"), received: sum("inbound-rtp", "bytesReceived"),
    lost: sum("inbound-rtp", "packetsLost"), packets: sum("inbound-rtp", "packetsReceived") };
  const last = before;
  before = now;
  if (!last || now.received < last.received || now.at - last.at < 500) return { ...now, up: null, down: null };
  const kilobits = (bytes) => bytes * 8 / (now.at - last.at);
  return { ...now, up: kilobits(now.sent - last.sent), down: kilobits(now.received - last.received) };
}

function roundTrip(entries) {
  const pair = entries.find((entry) => entry.type === "candidate-pair" && (entry.nominated || entry.state === "succeeded") && entry.currentRoundTripTime != null);
  const report = entries.find((entry) => entry.type === "remote-inbound-rtp" && entry.roundTripTime != null);
  return report?.roundTripTime ?? pair?.currentRoundTripTime ?? null;
}

function figure(label, value, unit, wide = false) {
  return make("div", { class: wide ? "figure wide" : "figure" }, make("span", {}, label), make("b", {}, value, unit ? make("small", {}, unit) : ""));
}

function meter(label, level) {
  const bar = make("i");
  bar.style.width = `${Math.max(0, Math.min(100, (level + 60) / 60 * 100))}%`;
  const node = figure(label, level <= -89 ? "silent" : level.toFixed(0), level <= -89 ? "" : "dB");
  node.append(make("div", { class: "meter" }, bar));
  return node;
}

const bits = (rate) => rate === null ? ["–", ""] : rate >= 1000 ? [(rate / 1000).toFixed(2), "Mbit/s"] : [rate.toFixed(0), "kbit/s"];

function showStatistics(statistics) {
  const flow = rates(statistics);
  const trip = roundTrip(statistics.entries);
  const calling = status?.call.state === "in-call";
  const loss = flow.packets + flow.lost > 0 ? (100 * flow.lost / (flow.packets + flow.lost)).toFixed(flow.lost ? 1 : 0) : null;
  find("figures").replaceChildren(
    figure("Picture", calling && statistics.frame_width ? `${statistics.frame_width}×${statistics.frame_height}` : "–"),
    figure("Frames", calling ? statistics.frames_per_second.toFixed(0) : "–", calling ? "a second" : ""),
    figure("Receiving", ...(calling ? bits(flow.down) : ["–"])),
    figure("Sending", ...(calling ? bits(flow.up) : ["–"])),
    figure("Round trip", calling && trip !== null ? (trip * 1000).toFixed(trip < .01 ? 1 : 0) : "–", calling && trip !== null ? "ms" : ""),
    figure("Loss", calling && loss !== null ? loss : "–", calling && loss !== null ? "%" : ""),
    meter("Speaker", calling ? statistics.remote_audio_db : -90),
    meter("Microphone", statistics.microphone_db),
    figure("Receives with", calling && statistics.decoder || "–", "", true),
    figure("Sends with", calling && statistics.encoder || "–", "", true),
  );
}

// ---- screen --------------------------------------------------------------------------------------------------------

const PAUSE = 220;
function nextScreen() {
  if (document.hidden) return setTimeout(nextScreen, 500);
  loadPicture(`/screen.jpg?${Date.now()}`, (picture) => {
    if (picture) {
      find("screen").src = picture.src;
      document.querySelector(".glass").classList.add("seen");
    }
    setTimeout(nextScreen, picture ? PAUSE : 1500);
  });
}

// ---- start ---------------------------------------------------------------------------------------------------------

function follow() {
  const stream = new EventSource("/api/events?history=true");
  let live = false;
  stream.addEventListener("status", (message) => { show(JSON.parse(message.data)); live = true; });
  stream.addEventListener("statistics", (message) => showStatistics(JSON.parse(message.data)));
  stream.onmessage = (message) => addEvent(JSON.parse(message.data), live);
  stream.onopen = () => { live = false; find("events").replaceChildren(); };
  stream.onerror = () => {
    find("connection").dataset.tone = "bad";
    find("connection").querySelector("span").textContent = "The box does not answer";
    text("call-title", "No connection to the box");
    text("call-detail", "The page comes back by itself.");
    document.querySelector(".glass").classList.remove("seen");
    callSince = null;
  };
}

showStatistics({ entries: [], frame_width: 0, frames_per_second: 0, remote_audio_db: -90, microphone_db: -90 });
fetch("/api/board").then((answer) => answer.json()).then((board) => { buildFront(board); if (status) showFront(); });
// When the scripts behind this one are there, too.
addEventListener("DOMContentLoaded", () => {
  follow();
  nextScreen();
});
