// The receive connection of a spectator: an offer without candidates over HTTP, sound and four pictures in the answer.
import { tell } from "./log.js";
import { show } from "./media.js";

export async function watch(server, { conference, token }, quality, audio) {
  const connection = new RTCPeerConnection({ iceServers: [] });
  for (const kind of ["audio", "video", "video", "video", "video"]) {
    connection.addTransceiver(kind, { direction: "recvonly" });
  }
  show(connection);
  const offer = await connection.createOffer();
  await connection.setLocalDescription(offer);
  const query = new URLSearchParams({ quality, audio });
  const address = `https://${server.host}/api/v2/rtp2webrtc/offer/${encodeURIComponent(conference)}?${query}`;
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify(offer),
  });
  if (response.ok) await connection.setRemoteDescription(await response.json());
  tell("watches", { status: response.status });
}
