//! Names of version 20 and what they are called now (spec section 9).

/// Old name, present name.
pub const RENAMES: &[(&str, &str)] = &[
    ("api:admin-force-sync-media-state", "api:admin:force-sync-media-state"),
    ("api:admin-start-main-cam", "api:admin:start-main-cam"),
    ("api:admin-start-mic", "api:admin:start-mic"),
    ("api:admin-stop-main-cam", "api:admin:stop-main-cam"),
    ("api:admin-stop-mic", "api:admin:stop-mic"),
    ("api:availableSecondRemoteStream", "api:contented-stream:available"),
    ("api:channels", "api:channels:all"),
    ("api:enterRoom", "api:enter-room"),
    ("api:mustStopPresentation", "api:presentation:must-stop"),
    ("api:newDTMF", "api:new-dtmf"),
    ("api:notAvailableSecondRemoteStream", "api:contented-stream:not-available"),
    ("api:useLicense", "api:use-license"),
    ("call:presentation:end", "presentation:end"),
    ("call:presentation:ended", "presentation:ended"),
    ("call:presentation:failed", "presentation:failed"),
    ("call:presentation:start", "presentation:start"),
    ("call:presentation:started", "presentation:started"),
    ("incoming-call:incomingCall", "incoming-call:ringing"),
    ("presentation:presentation:end", "presentation:end"),
    ("presentation:presentation:ended", "presentation:ended"),
    ("presentation:presentation:failed", "presentation:failed"),
    ("presentation:presentation:start", "presentation:start"),
    ("presentation:presentation:started", "presentation:started"),
];

impl super::Event {
    /// The name in the catalogue of what is called so, now or in version 20; `None` for what never was an event.
    pub fn known_name(name: &str) -> Option<&'static str> {
        let renamed = RENAMES.iter().find(|(old, _)| *old == name).map(|(_, new)| *new);
        renamed.or_else(|| Self::names().find(|known| *known == name))
    }
}
