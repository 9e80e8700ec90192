//! What all terminals share: the server and the clip.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::certificates::{self, Identity};
use crate::clips;
use crate::interop::kamailio::{Kamailio, PASSWORD};
use crate::setup::Setup;

/// A server where everybody registers, and the clip that everybody sends.
pub struct Stage {
    /// The server.
    pub server: Kamailio,
    identity: Identity,
    folder: TempDir,
}

impl Stage {
    /// Starts the server and draws the clip.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let identity = certificates::make(folder.path(), "kamailio");
        let server = Kamailio::start(folder.path(), &identity);
        let stage = Self { server, identity, folder };
        clips::write_motion(&stage.clip());
        stage
    }

    /// The clip.
    pub fn clip(&self) -> PathBuf {
        self.folder.path().join("clip.y4m")
    }

    /// An empty folder of this name.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().join(name);
        // Left over from a run before.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).expect("the temporary folder is writable");
        folder
    }

    /// A box of this user that sends the clip, on this engine for peer connections.
    pub fn setup(&self, user: &str, engine: Option<&str>) -> Setup {
        let setup = Setup::new(&self.server.url(), user, PASSWORD).trusting(&self.identity.authority);
        Setup {
            camera: "file".into(),
            camera_device: Some(path(&self.clip())),
            codecs: vec!["h264"],
            engine: engine.map(str::to_owned),
            ..setup
        }
    }
}

/// A path as text.
pub(super) fn path(path: &Path) -> String {
    path.display().to_string()
}
