//! The web panel and its HTTP interface: the same tree as the control socket.
//!
//! | endpoint | answer |
//! |---|---|
//! | `GET /` | the page |
//! | `GET /api/status` | the status tree |
//! | `GET /api/board` | buttons and lights of the board |
//! | `POST /api/command` | body: one command; needs the header `X-Roombox`; 200, 400 (no command) or 409 with the cause |
//! | `GET /api/events?filter=&history=` | server-sent events: events, `status`, `statistics` |
//! | `POST /api/share` | a browser shares a screen; body `{"sdp","name","take_over"}` with its offer; needs `X-Roombox`; 200 with `{"share","sdp"}`, 400, or 409 with the cause (`screen-shared`: ask, then `take_over`) |
//! | `DELETE /api/share/NUMBER` | that share is over; needs `X-Roombox` |
//! | `GET /api/statistics` | media and network statistics |
//! | `GET /screen.png`, `/screen.jpg`, each with `?full` | what the TV shows, reduced or at full size |
//! | `GET /display.png` | the status display, 128x64 |
//! | `GET /speaker.wav?seconds=N` | the last seconds of a virtual speaker |

mod guard;
pub(crate) mod pictures;
mod routes;
mod share;
mod stream;
#[cfg(test)]
mod tests;
mod wave;

use std::{io, net::SocketAddr};

use tokio::net::TcpListener;

use crate::house::House;

/// Why the panel is not served; the call does not depend on it.
#[derive(Debug, thiserror::Error)]
#[error("cannot serve the panel at {address}: {source}")]
pub(crate) struct PanelError {
    pub(crate) address: String,
    #[source]
    pub(crate) source: io::Error,
}

/// The bound panel.
pub(crate) struct Panel {
    listener: TcpListener,
    address: SocketAddr,
}

impl Panel {
    /// Takes the port; port 0 takes a free one.
    pub(crate) async fn bind(address: &str) -> Result<Self, PanelError> {
        let failed = |source| PanelError { address: address.into(), source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// Address for a browser.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Serves until dropped.
    pub(crate) async fn serve(self, house: House) {
        let service = routes::router(house).into_make_service_with_connect_info::<SocketAddr>();
        if let Err(error) = axum::serve(self.listener, service).await {
            tracing::error!(%error, "panel");
        }
    }
}
