//! SIP over WebSocket (RFC 7118): upgrade as client and as server, then one SIP message a WebSocket message.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use roombox_sip::api::{FlowError, ServerTarget, Transport};
use roombox_sip::message::limits::MAX_MESSAGE;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::handshake::server::{Callback, ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config, client_async_with_config};

use crate::limits::{CLOSE, PING, PONG, WRITE};
use crate::manager::Link;
use crate::open::authority;
use crate::{close, failure};

/// The WebSocket subprotocol of SIP (RFC 7118 section 4.2).
const SUBPROTOCOL: &str = "sip";

/// A message beyond what the parser takes is refused while it arrives.
fn config() -> WebSocketConfig {
    WebSocketConfig::default().max_message_size(Some(MAX_MESSAGE)).max_frame_size(Some(MAX_MESSAGE))
}

/// Upgrades a connection as client. The server must agree to the subprotocol (RFC 7118 section 4.2): browsers fail without
/// it too, so a server that works with pages names it. Redirects are not followed: they could lead to a server that nobody
/// chose.
pub(crate) async fn upgrade<S>(stream: S, server: &ServerTarget) -> Result<WebSocketStream<S>, FlowError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let peer = authority(server);
    let scheme = if server.transport == Transport::Wss { "wss" } else { "ws" };
    let slash = if server.path.starts_with('/') { "" } else { "/" };
    let uri = format!("{scheme}://{peer}{slash}{}", server.path)
        .parse()
        .map_err(|error| FlowError::Handshake(format!("{peer}{slash}{}: {error}", server.path)))?;
    let request = ClientRequestBuilder::new(uri).with_sub_protocol(SUBPROTOCOL);
    client_async_with_config(request, stream, Some(config()))
        .await
        .map(|(socket, _)| socket)
        .map_err(|error| failure::upgrade(&peer, &error))
}

/// Upgrades a connection as server. `path`: the only one served; `None` = any.
pub(crate) async fn accept<S>(stream: S, path: Option<String>) -> Result<WebSocketStream<S>, FlowError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    accept_hdr_async_with_config(stream, Reception { path }, Some(config()))
        .await
        .map_err(|error| failure::upgrade("the client", &error))
}

/// Which requests a server upgrades.
struct Reception {
    path: Option<String>,
}

impl Callback for Reception {
    fn on_request(self, request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
        if self.path.is_some_and(|path| path != request.uri().path()) {
            return Err(refusal(StatusCode::NOT_FOUND, "no SIP server under this path"));
        }
        let offered = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|v| v.to_str().ok());
        if !offered.flat_map(|v| v.split(',')).any(|name| name.trim().eq_ignore_ascii_case(SUBPROTOCOL)) {
            return Err(refusal(StatusCode::BAD_REQUEST, "subprotocol sip required"));
        }
        response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
        Ok(response)
    }
}

fn refusal(status: StatusCode, reason: &str) -> ErrorResponse {
    let mut response = ErrorResponse::new(Some(reason.into()));
    *response.status_mut() = status;
    response
}

/// Carries messages both ways until one side ends it. `Ok` = the owner closed it.
///
/// A peer silent for [`PING`] is asked for a sign of life (RFC 6455 section 5.5.2), one silent for [`PONG`] more is gone.
/// This works at both ends and whatever SIP does above: a page that sleeps or a cable pulled out shows here.
pub(crate) async fn run<S>(
    mut socket: WebSocketStream<S>,
    transport: Transport,
    mut link: Link,
) -> Result<(), FlowError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    link.opened(transport).await;
    let mut farewell = None;
    let mut silence = Silence::begins();
    loop {
        tokio::select! {
            message = socket.next() => {
                silence = Silence::begins();
                match message {
                    Some(Ok(Message::Text(text))) => link.received(text.into()).await,
                    Some(Ok(Message::Binary(bytes))) => link.received(bytes).await,
                    Some(Ok(Message::Close(frame))) => {
                        farewell = Some(close::told(frame.as_ref()));
                        silence = Silence { end: Instant::now() + CLOSE, is_asked: true };
                    }
                    // A ping is answered inside the library; reading on sends the answer.
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(farewell.unwrap_or_else(|| failure::websocket(&error))),
                    None => return Err(farewell.unwrap_or_else(failure::ended)),
                }
            }
            next = link.queue.recv() => {
                let Some(bytes) = next else {
                    // The owner no longer cares how the end went.
                    let _ = timeout(CLOSE, finish(&mut socket)).await;
                    return Ok(());
                };
                // RFC 7118 section 5: text unless the body is not UTF-8.
                let message = Utf8Bytes::try_from(bytes.clone()).map_or(Message::Binary(bytes), Message::Text);
                write(&mut socket, message).await.map_err(|error| farewell.take().unwrap_or(error))?;
            }
            () = sleep_until(silence.end) => {
                if silence.is_asked {
                    return Err(farewell.unwrap_or_else(failure::silent));
                }
                write(&mut socket, Message::Ping(Bytes::new())).await?;
                silence = Silence { end: Instant::now() + PONG, is_asked: true };
            }
        }
    }
}

/// How long a peer may be silent still.
struct Silence {
    end: Instant,
    is_asked: bool,
}

impl Silence {
    fn begins() -> Self {
        Self { end: Instant::now() + PING, is_asked: false }
    }
}

async fn write<S>(socket: &mut WebSocketStream<S>, message: Message) -> Result<(), FlowError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    match timeout(WRITE, socket.send(message)).await {
        Ok(result) => result.map_err(|error| failure::websocket(&error)),
        Err(_) => Err(failure::stuck()),
    }
}

/// The closing handshake (RFC 6455 section 7).
async fn finish<S>(socket: &mut WebSocketStream<S>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if socket.close(None).await.is_ok() {
        while let Some(Ok(_)) = socket.next().await {}
    }
}
