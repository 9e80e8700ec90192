//! Offer/answer on `webrtcbin`, and what follows from it: pads, gates, events.
//!
//! An offer of ours is set in the element only when it is answered, as the element can take none back. The first one is
//! set at once, for its candidates; when the peer's offer comes before its answer, the element is made anew.

use std::{sync::Arc, time::Duration};

use gst_webrtc::WebRTCSDPType;
use tokio::{
    runtime::Handle,
    sync::{Mutex, mpsc},
};

use super::{
    PeerError,
    bin::PeerBin,
    description::{Outward, arranged, with_setup},
    element::Element,
    feed,
    shared::Shared,
    stats,
};
use crate::peer::{
    Codec, IcePolicy, Kind, PeerConfig, PeerEvent, Stream,
    codecs::Known,
    negotiation::{EngineCodec, Line, Negotiation, Reading},
    told::Told,
};

/// With STUN or TURN servers: how long candidates may still come after the first. Without servers gathering is done
/// within milliseconds.
const GATHERING_BOUND: Duration = Duration::from_millis(500);

/// Identifier of the header extension for transport-wide numbers in our own offers.
const OWN_NUMBERS: Option<u8> = Some(3);

/// How long the first candidate may take before the peer counts as without network.
const FIRST_CANDIDATE_BOUND: Duration = Duration::from_secs(2);

/// The engine; the peer in front of it may go while this is still closing.
pub(super) struct Engine {
    config: PeerConfig,
    pub(super) bin: Arc<PeerBin>,
    pub(super) shared: Arc<Shared>,
    /// The lock puts negotiations in a row.
    session: Mutex<Session>,
}

/// Offer/answer state.
struct Session {
    element: Arc<Element>,
    /// Our offer that waits for its answer.
    offered: Option<Offered>,
    /// The last description that the element made: its sections in its order.
    described: Option<String>,
    told: Told,
    /// Session identifier and version of our `o=` lines (RFC 3264 section 8).
    origin: (String, u64),
    closed: bool,
}

struct Offered {
    /// As the element wrote it.
    element: String,
    /// The element has it as its local description.
    set: bool,
    /// The session as it is offered.
    next: Negotiation,
}

impl Engine {
    pub(super) fn new(
        config: PeerConfig,
        events: mpsc::UnboundedSender<PeerEvent>,
        runtime: Handle,
    ) -> Result<Self, PeerError> {
        let shared = Arc::new(Shared::new(&config, events, runtime));
        let bin = PeerBin::new();
        let session = Session {
            element: Arc::new(Element::new(&config, &shared, &bin)?),
            offered: None,
            described: None,
            told: Told::default(),
            origin: (rand::random::<u32>().to_string(), 0),
            closed: false,
        };
        Ok(Self { config, bin, shared, session: Mutex::new(session) })
    }

    fn sources(&self) -> [u32; 3] {
        Stream::ALL.map(|stream| self.shared.sending(stream).outgoing.ssrc)
    }

    pub(super) async fn create_offer(&self, restart_ice: bool) -> Result<String, PeerError> {
        let mut session = self.session.lock().await;
        session.usable()?;
        let agreed = self.shared.negotiation().clone();
        if restart_ice && agreed.established() {
            return Err(PeerError::IceRestart);
        }
        let again = session.offered.take().filter(|offered| offered.set);
        let element = match again {
            Some(Offered { element, .. }) => element,
            None => self.element_offer(&session, &agreed).await?,
        };
        let first = !agreed.established();
        let (offer, next) = agreed.write_offer(&self.outward(&mut session, &agreed, &element, None).await?)?;
        self.prepare(&next.lines)?;
        session.described = Some(element.clone());
        session.offered = Some(Offered { element, set: first, next });
        Ok(offer)
    }

    /// Makes the element's offer; the first is set, so that candidates are gathered.
    async fn element_offer(&self, session: &Session, agreed: &Negotiation) -> Result<String, PeerError> {
        let mut streams = vec![Stream::Audio, Stream::Camera];
        let content = session.element.has_sender(Stream::Presentation);
        if content || (agreed.established() && agreed.wants_content()) {
            streams.push(Stream::Presentation);
        }
        for stream in streams {
            let codecs: Vec<Codec> = match sent(agreed, stream.kind()) {
                Some(codec) => vec![codec],
                None => agreed.ours(stream.kind()).map(Known::as_codec).collect(),
            };
            if !codecs.is_empty() {
                let line = agreed.lines.iter().find(|line| line.stream == Some(stream));
                let numbers =
                    if agreed.established() { line.and_then(|line| agreed.transport_cc(line)) } else { OWN_NUMBERS };
                self.require_sender(session, stream, &codecs, numbers);
            }
        }
        let offer = session.element.create(WebRTCSDPType::Offer).await?;
        if !agreed.established() {
            session.element.set_local(WebRTCSDPType::Offer, &offer).await?;
        }
        Ok(offer)
    }

    fn require_sender(&self, session: &Session, stream: Stream, codecs: &[Codec], numbers: Option<u8>) {
        let ssrc = self.shared.sending(stream).outgoing.ssrc;
        let caps = codecs.iter().map(|codec| feed::caps(stream.kind(), codec, ssrc, numbers)).fold(
            gst::Caps::new_empty(),
            |mut all, caps| {
                all.merge(caps);
                all
            },
        );
        session.element.require_sender(stream, &caps);
    }

    /// A description of the element with what goes out beyond it, candidates included.
    async fn outward(
        &self,
        session: &mut Session,
        negotiation: &Negotiation,
        element: &str,
        offer: Option<&str>,
    ) -> Result<String, PeerError> {
        let mut gathering = session.element.gathered.subscribe();
        let first = gathering.wait_for(|gathered| gathered.complete || !gathered.candidates.is_empty());
        if tokio::time::timeout(FIRST_CANDIDATE_BOUND, first).await.is_err() {
            tracing::warn!("no candidate was gathered; the description goes out without");
        }
        let _ = tokio::time::timeout(GATHERING_BOUND, gathering.wait_for(|gathered| gathered.complete)).await;
        let gathered = gathering.borrow().clone();
        session.origin.1 += 1;
        let relay_only = self.config.ice_policy == IcePolicy::Relay;
        let named = |candidate: &String| !relay_only || candidate.contains(" typ relay");
        let candidates: Vec<String> = gathered.candidates.into_iter().filter(named).collect();
        let outward = Outward {
            negotiation,
            sources: self.sources(),
            candidates: &candidates,
            offer,
            origin: (&session.origin.0, session.origin.1),
        };
        outward.write(element)
    }

    pub(super) async fn create_answer(&self, offer: &str) -> Result<String, PeerError> {
        let mut session = self.session.lock().await;
        session.usable()?;
        let agreed = self.shared.negotiation().clone();
        let Reading { next, clean, restarts_ice } = agreed.read_offer(offer)?;
        if restarts_ice {
            return Err(PeerError::IceRestart);
        }
        if session.offered.take().is_some_and(|offered| offered.set) {
            self.begin_anew(&mut session).await?;
        }
        self.prepare(&next.lines)?;
        *self.shared.negotiation() = next.clone();
        let written = self.answer(&mut session, &next, &clean).await;
        if written.is_ok() {
            self.pass_on(&mut session)?;
        } else {
            *self.shared.negotiation() = agreed;
        }
        written
    }

    async fn answer(&self, session: &mut Session, next: &Negotiation, clean: &str) -> Result<String, PeerError> {
        let element = Arc::clone(&session.element);
        let offer = arranged(clean, session.described.as_deref())?;
        self.shared.expected.expect(&offer);
        element.set_remote(WebRTCSDPType::Offer, &offer).await?;
        for line in &next.lines {
            let Some(stream) = line.stream.filter(|_| line.section.is_some()) else { continue };
            if let Some(codec) = sent(next, stream.kind()) {
                let numbers = next.transport_cc(line);
                self.feed(stream).set_codec(&codec, numbers);
                self.require_sender(session, stream, &[codec], numbers);
            }
        }
        let answer = element.create(WebRTCSDPType::Answer).await?;
        element.set_local(WebRTCSDPType::Answer, &with_setup(&answer, next.setup())).await?;
        session.described = Some(answer.clone());
        let outward = self.outward(session, next, &answer, Some(&offer)).await?;
        next.write_answer(&outward)
    }

    pub(super) async fn accept_answer(&self, answer: &str) -> Result<(), PeerError> {
        let mut session = self.session.lock().await;
        session.usable()?;
        let missing = || PeerError::Engine("there is no offer that waits for an answer".into());
        let offered = session.offered.as_ref().ok_or_else(missing)?;
        let Reading { next, clean, .. } = offered.next.read_answer(answer)?;
        let description = arranged(&clean, Some(&offered.element))?;
        let (local, set) = (with_setup(&offered.element, "actpass"), offered.set);
        self.prepare(&next.lines)?;
        let element = Arc::clone(&session.element);
        self.shared.expected.expect(&description);
        let agreed = std::mem::replace(&mut *self.shared.negotiation(), next);
        let taken = async {
            if !set {
                element.set_local(WebRTCSDPType::Offer, &local).await?;
            }
            element.set_remote(WebRTCSDPType::Answer, &description).await
        };
        if let Err(error) = taken.await {
            *self.shared.negotiation() = agreed;
            return Err(error);
        }
        session.offered = None;
        self.pass_on(&mut session)
    }

    /// Another element in the place of one whose first offer nobody will answer.
    async fn begin_anew(&self, session: &mut Session) -> Result<(), PeerError> {
        let fresh = Arc::new(Element::new(&self.config, &self.shared, &self.bin)?);
        let former = std::mem::replace(&mut session.element, fresh);
        session.described = None;
        let bin = self.bin.bin.clone();
        let removed = self.shared.runtime.spawn_blocking(move || former.remove(&bin)).await;
        removed.map_err(|error| PeerError::Engine(error.to_string()))
    }

    fn feed(&self, stream: Stream) -> Arc<feed::Feed> {
        self.bin.feed(self.shared.sending(stream))
    }

    /// Makes the pads of all lines, before any packet can come.
    fn prepare(&self, lines: &[Line]) -> Result<(), PeerError> {
        for line in lines.iter().filter(|line| !line.rejected) {
            let Some(kind) = line.kind else { continue };
            if line.stream == Some(Stream::Audio) {
                self.shared.listening.set_line(line);
            }
            if let Some(stream) = line.stream.filter(|_| line.local) {
                self.bin.add_sink(&line.name, self.shared.sending(stream))?;
            }
            self.bin.add_source(&line.name, kind)?;
        }
        Ok(())
    }

    pub(super) async fn add_presentation(&self) -> Result<bool, PeerError> {
        let mut session = self.session.lock().await;
        self.shared.negotiation().present(true);
        if self.shared.negotiation().wants_content() {
            return Ok(true);
        }
        let lines = self.shared.negotiation().lines.clone();
        self.prepare(&lines)?;
        self.pass_on(&mut session)?;
        Ok(false)
    }

    pub(super) async fn remove_presentation(&self) {
        let mut session = self.session.lock().await;
        self.shared.negotiation().present(false);
        if let Some(offered) = &mut session.offered {
            offered.next.present(false);
        }
        if let Err(error) = self.pass_on(&mut session) {
            tracing::debug!(%error, "ending a presentation");
        }
    }

    /// Sets ways, gates and codecs as agreed and tells the owner what changed.
    fn pass_on(&self, session: &mut Session) -> Result<(), PeerError> {
        let agreed = self.shared.negotiation().clone();
        for line in &agreed.lines {
            let Some(common) = line.codecs.first() else { continue };
            if let Some(stream) = line.stream {
                let feed = self.feed(stream);
                if let Some(codec) = sent(&agreed, stream.kind()) {
                    feed.set_codec(&codec, agreed.transport_cc(line));
                }
                if let Some(sink) = session.element.sink(stream) {
                    feed.lead_to(&sink, &self.shared)?;
                }
                let outgoing = &self.shared.sending(stream).outgoing;
                outgoing.set_codec(&common.remote);
                outgoing.set_keys(line.keys().map(|common| &common.remote));
                self.shared.set_line(stream, line);
            }
            session.told.line(line, &common.remote, |event| self.shared.tell(event));
        }
        Ok(())
    }

    pub(super) async fn stats(&self) -> Vec<serde_json::Value> {
        let element = Arc::clone(&self.session.lock().await.element);
        let Some(report) = element.stats().await else { return Vec::new() };
        let negotiation = self.shared.negotiation().clone();
        stats::entries(&report, self.shared.capacity.last(), &|ssrc| {
            let ours = Stream::ALL.into_iter().zip(self.sources()).find(|(_, of)| *of == ssrc);
            let theirs = || negotiation.lines.iter().find(|line| line.ssrcs.contains(&ssrc)).and_then(|line| line.kind);
            ours.map(|(stream, _)| stream.kind()).or_else(theirs)
        })
    }

    pub(super) async fn close(&self) {
        let mut session = self.session.lock().await;
        if std::mem::replace(&mut session.closed, true) {
            return;
        }
        for sending in &self.shared.sending {
            sending.outgoing.allow(false);
        }
        let element = Arc::clone(&session.element);
        if let Err(error) = self.shared.runtime.spawn_blocking(move || element.stop()).await {
            tracing::debug!(%error, "closing the peer connection");
        }
    }
}

/// What the element takes for the codec that is sent, whatever is: its pads refuse another one than the first.
fn sent(negotiation: &Negotiation, kind: Kind) -> Option<Codec> {
    negotiation.told(kind).first().map(EngineCodec::as_codec)
}

impl Session {
    fn usable(&self) -> Result<(), PeerError> {
        if self.closed { Err(PeerError::Engine("it is closed".into())) } else { Ok(()) }
    }
}
