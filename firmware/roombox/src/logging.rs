//! Logs go to standard error, one line each; the journal or a terminal keeps them.

use std::io::IsTerminal;

use roombox_settings::model::LogLevel;
use tracing_subscriber::EnvFilter;

/// Libraries that would fill the log, or write messages with credentials into it, are kept to failures unless the owner
/// looks for a fault.
const QUIET: &str = "webrtc=error,rtc=error,webrtc_ice=error,webrtc_dtls=error,webrtc_srtp=error,webrtc_sctp=error,\
                     rtc_ice=error,rtc_dtls=error,rtc_srtp=error,rtc_sctp=error,rtc_interceptor=error,\
                     tungstenite=warn,tokio_tungstenite=warn,rustls=error,hyper=warn,mio=warn";

/// Starts logging; `RUST_LOG`, where set, decides instead of `level`.
pub(crate) fn start(level: LogLevel) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(directives(level)));
    let colours = std::io::stderr().is_terminal();
    let format = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    let started = format.compact().try_init();
    if started.is_err() {
        tracing::debug!("logging was already started");
    }
}

fn directives(level: LogLevel) -> String {
    let name = match level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
        LogLevel::Trace => "trace",
    };
    if level == LogLevel::Trace { name.into() } else { format!("{name},{QUIET}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_stay_quiet_below_trace() {
        assert!(directives(LogLevel::Info).starts_with("info,webrtc=error"));
        assert_eq!(directives(LogLevel::Trace), "trace");
    }

    #[test]
    fn every_level_is_a_filter() {
        for level in [LogLevel::Error, LogLevel::Warn, LogLevel::Info, LogLevel::Debug, LogLevel::Trace] {
            assert!(directives(level).parse::<EnvFilter>().is_ok());
        }
    }
}
