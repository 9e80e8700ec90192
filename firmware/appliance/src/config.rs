//! What the brain takes from the configuration and the board file.

use std::collections::BTreeMap;

use roombox_conference::api::{ContentHint, PresentCommand};
use roombox_hal::board::{Board, CameraSource};
use roombox_hal::buttons::ButtonAction;
use roombox_settings::model::{self, Account, AutoPresent, Presentation, Screen, ScreenOutput, Settings};

use crate::tree::{BoxInfo, Cause, CauseCode};

/// How often a presentation is tried: twice is worth a lost answer, more would only annoy (spec section 4.1 leaves it open).
const PRESENTATION_ATTEMPTS: u32 = 2;

/// Settings of an [`crate::Appliance`].
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent switches of the owner")]
pub struct ApplianceConfig {
    /// Who the box is.
    pub identity: BoxInfo,
    /// Makes addresses of numbers and names.
    pub account: Account,
    /// The room's conference.
    pub target: Option<String>,
    /// Speed dial: name and target.
    pub entries: Vec<(String, String)>,
    /// Join by itself after the start, and again after every end.
    pub auto_dial: bool,
    /// What the buttons of the board ask for, by name.
    pub buttons: BTreeMap<String, ButtonAction>,
    /// How a presentation is started.
    pub presentation: PresentCommand,
    /// Names of what can be presented.
    pub sources: Vec<String>,
    /// The one that is presented when no other is asked for.
    pub source: String,
    /// That one is presented by itself while it has a signal.
    pub auto_present: bool,
    /// The board has a camera.
    pub has_camera: bool,
    /// Microphone muted at the start.
    pub start_muted: bool,
    /// Camera off at the start.
    pub camera_off: bool,
    /// Speaker volume at the start, 0..=100.
    pub volume: u8,
    /// `kms`, `window` or `none`.
    pub screen_output: String,
    /// What the TV shows at the start, and its language.
    pub screen: Screen,
}

impl ApplianceConfig {
    /// From checked settings and a merged board.
    pub fn new(settings: &Settings, board: &Board, version: &str) -> Self {
        let account = settings.account.clone();
        let name = Some(account.display_name.trim()).filter(|name| !name.is_empty()).unwrap_or("roombox").to_owned();
        let entries = settings.conference.entries.iter();
        Self {
            identity: BoxInfo { name, board: board.name.clone(), version: version.to_owned() },
            account,
            target: settings.conference.target.clone().filter(|target| !target.trim().is_empty()),
            entries: entries.map(|entry| (entry.name.clone(), entry.target.clone())).collect(),
            auto_dial: settings.conference.auto_dial,
            buttons: board.buttons.iter().map(|button| (button.name.clone(), button.action)).collect(),
            presentation: presentation(&settings.presentation),
            sources: settings.presentation.names().into_iter().map(str::to_owned).collect(),
            source: settings.presentation.first().to_owned(),
            auto_present: settings.presentation.auto == AutoPresent::OnSignal,
            has_camera: board.camera.source != CameraSource::None,
            start_muted: settings.audio.start_muted,
            camera_off: settings.video.start_off,
            volume: settings.audio.volume.min(100),
            screen_output: screen_output(settings, board),
            screen: settings.screen.clone(),
        }
    }

    /// The address of `asked` (number, user, URI or entry name), or of the room's conference.
    pub(crate) fn address(&self, asked: Option<&str>) -> Result<String, Cause> {
        let Some(asked) = asked.or(self.target.as_deref()) else {
            return Err(Cause::new(CauseCode::NoConferenceConfigured));
        };
        let entry = self.entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(asked.trim()));
        let target = entry.map_or(asked, |(_, target)| target.as_str());
        let address = self.account.sip_uri(target);
        address.map_err(|error| Cause::with_detail(CauseCode::ValueNotAllowed, error.to_string()))
    }

    /// What people call this address: the name of its entry, or the number in it.
    pub(crate) fn name_of(&self, address: &str) -> String {
        let entry =
            self.entries.iter().find(|(_, target)| self.account.sip_uri(target).is_ok_and(|uri| uri == address));
        let number = || {
            let rest = address.split_once(':').map_or(address, |(_, rest)| rest);
            rest.split(['@', ';', '?']).next().unwrap_or(rest).to_owned()
        };
        entry.map_or_else(number, |(name, _)| name.clone())
    }
}

const fn presentation(wanted: &Presentation) -> PresentCommand {
    let hint = match wanted.hint {
        model::ContentHint::Detail => ContentHint::Detail,
        model::ContentHint::Motion => ContentHint::Motion,
        model::ContentHint::Text => ContentHint::Text,
    };
    let max_bitrate = Some(wanted.max_bitrate_kbps.saturating_mul(1000));
    PresentCommand::Start { hint, max_bitrate, attempts: PRESENTATION_ATTEMPTS }
}

fn screen_output(settings: &Settings, board: &Board) -> String {
    match settings.screen.output {
        Some(ScreenOutput::Kms) => "kms".into(),
        Some(ScreenOutput::None) => "none".into(),
        Some(ScreenOutput::Window) => "window".into(),
        None => board.screen.output.clone().unwrap_or_else(|| "none".into()),
    }
}
