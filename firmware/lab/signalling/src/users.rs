//! Who may register.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use roombox_sip::endpoint::Credentials;

/// Users with their passwords; passwords are never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Users {
    passwords: BTreeMap<String, String>,
}

/// A users file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UsersError {
    /// The file cannot be read.
    #[error("{file}: {source}")]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A line is not a user.
    #[error("{file}:{line}: expected user:password, with neither empty, or a comment after #")]
    Line {
        /// The file.
        file: PathBuf,
        /// Line number from 1.
        line: usize,
    },
    /// A user stands there twice.
    #[error("{file}:{line}: user {user} stands there a second time")]
    Double {
        /// The file.
        file: PathBuf,
        /// Line number from 1.
        line: usize,
        /// The user.
        user: String,
    },
}

impl Users {
    /// From a text with one `user:password` a line; empty lines and lines that start with `#` do not count. The password is
    /// the rest of the line and may hold further colons. `file` is for error messages.
    pub fn from_text(file: &Path, text: &str) -> Result<Self, UsersError> {
        let mut users = Self::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_end();
            if line.trim_start().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
            let place = |file: &Path| (file.to_path_buf(), number + 1);
            let found = line.split_once(':').map(|(user, password)| (user.trim(), password));
            let Some((user, password)) = found.filter(|(user, password)| !user.is_empty() && !password.is_empty())
            else {
                let (file, line) = place(file);
                return Err(UsersError::Line { file, line });
            };
            if users.passwords.insert(user.into(), password.into()).is_some() {
                let (file, line) = place(file);
                return Err(UsersError::Double { file, line, user: user.into() });
            }
        }
        Ok(users)
    }

    /// These users as well.
    #[must_use]
    pub fn with(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.passwords.insert(user.into(), password.into());
        self
    }

    /// Does the lab know this user?
    pub fn knows(&self, user: &str) -> bool {
        self.passwords.contains_key(user)
    }

    pub(crate) fn credentials(&self, user: &str) -> Option<Credentials> {
        let password = self.passwords.get(user)?;
        Some(Credentials { username: user.into(), password: password.clone() })
    }
}

impl std::fmt::Debug for Users {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.passwords.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Users, UsersError> {
        Users::from_text("users".as_ref(), text)
    }

    #[test]
    fn passwords_may_hold_colons_and_spaces() {
        let users = read("# rooms\n\nroom-a:correct horse\nroom-b:a:b\n").unwrap();
        let password = |user| users.credentials(user).map(|credentials| credentials.password);
        assert_eq!(password("room-a").as_deref(), Some("correct horse"));
        assert_eq!(password("room-b").as_deref(), Some("a:b"));
        assert!(!users.knows("room-c"));
    }

    #[test]
    fn a_wrong_line_is_named() {
        assert!(read("a:b\nroom").unwrap_err().to_string().starts_with("users:2: expected user:password"));
        assert!(read(":x").unwrap_err().to_string().starts_with("users:1"));
        assert_eq!(read("a:b\na:c").unwrap_err().to_string(), "users:2: user a stands there a second time");
    }

    #[test]
    fn passwords_are_not_printed() {
        assert_eq!(format!("{:?}", Users::default().with("a", "secret")), "[\"a\"]");
    }
}
