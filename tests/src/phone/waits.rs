//! What a phone waits for.

use roombox_sip::api::{
    AgentEvent, Body, Event, Failure, FinalResponse, FlowError, HeaderLine, HoldState, RequestId, SessionId,
};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout_at};

use super::Phone;
use crate::wait::PATIENCE;

/// A call that came in.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The session.
    pub session: SessionId,
    /// Who calls.
    pub from_uri: String,
    /// The URI that was called.
    pub request_uri: String,
    /// The offer, if there is one.
    pub offer: Option<Body>,
    /// All headers.
    pub headers: Vec<HeaderLine>,
    /// Our session whose place it takes.
    pub replaces: Option<SessionId>,
}

impl Incoming {
    /// The first header line of this name.
    pub fn header(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().find(|line| line.name.eq_ignore_ascii_case(name));
        found.map(|line| line.value.clone())
    }
}

/// A transfer asked for.
#[derive(Clone, Debug)]
pub struct Referred {
    /// The request to answer or to follow.
    pub refer: RequestId,
    /// Whom to call.
    pub to: String,
}

impl Phone {
    /// The first event, there already or to come, that `pick` takes; the events it leaves stay for later.
    #[allow(clippy::future_not_send, reason = "a test waits on its own thread")]
    pub async fn expect<T>(&mut self, what: &str, mut pick: impl FnMut(&Event) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        let mut looked = 0;
        loop {
            while let Some(event) = self.pending.get(looked) {
                if let Some(found) = pick(event) {
                    self.pending.remove(looked);
                    return found;
                }
                looked += 1;
            }
            match timeout_at(end, self.events.recv()).await {
                Ok(Some(event)) => {
                    self.history.push(format!("{event:?}"));
                    self.pending.push_back(event);
                }
                Ok(None) => panic!("{} is gone while waiting for {what}; {}", self.name, self.story()),
                Err(Elapsed { .. }) => panic!("{} waited in vain for {what}; {}", self.name, self.story()),
            }
        }
    }

    /// Every event and message so far, for a message about a failure.
    pub fn story(&self) -> String {
        format!("events:\n{}\nmessages:\n{}", self.history.join("\n"), self.wire)
    }

    /// The connection is up.
    pub async fn connected(&mut self) {
        self.expect("the connection", |event| {
            matches!(event, Event::Agent(AgentEvent::Connected { .. })).then_some(())
        })
        .await;
    }

    /// The connection is gone.
    pub async fn disconnected(&mut self) -> FlowError {
        self.expect("the loss of the connection", |event| match event {
            Event::Agent(AgentEvent::Disconnected { error, .. }) => Some(error.clone()),
            _ => None,
        })
        .await
    }

    /// Registered, for this many seconds.
    pub async fn registered(&mut self) -> u32 {
        self.expect("the registration", |event| match event {
            Event::Agent(AgentEvent::Registered { expires }) => Some(*expires),
            _ => None,
        })
        .await
    }

    /// Registration refused: why, and after how many milliseconds it is tried again.
    pub async fn registration_failed(&mut self) -> (Failure, Option<u64>) {
        self.expect("the refused registration", |event| match event {
            Event::Agent(AgentEvent::RegistrationFailed { failure, retry_in_ms }) => {
                Some((failure.clone(), *retry_in_ms))
            }
            _ => None,
        })
        .await
    }

    /// The registration is given back.
    pub async fn unregistered(&mut self) {
        self.expect("the end of the registration", |event| {
            matches!(event, Event::Agent(AgentEvent::Unregistered)).then_some(())
        })
        .await;
    }

    /// Somebody calls.
    pub async fn incoming(&mut self) -> Incoming {
        self.expect("a call", |event| match event {
            Event::Incoming { session, from_uri, request_uri, offer, headers, replaces, .. } => Some(Incoming {
                session: *session,
                from_uri: from_uri.clone(),
                request_uri: request_uri.clone(),
                offer: offer.clone(),
                headers: headers.clone(),
                replaces: *replaces,
            }),
            _ => None,
        })
        .await
    }

    /// Takes the next call with an answer of its own description; gives it once it stands.
    ///
    /// # Panics
    /// When the call comes without an offer.
    pub async fn take_call(&mut self) -> SessionId {
        let call = self.incoming().await;
        let answer = self.answer_to(&call.offer.expect("the call comes with an offer"));
        self.accept(call.session, answer);
        self.confirmed(call.session).await;
        call.session
    }

    /// A provisional response: its status, whether it holds a description, whether it is reliable.
    pub async fn progressed(&mut self, call: SessionId, wanted: u16) -> (Option<Body>, bool) {
        self.expect(&format!("{wanted}"), |event| match event {
            Event::Progress { session, status, body, reliable, .. } if (*session, *status) == (call, wanted) => {
                Some((body.clone(), *reliable))
            }
            _ => None,
        })
        .await
    }

    /// Our reliable provisional response was acknowledged.
    pub async fn progress_acknowledged(&mut self, call: SessionId) {
        self.expect("PRACK", |event| {
            matches!(event, Event::ProgressAcknowledged { session, .. } if *session == call).then_some(())
        })
        .await;
    }

    /// Our call was answered; the answer.
    pub async fn accepted(&mut self, call: SessionId) -> Option<Body> {
        self.expect("the answer to the call", |event| match event {
            Event::Accepted { session, body, .. } if *session == call => Some(body.clone()),
            _ => None,
        })
        .await
    }

    /// The call stands both ways.
    pub async fn confirmed(&mut self, call: SessionId) {
        self.expect("the call to stand", |event| {
            matches!(event, Event::Confirmed { session } if *session == call).then_some(())
        })
        .await;
    }

    /// The call is over; how.
    pub async fn ended(&mut self, call: SessionId) -> Failure {
        self.expect("the end of the call", |event| match event {
            Event::Ended { session, failure } if *session == call => Some(failure.clone()),
            _ => None,
        })
        .await
    }

    /// The peer offers again.
    pub async fn offered(&mut self, call: SessionId) -> Option<Body> {
        self.expect("an offer of the peer", |event| match event {
            Event::Offer { session, body, .. } if *session == call => Some(body.clone()),
            _ => None,
        })
        .await
    }

    /// The peer offers again and gets an answer of our description; gives the directions that were offered.
    ///
    /// # Panics
    /// When the peer does not offer but asks for an offer.
    pub async fn take_offer(&mut self, call: SessionId) -> Vec<String> {
        let offer = self.offered(call).await.expect("the peer offers");
        let answer = self.answer_to(&offer);
        self.answer_offer(call, Ok(answer));
        super::directions(offer.text().unwrap_or_default())
    }

    /// Our offer was answered; the answer.
    pub async fn offer_answered(&mut self, call: SessionId) -> Option<Body> {
        self.expect("the answer to our offer", |event| match event {
            Event::OfferAnswered { session, body } if *session == call => Some(body.clone()),
            _ => None,
        })
        .await
    }

    /// Our offer was refused; how.
    pub async fn offer_failed(&mut self, call: SessionId) -> Failure {
        self.expect("the refusal of our offer", |event| match event {
            Event::OfferFailed { session, failure } if *session == call => Some(failure.clone()),
            _ => None,
        })
        .await
    }

    /// The facts of a hold are as wanted.
    pub async fn held(&mut self, call: SessionId, what: &str, wanted: impl Fn(&HoldState) -> bool) -> HoldState {
        self.expect(what, |event| match event {
            Event::Hold { session, hold } if *session == call && wanted(hold) => Some(*hold),
            _ => None,
        })
        .await
    }

    /// INFO of the peer; its body.
    pub async fn informed(&mut self, call: SessionId) -> Body {
        self.expect("INFO with a body", |event| match event {
            Event::Info { session, body, .. } if *session == call => body.clone(),
            _ => None,
        })
        .await
    }

    /// A request of ours has its outcome.
    pub async fn answered(&mut self, asked: RequestId) -> Result<FinalResponse, Failure> {
        self.expect("the answer to a request", |event| match event {
            Event::Response { request, outcome } if *request == asked => Some(outcome.clone()),
            _ => None,
        })
        .await
    }

    /// A request of ours was answered with this status.
    pub async fn answered_with(&mut self, asked: RequestId, status: u16) {
        let outcome = self.answered(asked).await;
        let found = match &outcome {
            Ok(response) => Some(response.status),
            Err(failure) => failure.status,
        };
        assert_eq!(found, Some(status), "{outcome:?}");
    }

    /// The peer asks us to call somebody.
    pub async fn referred(&mut self) -> Referred {
        self.expect("REFER", |event| match event {
            Event::Refer { refer, refer_to, .. } => Some(Referred { refer: *refer, to: refer_to.clone() }),
            _ => None,
        })
        .await
    }

    /// A message came, now or earlier, that fits; for what the user agent does by itself and tells nobody.
    pub async fn wire_receives(&self, what: &str, fits: impl Fn(&str) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !self.wire.received("").iter().any(|message| fits(message)) {
            let grew = timeout_at(end, self.wire.grew()).await;
            assert!(grew.is_ok(), "{} waited in vain for {what}; {}", self.name, self.story());
        }
    }

    /// How the call goes that we asked the peer to make: the statuses up to the last.
    pub async fn refer_progress(&mut self, asked: RequestId) -> Vec<u16> {
        let mut statuses = Vec::new();
        loop {
            let (status, last) = self
                .expect("the progress of a transfer", |event| match event {
                    Event::ReferProgress { request, status, last, .. } if *request == asked => Some((*status, *last)),
                    _ => None,
                })
                .await;
            statuses.push(status);
            if last {
                return statuses;
            }
        }
    }
}
