//! Browsers that share their screens with the room.

use super::MediaEngine;
use crate::{
    call::{Call, Part},
    error::MediaError,
    pipeline::locked,
    receive,
};

impl MediaEngine {
    /// Answers the offer of a browser that shares its screen, as the share of this number, which the caller counts. What it
    /// shows is what [`crate::api::PresentationSource::Share`] presents, instead of a former share, which ends. Nothing of the room is
    /// sent to it, whatever it asks for.
    pub async fn answer_share(&self, share: u64, offer: &str) -> Result<String, MediaError> {
        let rooms = self.rooms()?;
        let offer = receive::from(offer)?;
        let call = Call::open(&rooms, Part::Share(share))?;
        match call.peer.create_answer(&offer).await {
            Ok(answer) => {
                rooms.presenter.shared.begin(share);
                let former = locked(&self.shared.share).replace((share, call));
                if let Some((_, former)) = former {
                    former.close().await;
                }
                Ok(answer)
            }
            Err(error) => {
                call.close().await;
                Err(error.into())
            }
        }
    }

    /// Ends the screen share of this number; no effect when it is not the present one. What it showed last stands while
    /// it is presented.
    pub async fn close_share(&self, share: u64) {
        let closed = locked(&self.shared.share).take_if(|(present, _)| *present == share);
        if let Ok(rooms) = self.rooms() {
            rooms.presenter.shared.end(share);
        }
        if let Some((_, call)) = closed {
            call.close().await;
        }
    }
}
