//! Board and settings from files, environment and command line.

use std::path::{Path, PathBuf};

use roombox_hal::board::{self, Board};
use roombox_settings::{Finding, Layer, Loaded, Origin, command_line_layer, environment_layers, load, model::Settings};

use crate::exit::Refusal;

/// Site defaults of a distributor.
const SITE_FILE: &str = "/usr/share/roombox/site.toml";

/// Every layer there is around the owner's file, merged and checked.
pub(crate) fn load_settings(file: &Path, overrides: &[String]) -> Result<Loaded, Refusal> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Refusal::usage(format!("Cannot read the configuration {}: {error}.", file.display())))?;
    let mut layers = site_layer().into_iter().collect::<Vec<_>>();
    layers.push(Layer::new(Origin::LocalFile, file.display().to_string(), text));
    layers.extend(outer_layers(overrides)?);
    let mut loaded = load(&layers).map_err(|findings| refusal(&findings))?;
    complete_paths(&mut loaded.settings, file.parent().unwrap_or(Path::new(".")));
    read_password(&mut loaded.settings)?;
    Ok(loaded)
}

/// Environment and `--set`.
pub(crate) fn outer_layers(overrides: &[String]) -> Result<Vec<Layer>, Refusal> {
    let variables = std::env::vars_os();
    let variables = variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let (mut layers, mut findings) = match environment_layers(variables) {
        Ok(layers) => (layers, Vec::new()),
        Err(findings) => (Vec::new(), findings),
    };
    for argument in overrides {
        match command_line_layer(argument) {
            Ok(layer) => layers.push(layer),
            Err(finding) => findings.push(finding),
        }
    }
    if findings.is_empty() { Ok(layers) } else { Err(refusal(&findings)) }
}

fn site_layer() -> Option<Layer> {
    let text = std::fs::read_to_string(SITE_FILE).ok()?;
    Some(Layer::new(Origin::Site, SITE_FILE, text))
}

/// Relative paths in a configuration start at its folder.
fn complete_paths(settings: &mut Settings, folder: &Path) {
    let account = &mut settings.account;
    let paths =
        [&mut account.ca_file, &mut account.client_certificate, &mut account.client_key, &mut account.password_file];
    let presentation = &mut settings.presentation;
    let files = presentation.sources.iter_mut().filter(|source| source.kind.is_file()).map(|source| &mut source.place);
    for path in paths.into_iter().chain([&mut presentation.picture]).chain(files).flatten() {
        *path = folder.join(&*path).display().to_string();
    }
}

fn read_password(settings: &mut Settings) -> Result<(), Refusal> {
    let Some(path) = settings.account.password_file.clone() else { return Ok(()) };
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Refusal::usage(format!("Cannot read account.password_file {path}: {error}.")))?;
    settings.account.merge_password_file(&text).map_err(|error| Refusal::usage(format!("{error}.")))
}

/// Findings as lines for a person.
pub(crate) fn refusal(findings: &[Finding]) -> Refusal {
    Refusal::usage(findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

/// A board by file or by the name of one inside the program.
pub(crate) fn load_board(file: &Path) -> Result<Board, Refusal> {
    let read = |path: &str| std::fs::read_to_string(PathBuf::from(path));
    board::load(&file.display().to_string(), &read)
        .map_err(|findings| Refusal::usage(findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_told_by_name() {
        let refusal = load_settings(Path::new("/nonexistent/roombox.toml"), &[]).unwrap_err();
        assert_eq!(refusal.exit, crate::exit::Exit::Usage);
        assert!(refusal.message.contains("/nonexistent/roombox.toml"));
    }

    #[test]
    fn relative_paths_start_at_the_configuration() {
        let mut settings = Settings::default();
        settings.account.ca_file = Some("ca.pem".into());
        settings.account.client_key = Some("keys/box.pem".into());
        settings.account.password_file = Some("/secret".into());
        settings.presentation.picture = Some("slide.png".into());
        complete_paths(&mut settings, Path::new("/etc/roombox"));
        assert_eq!(settings.presentation.picture.as_deref(), Some("/etc/roombox/slide.png"));
        assert_eq!(settings.account.ca_file.as_deref(), Some("/etc/roombox/ca.pem"));
        assert_eq!(settings.account.client_key.as_deref(), Some("/etc/roombox/keys/box.pem"));
        assert_eq!(settings.account.password_file.as_deref(), Some("/secret"));
    }

    #[test]
    fn every_wrong_override_is_told_at_once() {
        let refusal = outer_layers(&["volume=1".into(), "audio.volum=1".into()]).unwrap_err();
        assert_eq!(refusal.message.lines().count(), 2);
    }
}
