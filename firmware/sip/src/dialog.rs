//! Dialogs (RFC 3261 section 12).

use bytes::Bytes;

use crate::message::name_addr::NameAddr;
use crate::message::uri::SipUri;
use crate::message::{Headers, Method, Request, Response};

/// What both ends share once a dialog stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialog {
    /// Call-ID.
    pub call_id: String,
    /// Our address with our tag, as From of our requests.
    pub local: String,
    /// CSeq number of our last request.
    pub local_cseq: u32,
    /// Our tag.
    pub local_tag: String,
    /// The peer's address with its tag, as To of our requests.
    pub remote: String,
    /// CSeq number of the peer's last request.
    pub remote_cseq: Option<u32>,
    /// The peer's tag; empty with a peer of RFC 2543.
    pub remote_tag: String,
    /// Where requests are addressed to: the peer's Contact.
    pub remote_target: String,
    /// Route values, next hop first.
    pub route_set: Vec<String>,
}

impl Dialog {
    /// The caller's side, made by a 1xx with a To tag or a 2xx.
    pub fn of_caller(request: &Request, response: &Response) -> Option<Self> {
        let from = request.headers.address("From").ok()?;
        let to = response.headers.address("To").ok()?;
        let mut route_set = routes(&response.headers);
        route_set.reverse();
        Some(Self {
            call_id: request.headers.get("Call-ID")?.into(),
            local: request.headers.get("From")?.into(),
            local_cseq: request.headers.cseq().ok()?.number,
            local_tag: from.tag()?.into(),
            remote: response.headers.get("To")?.into(),
            remote_cseq: None,
            remote_tag: to.tag().unwrap_or_default().into(),
            remote_target: contact(&response.headers).unwrap_or_else(|| request.uri.clone()),
            route_set,
        })
    }

    /// The called side, made by a request and the tag we answer with.
    pub fn of_called(request: &Request, local_tag: &str) -> Option<Self> {
        let from = request.headers.address("From").ok()?;
        let to = request.headers.get("To")?;
        Some(Self {
            call_id: request.headers.get("Call-ID")?.into(),
            local: format!("{to};tag={local_tag}"),
            local_cseq: 0,
            local_tag: local_tag.into(),
            remote: request.headers.get("From")?.into(),
            remote_cseq: request.headers.cseq().ok().map(|cseq| cseq.number),
            remote_tag: from.tag().unwrap_or_default().into(),
            remote_target: contact(&request.headers).unwrap_or(from.uri),
            route_set: routes(&request.headers),
        })
    }

    /// The next request inside the dialog, without Via and Contact.
    pub fn next_request(&mut self, method: &str) -> Request {
        self.local_cseq += 1;
        self.request(method, self.local_cseq)
    }

    /// ACK for the 2xx to the INVITE of this number.
    pub fn ack(&self, cseq: u32) -> Request {
        self.request("ACK", cseq)
    }

    fn request(&self, method: &str, cseq: u32) -> Request {
        let (uri, routes) = self.next_hop();
        let mut headers = Headers::default();
        for route in routes {
            headers.push("Route", route);
        }
        headers.push("Max-Forwards", "70");
        headers.push("To", self.remote.clone());
        headers.push("From", self.local.clone());
        headers.push("Call-ID", self.call_id.clone());
        headers.push("CSeq", format!("{cseq} {method}"));
        Request { method: Method::new(method), uri, headers, body: Bytes::new() }
    }

    /// Request-URI and Route values (section 12.2.1.1); a first hop without `lr` is a strict router of RFC 2543.
    fn next_hop(&self) -> (String, Vec<String>) {
        let strict = self
            .route_set
            .first()
            .and_then(|route| NameAddr::parse(route).ok())
            .filter(|first| SipUri::parse(&first.uri).is_ok_and(|uri| !uri.params.has("lr")));
        match strict {
            None => (self.remote_target.clone(), self.route_set.clone()),
            Some(first) => {
                let target = NameAddr::new(self.remote_target.clone()).to_string();
                (first.uri, self.route_set[1..].iter().cloned().chain([target]).collect())
            }
        }
    }

    /// Takes the peer's CSeq number; `false` when it is older than what we have seen (to be answered with 500).
    pub fn take_remote_cseq(&mut self, number: u32) -> bool {
        let in_order = self.remote_cseq.is_none_or(|last| number >= last);
        if in_order {
            self.remote_cseq = Some(number);
        }
        in_order
    }

    /// A target refresh (section 12.2): INVITE and UPDATE and their 2xx may move the peer's Contact.
    pub fn refresh_target(&mut self, headers: &Headers) {
        if let Some(target) = contact(headers) {
            self.remote_target = target;
        }
    }
}

fn contact(headers: &Headers) -> Option<String> {
    headers.addresses("Contact").ok()?.into_iter().next().map(|contact| contact.uri)
}

fn routes(headers: &Headers) -> Vec<String> {
    headers.list("Record-Route").unwrap_or_default().into_iter().map(Into::into).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialog(routes: &[&str]) -> Dialog {
        Dialog {
            call_id: "1".into(),
            local: "<sip:a@x>;tag=l".into(),
            local_cseq: 4,
            local_tag: "l".into(),
            remote: "<sip:b@x>;tag=r".into(),
            remote_cseq: Some(7),
            remote_tag: "r".into(),
            remote_target: "sip:b@host".into(),
            route_set: routes.iter().map(|r| (*r).into()).collect(),
        }
    }

    #[test]
    fn loose_routes_stay_beside_the_target() {
        let request = dialog(&["<sip:p1;lr>", "<sip:p2>"]).next_request("BYE");
        assert_eq!(request.uri, "sip:b@host");
        assert_eq!(request.headers.all("Route").collect::<Vec<_>>(), ["<sip:p1;lr>", "<sip:p2>"]);
        assert_eq!(request.headers.get("CSeq"), Some("5 BYE"));
    }

    #[test]
    fn a_strict_first_hop_takes_the_place_of_the_target() {
        let request = dialog(&["<sip:p1>", "<sip:p2;lr>"]).next_request("BYE");
        assert_eq!(request.uri, "sip:p1");
        assert_eq!(request.headers.all("Route").collect::<Vec<_>>(), ["<sip:p2;lr>", "<sip:b@host>"]);
    }

    #[test]
    fn an_older_number_is_out_of_order() {
        let mut dialog = dialog(&[]);
        assert!(!dialog.take_remote_cseq(6));
        assert!(dialog.take_remote_cseq(8));
        assert_eq!(dialog.remote_cseq, Some(8));
    }
}
