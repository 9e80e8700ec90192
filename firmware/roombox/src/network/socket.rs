//! The kernel's side: notices of changes and the whole table (rtnetlink(7)).

use std::{io, net::IpAddr};

use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkMessage, NetlinkPayload};
use netlink_packet_route::{
    RouteNetlinkMessage,
    address::{AddressAttribute, AddressFlags, AddressMessage},
    link::{LinkFlags, LinkMessage},
    route::{RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteType},
};
use netlink_sys::{AsyncSocket, AsyncSocketExt, SocketAddr, TokioSocket, protocols::NETLINK_ROUTE};

use super::table::{Link, Route, Table};

/// `RTMGRP_LINK`, `_IPV4_IFADDR`, `_IPV4_ROUTE`, `_IPV6_IFADDR`, `_IPV6_ROUTE` of linux/rtnetlink.h.
const GROUPS: u32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

/// Notices that something changed.
pub(super) struct Changes {
    socket: TokioSocket,
}

impl Changes {
    pub(super) fn listen() -> io::Result<Self> {
        let mut socket = TokioSocket::new(NETLINK_ROUTE)?;
        socket.socket_mut().bind(&SocketAddr::new(0, GROUPS))?;
        Ok(Self { socket })
    }

    /// The next one. Which it is does not matter: the table is read anew.
    pub(super) async fn next(&mut self) -> io::Result<()> {
        match self.socket.recv_from_full().await {
            Ok(_) => Ok(()),
            // More came than the socket holds: some are lost, and something has changed for certain.
            Err(error) if error.raw_os_error() == Some(ENOBUFS) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// linux/errno.h.
const ENOBUFS: i32 = 105;

/// The table as it is now.
pub(super) async fn read() -> io::Result<Table> {
    let mut socket = TokioSocket::new(NETLINK_ROUTE)?;
    socket.socket_mut().bind_auto()?;
    let mut table = Table::default();
    for question in [
        RouteNetlinkMessage::GetLink(LinkMessage::default()),
        RouteNetlinkMessage::GetAddress(AddressMessage::default()),
        RouteNetlinkMessage::GetRoute(RouteMessage::default()),
    ] {
        ask(&mut socket, question).await?;
        while take(&mut socket, &mut table).await? {}
    }
    Ok(table)
}

async fn ask(socket: &mut TokioSocket, question: RouteNetlinkMessage) -> io::Result<()> {
    let mut message = NetlinkMessage::from(question);
    message.header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    socket.send(&bytes).await.map(|_| ())
}

/// Takes one datagram of the answer; false when it was the last.
async fn take(socket: &mut TokioSocket, table: &mut Table) -> io::Result<bool> {
    let (datagram, _) = socket.recv_from_full().await?;
    let mut rest = &datagram[..];
    while !rest.is_empty() {
        let message = NetlinkMessage::<RouteNetlinkMessage>::deserialize(rest).map_err(io::Error::other)?;
        match message.payload {
            NetlinkPayload::Done(_) => return Ok(false),
            NetlinkPayload::Error(error) => return Err(error.to_io()),
            NetlinkPayload::InnerMessage(message) => add(table, message),
            _ => {}
        }
        // Messages stand at multiples of four bytes (netlink(7)); a length of zero would never end.
        let length = usize::try_from(message.header.length).unwrap_or(usize::MAX).max(4).next_multiple_of(4);
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(true)
}

fn add(table: &mut Table, message: RouteNetlinkMessage) {
    match message {
        RouteNetlinkMessage::NewLink(link) => {
            let flags = link.header.flags;
            let running = flags.contains(LinkFlags::Up | LinkFlags::Running);
            table.links.insert(link.header.index, Link { loopback: flags.contains(LinkFlags::Loopback), running });
        }
        RouteNetlinkMessage::NewAddress(message) => table.addresses.extend(address(&message)),
        RouteNetlinkMessage::NewRoute(message) => table.routes.extend(route(&message)),
        _ => {}
    }
}

/// Nothing for an address that is not ours yet (RFC 4862 section 5.4).
fn address(message: &AddressMessage) -> Option<(u32, IpAddr)> {
    let mut found = None;
    for attribute in &message.attributes {
        match attribute {
            AddressAttribute::Flags(flags) if flags.contains(AddressFlags::Tentative) => return None,
            // On a point-to-point link Address is the other end.
            AddressAttribute::Local(address) => found = Some(*address),
            AddressAttribute::Address(address) => found = found.or(Some(*address)),
            _ => {}
        }
    }
    Some((message.header.index, found?))
}

/// Nothing for routes of other tables than the main one, and for what is no way to a place.
fn route(message: &RouteMessage) -> Option<Route> {
    if message.header.table != RouteHeader::RT_TABLE_MAIN || message.header.kind != RouteType::Unicast {
        return None;
    }
    let (mut link, mut destination, mut gateway, mut priority) = (None, None, None, 0);
    for attribute in &message.attributes {
        match attribute {
            RouteAttribute::Oif(index) => link = Some(*index),
            RouteAttribute::Destination(to) => {
                destination = ip(to).map(|to| (to, message.header.destination_prefix_length));
            }
            RouteAttribute::Gateway(by) => gateway = ip(by),
            RouteAttribute::Priority(number) => priority = *number,
            _ => {}
        }
    }
    Some(Route { link: link?, destination, gateway, priority })
}

const fn ip(address: &RouteAddress) -> Option<IpAddr> {
    match address {
        RouteAddress::Inet(address) => Some(IpAddr::V4(*address)),
        RouteAddress::Inet6(address) => Some(IpAddr::V6(*address)),
        _ => None,
    }
}
