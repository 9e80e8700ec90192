// A canvas that can be presented: a strip of black and white cells along its top edge tells who drew it and how often,
// in the code of the test cards (64 cells: 1010, source, number, CRC-16/IBM-3740 of both, 0101).
const SIZE = { width: 640, height: 360 };
const STRIP = 20;
const FRAMES_A_SECOND = 10;

const bitsOf = (value, count) => value.toString(2).padStart(count, "0");

function checksum(bits) {
  let sum = 0xffff;
  for (const bit of bits) {
    const carry = ((sum >> 15) ^ Number(bit)) & 1;
    sum = ((sum << 1) & 0xffff) ^ (carry ? 0x1021 : 0);
  }
  return sum;
}

function draw(canvas, source, frame) {
  const pen = canvas.getContext("2d");
  pen.fillStyle = `rgb(${frame % 128} 96 64)`;
  pen.fillRect(0, 0, SIZE.width, SIZE.height);
  const payload = bitsOf(source, 8) + bitsOf(frame, 32);
  const cells = `1010${payload}${bitsOf(checksum(payload), 16)}0101`;
  const width = SIZE.width / cells.length;
  [...cells].forEach((cell, at) => {
    pen.fillStyle = cell === "1" ? "white" : "black";
    pen.fillRect(at * width, 0, width, STRIP);
  });
}

// A stream that lasts until its track is stopped.
export function card(source) {
  const canvas = Object.assign(document.createElement("canvas"), SIZE);
  let frame = 0;
  draw(canvas, source, frame);
  const stream = canvas.captureStream(FRAMES_A_SECOND);
  const [track] = stream.getVideoTracks();
  const painting = setInterval(() => {
    if (track.readyState === "ended") return clearInterval(painting);
    frame += 1;
    draw(canvas, source, frame);
  }, 1000 / FRAMES_A_SECOND);
  return stream;
}
