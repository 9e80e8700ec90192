//! Matching messages to transactions (RFC 3261 sections 17.1.3 and 17.2.3).

use crate::message::{Request, Response};

/// Branch and method of CSeq: what a response is matched by.
pub(super) fn client_of_response(response: &Response) -> Option<(String, String)> {
    let via = response.headers.top_via().ok()?;
    Some((via.branch()?.into(), response.headers.cseq().ok()?.method))
}

/// The same for the request.
pub(super) fn client_of_request(request: &Request) -> Option<(String, String)> {
    let via = request.headers.top_via().ok()?;
    Some((via.branch()?.into(), request.method.as_str().into()))
}

/// What a request is matched by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ServerKey {
    /// Made by RFC 3261: branch, sent-by, method (ACK counts as INVITE).
    Branch(String, String, String),
    /// Made by RFC 2543: Request-URI, From tag, Call-ID, CSeq number, topmost Via, method (ACK counts as INVITE).
    Old(Vec<String>),
}

impl ServerKey {
    pub(super) fn of(request: &Request) -> Self {
        let method = if request.method == "ACK" { "INVITE" } else { request.method.as_str() };
        Self::with_method(request, method)
    }

    /// The key of the INVITE that a CANCEL is for.
    pub(super) fn of_cancelled(cancel: &Request) -> Self {
        Self::with_method(cancel, "INVITE")
    }

    fn with_method(request: &Request, method: &str) -> Self {
        let headers = &request.headers;
        let via = headers.top_via().ok();
        if let Some((via, branch)) = via.as_ref().and_then(|v| Some((v, v.unique_branch()?))) {
            return Self::Branch(branch.into(), via.sent_by(), method.into());
        }
        let from_tag = headers.address("From").ok().and_then(|from| from.tag().map(String::from));
        let cseq = headers.cseq().map(|c| c.number.to_string());
        Self::Old(vec![
            request.uri.clone(),
            from_tag.unwrap_or_default(),
            headers.get("Call-ID").unwrap_or_default().into(),
            cseq.unwrap_or_default(),
            via.map(|v| v.to_string()).unwrap_or_default(),
            method.into(),
        ])
    }
}

/// From tag, Call-ID, and CSeq as text.
pub(super) type MergeKey = (String, String, String);

/// What two copies of one request have in common when they came by different ways; `None` inside a dialog.
pub(super) fn merge_key(request: &Request) -> Option<MergeKey> {
    let headers = &request.headers;
    if request.method == "CANCEL" || headers.address("To").ok()?.tag().is_some() {
        return None;
    }
    let from_tag = headers.address("From").ok()?.tag()?.to_string();
    let cseq = headers.cseq().ok()?;
    Some((from_tag, headers.get("Call-ID")?.into(), format!("{} {}", cseq.number, cseq.method)))
}
