// What happened, in order, until the test asks for it by name.
const log = [];
const waiting = [];

export function tell(event, data = {}) {
  const entry = { event, ...data };
  const at = waiting.findIndex((each) => each.event === event);
  if (at < 0) log.push(entry);
  else waiting.splice(at, 1)[0].resolve(entry);
}

// The first event of this name that nobody has taken yet.
export function next(event) {
  const at = log.findIndex((entry) => entry.event === event);
  if (at >= 0) return Promise.resolve(log.splice(at, 1)[0]);
  return new Promise((resolve) => waiting.push({ event, resolve }));
}
