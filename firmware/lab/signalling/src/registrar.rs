//! Who is registered where (RFC 3261 section 10.3). Knows no clock.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use roombox_sip::api::FlowId;
use roombox_sip::message::name_addr::NameAddr;

/// Granted when nothing was asked for (spec section 1.2).
const DEFAULT_EXPIRES: u32 = 300;
/// Granted at most.
const MOST_EXPIRES: u32 = 3600;

#[derive(Debug)]
struct Binding {
    contact: NameAddr,
    flow: FlowId,
    until: Instant,
}

impl Binding {
    /// The same box as `contact`: by instance (RFC 5626 section 6) or by address.
    fn is_of(&self, contact: &NameAddr) -> bool {
        let outbound = |c: &NameAddr| {
            let instance = c.params.get("+sip.instance").map(str::to_owned);
            instance.map(|instance| (instance, c.params.get("reg-id").map(str::to_owned)))
        };
        match (outbound(&self.contact), outbound(contact)) {
            (Some(a), Some(b)) => a == b,
            _ => self.contact.uri == contact.uri,
        }
    }
}

/// The bindings of all users.
#[derive(Debug, Default)]
pub(crate) struct Registrar {
    bindings: BTreeMap<String, Vec<Binding>>,
}

/// What a REGISTER changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Registration {
    /// Contact values for the answer.
    pub(crate) contacts: Vec<String>,
    /// Seconds granted, when the user is registered now and was not before.
    pub(crate) new: Option<u32>,
    /// The user was registered and is no longer.
    pub(crate) gone: bool,
}

/// A REGISTER as the registrar needs it.
pub(crate) struct Asked<'a> {
    pub(crate) user: &'a str,
    pub(crate) flow: FlowId,
    /// Contact values; `None` = `*`.
    pub(crate) contacts: Option<&'a [NameAddr]>,
    /// Value of Expires.
    pub(crate) expires: Option<u32>,
    /// Seconds granted at most on this lab.
    pub(crate) most: Option<u32>,
}

impl Registrar {
    /// Carries out a REGISTER.
    pub(crate) fn register(&mut self, now: Instant, asked: &Asked<'_>) -> Registration {
        let known = self.bindings.entry(asked.user.to_owned()).or_default();
        let before = !known.is_empty();
        let mut granted = None;
        match asked.contacts {
            None => known.clear(),
            Some(contacts) => {
                for contact in contacts {
                    known.retain(|binding| !binding.is_of(contact));
                    let own = contact.params.get("expires").and_then(|e| e.parse().ok());
                    let wanted = own.or(asked.expires).unwrap_or(DEFAULT_EXPIRES);
                    let seconds = wanted.min(asked.most.unwrap_or(MOST_EXPIRES)).min(MOST_EXPIRES);
                    if seconds > 0 {
                        let until = now + Duration::from_secs(seconds.into());
                        known.push(Binding { contact: contact.clone(), flow: asked.flow, until });
                        granted = Some(seconds);
                    }
                }
            }
        }
        let contacts = known.iter().map(|binding| answered(binding, now)).collect();
        let after = !known.is_empty();
        self.bindings.retain(|_, bindings| !bindings.is_empty());
        Registration { contacts, new: granted.filter(|_| !before), gone: before && !after }
    }

    /// Where a user can be reached: the newest binding.
    pub(crate) fn find(&self, user: &str) -> Option<(FlowId, &str)> {
        self.bindings.get(user)?.last().map(|binding| (binding.flow, binding.contact.uri.as_str()))
    }

    /// How many users are registered.
    pub(crate) fn users(&self) -> usize {
        self.bindings.len()
    }

    /// Forgets the bindings over a lost connection; gives the users that are no longer registered.
    pub(crate) fn flow_closed(&mut self, flow: FlowId) -> Vec<String> {
        self.retain(|binding| binding.flow != flow)
    }

    /// Forgets the bindings that have run out; gives the users that are no longer registered.
    pub(crate) fn expire(&mut self, now: Instant) -> Vec<String> {
        self.retain(|binding| binding.until > now)
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.bindings.values().flatten().map(|binding| binding.until).min()
    }

    fn retain(&mut self, keep: impl Fn(&Binding) -> bool) -> Vec<String> {
        self.bindings.values_mut().for_each(|bindings| bindings.retain(&keep));
        let gone = self.bindings.iter().filter(|(_, b)| b.is_empty()).map(|(user, _)| user.clone()).collect();
        self.bindings.retain(|_, bindings| !bindings.is_empty());
        gone
    }
}

fn answered(binding: &Binding, now: Instant) -> String {
    let mut contact = binding.contact.clone();
    let left = binding.until.saturating_duration_since(now).as_secs();
    contact.params.set("expires", &left.to_string());
    contact.to_string()
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests need some first instant")]
mod tests {
    use super::*;

    const A: &str = r#"<sip:x1@h.invalid;transport=ws>;+sip.instance="<urn:uuid:1>";reg-id=1;expires=600"#;

    fn asked(contacts: Option<&[NameAddr]>, flow: u64) -> Asked<'_> {
        Asked { user: "room-a", flow: FlowId(flow), contacts, expires: Some(300), most: None }
    }

    #[test]
    fn a_box_that_comes_back_replaces_its_binding() {
        let (mut registrar, now) = (Registrar::default(), Instant::now());
        let first = [NameAddr::parse(A).unwrap()];
        let answer = registrar.register(now, &asked(Some(&first), 1));
        assert_eq!((answer.new, answer.gone), (Some(600), false));
        assert!(answer.contacts[0].ends_with("expires=600"), "{:?}", answer.contacts);
        let again = [NameAddr::parse(&A.replace("x1", "x2")).unwrap()];
        let answer = registrar.register(now, &asked(Some(&again), 2));
        assert_eq!((answer.new, answer.contacts.len()), (None, 1));
        assert_eq!(registrar.find("room-a"), Some((FlowId(2), "sip:x2@h.invalid;transport=ws")));
        assert_eq!(registrar.flow_closed(FlowId(1)), Vec::<String>::new());
        assert_eq!(registrar.flow_closed(FlowId(2)), ["room-a"]);
    }

    #[test]
    fn a_registration_ends_by_asking_or_by_time() {
        let (mut registrar, now) = (Registrar::default(), Instant::now());
        let contact = [NameAddr::parse("<sip:a@h>").unwrap()];
        registrar.register(now, &asked(Some(&contact), 1));
        assert_eq!(registrar.next_deadline(), Some(now + Duration::from_mins(5)));
        assert_eq!(registrar.expire(now + Duration::from_secs(299)), Vec::<String>::new());
        assert_eq!(registrar.expire(now + Duration::from_mins(5)), ["room-a"]);
        registrar.register(now, &asked(Some(&contact), 1));
        assert!(registrar.register(now, &asked(None, 1)).gone);
        registrar.register(now, &asked(Some(&contact), 1));
        let farewell = [NameAddr::parse("<sip:a@h>;expires=0").unwrap()];
        assert!(registrar.register(now, &asked(Some(&farewell), 1)).gone);
    }
}
