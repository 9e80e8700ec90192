//! What tells this box from all others.

use std::{fmt::Write, fs, io, path::Path};

/// File in the state folder.
const FILE: &str = "instance";

/// `urn:uuid:…` that names this box for ever (RFC 5626 section 4.1), made at the first start and kept in `state_dir`.
pub(crate) fn instance_id(state_dir: &Path) -> io::Result<String> {
    let path = state_dir.join(FILE);
    if let Some(kept) = fs::read_to_string(&path).ok().filter(|kept| is_urn(kept.trim())) {
        return Ok(kept.trim().to_owned());
    }
    fs::create_dir_all(state_dir)?;
    let made = urn(rand::random());
    // Renamed into place: a power cut leaves the whole file or none.
    let draft = state_dir.join(format!(".{FILE}-{}", std::process::id()));
    fs::write(&draft, format!("{made}\n"))?;
    fs::rename(&draft, &path)?;
    Ok(made)
}

/// Version 4 of RFC 9562 from random bytes.
fn urn(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::from("urn:uuid:");
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn is_urn(text: &str) -> bool {
    text.len() == 45 && text.starts_with("urn:uuid:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_made_once() {
        let folder = std::env::temp_dir().join(format!("roombox-identity-{}", rand::random::<u64>()));
        let first = instance_id(&folder).unwrap();
        assert_eq!(instance_id(&folder).unwrap(), first);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn it_is_a_version_4_uuid() {
        assert_eq!(urn([0xff; 16]), "urn:uuid:ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert!(is_urn(&urn([0; 16])));
    }
}
