//! TLS to TURN servers.

use std::io;

use roombox_media::peer::{BoxFuture, ByteStream, RelaySecurity};
use roombox_sip_transports::ClientTls;
use tokio::net::TcpStream;

/// As the box trusts its conference server.
#[derive(Debug)]
pub(super) struct RelayTls(pub(super) ClientTls);

impl RelaySecurity for RelayTls {
    fn secure<'a>(&'a self, host: &'a str, tcp: TcpStream) -> BoxFuture<'a, io::Result<Box<dyn ByteStream>>> {
        Box::pin(async move {
            let secured = self.0.handshake(host, tcp).await.map_err(|error| io::Error::other(error.to_string()))?;
            Ok(Box::new(secured) as Box<dyn ByteStream>)
        })
    }
}
