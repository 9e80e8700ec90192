"use strict";
// A screen of this computer, shown to the room and the conference. One share at a time; it ends here, in the room, or with the page.

const OWN = { "Content-Type": "application/json", "X-Roombox": "panel" };

/** What this page shares: the browser's connection, its number, and whether the room has told of it yet. */
let shared = null;

async function chooseScreen() {
  if (!navigator.mediaDevices?.getDisplayMedia) {
    return toast("This browser shares screens only with encrypted pages, or with those of its own machine.");
  }
  const wanted = { width: { max: 1920 }, height: { max: 1080 }, frameRate: { max: 15 } };
  try {
    await share(await navigator.mediaDevices.getDisplayMedia({ video: wanted, audio: false }));
  } catch (error) {
    if (error.name !== "NotAllowedError") toast(`The screen cannot be shared: ${error.message}`);
  }
}

async function share(stream) {
  const [track] = stream.getVideoTracks();
  track.contentHint = "detail";
  const mine = { peer: new RTCPeerConnection(), stream, number: null, told: false };
  stopShare();
  shared = mine;
  const name = find("share-name").value.trim();
  localStorage.setItem("share-name", name);
  try {
    track.addEventListener("ended", () => shared === mine && stopShare());
    mine.peer.addEventListener("connectionstatechange", () => shared === mine && mine.peer.connectionState === "failed" && stopShare());
    mine.peer.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    await mine.peer.setLocalDescription();
    await gathered(mine.peer);
    const answer = await askToShare({ sdp: mine.peer.localDescription.sdp, name });
    if (!answer) return close(mine);
    mine.number = answer.share;
    // Ended while the box was asked: it is told now that there is a number.
    if (shared !== mine) return tellEnd(mine);
    await mine.peer.setRemoteDescription({ type: "answer", sdp: answer.sdp });
  } catch (error) {
    if (shared === mine) stopShare();
    else close(mine);
    throw error;
  } finally {
    showSharing();
  }
}

/** Candidates go with the offer. */
const gathered = (peer) => new Promise((done) => {
  const look = () => peer.iceGatheringState === "complete" && done();
  peer.addEventListener("icegatheringstatechange", look);
  look();
});

/** What the box answers; null when it, or the person, says no. */
async function askToShare(wish) {
  const answer = await fetch("/api/share", { method: "POST", headers: OWN, body: JSON.stringify(wish) });
  const said = await answer.json();
  if (answer.ok) return said;
  if (said.code === "screen-shared" && !wish.take_over && confirm(`${said.detail} shares a screen. Show yours instead?`)) {
    return askToShare({ ...wish, take_over: true });
  }
  toast(said.message);
  return null;
}

function stopShare() {
  if (!shared) return;
  const mine = shared;
  close(mine);
  tellEnd(mine);
}

function close(mine) {
  mine.stream.getTracks().forEach((track) => track.stop());
  mine.peer.close();
  if (shared === mine) shared = null;
  showSharing();
}

/** Also on the way out of the page. */
function tellEnd(mine) {
  if (mine.number !== null) fetch(`/api/share/${mine.number}`, { method: "DELETE", headers: OWN, keepalive: true }).catch(() => {});
}

/** The room ends shares, too: it stops presenting, leaves, or somebody else takes over. */
function showSharing() {
  const present = status?.presentation.share ?? null;
  if (shared?.number != null) {
    shared.told ||= present?.share === shared.number;
    if (shared.told && present?.share !== shared.number) {
      toast(present ? `${present.name} shares a screen now.` : "Your screen is not shown any more.");
      return close(shared);
    }
  }
  find("share").textContent = shared ? "Stop sharing" : "Share screen";
  find("share").classList.toggle("lit", shared !== null);
  find("share-name").hidden = shared !== null;
  text("sharer", present && present.share !== shared?.number ? `${present.name} shares a screen` : "");
}

find("share").addEventListener("click", () => shared ? stopShare() : chooseScreen());
find("share-name").value = localStorage.getItem("share-name") ?? "";
addEventListener("pagehide", stopShare);
