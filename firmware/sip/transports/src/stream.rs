//! SIP over a byte stream: TCP and TLS.

use bytes::BytesMut;
use roombox_sip::api::{FlowError, Transport};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use crate::failure;
use crate::limits::{CLOSE, READ, WRITE};
use crate::manager::Link;

/// Carries bytes both ways until one side ends it. `Ok` = the owner closed it.
pub(crate) async fn run<S>(mut stream: S, transport: Transport, mut link: Link) -> Result<(), FlowError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    link.opened(transport).await;
    let mut buffer = BytesMut::new();
    loop {
        buffer.reserve(READ);
        tokio::select! {
            read = stream.read_buf(&mut buffer) => match read {
                Ok(0) => return Err(failure::ended()),
                Ok(_) => link.received(buffer.split().freeze()).await,
                Err(error) => return Err(failure::lost(&error)),
            },
            next = link.queue.recv() => {
                let Some(bytes) = next else {
                    // The owner no longer cares how the end went.
                    let _ = timeout(CLOSE, stream.shutdown()).await;
                    return Ok(());
                };
                write(&mut stream, &bytes).await?;
            }
        }
    }
}

async fn write<S: AsyncWrite + Unpin>(stream: &mut S, bytes: &[u8]) -> Result<(), FlowError> {
    let written = timeout(WRITE, async {
        stream.write_all(bytes).await?;
        stream.flush().await
    });
    match written.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(failure::lost(&error)),
        Err(_) => Err(failure::stuck()),
    }
}
