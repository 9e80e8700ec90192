//! Where the control socket and the state folder are.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

const SYSTEM_FOLDER: &str = "/run/roombox";
const SOCKET_NAME: &str = "control.sock";

/// The variables that decide, taken once so that the rules can be tested.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    pub(crate) home: Option<OsString>,
    /// systemd's `StateDirectory=`; the first of a colon-separated list counts.
    pub(crate) state_directory: Option<OsString>,
    pub(crate) xdg_runtime_dir: Option<OsString>,
    pub(crate) xdg_state_home: Option<OsString>,
}

impl Surroundings {
    pub(crate) fn of_process() -> Self {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            home: variable("HOME"),
            state_directory: variable("STATE_DIRECTORY"),
            xdg_runtime_dir: variable("XDG_RUNTIME_DIR"),
            xdg_state_home: variable("XDG_STATE_HOME"),
        }
    }

    /// The state folder when none is named.
    pub(crate) fn state_dir(&self) -> PathBuf {
        if let Some(given) = &self.state_directory {
            let first = given.to_string_lossy().split(':').next().unwrap_or_default().to_owned();
            return first.into();
        }
        let state_home = self.xdg_state_home.as_ref().map(PathBuf::from);
        let home = || self.home.as_ref().map(|home| Path::new(home).join(".local/state"));
        state_home.or_else(home).map_or_else(|| "/var/lib/roombox".into(), |folder| folder.join("roombox"))
    }

    /// Every place where a socket may be, best first.
    fn socket_places(&self, state_dir: &Path) -> Vec<PathBuf> {
        let mut places = vec![Path::new(SYSTEM_FOLDER).join(SOCKET_NAME)];
        places.extend(self.xdg_runtime_dir.as_ref().map(|dir| Path::new(dir).join("roombox").join(SOCKET_NAME)));
        places.push(state_dir.join(SOCKET_NAME));
        places
    }

    /// Where a daemon puts its socket: the first place that can be written.
    pub(crate) fn socket_to_make(&self, state_dir: &Path) -> PathBuf {
        let places = self.socket_places(state_dir);
        let usable = places.iter().find(|place| place.parent().is_some_and(can_write_in)).or(places.last());
        usable.cloned().unwrap_or_else(|| state_dir.join(SOCKET_NAME))
    }

    /// Where a client looks for it: the first place where there is one.
    pub(crate) fn socket_to_find(&self, state_dir: &Path) -> PathBuf {
        let places = self.socket_places(state_dir);
        places.into_iter().find(|place| place.exists()).unwrap_or_else(|| self.socket_to_make(state_dir))
    }
}

/// Tried rather than computed from mode bits: read-only mounts and sandboxes count, too.
fn can_write_in(folder: &Path) -> bool {
    if std::fs::create_dir_all(folder).is_err() {
        return false;
    }
    let probe = folder.join(format!(".roombox-probe-{}", std::process::id()));
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(&probe).is_ok();
    if made {
        let _ = std::fs::remove_file(&probe);
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(home: &str, runtime: Option<&str>) -> Surroundings {
        Surroundings { home: Some(home.into()), xdg_runtime_dir: runtime.map(Into::into), ..Surroundings::default() }
    }

    #[test]
    fn systemd_names_the_state_folder() {
        let surroundings =
            Surroundings { state_directory: Some("/var/lib/roombox:/var/lib/other".into()), ..with("/root", None) };
        assert_eq!(surroundings.state_dir(), Path::new("/var/lib/roombox"));
    }

    #[test]
    fn a_person_keeps_state_at_home() {
        assert_eq!(with("/home/ann", None).state_dir(), Path::new("/home/ann/.local/state/roombox"));
    }

    #[test]
    fn places_go_from_system_to_state_folder() {
        let places = with("/home/ann", Some("/run/user/1")).socket_places(Path::new("/s"));
        let names: Vec<_> = places.iter().map(|place| place.display().to_string()).collect();
        assert_eq!(names, ["/run/roombox/control.sock", "/run/user/1/roombox/control.sock", "/s/control.sock"]);
    }
}
