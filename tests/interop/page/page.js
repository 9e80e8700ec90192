// A room terminal on JsSIP or SIP.js, driven from outside through `window.phone`.
import { phone as jssip } from "./jssip.js";
import { next } from "./log.js";
import { capture, picture, sound, statistics } from "./media.js";
import { phone as sipjs } from "./sipjs.js";

let library;

window.phone = {
  // Registers; `answer` says whether it answers every call from then on.
  async start(account) {
    library = { jssip, sipjs }[account.library];
    await capture();
    library.start(account);
    return next("registered");
  },
  do(verb, ...words) {
    void library[verb](...words);
  },
  next,
  picture,
  sound,
  statistics: () => statistics(library.connection()),
};
