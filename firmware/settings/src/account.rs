//! What follows from `[account]`.

use crate::address::{self, AddressError, ServerAddress};
use crate::model::{Account, Secret};

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

    /// SIP domain: `domain`, else the host of `server` (spec section 1.1).
    pub fn effective_domain(&self) -> Result<String, AddressError> {
        match &self.domain {
            Some(domain) => Ok(domain.trim().to_owned()),
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

    /// The SIP URI of a number, a user, a `user@host` or a URI, for From and To.
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
        if target.contains('@') {
            return Ok(format!("sip:{target}"));
        }
        Ok(format!("sip:{target}@{}", self.effective_domain()?))
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
