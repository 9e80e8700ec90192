//! The endpoints of the panel.

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use roombox_appliance::tree::Command;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{guard, pictures, share, stream, wave};
use crate::{control::protocol::Problem, house::House};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
const SHARING: &str = include_str!("share.js");
const LAYOUT: &str = include_str!("layout.js");

/// Nothing from elsewhere is ever loaded, whatever the page is made to contain.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

pub(super) fn router(house: House) -> Router {
    Router::new()
        .route("/", get(|| async { page("text/html; charset=utf-8", PAGE) }))
        .route("/page.css", get(|| async { page("text/css; charset=utf-8", STYLE) }))
        .route("/page.js", get(|| async { page("text/javascript; charset=utf-8", SCRIPT) }))
        .route("/layout.js", get(|| async { page("text/javascript; charset=utf-8", LAYOUT) }))
        .route("/share.js", get(|| async { page("text/javascript; charset=utf-8", SHARING) }))
        .route("/api/board", get(board))
        .route("/api/command", post(command))
        .route("/api/events", get(stream::events))
        .route("/api/share", post(share::begin))
        .route("/api/share/{share}", delete(share::end))
        .route("/api/statistics", get(statistics))
        .route("/api/status", get(status))
        .route("/api/test-sound", post(test_sound))
        .route("/display.png", get(display))
        .route("/screen.jpg", get(screen_jpeg))
        .route("/screen.png", get(screen_png))
        .route("/speaker.wav", get(speaker))
        .layer(from_fn(guard::guard))
        .with_state(house)
}

fn page(kind: &'static str, text: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text)
}

async fn status(State(house): State<House>) -> Json<Value> {
    Json(Value::clone(&house.status()))
}

async fn board(State(house): State<House>) -> Json<Value> {
    Json(Value::clone(&house.board))
}

async fn statistics(State(house): State<House>) -> Response {
    match house.statistics().await {
        Ok(statistics) => Json(statistics).into_response(),
        Err(problem) => refused(StatusCode::SERVICE_UNAVAILABLE, problem),
    }
}

async fn command(State(house): State<House>, headers: HeaderMap, body: String) -> Response {
    if let Some(refusal) = guard::foreign(&headers) {
        return refusal;
    }
    let command = match serde_json::from_str::<Command>(&body) {
        Ok(command) => command,
        Err(error) => {
            return refused(StatusCode::BAD_REQUEST, Problem::bad_request(format!("Not a command: {error}.")));
        }
    };
    match house.command(command).await {
        Ok(()) => Json(json!({ "done": true })).into_response(),
        Err(problem) => refused(StatusCode::CONFLICT, problem),
    }
}

async fn test_sound(State(house): State<House>, headers: HeaderMap) -> Response {
    if let Some(refusal) = guard::foreign(&headers) {
        return refusal;
    }
    match house.test_sound().await {
        Ok(told) => Json(told).into_response(),
        Err(problem) => refused(StatusCode::CONFLICT, problem),
    }
}

pub(super) fn refused(status: StatusCode, problem: Problem) -> Response {
    (status, Json(problem)).into_response()
}

async fn display(State(house): State<House>) -> Response {
    match house.display().to_png(1) {
        Ok(bytes) => fresh("image/png", bytes),
        Err(error) => failed(&error.to_string()),
    }
}

#[derive(Deserialize)]
struct Size {
    /// Present: all pixels.
    full: Option<String>,
}

async fn screen_png(State(house): State<House>, Query(size): Query<Size>) -> Response {
    screen(house, size.full.is_some(), "image/png", pictures::png).await
}

async fn screen_jpeg(State(house): State<House>, Query(size): Query<Size>) -> Response {
    screen(house, size.full.is_some(), "image/jpeg", pictures::jpeg).await
}

/// Encodes on a thread of its own: a picture takes as long as many network packets.
async fn screen(
    house: House,
    full: bool,
    kind: &'static str,
    encode: fn(&roombox_media::api::Snapshot) -> Result<Vec<u8>, pictures::PictureError>,
) -> Response {
    let Some(picture) = house.snapshot().await else {
        return (StatusCode::NOT_FOUND, "No picture yet.").into_response();
    };
    let encoded = tokio::task::spawn_blocking(move || {
        let picture = if full { picture } else { pictures::reduced(picture) };
        encode(&picture)
    });
    match encoded.await {
        Ok(Ok(bytes)) => fresh(kind, bytes),
        Ok(Err(error)) => failed(&error.to_string()),
        Err(error) => failed(&error.to_string()),
    }
}

#[derive(Deserialize)]
struct Span {
    /// Seconds from now back, 0.1..=10, default 5.
    seconds: Option<f64>,
}

async fn speaker(State(house): State<House>, Query(span): Query<Span>) -> Response {
    let seconds = span.seconds.unwrap_or(5.0).clamp(0.1, 10.0);
    match house.speaker(seconds) {
        Some(sound) => fresh("audio/wav", wave::wave(&sound)),
        None => (StatusCode::NOT_FOUND, "Only a virtual speaker can be listened to.").into_response(),
    }
}

fn fresh(kind: &'static str, bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], bytes).into_response()
}

fn failed(reason: &str) -> Response {
    tracing::warn!(reason, "panel picture");
    (StatusCode::INTERNAL_SERVER_ERROR, reason.to_owned()).into_response()
}
