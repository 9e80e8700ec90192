//! A name server on loopback: speaks DNS over UDP and knows what it was told.
#![allow(dead_code, reason = "each test file uses its part")]

use std::net::SocketAddr;
use std::str::FromStr;

use hickory_resolver::proto::op::{Message, MessageType, OpCode, ResponseCode};
use hickory_resolver::proto::rr::rdata::{NAPTR, SRV};
use hickory_resolver::proto::rr::{Name, RData, Record};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// How a server treats questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Answers from its zone; NXDOMAIN for the rest.
    Knows,
    /// Answers every question with this code.
    Fails(ResponseCode),
    /// Sends bytes that are no DNS message, then the right answer.
    Babbles,
    /// Never answers.
    Silent,
}

/// Answers until dropped.
pub(crate) struct NameServer {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl NameServer {
    pub(crate) async fn start(zone: Vec<Record>, manner: Manner) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let address = socket.local_addr().expect("bound");
        let task = tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                if manner == Manner::Silent {
                    continue;
                }
                if manner == Manner::Babbles {
                    let _ = socket.send_to(b"\xff\xff no DNS", from).await;
                }
                let query = Message::from_vec(&buffer[..length]).expect("the resolver speaks DNS");
                let reply = reply(&query, &zone, manner).to_vec().expect("it fits");
                let _ = socket.send_to(&reply, from).await;
            }
        });
        Self { address, task }
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn reply(query: &Message, zone: &[Record], manner: Manner) -> Message {
    let mut reply = Message::new(query.metadata.id, MessageType::Response, OpCode::Query);
    reply.metadata.recursion_desired = true;
    reply.metadata.recursion_available = true;
    let question = query.queries[0].clone();
    let fits = |record: &&Record| record.name == *question.name() && record.data.record_type() == question.query_type();
    let found: Vec<_> = zone.iter().filter(fits).cloned().collect();
    reply.metadata.response_code = match manner {
        Manner::Fails(code) => code,
        _ if found.is_empty() => ResponseCode::NXDomain,
        _ => ResponseCode::NoError,
    };
    reply.add_query(question);
    if !matches!(manner, Manner::Fails(_)) {
        reply.add_answers(found);
    }
    reply
}

fn name(text: &str) -> Name {
    Name::from_str(text).expect("a name")
}

pub(crate) fn srv(at: &str, priority: u16, weight: u16, port: u16, target: &str) -> Record {
    Record::from_rdata(name(at), 60, RData::SRV(SRV::new(priority, weight, port, name(target))))
}

pub(crate) fn naptr(at: &str, order: u16, service: &str, replacement: &str) -> Record {
    let empty = Box::default();
    let data = NAPTR::new(order, 10, Box::from(*b"s"), service.as_bytes().into(), empty, name(replacement));
    Record::from_rdata(name(at), 60, RData::NAPTR(data))
}
