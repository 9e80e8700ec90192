//! What a lab does wrong on request.

use std::str::FromStr;
use std::time::Duration;

/// What a lab does wrong. Written as a list with commas, for example `register=503,delay=200ms`:
///
/// | fault | effect |
/// |---|---|
/// | `register=STATUS` | every REGISTER is answered with this status (300..=699) |
/// | `invite=STATUS` | every call is answered with this status (300..=699) |
/// | `expires=SECONDS` | registrations are granted for this long at most |
/// | `drop-after=DURATION` | each connection is cut this long after it was accepted |
/// | `hangup-after=DURATION` | each call is ended this long after it was established |
/// | `delay=DURATION` | every SIP message leaves this much later |
/// | `silent` | connections are taken, but nothing is ever answered |
/// | `frozen` | the picture stands still |
/// | `mute` | the lab sends silence |
///
/// Durations are whole numbers of `ms` or `s`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Every SIP message leaves this much later.
    pub delay: Option<Duration>,
    /// Each connection is cut this long after it was accepted.
    pub drop_after: Option<Duration>,
    /// Seconds for which registrations are granted at most.
    pub expires: Option<u32>,
    /// The picture stands still.
    pub frozen: bool,
    /// Each call is ended this long after it was established.
    pub hangup_after: Option<Duration>,
    /// Status for every call.
    pub invite: Option<u16>,
    /// The lab sends silence.
    pub mute: bool,
    /// Status for every REGISTER.
    pub register: Option<u16>,
    /// Nothing is ever answered.
    pub silent: bool,
}

/// A faults text that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No fault has this name.
    #[error(
        "unknown fault {0:?}: register, invite, expires, drop-after, hangup-after, delay, silent, frozen and \
         mute are known"
    )]
    Unknown(String),
    /// The value does not fit the fault.
    #[error("fault {name}: {value:?} is not {allowed}")]
    Value {
        /// The fault.
        name: String,
        /// What stood there.
        value: String,
        /// What may stand there.
        allowed: &'static str,
    },
}

impl FromStr for Faults {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let mut faults = Self::default();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let (name, value) = item.split_once('=').unwrap_or((item, ""));
            faults.set(name.trim(), value.trim())?;
        }
        Ok(faults)
    }
}

impl Faults {
    fn set(&mut self, name: &str, value: &str) -> Result<(), FaultError> {
        match name {
            "delay" => self.delay = Some(duration(name, value)?),
            "drop-after" => self.drop_after = Some(duration(name, value)?),
            "expires" => self.expires = Some(checked(name, value, "a number of seconds, at least 1", seconds)?),
            "frozen" => self.frozen = checked(name, value, "to be given", nothing)?,
            "hangup-after" => self.hangup_after = Some(duration(name, value)?),
            "invite" => self.invite = Some(status(name, value)?),
            "mute" => self.mute = checked(name, value, "to be given", nothing)?,
            "register" => self.register = Some(status(name, value)?),
            "silent" => self.silent = checked(name, value, "to be given", nothing)?,
            other => return Err(FaultError::Unknown(other.into())),
        }
        Ok(())
    }
}

fn checked<T>(
    name: &str,
    value: &str,
    allowed: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, FaultError> {
    read(value).ok_or_else(|| FaultError::Value { name: name.into(), value: value.into(), allowed })
}

fn status(name: &str, value: &str) -> Result<u16, FaultError> {
    checked(name, value, "a SIP status from 300 to 699", |v| v.parse().ok().filter(|s| (300..=699).contains(s)))
}

fn duration(name: &str, value: &str) -> Result<Duration, FaultError> {
    checked(name, value, "a whole number of ms or s, like 200ms or 10s", |v| {
        let number = v.find(|c: char| !c.is_ascii_digit()).map(|end| v.split_at(end));
        match number {
            Some((digits, "ms")) => digits.parse().ok().map(Duration::from_millis),
            Some((digits, "s")) => digits.parse().ok().map(Duration::from_secs),
            _ => None,
        }
    })
}

fn seconds(value: &str) -> Option<u32> {
    value.parse().ok().filter(|s| *s >= 1)
}

fn nothing(value: &str) -> Option<bool> {
    value.is_empty().then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_understood() {
        let text = "register=503, invite=486,expires=10,drop-after=10s,hangup-after=1s,delay=200ms,silent,frozen,mute";
        let faults: Faults = text.parse().unwrap();
        assert_eq!((faults.register, faults.invite), (Some(503), Some(486)));
        assert_eq!((faults.expires, faults.delay), (Some(10), Some(Duration::from_millis(200))));
        assert_eq!(
            (faults.drop_after, faults.hangup_after),
            (Some(Duration::from_secs(10)), Some(Duration::from_secs(1)))
        );
        assert!(faults.silent && faults.frozen && faults.mute);
        assert_eq!("".parse::<Faults>().unwrap(), Faults::default());
    }

    #[test]
    fn a_wrong_fault_is_named_with_what_is_allowed() {
        let says = |text: &str| text.parse::<Faults>().unwrap_err().to_string();
        assert!(says("explode").contains("\"explode\"") && says("explode").contains("drop-after"));
        assert_eq!(says("invite=200"), "fault invite: \"200\" is not a SIP status from 300 to 699");
        assert!(says("delay=fast").contains("200ms"));
        assert!(says("delay=5").contains("200ms"));
        assert!(says("silent=yes").starts_with("fault silent"));
    }
}
