//! The conference server's side of a bench: vendor INFO in, responses to ours out, and what the client tells about it.

use roombox_conference::api::{Event, HttpRequest, Output};
use roombox_conference::catalogue;
use roombox_conference::vendor::{Room, Secret, VendorMessage};
use roombox_sip::api as sip;

use crate::bench::Bench;

impl Bench {
    /// The server says this inside the call.
    pub(crate) fn server_says(&mut self, session: sip::SessionId, message: &VendorMessage) {
        let info = message.info().unwrap();
        let mut headers = info.headers;
        headers.extend(info.content_type.map(|kind| sip::HeaderLine::new("Content-Type", kind)));
        self.sip(sip::Event::Info { session, headers, body: info.body });
    }

    /// The server lets us into this room.
    pub(crate) fn enter(&mut self, session: sip::SessionId, name: &str, token: Option<&str>, direct: bool) {
        let (name, token) = (name.to_owned(), token.map(Secret::new));
        let room = Room { name, participant: "Room A".into(), token, is_direct_peer_to_peer: direct };
        self.server_says(session, &VendorMessage::EnterRoom(room));
    }

    /// The server answers the request.
    pub(crate) fn respond(&mut self, request: sip::RequestId, status: u16, reason: &str) {
        let response = sip::FinalResponse { status, reason: reason.into(), headers: vec![], body: None };
        self.sip(sip::Event::Response { request, outcome: Ok(response) });
    }

    /// The share states we have sent, oldest first, with their requests.
    pub(crate) fn shares(&self) -> Vec<(sip::RequestId, String)> {
        let infos = self.infos("sharedesktop").into_iter();
        infos.map(|(request, headers)| (request, headers[0].value.clone())).collect()
    }

    /// Answers the last share state with this status.
    pub(crate) fn answer_share(&mut self, status: u16) {
        let (request, _) = self.shares().pop().expect("a share state was sent");
        self.respond(request, status, if status == 200 { "OK" } else { "No" });
    }

    /// Names of the events told since the last [`Bench::forget`] that start so.
    pub(crate) fn told(&self, prefix: &str) -> Vec<&'static str> {
        self.catalogue().map(catalogue::Event::name).filter(|name| name.starts_with(prefix)).collect()
    }

    /// The events of the catalogue told since the last [`Bench::forget`].
    pub(crate) fn catalogue(&self) -> impl Iterator<Item = &catalogue::Event> {
        self.events().filter_map(|event| match event {
            Event::Catalogue(event) => Some(event),
            _ => None,
        })
    }
}

impl Bench {
    /// The HTTP requests that went out, oldest first.
    pub(crate) fn posts(&self) -> Vec<&HttpRequest> {
        let requests = self.outputs().iter();
        requests.filter_map(|output| if let Output::Http(request) = output { Some(request) } else { None }).collect()
    }
}
