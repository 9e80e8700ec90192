//! Browsers as peers: `JsSIP` and SIP.js in Chromium, registered at Kamailio.

mod box_and_page;
