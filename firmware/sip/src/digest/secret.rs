//! What proves who a user is: the password, or only the hash that is made of it.

use super::hash::Algorithm;

/// A password, or HA1 = H(user:realm:password) in its place (RFC 7616 section 3.4.2): who keeps only the hash cannot lose
/// the password, and whoever steals the hash can use it in one realm with one algorithm.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// The password itself: answers any realm and algorithm.
    Password(String),
    /// The hash in lower-case hexadecimal; answers this algorithm and its session form.
    Ha1 {
        /// What it was made with.
        algorithm: Algorithm,
        /// 32 or 64 digits.
        hash: String,
    },
}

impl Secret {
    /// HA1 for this algorithm (without the session part); `None` when the stored hash is of another one.
    pub fn ha1(&self, algorithm: Algorithm, username: &str, realm: &str) -> Option<String> {
        match self {
            Self::Password(password) => Some(algorithm.hash(format!("{username}:{realm}:{password}").as_bytes())),
            Self::Ha1 { algorithm: made, hash } => (made.base() == algorithm.base()).then(|| hash.to_ascii_lowercase()),
        }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Password(_) => "Password(…)",
            Self::Ha1 { .. } => "Ha1(…)",
        })
    }
}

/// Who we are in one realm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RealmCredentials {
    /// The realm as the challenge names it, case-sensitive.
    pub realm: String,
    /// User name in that realm.
    pub username: String,
    /// Its secret; never printed.
    pub secret: Secret,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_hash_answers_its_own_algorithm_only() {
        let password = Secret::Password("secret".into());
        let hash = password.ha1(Algorithm::Md5, "room", "lab").expect("a password answers all");
        let stored = Secret::Ha1 { algorithm: Algorithm::Md5, hash: hash.to_ascii_uppercase() };
        assert_eq!(stored.ha1(Algorithm::Md5Sess, "room", "lab"), Some(hash));
        assert_eq!(stored.ha1(Algorithm::Sha256, "room", "lab"), None);
    }

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::Password("topsecret".into());
        let user = RealmCredentials { realm: "lab".into(), username: "room".into(), secret };
        assert!(!format!("{user:?}").contains("topsecret"));
    }
}
