//! One exchange with the conference server: offer, POST, answer (spec section 2.8).

use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::{ATTEMPTS, READY_WITHIN, RETRY_AFTER, Receive, START_AGAIN_AFTER, START_AGAIN_AT_MOST, Stage};
use crate::api::{CallId, HttpRequest, HttpResponse, MediaRequest};
use crate::catalogue::Fault;
use crate::context::Context;

/// A session description as JSON; the order of its fields is that of the vendor's client.
#[derive(Serialize)]
struct Offer<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    sdp: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "type")]
    kind: String,
    sdp: String,
}

impl Receive {
    /// A new exchange; a connection of an older one is closed.
    pub(super) fn begin(&mut self, context: &mut Context, now: Instant, call: CallId) {
        if self.has_connection() {
            context.media(MediaRequest::CloseReceive { call });
        }
        self.failures = 0;
        self.offer(context, now, call);
    }

    pub(super) fn offer(&mut self, context: &mut Context, now: Instant, call: CallId) {
        context.media(MediaRequest::CreateReceiveOffer { call });
        self.stage = Stage::Offering { deadline: now + context.config.call.media_answer };
    }

    pub(super) fn post(&mut self, context: &mut Context, offer: String) {
        let Some(target) = &self.target else { return };
        let body = serde_json::to_string(&Offer { kind: "offer", sdp: &offer });
        let request = context.next_http();
        context.http(HttpRequest {
            id: request,
            method: "POST",
            url: target.url(&context.config.http_server),
            headers: vec![
                ("Content-Type".to_owned(), "application/json".to_owned()),
                ("Authorization".to_owned(), target.authorization()),
            ],
            body: body.unwrap_or_default(),
        });
        self.stage = Stage::Posting { request, offer };
    }

    pub(super) fn posted(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: CallId,
        offer: String,
        outcome: &Result<HttpResponse, String>,
    ) {
        match answer(outcome) {
            Ok(sdp) => {
                context.media(MediaRequest::AcceptReceiveAnswer { call, sdp });
                self.stage = Stage::Connecting { deadline: now + READY_WITHIN };
            }
            Err(error) if self.is_last_attempt() => self.fail(context, now, call, error),
            Err(_) => self.stage = Stage::Resting { until: now + RETRY_AFTER, offer },
        }
    }

    /// The connection is worth nothing any more: the next attempt makes a new one.
    pub(super) fn media_failed(&mut self, context: &mut Context, now: Instant, call: CallId, reason: &str) {
        if self.is_last_attempt() {
            return self.fail(context, now, call, Fault::new(reason));
        }
        context.media(MediaRequest::CloseReceive { call });
        self.stage = Stage::Reopening { until: now + RETRY_AFTER };
    }

    const fn is_last_attempt(&mut self) -> bool {
        self.failures += 1;
        self.failures >= ATTEMPTS
    }

    fn fail(&mut self, context: &mut Context, now: Instant, call: CallId, error: Fault) {
        context.media(MediaRequest::CloseReceive { call });
        let pause = START_AGAIN_AFTER.saturating_mul(1 << self.given_up.min(8)).min(START_AGAIN_AT_MOST);
        self.given_up = self.given_up.saturating_add(1);
        self.stage = Stage::Failed { until: now + context.jittered(pause) };
        self.tell_ended(context, call, Some(error));
    }
}

/// The answer of the server, or why there is none. What it writes stays out of events.
fn answer(outcome: &Result<HttpResponse, String>) -> Result<String, Fault> {
    let response = outcome.as_ref().map_err(|error| Fault::new(format!("sendOffer failed: {error}")))?;
    if !(200..=299).contains(&response.status) {
        let message = format!("sendOffer failed with status {}", response.status);
        return Err(Fault { message, cause: None, status: Some(response.status) });
    }
    match serde_json::from_str::<Answer>(&response.body) {
        Ok(answer) if answer.kind == "answer" && !answer.sdp.trim().is_empty() => Ok(answer.sdp),
        _ => Err(Fault::new("the reply of the server is no answer")),
    }
}
