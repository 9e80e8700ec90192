"use strict";
// How the TV is divided, and where the own picture stands.

/** How the TV is divided; it counts in calls. */
function showLayout() {
  for (const [id, key] of [["layout", "layout"], ["self-view", "self_view"]]) {
    if (document.activeElement !== find(id)) find(id).value = status.screen[key];
  }
  find("dividing").hidden = status.call.state !== "in-call";
}
for (const [id, key] of [["layout", "layout"], ["self-view", "self_view"]]) {
  find(id).addEventListener("change", (event) => {
    command({ command: id, [key]: event.target.value });
    event.target.blur();
  });
}
