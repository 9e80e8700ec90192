//! Commands of the owner and news of the flows.

use std::time::Instant;

use super::subscription::Wish;
use super::{Endpoint, Waiting};
use crate::api::{Command, Event, Failure, FlowId, FlowInput, Output, RequestId, SessionId};
use crate::message::Response;
use crate::message::framing::Frame;
use crate::session::Session;
use crate::session::requests::Inside;
use crate::session::uac::Call;

impl Endpoint {
    pub(super) fn command(&mut self, now: Instant, flow: Option<FlowId>, command: Command) {
        match command {
            Command::Accept { session, body, headers } => {
                self.with_session(session, |s, core| s.accept(core, now, body, &headers));
                self.replace(now, session);
            }
            Command::AnswerOffer { session, answer } => {
                self.with_session(session, |s, core| s.answer_offer(core, now, answer));
            }
            Command::Info { session, request, headers, body, content_type } => {
                let (body, content_type) = (body.as_ref(), content_type.as_deref());
                self.send_inside(
                    now,
                    session,
                    &Inside { request, method: "INFO", headers: &headers, body, content_type },
                );
            }
            Command::Invite { session, target, body, headers, options } => {
                let Some(flow) = flow else {
                    return self.core.event(Event::Ended { session, failure: Failure::no_flow() });
                };
                let call = Call { session, flow, target: &target, body, headers: &headers, options: &options };
                let session = Session::call(&mut self.core, now, call);
                self.sessions.insert(session.id, session);
            }
            Command::Dtmf { session, request, tones, duration_ms, gap_ms } => {
                if !self.sessions.contains_key(&session) {
                    return self.fail_request(request);
                }
                self.with_session(session, |s, core| s.dial(core, now, request, (&tones, duration_ms, gap_ms)));
            }
            Command::Refer { session, request, to, headers } => self.send_refer(now, session, request, &to, &headers),
            Command::FollowRefer { refer, session, body, headers } => {
                self.follow_refer(now, flow, (refer, session), body, headers);
            }
            Command::Hold { session, hold } => {
                self.with_session(session, |s, core| s.ask_hold(core, now, hold));
            }
            Command::MediaSeen { session, flowing } => {
                self.with_session(session, |s, core| s.media_seen(core, flowing));
            }
            Command::Progress { session, status, body, headers, reliable } => {
                self.with_session(session, |s, core| s.progress(core, now, status, (body, &headers), reliable));
            }
            Command::Reinvite { session, body, headers } => {
                self.with_session(session, |s, core| s.offer_again(core, now, body, headers, false));
            }
            Command::Update { session, body, headers } => {
                self.with_session(session, |s, core| s.offer_again(core, now, body, headers, true));
            }
            Command::Reject { session, status, headers } => {
                self.with_session(session, |s, core| s.reject(core, now, status, &headers));
            }
            Command::Request { request, method, target, headers, body } => match flow {
                Some(flow) => self.send_request(now, flow, request, (&method, &target), &headers, body.as_ref()),
                None => self.fail_request(request),
            },
            Command::Respond { request, status, reason, headers, body } => {
                let Some(Waiting { refer, request, transaction, .. }) = self.waiting.remove(&request) else { return };
                // To follow a REFER has its own command; everything else refuses it.
                let status = if refer.is_some() && status < 300 { 603 } else { status };
                let tag = self.core.random.tag();
                let mut response = Response::to(&request, status, reason.as_deref(), Some(&tag));
                response.headers.extend(&headers);
                response.set_body(body.as_ref());
                self.core.respond(now, transaction, response);
            }
            Command::Ring { session, headers } => {
                self.with_session(session, |s, core| s.progress(core, now, 180, (None, &headers), false));
            }
            Command::Send { session, request, method, headers, body } => {
                let inside =
                    Inside { request, method: &method, headers: &headers, body: body.as_ref(), content_type: None };
                self.send_inside(now, session, &inside);
            }
            Command::Subscribe { subscription, target, event, expires, headers, body } => {
                self.subscribe(now, flow, subscription, Wish { body, event, expires, headers, target });
            }
            Command::Terminate { session, cause } => {
                self.with_session(session, |s, core| s.terminate(core, now, cause));
            }
            Command::Unsubscribe { subscription } => self.unsubscribe(now, subscription),
        }
    }

    fn send_inside(&mut self, now: Instant, session: SessionId, inside: &Inside<'_>) {
        if !self.sessions.contains_key(&session) {
            return self.fail_request(inside.request);
        }
        self.with_session(session, |s, core| s.send_inside(core, now, inside));
    }

    fn fail_request(&mut self, request: RequestId) {
        self.core.event(Event::Response { request, outcome: Err(Failure::no_flow()) });
    }

    pub(super) fn flow_input(&mut self, now: Instant, flow: FlowId, input: FlowInput) {
        match input {
            FlowInput::Opened(transport) => self.core.flows.opened(flow, transport),
            FlowInput::Received(bytes) => {
                let (frames, error) = self.core.flows.received(now, flow, bytes);
                for frame in frames {
                    match frame {
                        Frame::Message(bytes) => self.receive(now, flow, &bytes),
                        // RFC 5626 section 3.5.1: CRLF answers CRLF CRLF.
                        Frame::Ping => self.core.outputs.push_back(Output::Send { flow, bytes: "\r\n".into() }),
                        Frame::Pong => self.core.pong = Some(flow),
                    }
                    self.settle(now);
                }
                if error.is_some() {
                    self.close_flow(now, flow);
                }
            }
            FlowInput::Closed(_) => self.flow_gone(now, flow),
        }
    }

    pub(super) fn close_flow(&mut self, now: Instant, flow: FlowId) {
        if self.core.flows.transport(flow).is_some() {
            self.core.outputs.push_back(Output::CloseFlow(flow));
            self.flow_gone(now, flow);
        }
    }

    fn flow_gone(&mut self, now: Instant, flow: FlowId) {
        if self.core.flows.closed(flow) {
            self.with_sessions(|s| s.flow == Some(flow), |session, core| session.flow_lost(core, now));
            self.refers_lost_flow(flow);
            self.subscriptions_lost_flow(flow);
            self.core.transactions.flow_lost(flow);
        }
    }

    pub(super) fn use_flow(&mut self, now: Instant, flow: FlowId) {
        self.core.flows.set_default(flow);
        self.with_sessions(|s| s.flow.is_none(), |session, core| session.move_to(core, now, flow));
        self.refers_use_flow(now, flow);
        self.subscriptions_use_flow(now, flow);
    }
}
