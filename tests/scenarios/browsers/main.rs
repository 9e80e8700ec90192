//! Browsers as peers: `JsSIP` and SIP.js in Chromium, registered at Kamailio, and the vendor's `JsSIP` in calls of a lab.

mod box_and_page;
mod browser;
mod call;
mod codecs;
mod contract;
mod meeting;
mod meeting_admission;
mod meeting_messages;
mod meeting_presentation;
mod meeting_reports;
mod meeting_spectators;
mod of_media;
mod phone_and_page;
mod sharing;
mod steps;
mod world;
