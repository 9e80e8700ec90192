//! The stream to a TURN server.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, split},
    net::TcpStream,
    sync::mpsc,
    time::timeout,
};

use super::{Behind, Servers, framing};
use crate::peer::ByteStream;

/// Longest wait for the stream to stand.
const CONNECT: Duration = Duration::from_secs(5);
/// Datagrams that wait for the stream; more are lost, as they would be on a full link.
const WAITING: usize = 256;
/// Bytes read at once.
const READ: usize = 16 * 1024;

/// Datagrams and where they seem to come from.
pub(super) type Arrived = (SocketAddr, Bytes);

/// Where datagrams to a server go. The stream ends with it.
#[derive(Debug)]
pub(super) struct Link(mpsc::Sender<Vec<u8>>);

impl Link {
    /// Opens a stream in the background; what comes is given to `arrived` as from `address`.
    pub(super) fn open(
        servers: Arc<Servers>,
        behind: Behind,
        address: SocketAddr,
        arrived: mpsc::Sender<Arrived>,
    ) -> Self {
        let (sender, datagrams) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            let number = behind.number;
            if let Err(error) = run(&servers, behind, address, datagrams, arrived).await {
                servers.fail(number, error.to_string());
            }
        });
        Self(sender)
    }

    /// Takes a datagram; an error once the stream is gone.
    pub(super) fn send(&self, datagram: &[u8]) -> io::Result<()> {
        match self.0.try_send(framing::padded(datagram)) {
            Ok(()) | Err(mpsc::error::TrySendError::Full(_)) => Ok(()),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

async fn run(
    servers: &Servers,
    behind: Behind,
    address: SocketAddr,
    datagrams: mpsc::Receiver<Vec<u8>>,
    arrived: mpsc::Sender<Arrived>,
) -> io::Result<()> {
    let stream =
        timeout(CONNECT, connect(servers, &behind)).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    servers.advance(behind.number, super::Progress::Reached);
    carry(stream, address, datagrams, arrived).await
}

async fn connect(servers: &Servers, behind: &Behind) -> io::Result<Box<dyn ByteStream>> {
    let tcp = TcpStream::connect((behind.host.as_str(), behind.port)).await?;
    tcp.set_nodelay(true)?;
    match servers.security.as_ref().filter(|_| behind.secure) {
        Some(security) => security.secure(&behind.host, tcp).await,
        None => Ok(Box::new(tcp)),
    }
}

/// Until one side is gone; the end of the connection that uses it is no error.
async fn carry(
    stream: Box<dyn ByteStream>,
    address: SocketAddr,
    mut datagrams: mpsc::Receiver<Vec<u8>>,
    arrived: mpsc::Sender<Arrived>,
) -> io::Result<()> {
    let (mut read, mut write) = split(stream);
    let writing = async {
        while let Some(datagram) = datagrams.recv().await {
            write.write_all(&datagram).await?;
        }
        Ok(())
    };
    let reading = async {
        let mut came = BytesMut::with_capacity(READ);
        loop {
            if read.read_buf(&mut came).await? == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it closed the connection"));
            }
            while let Some(message) = framing::next(&mut came).map_err(io::Error::other)? {
                if arrived.send((address, message)).await.is_err() {
                    return Ok(());
                }
            }
        }
    };
    tokio::select! {
        done = writing => done,
        done = reading => done,
    }
}
