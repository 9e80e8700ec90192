//! Keys that decide where and how the box connects.
#![allow(clippy::unwrap_used, reason = "a helper of tests may fail a test")]

use roombox_settings::model::{Account, TlsVersion};
use roombox_settings::{Finding, Layer, Loaded, Lookup, Origin, Transport, load};

fn file(text: &str) -> Result<Loaded, Vec<Finding>> {
    load(&[Layer::new(Origin::LocalFile, "roombox.toml", format!("[account]\nserver = \"a.b\"\n{text}"))])
}

fn errors(text: &str) -> Vec<String> {
    file(text).unwrap_err().iter().map(ToString::to_string).collect()
}

fn warnings(text: &str) -> Vec<String> {
    file(text).unwrap().warnings.iter().map(ToString::to_string).collect()
}

fn lookup(server: &str) -> (Lookup, Transport, u16) {
    let address = Account { server: server.into(), ..Account::default() }.server_address().unwrap();
    (address.lookup, address.transport, address.port)
}

#[test]
fn only_sip_addresses_by_name_and_without_port_are_domains() {
    for (server, expected) in [
        ("sip:a.b", (Lookup::Records, Transport::Udp, 5060)),
        ("sip:a.b;transport=tcp", (Lookup::Records, Transport::Tcp, 5060)),
        ("sip:a.b;transport=tls", (Lookup::Records, Transport::Tls, 5061)),
        ("sips:a.b;transport=tcp", (Lookup::Records, Transport::Tls, 5061)),
        ("sips:a.b", (Lookup::SecureRecords, Transport::Tls, 5061)),
        ("sips:a.b:5061", (Lookup::Direct, Transport::Tls, 5061)),
        ("sip:192.0.2.1", (Lookup::Direct, Transport::Udp, 5060)),
        ("sips:[2001:db8::1]", (Lookup::Direct, Transport::Tls, 5061)),
        ("wss://a.b/ws", (Lookup::Direct, Transport::Wss, 443)),
        ("a.b", (Lookup::Direct, Transport::Wss, 443)),
    ] {
        assert_eq!(lookup(server), expected, "{server}");
    }
}

#[test]
fn all_keys_of_tls_are_taken() {
    let pin = "ab".repeat(32);
    let text = format!(
        "certificate_pin = \"{pin}\"\nclient_certificate = \"c.pem\"\nclient_key = \"k.pem\"\n\
         tls_min_version = \"1.3\"\nbackup_servers = [\"sips:b.c\", \"d.e\"]\noutbound_flows = 2\n"
    );
    let account = file(&text).unwrap().settings.account;
    assert_eq!(account.pinned_key(), Some([0xab; 32]));
    assert_eq!((account.tls_min_version, account.outbound_flows), (Some(TlsVersion::V13), Some(2)));
    let hosts: Vec<_> = account.server_addresses().unwrap().into_iter().map(|server| server.host).collect();
    assert_eq!(hosts, ["a.b", "b.c", "d.e"]);
}

#[test]
fn bad_values_are_told_with_place_and_remedy() {
    let found = errors("certificate_pin = \"abc\"\ntls_min_version = \"1.1\"\noutbound_flows = 3\n");
    assert!(
        found[0].starts_with("roombox.toml:3:19: account.certificate_pin: has an odd number of digits (allowed: 64")
    );
    assert!(found[1].starts_with("roombox.toml:4:19: account.tls_min_version: is \"1.1\""), "{found:#?}");
    assert_eq!(found[2], "roombox.toml:5:18: account.outbound_flows: is 3 (allowed: a whole number from 1 to 2)");
}

#[test]
fn each_backup_server_is_checked_at_its_own_place() {
    let found = errors("backup_servers = [\"b.c\", \"http://x\", \"b.c\", 5]\n");
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[0].starts_with("roombox.toml:3:26: account.backup_servers[1]: starts with `http://`"), "{found:#?}");
    assert!(found[1].contains("account.backup_servers[2]: stands here twice"), "{found:#?}");
    assert!(found[2].contains("account.backup_servers[3]: is a whole number"), "{found:#?}");
    assert!(errors("backup_servers = []\n")[0].contains("has 0 entries (allowed: a list of 1 to 7"));
    assert!(errors("backup_servers = \"b.c\"\n")[0].contains("is text (allowed: a list"));
}

#[test]
fn keys_that_need_another_say_so() {
    assert_eq!(
        errors("ca_only = true\n"),
        ["roombox.toml:3:1: account.ca_file: is missing; `ca_only = true` needs it (allowed: a path)"]
    );
    assert_eq!(
        errors("client_key = \"k.pem\"\n"),
        ["roombox.toml:3:1: account.client_certificate: is missing; `client_key` needs it (allowed: a path)"]
    );
    assert_eq!(
        errors("client_certificate = \"c.pem\"\n"),
        ["roombox.toml:3:1: account.client_key: is missing; `client_certificate` needs it (allowed: a path)"]
    );
}

#[test]
fn keys_without_effect_are_warned_of() {
    let pin = "ab".repeat(32);
    let found = warnings(&format!("certificate_pin = \"{pin}\"\nca_file = \"c.pem\"\n"));
    assert_eq!(found, ["roombox.toml:4:1: account.ca_file: counts for nothing beside account.certificate_pin"]);
    let found = warnings("outbound_flows = 2\n");
    assert_eq!(
        found,
        [
            "roombox.toml:3:1: account.outbound_flows: has only one server to connect to (allowed: backup_servers, or a domain)"
        ]
    );
    assert!(
        warnings("backup_servers = [\"sip:b.c\"]\n")[0].starts_with("roombox.toml:3:1: account.backup_servers: is not")
    );
}
