//! Other requests of the web on the port of a WebSocket: whoever serves pages or an HTTP interface there gets them.

use std::io::{Cursor, Result};
use std::pin::Pin;
use std::task::{Context, Poll};

use roombox_sip::api::FlowError;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf, join, split};
use tokio::sync::{mpsc, oneshot};

/// How every upgrade begins (RFC 6455 section 4.1).
const UPGRADE: &[u8] = b"GET ";

/// Where a listener hands connections over whose first request is no GET.
pub type WebConnections = mpsc::Sender<WebConnection>;

/// A connection, from its first byte on; TLS has been taken off. It counts as one of the listener's until it is dropped.
pub struct WebConnection {
    stream: Box<dyn Duplex>,
    _over: oneshot::Sender<()>,
}

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

impl std::fmt::Debug for WebConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebConnection").finish_non_exhaustive()
    }
}

impl AsyncRead for WebConnection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for WebConnection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// What a connection turned out to be.
pub(crate) enum Kind<S> {
    /// A WebSocket wants to be opened on it.
    Upgrade(S),
    /// Something else.
    Other(S),
}

/// Looks at how a connection begins; what was looked at is still there to be read.
pub(crate) async fn sorted<S>(mut stream: S) -> Result<Kind<impl AsyncRead + AsyncWrite + Send + Unpin>>
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    let mut seen = Vec::with_capacity(UPGRADE.len());
    while UPGRADE.starts_with(&seen) && seen.len() < UPGRADE.len() {
        let left = UPGRADE.len() - seen.len();
        if (&mut stream).take(left as u64).read_buf(&mut seen).await? == 0 {
            break;
        }
    }
    let upgrade = seen == UPGRADE;
    let (reader, writer) = split(stream);
    let whole = join(Cursor::new(seen).chain(reader), writer);
    Ok(if upgrade { Kind::Upgrade(whole) } else { Kind::Other(whole) })
}

/// Hands a connection over and waits until it is over.
pub(crate) async fn hand_over<S>(stream: S, connections: &WebConnections) -> FlowError
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (over, ended) = oneshot::channel();
    let connection = WebConnection { stream: Box::new(stream), _over: over };
    // Nobody takes it: the end comes at once.
    let _ = connections.send(connection).await;
    // Nothing is ever sent: it ends when the connection is dropped.
    let _ = ended.await;
    FlowError::Closed("it served the web".into())
}
