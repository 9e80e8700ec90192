//! The HTTP interface for spectators, on the port of the WebSocket (spec section 2.8).

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, AUTHORIZATION,
    CONTENT_TYPE,
};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use roombox_lab_signalling::{HttpAnswer, HttpRequest};
use roombox_sip_transports::WebConnection;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Requests that wait for the lab at a time.
const WAITING: usize = 64;
/// Largest body: a session description has a few thousand octets.
const LARGEST: usize = 256 * 1024;
/// For media to make an answer, candidates included.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request, and where its answer goes; its `id` is still to be given.
pub(crate) type Asked = (HttpRequest, oneshot::Sender<HttpAnswer>);

/// Serves connections until it is dropped; requests come out of the receiver.
#[derive(Debug)]
pub(crate) struct HttpServer {
    task: JoinHandle<()>,
}

impl HttpServer {
    pub(crate) fn start(connections: mpsc::Receiver<WebConnection>) -> (Self, mpsc::Receiver<Asked>) {
        let (asked, requests) = mpsc::channel(WAITING);
        let pages = Router::new().fallback(answer).layer(DefaultBodyLimit::max(LARGEST)).with_state(asked);
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(Connections(connections), pages).await {
                tracing::warn!(%error, "the HTTP interface has ended");
            }
        });
        (Self { task }, requests)
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Connections that the listener has handed over.
struct Connections(mpsc::Receiver<WebConnection>);

impl axum::serve::Listener for Connections {
    type Io = WebConnection;
    type Addr = ();

    async fn accept(&mut self) -> (WebConnection, ()) {
        match self.0.recv().await {
            Some(connection) => (connection, ()),
            // The listener is gone; the lab stops this task, too.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn answer(
    State(asked): State<mpsc::Sender<Asked>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // Pages of other origins ask first (the Fetch standard calls it preflight).
    if method == Method::OPTIONS {
        return open_to_pages((StatusCode::NO_CONTENT, ()).into_response());
    }
    let (done, answer) = oneshot::channel();
    let request = HttpRequest {
        id: 0,
        method: method.to_string(),
        target: uri.path_and_query().map_or_else(String::new, ToString::to_string),
        authorization: headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::to_owned),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let busy = || open_to_pages(StatusCode::SERVICE_UNAVAILABLE.into_response());
    if asked.try_send((request, done)).is_err() {
        return busy();
    }
    let Ok(Ok(HttpAnswer { status, body, .. })) = timeout(PATIENCE, answer).await else { return busy() };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    open_to_pages((status, [(CONTENT_TYPE, "application/json")], body).into_response())
}

/// Pages of any origin may read it: the token is what protects it.
fn open_to_pages(response: Response) -> Response {
    let allowed = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
    ];
    (allowed, response).into_response()
}
