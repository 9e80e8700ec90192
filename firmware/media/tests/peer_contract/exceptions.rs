//! What an engine does otherwise than the contract wants, and why. Nothing else may be left out.

/// Of these engines (names as in the list at the end of the suite) this case is not asked for.
pub struct Exception {
    pub engines: &'static [&'static str],
    pub case: &'static str,
    pub reason: &'static str,
}

const WEBRTCBIN_ON_EITHER_SIDE: &[&str] = &["webrtcbin", "both"];

pub const EXCEPTIONS: &[Exception] = &[Exception {
    engines: WEBRTCBIN_ON_EITHER_SIDE,
    case: "ice_restarts_by_either_side_keep_streams_running",
    reason: "no version of webrtcbin restarts ICE: it answers with the old credentials and media stops for good; \
                 refused with a cause instead (case an_ice_restart_is_done_or_refused_with_its_cause)",
}];

/// Why this case is not asked for.
pub fn reason(engines: &str, case: &str) -> Option<&'static str> {
    let found = EXCEPTIONS.iter().find(|exception| exception.case == case && exception.engines.contains(&engines));
    found.map(|exception| exception.reason)
}
