//! The o-line: whose session, which version.

/// The parts of an o-line (RFC 8866 section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// User name, `-` where there is none.
    pub username: &'a str,
    /// Session id: digits.
    pub session: &'a str,
    /// Session version: digits, of any length.
    pub version: &'a str,
    /// Network type, address type and address.
    pub address: &'a str,
}

impl<'a> Origin<'a> {
    pub(super) fn read(value: &'a str) -> Option<Self> {
        let mut parts = value.splitn(4, ' ');
        let (username, session, version) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit());
        digits.then_some(Self { username, session, version, address: parts.next()? })
    }

    /// The version that follows this one. Decimal on text: versions are often 64-bit clock values, some longer.
    pub(super) fn next_version(&self) -> String {
        let kept = self.version.trim_end_matches('9');
        let zeros = "0".repeat(self.version.len() - kept.len());
        match kept.char_indices().next_back() {
            Some((last, digit)) => {
                let raised = char::from_digit(digit.to_digit(10).map_or(1, |d| d + 1), 10).unwrap_or('1');
                format!("{}{raised}{zeros}", &kept[..last])
            }
            None => format!("1{zeros}"),
        }
    }

    pub(super) fn with_version(&self, version: &str) -> String {
        format!("{} {} {version} {}", self.username, self.session, self.address)
    }

    /// Is this version higher?
    pub fn is_newer_than(&self, other: &Self) -> bool {
        let (own, other) = (self.version.trim_start_matches('0'), other.version.trim_start_matches('0'));
        (own.len(), own) > (other.len(), other)
    }
}
