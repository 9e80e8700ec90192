//! Requests to the conference server's HTTP interface (spec section 2.8), done by the driver.

use serde::{Deserialize, Serialize};

/// One HTTP request. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HttpId(pub u64);

/// What to ask; TLS settings are those of the account.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Names the answer.
    pub id: HttpId,
    /// `POST`, `GET`.
    pub method: &'static str,
    /// `https://…`.
    pub url: String,
    /// Header lines. An Authorization is a secret: this type does not print them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl std::fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpRequest")
            .field("id", &self.id)
            .field("method", &self.method)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    /// 100..=599.
    pub status: u16,
    /// The body.
    pub body: String,
}
