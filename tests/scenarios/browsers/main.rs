//! Browsers as peers: `JsSIP` and SIP.js in Chromium, registered at Kamailio.

mod box_and_page;
mod phone_and_page;
mod world;
