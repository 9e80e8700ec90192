//! What a demo is made of.

use std::{
    fs, io,
    net::SocketAddr,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::Instant,
};

use roombox_lab::{LabConfig, LabHandle, LabSound, LabTls, Users};
use roombox_settings::{Layer, Origin, load};
use serde_json::json;

use crate::{
    cli::DemoArguments,
    control::server::{ControlSocket, SocketError},
    exit::Refusal,
    panel::Panel,
    run::{appliance::Plan, configuration},
};

const USER: &str = "demo-room";
/// Opens nothing but a server on loopback that lives as long as the demo.
const PASSWORD: &str = "demo";
const CONFERENCE: &str = "100";
/// The panel's usual address; taken when it is free.
const PANEL: &str = "127.0.0.1:8420";

/// A folder of its own that goes away with the demo.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn make() -> Result<Self, Refusal> {
        let path = std::env::temp_dir().join(format!("roombox-demo-{:016x}", rand::random::<u64>()));
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| Refusal::refused(format!("Cannot make the folder {}: {error}.", path.display())))?;
        Ok(Self(path))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Secure WebSocket on a free port of loopback, digest authentication, a melody.
pub(super) fn lab() -> LabConfig {
    LabConfig {
        guests: false,
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        sound: LabSound::Melody,
        tls: LabTls::Own,
        users: Users::default().with(USER, PASSWORD),
        ..LabConfig::default()
    }
}

/// A box on the virtual board that joins the lab's conference.
pub(super) async fn room(
    arguments: &DemoArguments,
    lab: &LabHandle,
    folder: &Folder,
    socket: &Path,
    started: Instant,
) -> Result<Plan, Refusal> {
    let authority = folder.file("authority.pem");
    fs::write(&authority, lab.authority().unwrap_or_default()).map_err(|error| unwritable(&authority, &error))?;
    let mut layers = vec![Layer::new(Origin::Board, "demo", settings(lab.url(), &authority))];
    layers.extend(configuration::outer_layers(&arguments.overrides.set)?);
    let loaded = load(&layers).map_err(|findings| configuration::refusal(&findings))?;
    Ok(Plan {
        settings: loaded.settings,
        board: configuration::load_board(Path::new("virtual"))?,
        state_dir: folder.0.clone(),
        socket: control_socket(socket, folder)?,
        panel: Some(Ok(panel(arguments.listen).await?)),
        started,
    })
}

fn unwritable(path: &Path, error: &io::Error) -> Refusal {
    Refusal::refused(format!("Cannot write {}: {error}.", path.display()))
}

/// JSON strings are TOML strings, too.
fn settings(server: &str, authority: &Path) -> String {
    format!(
        "[account]\nserver = {}\nuser = {}\npassword = {}\ndisplay_name = \"Demo room\"\nca_file = {}\n\
         [conference]\ntarget = {}\nauto_dial = true\n",
        json!(server),
        json!(USER),
        json!(PASSWORD),
        json!(authority),
        json!(CONFERENCE),
    )
}

/// The usual socket, so that `roombox status` finds the demo; its own where another roombox has that one.
fn control_socket(usual: &Path, folder: &Folder) -> Result<ControlSocket, Refusal> {
    let bound = match ControlSocket::bind(usual) {
        Err(SocketError::InUse(_)) => ControlSocket::bind(&folder.file("control.sock")),
        bound => bound,
    };
    bound.map_err(|error| Refusal::refused(format!("{error}.")))
}

async fn panel(listen: Option<SocketAddr>) -> Result<Panel, Refusal> {
    let bound = match listen {
        Some(address) => Panel::bind(&address.to_string()).await,
        None => match Panel::bind(PANEL).await {
            Err(error) if error.source.kind() == io::ErrorKind::AddrInUse => Panel::bind("127.0.0.1:0").await,
            bound => bound,
        },
    };
    bound.map_err(|error| Refusal::refused(format!("{error}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_of_a_demo_are_in_order() {
        let text = settings("wss://localhost:7443/webrtc/wss/", Path::new("/tmp/with \"quote\"/ca.pem"));
        let loaded = load(&[Layer::new(Origin::Board, "demo", text)]).unwrap();
        assert_eq!(loaded.settings.conference.target.as_deref(), Some(CONFERENCE));
        assert!(loaded.settings.conference.auto_dial);
    }

    #[tokio::test]
    async fn a_taken_port_is_told_when_it_was_asked_for() {
        let first = panel(Some(SocketAddr::from(([127, 0, 0, 1], 0)))).await.unwrap();
        let taken = first.url().trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
        let refusal = panel(Some(taken)).await.err().unwrap();
        assert!(refusal.message.contains("in use"), "{}", refusal.message);
    }
}
