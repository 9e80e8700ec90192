//! Users from a file.

use std::path::Path;

use roombox_lab_signalling::{Users, UsersError};

/// Reads a users file: see [`Users::from_text`].
pub fn read_users(file: &Path) -> Result<Users, UsersError> {
    let text = std::fs::read_to_string(file).map_err(|source| UsersError::Read { file: file.into(), source })?;
    Users::from_text(file, &text)
}
