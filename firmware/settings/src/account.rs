//! What follows from `[account]`.

use crate::address::{self, AddressError, ServerAddress};
use crate::model::{Account, Secret};
use crate::pin;

/// Why a password file gave no password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFileError {
    /// `password` stands in the configuration as well.
    #[error("account.password and account.password_file are both given; keep one")]
    Both,
    /// The first line is empty.
    #[error("the first line of {0} is empty; it must hold the password")]
    Empty(String),
}

impl Account {
    /// The server's address in parts.
    pub fn server_address(&self) -> Result<ServerAddress, AddressError> {
        address::parse(&self.server)
    }

    /// The addresses of all servers in parts, in the order in which they are tried.
    pub fn server_addresses(&self) -> Result<Vec<ServerAddress>, AddressError> {
        std::iter::once(&self.server).chain(&self.backup_servers).map(|server| address::parse(server)).collect()
    }

    /// The SHA-256 of the only public key that the server may have; `None` = any with a good certificate.
    pub fn pinned_key(&self) -> Option<[u8; 32]> {
        self.certificate_pin.as_deref().and_then(|pin| pin::parse(pin).ok())
    }

    /// SIP domain: `domain`, else the host of `server` (spec section 1.1).
    pub fn effective_domain(&self) -> Result<String, AddressError> {
        match &self.domain {
            Some(domain) => address::domain(domain),
            None => self.server_address().map(|server| server.uri_host()),
        }
    }

    /// Whether to REGISTER: `register`, else whether there is a user.
    pub fn registers(&self) -> bool {
        self.register.unwrap_or(self.user.as_deref().is_some_and(|user| !user.trim().is_empty()))
    }

    /// Expiry asked for in REGISTER, seconds (default 300: spec section 1.2).
    pub fn register_expiry(&self) -> u32 {
        self.register_expires.unwrap_or(300)
    }

    /// The SIP URI of a number, a user, a `user@host` or a URI, for From and To. Characters a user part cannot hold are
    /// escaped.
    pub fn sip_uri(&self, target: &str) -> Result<String, AddressError> {
        let target = target.trim();
        if target.is_empty() {
            return Err(AddressError::Empty);
        }
        let scheme = target.split(':').next().unwrap_or_default().to_ascii_lowercase();
        if target.contains(':') && matches!(scheme.as_str(), "sip" | "sips" | "tel") {
            return Ok(target.to_owned());
        }
        if target.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(AddressError::Characters);
        }
        match target.rsplit_once('@') {
            Some((user, host)) => Ok(format!("sip:{}@{host}", escaped(user))),
            None => Ok(format!("sip:{}@{}", escaped(target), self.effective_domain()?)),
        }
    }

    /// Takes the password from the text of `password_file`: its first line without line end.
    pub fn merge_password_file(&mut self, text: &str) -> Result<(), PasswordFileError> {
        if self.password.is_some() {
            return Err(PasswordFileError::Both);
        }
        let first = text.lines().next().unwrap_or_default();
        if first.trim().is_empty() {
            return Err(PasswordFileError::Empty(self.password_file.clone().unwrap_or_default()));
        }
        self.password = Some(Secret::new(first));
        Ok(())
    }
}

/// A user part as RFC 3261 section 25.1 writes it; what is escaped already stays.
fn escaped(user: &str) -> String {
    let mut out = String::with_capacity(user.len());
    let bytes = user.as_bytes();
    for (index, byte) in bytes.iter().enumerate() {
        let is_escape = *byte == b'%'
            && bytes.get(index + 1..index + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        if is_escape || address::is_user_byte(*byte) {
            out.push(char::from(*byte));
        } else {
            let [high, low] = [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            out.extend(['%', high, low]);
        }
    }
    out
}
