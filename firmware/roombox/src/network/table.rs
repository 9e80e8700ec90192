//! What of links, addresses and routes leads to somebody else, and what a difference means.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use roombox_conference::api::NetworkEvent;

/// Index of a link.
pub(super) type LinkIndex = u32;

/// One link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Leads back to this machine only.
    pub(super) loopback: bool,
    /// Switched on, with a carrier.
    pub(super) running: bool,
}

/// One route of the main table; no destination = everywhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Route {
    pub(super) link: LinkIndex,
    pub(super) destination: Option<(IpAddr, u8)>,
    pub(super) gateway: Option<IpAddr>,
    /// Lower wins.
    pub(super) priority: u32,
}

/// The network as the kernel has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) links: BTreeMap<LinkIndex, Link>,
    pub(super) addresses: BTreeSet<(LinkIndex, IpAddr)>,
    pub(super) routes: BTreeSet<Route>,
}

/// What of it leads to somebody else.
#[derive(PartialEq, Eq)]
struct Ways<'a> {
    addresses: Vec<&'a (LinkIndex, IpAddr)>,
    routes: Vec<&'a Route>,
}

impl Table {
    fn ways(&self) -> Ways<'_> {
        let leads = |link| self.links.get(link).is_some_and(|link| link.running && !link.loopback);
        let addresses = self.addresses.iter().filter(|(link, address)| leads(link) && is_routed(address));
        let routes = self.routes.iter().filter(|route| leads(&route.link));
        let routes = routes.filter(|route| route.destination.is_none_or(|(to, _)| is_routed(&to)));
        Ways { addresses: addresses.collect(), routes: routes.collect() }
    }
}

impl Ways<'_> {
    const fn exist(&self) -> bool {
        !self.addresses.is_empty() && !self.routes.is_empty()
    }
}

/// Loopback and link-local addresses lead to no server (RFC 3927 section 2.6.2, RFC 4291 section 2.5.6).
const fn is_routed(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !address.is_loopback() && !address.is_link_local(),
        IpAddr::V6(address) => !address.is_loopback() && !address.is_unicast_link_local(),
    }
}

/// What the difference means to a client, if anything.
pub(super) fn event(before: &Table, after: &Table) -> Option<NetworkEvent> {
    let (before, after) = (before.ways(), after.ways());
    match (before.exist(), after.exist()) {
        (true, false) => Some(NetworkEvent::Offline),
        (false, true) => Some(NetworkEvent::Online),
        (true, true) => (before != after).then_some(NetworkEvent::Changed),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOPBACK: LinkIndex = 1;
    const CABLE: LinkIndex = 2;
    const WIRELESS: LinkIndex = 3;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// A machine that only has itself.
    fn alone() -> Table {
        let mut table = Table::default();
        table.links.insert(LOOPBACK, Link { loopback: true, running: true });
        table.links.insert(CABLE, Link { loopback: false, running: true });
        table.addresses.insert((LOOPBACK, address("127.0.0.1")));
        table.addresses.insert((LOOPBACK, address("::1")));
        table
    }

    fn joined(mut table: Table, link: LinkIndex, ours: &str, gateway: &str) -> Table {
        table.links.insert(link, Link { loopback: false, running: true });
        table.addresses.insert((link, address(ours)));
        let gateway = Some(address(gateway));
        table.routes.insert(Route { link, destination: None, gateway, priority: 100 });
        table
    }

    fn cabled() -> Table {
        joined(alone(), CABLE, "192.0.2.7", "192.0.2.1")
    }

    #[test]
    fn an_address_with_a_route_is_online() {
        assert_eq!(event(&alone(), &cabled()), Some(NetworkEvent::Online));
        assert_eq!(event(&cabled(), &alone()), Some(NetworkEvent::Offline));
    }

    #[test]
    fn either_alone_is_offline() {
        let mut without_address = cabled();
        without_address.addresses.retain(|(link, _)| *link == LOOPBACK);
        let mut without_route = cabled();
        without_route.routes.clear();
        for table in [without_address, without_route] {
            assert_eq!(event(&cabled(), &table), Some(NetworkEvent::Offline));
        }
    }

    #[test]
    fn a_pulled_cable_is_offline_though_address_and_route_stay() {
        let mut pulled = cabled();
        pulled.links.get_mut(&CABLE).unwrap().running = false;
        assert_eq!(event(&cabled(), &pulled), Some(NetworkEvent::Offline));
        assert_eq!(event(&pulled, &cabled()), Some(NetworkEvent::Online));
    }

    #[test]
    fn another_address_route_or_link_is_a_change() {
        let mut renumbered = alone();
        renumbered = joined(renumbered, CABLE, "192.0.2.8", "192.0.2.1");
        let moved = joined(alone(), WIRELESS, "192.0.2.7", "192.0.2.1");
        let second = joined(cabled(), WIRELESS, "198.51.100.3", "198.51.100.1");
        let mut other_gateway = cabled();
        other_gateway.routes =
            [Route { link: CABLE, destination: None, gateway: Some(address("192.0.2.2")), priority: 100 }].into();
        for after in [renumbered, moved, second, other_gateway] {
            assert_eq!(event(&cabled(), &after), Some(NetworkEvent::Changed));
        }
    }

    #[test]
    fn what_leads_nowhere_is_no_change() {
        let mut table = cabled();
        table.links.insert(9, Link { loopback: false, running: true });
        table.addresses.insert((9, address("169.254.3.4")));
        table.addresses.insert((CABLE, address("fe80::1")));
        table.addresses.insert((LOOPBACK, address("127.0.0.2")));
        let destination = Some((address("fe80::"), 64));
        table.routes.insert(Route { link: CABLE, destination, gateway: None, priority: 256 });
        assert_eq!(event(&cabled(), &table), None);
        assert_eq!(event(&cabled(), &cabled()), None);
    }

    #[test]
    fn a_machine_that_only_has_itself_is_never_told_to_be_offline() {
        let mut less = alone();
        less.addresses.clear();
        assert_eq!(event(&alone(), &less), None);
    }
}
