//! The way to the DNS.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use async_trait::async_trait;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::rr::{RData, RecordType};
use roombox_sip::locate::{Answer, DnsFailure, Naptr, Question, Record, Srv};

use crate::connect;

/// Two tries of this leave time for a second round of questions within the search's own limit.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Tries for each question.
const ATTEMPTS: usize = 2;

/// Who answers DNS questions.
#[async_trait]
pub trait Dns: std::fmt::Debug + Send + Sync {
    /// Asks one question.
    async fn ask(&self, question: &Question) -> Answer;
}

/// Name servers reached over the network.
#[derive(Clone, Debug)]
pub struct NameServers {
    /// `None` = those that the system has at the time of a question: a box that starts before its network learns them
    /// later, and loses them when it moves.
    only: Option<SocketAddr>,
}

impl NameServers {
    /// The system's.
    pub const fn of_the_system() -> Self {
        Self { only: None }
    }

    /// This one only.
    pub const fn at(address: SocketAddr) -> Self {
        Self { only: Some(address) }
    }

    fn resolver(&self) -> Result<TokioResolver, NetError> {
        let mut builder = match self.only {
            Some(address) => TokioResolver::builder_with_config(single(address), TokioRuntimeProvider::default()),
            None => TokioResolver::builder_tokio()?,
        };
        let options = builder.options_mut();
        (options.timeout, options.attempts) = (TIMEOUT, ATTEMPTS);
        // Each search makes a resolver of its own, so nothing could be found in a cache.
        options.cache_size = 0;
        builder.build()
    }
}

fn single(address: SocketAddr) -> ResolverConfig {
    let with_port = |mut connection: ConnectionConfig| {
        connection.port = address.port();
        connection
    };
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(with_port).to_vec();
    ResolverConfig::from_name_servers(vec![NameServerConfig::new(address.ip(), true, connections)])
}

#[async_trait]
impl Dns for NameServers {
    async fn ask(&self, question: &Question) -> Answer {
        let resolver = self.resolver().map_err(|error| failure(&error))?;
        let kind = match question {
            Question::Naptr(_) => RecordType::NAPTR,
            Question::Srv(_) => RecordType::SRV,
        };
        let lookup = resolver.lookup(absolute(question.name()), kind).await.map_err(|error| failure(&error))?;
        Ok(lookup.answers().iter().filter_map(|record| read(&record.data)).collect())
    }
}

/// A domain of several labels is meant as it is written; only a single label is completed from the search list.
/// The labels that SRV puts in front (`_sip._udp`) do not count.
fn absolute(name: &str) -> String {
    let own = name.split('.').filter(|label| !label.starts_with('_')).count();
    if own > 1 { format!("{name}.") } else { name.to_owned() }
}

fn read(data: &RData) -> Option<Record> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match data {
        RData::NAPTR(naptr) => Some(Record::Naptr(Naptr {
            order: naptr.order,
            preference: naptr.preference,
            flags: text(&naptr.flags),
            service: text(&naptr.services),
            regexp: text(&naptr.regexp),
            replacement: naptr.replacement.to_ascii(),
        })),
        RData::SRV(srv) => Some(Record::Srv(Srv {
            priority: srv.priority,
            weight: srv.weight,
            port: srv.port,
            target: srv.target.to_ascii(),
        })),
        _ => None,
    }
}

fn failure(error: &NetError) -> DnsFailure {
    let told = match error {
        NetError::Dns(DnsError::NoRecordsFound(_)) => return DnsFailure::NotFound,
        NetError::Dns(DnsError::ResponseCode(code)) => DnsFailure::Server(code.to_string()),
        NetError::Io(error) if connect::is_no_route(error.kind()) => DnsFailure::Unreachable(error.to_string()),
        NetError::Io(error) if error.kind() == ErrorKind::NotFound => {
            DnsFailure::Unreachable("this system knows no name server".into())
        }
        NetError::Io(error) if error.kind() == ErrorKind::ConnectionRefused => {
            DnsFailure::Server("nobody listens there".into())
        }
        NetError::Timeout | NetError::NoConnections | NetError::Io(_) => DnsFailure::Timeout,
        other => DnsFailure::Server(other.to_string()),
    };
    // A name server on this very box answers, or fails, whether or not there is a network behind it.
    if connect::has_way_out() { told } else { DnsFailure::Unreachable(told.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_single_label_is_completed_from_the_search_list() {
        assert_eq!(absolute("_sip._udp.example.com"), "_sip._udp.example.com.");
        assert_eq!(absolute("example.com"), "example.com.");
        assert_eq!(absolute("_sip._udp.pbx"), "_sip._udp.pbx");
        assert_eq!(absolute("pbx"), "pbx");
    }
}
