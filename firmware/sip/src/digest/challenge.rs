//! A challenge as it comes in WWW-Authenticate or Proxy-Authenticate.

use super::digest_fields;
use super::hash::{Algorithm, Qop};

/// One challenge that we can answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Hash function.
    pub algorithm: Algorithm,
    /// Server nonce.
    pub nonce: String,
    /// To be sent back as it came.
    pub opaque: Option<String>,
    /// What we choose of what was offered: `auth` before `auth-int`, since servers on the way may rightly change a body
    /// (a session border controller its addresses), and then the right password would be refused. JsSIP has it the other
    /// way round, SIP.js as here (spec section 14.4).
    pub qop: Option<Qop>,
    /// Whose password is wanted.
    pub realm: String,
    /// The credentials were right but the nonce too old.
    pub stale: bool,
    /// The user name is wanted as a hash (RFC 7616 section 3.4.4).
    pub userhash: bool,
}

impl Challenge {
    /// Parses a header value; `None` when it is not digest, broken, or asks for what we do not have.
    pub fn parse(text: &str) -> Option<Self> {
        let fields = digest_fields(text)?;
        let get = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        let qop = match get("qop") {
            None => None,
            Some(offered) => Some(choose_qop(&offered)?),
        };
        let is_true = |name: &str| get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        Some(Self {
            algorithm: Algorithm::from_name(get("algorithm").as_deref())?,
            nonce: get("nonce")?,
            opaque: get("opaque"),
            qop,
            realm: get("realm")?,
            stale: is_true("stale"),
            userhash: is_true("userhash"),
        })
    }
}

fn choose_qop(offered: &str) -> Option<Qop> {
    let has = |name: &str| offered.split(',').any(|q| q.trim().eq_ignore_ascii_case(name));
    [Qop::Auth, Qop::AuthInt].into_iter().find(|qop| has(qop.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_real_servers_send_is_read() {
        let text = r#"Digest realm="a, b", nonce="n\"1", qop="auth,auth-int",algorithm=SHA-256, stale=TRUE,opaque="""#;
        let challenge = Challenge::parse(text).expect("valid");
        assert_eq!((challenge.realm.as_str(), challenge.nonce.as_str()), ("a, b", "n\"1"));
        assert_eq!((challenge.algorithm, challenge.qop), (Algorithm::Sha256, Some(Qop::Auth)));
        assert!(challenge.stale && challenge.opaque.as_deref() == Some(""));
    }

    #[test]
    fn what_we_cannot_answer_is_passed_over() {
        for text in ["Basic realm=\"x\"", "Digest realm=\"x\"", "Digest realm=\"x\", nonce=\"n\", algorithm=AKAv1-MD5"]
        {
            assert_eq!(Challenge::parse(text), None, "{text}");
        }
    }
}
