//! A browser shares a screen: its description goes to the media engine, who shares goes to the room.

use std::net::SocketAddr;

use axum::{
    Extension, Json,
    extract::{ConnectInfo, Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use roombox_appliance::tree::Command;
use serde::Deserialize;
use serde_json::json;

use super::{guard, routes::refused};
use crate::{control::protocol::Problem, house::House};

/// What a browser asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    /// Its offer, with all candidates, of a video line that sends.
    sdp: String,
    /// Who shares; the address of the browser when empty.
    #[serde(default)]
    name: String,
    /// End the share of somebody else.
    #[serde(default)]
    take_over: bool,
}

/// `POST /api/share`: answers with the number of the share and our description.
pub(super) async fn begin(
    State(house): State<House>,
    from: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    if let Some(refusal) = guard::foreign(&headers) {
        return refusal;
    }
    let Wish { sdp, name, take_over } = match serde_json::from_str(&body) {
        Ok(wish) => wish,
        Err(error) => return refused(StatusCode::BAD_REQUEST, Problem::bad_request(format!("Not a share: {error}."))),
    };
    let address = from.map_or_else(|| "a browser".into(), |from| from.0.0.ip().to_string());
    let name = if name.trim().is_empty() { address } else { name };
    let share = house.next_share();
    if let Err(problem) = house.command(Command::Share { share, name, take_over }).await {
        return refused(StatusCode::CONFLICT, problem);
    }
    match house.answer_share(share, sdp).await {
        Ok(sdp) => Json(json!({ "share": share, "sdp": sdp })).into_response(),
        Err(problem) => {
            // The house is closing when this fails.
            let _ = house.command(Command::EndShare { share }).await;
            refused(StatusCode::BAD_REQUEST, problem)
        }
    }
}

/// `DELETE /api/share/NUMBER`: no effect when it is over.
pub(super) async fn end(State(house): State<House>, Path(share): Path<u64>, headers: HeaderMap) -> Response {
    if let Some(refusal) = guard::foreign(&headers) {
        return refusal;
    }
    match house.command(Command::EndShare { share }).await {
        Ok(()) => Json(json!({ "done": true })).into_response(),
        Err(problem) => refused(StatusCode::CONFLICT, problem),
    }
}
