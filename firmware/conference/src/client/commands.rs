//! What the owner asks for.

use std::time::Instant;

use roombox_sip::api::Cause;

use super::ConferenceClient;
use crate::api::{Command, SipRequest};
use crate::vendor::MediaState;

impl ConferenceClient {
    pub(super) fn command(&mut self, now: Instant, command: Command) {
        if let Some(call) = command.call() {
            self.with_call(now, call, |leg, context| leg.command(context, now, &command));
            return;
        }
        match command {
            Command::Join { target, keep } => self.join(now, target, keep),
            Command::Leave => self.leave(now),
            Command::MediaState { microphone, camera } => {
                self.context.media_state = MediaState { microphone, camera };
                self.with_every_call(now, |leg, context| leg.command(context, now, &command));
            }
            Command::Start => {
                self.connection.start();
                self.context.agent(SipRequest::Start);
            }
            Command::Stop => {
                self.leave(now);
                self.connection.stop(&mut self.context);
                self.context.agent(SipRequest::Stop);
            }
            // The rest is for the connection, or for one call and got there above.
            _ => {}
        }
    }

    fn join(&mut self, now: Instant, target: String, keep: bool) {
        if self.calls.present().is_some_and(|leg| leg.call.is_to(&target)) {
            self.redial.keep_present(target, keep);
            return;
        }
        self.end_present_call(now);
        self.redial.want(target, keep);
    }

    fn leave(&mut self, now: Instant) {
        self.redial.forget();
        self.end_present_call(now);
    }

    fn end_present_call(&mut self, now: Instant) {
        let Some(leg) = self.calls.present() else { return };
        self.redial.forget();
        let (call, context) = (leg.call.id(), &mut self.context);
        let failure = if leg.call.is_ringing() {
            leg.call.refuse(context, 486, Cause::Busy)
        } else {
            leg.call.hang_up(context, Cause::Canceled, "left")
        };
        self.call_over(now, call, failure);
    }
}
