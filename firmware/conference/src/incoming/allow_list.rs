//! Whom something is allowed without asking a person.

use roombox_sip::message::uri::SipUri;

/// Addresses: `user@domain` (this one), `@domain` (everybody there), `user` (that user of any domain). Domains are compared
/// without case, users with it (RFC 3261 section 19.1.4).
///
/// An address is what a caller says about itself: a list is as good as the server's care for the From header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList {
    entries: Vec<String>,
}

impl AllowList {
    /// A list of these entries; blank ones are left out.
    pub fn new(entries: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let entries = entries.into_iter().map(|entry| entry.into().trim().to_owned());
        Self { entries: entries.filter(|entry| !entry.is_empty()).collect() }
    }

    /// Nobody is on it.
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The SIP URI is that of somebody on the list.
    pub fn allows(&self, uri: &str) -> bool {
        let Ok(uri) = SipUri::parse(uri) else { return false };
        let user = uri.user.as_deref().unwrap_or_default();
        self.entries.iter().any(|entry| match entry.rsplit_once('@') {
            Some((wanted, domain)) => domain.eq_ignore_ascii_case(&uri.host) && (wanted.is_empty() || wanted == user),
            None => entry == user,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_knows_addresses_domains_and_users() {
        let list = AllowList::new(["boss@meet.example", "@Partner.example", "4711", " "]);
        for (uri, allowed) in [
            ("sip:boss@meet.example", true),
            ("sip:boss@MEET.example;transport=ws", true),
            ("sip:Boss@meet.example", false),
            ("sip:other@meet.example", false),
            ("sips:anybody@partner.EXAMPLE:5061", true),
            ("sip:4711@anywhere.example", true),
            ("sip:meet.example", false),
            ("tel:4711", false),
            ("", false),
        ] {
            assert_eq!(list.allows(uri), allowed, "{uri}");
        }
    }

    #[test]
    fn an_empty_list_allows_nobody() {
        assert!(AllowList::new([""; 0]).is_empty());
        assert!(!AllowList::default().allows("sip:a@b.example"));
    }
}
