//! A box brought up in this process: machines, media, board, control socket and panel around one driver.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use roombox_appliance::{
    api::Input,
    tree::{Cause, CauseCode},
};
use roombox_conference::api::NetworkEvent;
use roombox_hal::board::Board;
use roombox_media::{
    api::{MediaConfig, MediaEvent},
    engine::MediaEngine,
};
use roombox_settings::model::Settings;
use roombox_sip_transports::{ClientTls, Transports, flow_events};
use serde_json::json;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};

use super::{identity, parts, presentation};
use crate::{
    control::server::ControlSocket,
    driver::{Driver, Parts, Times},
    events::EventBus,
    exit::Refusal,
    house::{House, Senses},
    network,
    panel::{Panel, PanelError},
};

/// What a box is started with.
pub(crate) struct Plan {
    pub(crate) settings: Settings,
    pub(crate) board: Board,
    pub(crate) state_dir: PathBuf,
    pub(crate) socket: ControlSocket,
    /// The panel's port, bound or not; `None` where no panel is wanted.
    pub(crate) panel: Option<Result<Panel, PanelError>>,
    /// Start of the process.
    pub(crate) started: Instant,
}

/// A running box.
pub(crate) struct RunningBox {
    pub(crate) house: House,
    /// Address of the panel, when it is served.
    pub(crate) panel: Option<String>,
    pub(crate) times: watch::Receiver<Times>,
    notes: mpsc::UnboundedSender<Input>,
    driver: JoinHandle<()>,
    servers: Vec<JoinHandle<()>>,
}

impl RunningBox {
    /// Brings a box up. What is wrong with board, media or panel is a fact of the running box; only settings that lead
    /// nowhere end here.
    pub(crate) fn start(plan: Plan) -> Result<Self, Refusal> {
        let (settings, board) = (&plan.settings, &plan.board);
        let machines = machines(settings, board, &plan.state_dir)?;
        let (told, flows) = flow_events();
        let tls = ClientTls::with(&parts::tls(&settings.account))
            .map_err(|error| Refusal::usage(format!("[account] certificates: {error}.")))?;
        let transports = Transports::new(tls.clone(), told);
        let (notes, inbox) = mpsc::unbounded_channel();
        let (times, reached) = watch::channel(Times::default());
        let events = EventBus::new();
        let (house, ends) = House::new(events.clone(), board_picture(board));
        let (media_sender, media_events) = mpsc::unbounded_channel();
        // Media does not wait for real hardware; a virtual board costs nothing, and media's devices are plugged in there.
        let virtual_board = board.virtual_board.then(|| roombox_hal::open(board));
        let mut config = parts::media(settings, board, &plan.state_dir);
        config.virtual_board = virtual_board.as_ref().and_then(|hardware| hardware.virtual_board.clone());
        let engine = start_media(config, media_sender, ends.senses.clone());
        let driver = Driver::new(Parts {
            agent: machines.agent,
            client: machines.client,
            room: machines.room,
            hardware: virtual_board.unwrap_or_else(|| roombox_hal::open(board)),
            engine,
            media_events,
            sources: presentation::sources(settings, board),
            transports,
            tls,
            flows,
            network: watch_network(settings),
            house: ends,
            events,
            notes: inbox,
            started: plan.started,
            times,
        });
        let panel = plan.panel.as_ref().and_then(|panel| panel.as_ref().ok()).map(Panel::url);
        let mut servers = vec![tokio::spawn(plan.socket.serve(house.clone()))];
        servers.extend(plan.panel.and_then(|panel| serve_panel(panel, &house, &notes)));
        let driver = tokio::spawn(driver.run());
        Ok(Self { house, panel, times: reached, notes, driver, servers })
    }

    /// Ends when the driver does, which it does not by itself.
    pub(crate) async fn ended(&mut self) {
        if let Err(error) = (&mut self.driver).await {
            tracing::error!(%error, "the driver broke");
        }
    }

    /// Leaves, unregisters and closes everything.
    pub(crate) async fn stop(mut self) {
        // Fails only when the driver has ended already.
        let _ = self.notes.send(Input::Stop);
        self.ended().await;
        self.servers.iter().for_each(JoinHandle::abort);
    }
}

fn machines(settings: &Settings, board: &Board, state_dir: &Path) -> Result<parts::Machines, Refusal> {
    let instance = identity::instance_id(state_dir).map_err(|error| {
        Refusal::usage(format!("Cannot keep the identity of the box in {}: {error}.", state_dir.display()))
    })?;
    parts::machines(settings, board, instance, rand::random())
        .map_err(|error| Refusal::usage(format!("account.server: {error}.")))
}

/// Watches links, addresses and routes, unless every server is this machine itself: then no network matters.
fn watch_network(settings: &Settings) -> mpsc::UnboundedReceiver<NetworkEvent> {
    let (told, events) = mpsc::unbounded_channel();
    if !parts::stays_on_this_machine(&settings.account) {
        tokio::spawn(async move {
            if let Err(error) = network::watch(told).await {
                tracing::warn!(%error, "changes of the network are not seen");
            }
        });
    }
    events
}

/// Buttons and lights for the panel.
fn board_picture(board: &Board) -> serde_json::Value {
    let buttons: Vec<_> = board.buttons.iter().map(|it| json!({ "name": it.name, "action": it.action })).collect();
    let leds: Vec<_> = board.leds.iter().map(|it| &it.name).collect();
    json!({ "name": board.name, "virtual": board.virtual_board, "buttons": buttons, "leds": leds })
}

/// Starts media on a thread of its own: loading its plugins takes longer than registering.
fn start_media(
    config: MediaConfig,
    events: mpsc::UnboundedSender<MediaEvent>,
    senses: watch::Sender<Option<Arc<dyn Senses>>>,
) -> oneshot::Receiver<Result<MediaEngine, String>> {
    let (sender, started) = oneshot::channel();
    tokio::task::spawn_blocking(move || {
        let engine = MediaEngine::start(config, events).map_err(|error| error.to_string());
        if let Ok(engine) = &engine {
            senses.send_replace(Some(Arc::new(engine.clone())));
        }
        // The box has ended when nobody waits for the engine any more.
        let _ = sender.send(engine);
    });
    started
}

fn serve_panel(
    panel: Result<Panel, PanelError>,
    house: &House,
    notes: &mpsc::UnboundedSender<Input>,
) -> Option<JoinHandle<()>> {
    let (note, task) = match panel {
        Ok(panel) => (Input::PanelServed(panel.url()), Some(tokio::spawn(panel.serve(house.clone())))),
        Err(error) => {
            tracing::error!(%error, "the box runs without its panel");
            (Input::CauseRaised(Cause::with_detail(CauseCode::PanelPortInUse, error.to_string())), None)
        }
    };
    // The driver holds the other end and has not started yet.
    let _ = notes.send(note);
    task
}
