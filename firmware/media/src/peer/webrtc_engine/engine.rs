//! Offer/answer on the crate's connection, and what follows from it: pads, gates, events.

use std::{
    sync::{Arc, Mutex as StdMutex, PoisonError},
    time::Instant,
};

use rtc::{
    peer_connection::configuration::RTCOfferOptions,
    rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication,
};
use tokio::{
    runtime::Handle,
    sync::{Mutex, OnceCell, mpsc},
    task::JoinHandle,
};
use webrtc::peer_connection::{RTCSdpType, RTCSessionDescription};

use super::{
    PeerError,
    bin::PeerBin,
    gathering,
    repairs::Repairs,
    sending,
    servers::Servers,
    setup::{self, Connection},
    shared::Shared,
    undeclared::Found,
};
use crate::{
    keys,
    peer::{
        PeerConfig, PeerEvent, Stream,
        negotiation::{Line, Negotiation, Reading},
        told::Told,
    },
};

/// The engine; the peer in front of it may go while this is still closing.
pub(super) struct Engine {
    config: PeerConfig,
    pub(super) bin: PeerBin,
    pub(super) shared: Arc<Shared>,
    pub(super) connection: OnceCell<Connection>,
    pub(super) session: Mutex<Session>,
    tasks: StdMutex<Vec<JoinHandle<()>>>,
}

/// Offer/answer state; the lock on it puts negotiations in a row.
pub(super) struct Session {
    /// What is agreed; an offer of ours changes nothing in it until it is answered.
    pub(super) negotiation: Negotiation,
    /// An offer of ours that waits for its answer is set in the engine.
    pub(super) offering: bool,
    /// The session as that offer has it, once it was given out.
    offered: Option<Negotiation>,
    told: Told,
    closed: bool,
}

impl Engine {
    /// Makes the engine; the receiver gives the streams that come, for [`super::undeclared::watch`].
    pub(super) fn new(
        config: PeerConfig,
        events: mpsc::UnboundedSender<PeerEvent>,
        runtime: Handle,
    ) -> Result<(Self, mpsc::UnboundedReceiver<Found>), PeerError> {
        let (found, streams) = mpsc::unbounded_channel();
        let telling = events.clone();
        let servers = Servers::new(
            &config,
            Box::new(move |failed| {
                let _ = telling.send(PeerEvent::Servers { failed });
            }),
        );
        let shared = Arc::new(Shared::new(events, found, servers, runtime));
        let sources = Stream::ALL.map(|stream| shared.sending(stream).outgoing.ssrc);
        let negotiation = Negotiation::new(&config.audio_codecs, &config.video_codecs, sources).repairing();
        let negotiation = if config.keys { negotiation } else { negotiation.without_keys() };
        let engine = Self {
            config,
            bin: PeerBin::new(Arc::clone(&shared.path))?,
            shared,
            connection: OnceCell::new(),
            session: Mutex::new(Session::new(negotiation)),
            tasks: StdMutex::default(),
        };
        Ok((engine, streams))
    }

    async fn connection(&self, session: &Session) -> Result<&Connection, PeerError> {
        if session.closed {
            return Err(PeerError::Engine("it is closed".into()));
        }
        self.connection.get_or_try_init(|| setup::connect(&self.config, &session.negotiation, &self.shared)).await
    }

    /// Binds and gathers ahead by setting a first offer; an answer later takes it back.
    pub(super) async fn arm(&self) -> Result<(), PeerError> {
        let mut session = self.session.lock().await;
        if !session.offering && !session.negotiation.established() {
            self.set_offer(&mut session, false).await?;
        }
        Ok(())
    }

    async fn set_offer(&self, session: &mut Session, restart_ice: bool) -> Result<(), PeerError> {
        let connection = self.connection(session).await?;
        self.take_back(session, connection).await?;
        if session.negotiation.established() && session.negotiation.wants_content() {
            connection.require_sender(&session.negotiation, self.shared.sending(Stream::Presentation)).await?;
        }
        let options = RTCOfferOptions { ice_restart: restart_ice };
        let offer = connection.peer.create_offer(Some(options)).await?;
        if restart_ice || !session.negotiation.established() {
            self.shared.gather();
        }
        connection.peer.set_local_description(offer).await?;
        session.offering = true;
        Ok(())
    }

    /// An offer of ours that waits is as if it had never been.
    async fn take_back(&self, session: &mut Session, connection: &Connection) -> Result<(), PeerError> {
        if session.offering {
            connection.peer.set_local_description(rollback()).await?;
            (session.offering, session.offered) = (false, None);
        }
        Ok(())
    }

    pub(super) async fn create_offer(&self, restart_ice: bool) -> Result<String, PeerError> {
        let mut session = self.session.lock().await;
        let established = session.negotiation.established();
        // Credentials nobody has seen yet need no restart. An offer that was armed ahead, or asked for twice before the
        // session stands, is given out as it is.
        if !session.offering || established {
            self.set_offer(&mut session, restart_ice && established).await?;
        }
        let text = self.gathered_description(&session).await?;
        let (offer, offered) = session.negotiation.write_offer(&text)?;
        self.prepare(&offered.lines)?;
        session.offered = Some(offered);
        Ok(offer)
    }

    pub(super) async fn create_answer(&self, offer: &str) -> Result<String, PeerError> {
        let mut session = self.session.lock().await;
        let Reading { next, clean, restarts_ice } = session.negotiation.read_offer(offer)?;
        let connection = self.connection(&session).await?;
        self.take_back(&mut session, connection).await?;
        if next.has_content() {
            // The peer's line then finds a sender to take, so that a presentation can go out on it at any time.
            connection.require_sender(&next, self.shared.sending(Stream::Presentation)).await?;
        }
        if restarts_ice {
            self.shared.gather();
        }
        self.prepare(&next.lines)?;
        if let Err(error) = answer(connection, &next, clean).await {
            // Back to what stood before, so that the session goes on with its former description.
            let _ = connection.peer.set_remote_description(rollback()).await;
            return Err(error);
        }
        connection.hear(&next).await?;
        let text = self.gathered_description(&session).await?;
        let written = next.write_answer(&text)?;
        self.take_over(&mut session, next);
        Ok(written)
    }

    pub(super) async fn accept_answer(&self, answer: &str) -> Result<(), PeerError> {
        let mut session = self.session.lock().await;
        let offered = session.offered.as_ref().filter(|_| session.offering);
        let offered = offered.ok_or_else(|| PeerError::Engine("there is no offer that waits for an answer".into()))?;
        let Reading { next, clean, .. } = offered.read_answer(answer)?;
        let connection = self.connection(&session).await?;
        self.prepare(&next.lines)?;
        prefer_codecs(connection, &next).await?;
        let description = RTCSessionDescription::answer(clean)?;
        connection.peer.set_remote_description(description).await.map_err(|error| bad_sdp(&error))?;
        connection.hear(&next).await?;
        (session.offering, session.offered) = (false, None);
        self.take_over(&mut session, next);
        Ok(())
    }

    /// The local description once enough candidates are in it.
    async fn gathered_description(&self, session: &Session) -> Result<String, PeerError> {
        gathering::enough(&self.shared).await;
        let description = self.connection(session).await?.peer.local_description().await;
        description.map(|d| d.sdp).ok_or_else(|| PeerError::Engine("no local description".into()))
    }

    /// Makes the pads of all lines, before any packet can come.
    fn prepare(&self, lines: &[Line]) -> Result<(), PeerError> {
        for (session, line) in (0u32..).zip(lines).filter(|(_, line)| !line.rejected) {
            let Some(kind) = line.kind else { continue };
            if let Some(stream) = line.stream.filter(|_| line.local) {
                self.add_sink(&line.name, stream)?;
            }
            if self.shared.incoming(&line.name).is_none() {
                let shared = Arc::downgrade(&self.shared);
                let key_frame = Arc::new(move |mid: &str| {
                    if let Some(shared) = shared.upgrade() {
                        request_key_frame(&shared, mid);
                    }
                });
                let shared = Arc::downgrade(&self.shared);
                let pressed = Box::new(move |keys::Key { key, duration_ms }| {
                    if let Some(shared) = shared.upgrade() {
                        shared.tell(PeerEvent::KeyPressed { key, duration_ms });
                    }
                });
                let incoming = self.bin.add_source((&line.name, kind, session), key_frame, pressed)?;
                self.shared.add_incoming(Arc::new(incoming));
            }
            if let Some(incoming) = self.shared.incoming(&line.name) {
                line.formats.iter().for_each(|common| self.bin.map_payload(&incoming, &common.remote));
                let events = line.events.iter().map(|common| &common.remote);
                incoming.set_keys(events.map(|codec| (codec.payload_type, codec.clock_rate)));
            }
        }
        Ok(())
    }

    fn add_sink(&self, name: &str, stream: Stream) -> Result<(), PeerError> {
        let outgoing = &self.shared.sending(stream).outgoing;
        let Some(sender) = self.connection.get().and_then(|connection| connection.sender(stream)) else {
            return Ok(());
        };
        let (batches, queue) = mpsc::unbounded_channel();
        if self.bin.add_sink(name, outgoing, batches)? {
            let cname = format!("{:08x}", self.shared.sending(Stream::Audio).outgoing.ssrc);
            let writing = sending::run(Arc::clone(outgoing), Arc::clone(&sender.track), cname, queue);
            let task = self.shared.runtime.spawn(writing);
            self.tasks.lock().unwrap_or_else(PoisonError::into_inner).push(task);
        }
        Ok(())
    }

    pub(super) async fn add_presentation(&self) -> Result<bool, PeerError> {
        let mut session = self.session.lock().await;
        session.negotiation.present(true);
        if session.negotiation.wants_content() {
            return Ok(true);
        }
        self.prepare(&session.negotiation.lines)?;
        self.pass_on(&mut session);
        Ok(false)
    }

    pub(super) async fn remove_presentation(&self) {
        let mut session = self.session.lock().await;
        session.negotiation.present(false);
        if let Some(offered) = &mut session.offered {
            offered.present(false);
        }
        self.pass_on(&mut session);
    }

    /// Makes an agreed state the current one.
    fn take_over(&self, session: &mut Session, next: Negotiation) {
        session.negotiation = next;
        self.pass_on(session);
    }

    /// Sets gates and codecs as agreed and tells the owner what changed.
    fn pass_on(&self, session: &mut Session) {
        self.shared.path.set_repairs(repairs(&session.negotiation.lines));
        for line in &session.negotiation.lines {
            let Some(common) = line.codecs.first() else { continue };
            if let Some(stream) = line.stream {
                let outgoing = &self.shared.sending(stream).outgoing;
                outgoing.set_codec(&common.remote);
                outgoing.set_repair(common.repair);
                for agreed in line.codecs.iter().chain(&line.events) {
                    let engine = session.negotiation.engine_type(&agreed.known);
                    outgoing.types.set(engine, agreed.remote.payload_type);
                }
                outgoing.set_keys(line.keys().map(|common| &common.remote));
                self.shared.set_line(stream, line);
            }
            if let Some(incoming) = self.shared.incoming(&line.name) {
                incoming.set_codec(&common.remote);
            }
            session.told.line(line, &common.remote, |event| self.shared.tell(event));
        }
    }

    pub(super) async fn close(&self) {
        let mut session = self.session.lock().await;
        session.closed = true;
        for task in self.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            task.abort();
        }
        if let Some(connection) = self.connection.get()
            && let Err(error) = connection.peer.close().await
        {
            tracing::debug!(%error, "closing the peer connection");
        }
    }
}

/// How the peer sends again what was lost.
fn repairs(lines: &[Line]) -> Repairs {
    let codecs = lines.iter().filter(|line| !line.rejected).flat_map(|line| &line.codecs);
    Repairs {
        streams: lines.iter().flat_map(|line| line.repairs.iter().copied()).collect(),
        payload_types: codecs.filter_map(|common| Some((common.repair?, common.remote.payload_type))).collect(),
    }
}

impl Session {
    fn new(negotiation: Negotiation) -> Self {
        Self { negotiation, offering: false, offered: None, told: Told::default(), closed: false }
    }
}

async fn answer(connection: &Connection, next: &Negotiation, clean: String) -> Result<(), PeerError> {
    prefer_codecs(connection, next).await?;
    let peer = &connection.peer;
    peer.set_remote_description(RTCSessionDescription::offer(clean)?).await.map_err(|error| bad_sdp(&error))?;
    let answer = peer.create_answer(None).await?;
    Ok(peer.set_local_description(answer).await?)
}

async fn prefer_codecs(connection: &Connection, next: &Negotiation) -> Result<(), PeerError> {
    for line in &next.lines {
        let sender = line.stream.and_then(|stream| connection.sender(stream));
        if let (Some(sender), Some(common)) = (sender, line.codec()) {
            sender.prefer(&common.known).await?;
        }
    }
    Ok(())
}

/// Asks the sender of a line for a key frame (PLI, RFC 4585 section 6.3.1), not more often than one can come.
pub(super) fn request_key_frame(shared: &Arc<Shared>, mid: &str) {
    let Some(incoming) = shared.incoming(mid) else { return };
    let Some((track, media_ssrc)) = incoming.track() else { return };
    let turn = incoming.turns.lock().unwrap_or_else(PoisonError::into_inner).next(Instant::now());
    let Some(wait) = turn else { return };
    let request = PictureLossIndication { sender_ssrc: 0, media_ssrc };
    shared.runtime.spawn(async move {
        tokio::time::sleep(wait).await;
        if let Err(error) = track.write_rtcp(vec![Box::new(request)]).await {
            tracing::debug!(%error, "key frame not asked for, the connection is gone");
        }
    });
}

fn rollback() -> RTCSessionDescription {
    let mut description = RTCSessionDescription::default();
    description.sdp_type = RTCSdpType::Rollback;
    description
}

fn bad_sdp(error: &webrtc::error::Error) -> PeerError {
    PeerError::BadSdp(error.to_string())
}
