// A room terminal on JsSIP or SIP.js, driven from outside through `window.phone`.
import vendorJsSip20 from "krivega-jssip-5";
import vendorJsSip31 from "krivega-jssip-8";
import { conference } from "./conference.js";
import { phone as jssip } from "./jssip.js";
import { next } from "./log.js";
import { capture, picture, sound, statistics } from "./media.js";
import { phone as sipjs } from "./sipjs.js";

const libraries = { jssip, sipjs, vendor20: conference(vendorJsSip20, 20), vendor31: conference(vendorJsSip31, 31) };
let library;

window.phone = {
  // Registers; `answer` says whether it answers every call from then on.
  async start(account) {
    library = libraries[account.library];
    await capture(account.camera);
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
