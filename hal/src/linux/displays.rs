//! Displays by what the kernel's display drivers tell in sysfs; nothing is opened.

use std::fs;
use std::path::Path;

use crate::screens::DisplayInfo;

/// Where the kernel lists cards and their connectors (Documentation/gpu/drm-uapi).
const CARDS: &str = "/sys/class/drm";
/// Connectors without a display behind them.
const WRITEBACK: &str = "Writeback";

/// Every connector of the machine, by name.
pub fn displays() -> Vec<DisplayInfo> {
    read(Path::new(CARDS))
}

fn read(cards: &Path) -> Vec<DisplayInfo> {
    let mut found: Vec<DisplayInfo> = fs::read_dir(cards)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| connector(&entry.file_name().to_string_lossy(), &entry.path()))
        .collect();
    found.sort_by(|one, other| one.connector.cmp(&other.connector));
    found
}

fn connector(name: &str, place: &Path) -> Option<DisplayInfo> {
    if name.contains(WRITEBACK) {
        return None;
    }
    let status = fs::read_to_string(place.join("status")).ok()?;
    let modes = fs::read_to_string(place.join("modes")).unwrap_or_default();
    let mut modes: Vec<String> = modes.lines().map(str::to_owned).collect();
    modes.dedup();
    Some(DisplayInfo { connector: name.to_owned(), connected: status.trim() != "disconnected", modes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connectors_are_told_with_what_is_plugged_in() {
        let folder = std::env::temp_dir().join(format!("roombox-displays-{}", std::process::id()));
        for (name, status, modes) in [
            ("card1-HDMI-A-1", "connected\n", "1920x1080\n1920x1080\n1280x720\n"),
            ("card1-HDMI-A-2", "disconnected\n", ""),
            ("card1-Writeback-1", "unknown\n", ""),
        ] {
            fs::create_dir_all(folder.join(name)).unwrap();
            fs::write(folder.join(name).join("status"), status).unwrap();
            fs::write(folder.join(name).join("modes"), modes).unwrap();
        }
        fs::create_dir_all(folder.join("card1")).unwrap();
        let found = read(&folder);
        fs::remove_dir_all(&folder).unwrap();
        let told: Vec<_> = found.iter().map(|one| (one.connector.as_str(), one.connected, one.modes.len())).collect();
        assert_eq!(told, [("card1-HDMI-A-1", true, 2), ("card1-HDMI-A-2", false, 0)]);
        assert!(read(&folder).is_empty(), "a machine without displays has none");
    }
}
