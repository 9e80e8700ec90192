use super::*;

fn server(url: &str) -> IceServer {
    IceServer { url: url.into(), user: "room".into(), password: "secret".into() }
}

type Told = Arc<Mutex<Vec<Vec<String>>>>;

fn servers(urls: &[&str]) -> (Servers, Told) {
    let told = Told::default();
    let telling = Arc::clone(&told);
    let config = PeerConfig { ice_servers: urls.iter().map(|url| server(url)).collect(), ..PeerConfig::default() };
    let tell: Tell = Box::new(move |failed| telling.lock().unwrap().push(failed));
    (Servers::new(&config, tell), told)
}

#[test]
fn a_server_over_udp_is_resolved_and_one_over_tcp_stands_for_itself() {
    let (servers, told) = servers(&["turn:[2001:db8::1]:3479", "turn:t.example?transport=tcp", "stun:s.example"]);
    let urls: Vec<String> = servers.configuration().into_iter().flat_map(|server| server.urls).collect();
    assert_eq!(urls[0], "turn:0.roombox.invalid:3479?transport=udp");
    assert_eq!(urls[2], "stun:2.roombox.invalid:3478");
    assert_eq!(servers.lookup("0.roombox.invalid:3479"), Lookup::Name(0, "2001:db8::1".into(), 3479));
    let Lookup::Known(addresses) = servers.lookup("1.roombox.invalid:3478") else { panic!("a stream") };
    for address in addresses {
        let behind = servers.stand_for(address).unwrap();
        assert_eq!((behind.host.as_str(), behind.port, behind.secure), ("t.example", 3478, false));
    }
    assert_eq!(servers.lookup("other.example:1"), Lookup::Other);
    assert_eq!(servers.url(&urls[1]), Some(("turn:t.example?transport=tcp", ServerWay::Tcp)));
    assert!(told.lock().unwrap().is_empty());
}

#[test]
fn addresses_of_others_stand_for_nothing() {
    let (servers, _) = servers(&["turn:t.example", "turn:t.example?transport=tcp"]);
    for address in ["240.0.0.0:3478", "240.0.0.7:3478", "192.0.2.1:3478", "[100::9]:3478", "[2001:db8::1]:3478"] {
        assert!(servers.stand_for(address.parse().unwrap()).is_none(), "{address}");
    }
}

#[test]
fn what_cannot_be_used_is_told_at_once() {
    let (servers, told) = servers(&["turns:t.example", "turns:t.example?transport=udp", "nonsense"]);
    assert!(servers.is_empty());
    assert_eq!(told.lock().unwrap().iter().map(Vec::len).collect::<Vec<_>>(), [3]);
}

/// An answer of a server, with this error code or none.
fn answer(kind: u16, code: Option<(u8, u8)>) -> Vec<u8> {
    let mut message = [kind.to_be_bytes(), [0, 0]].concat();
    message.extend([0x21, 0x12, 0xa4, 0x42]);
    message.extend([1; 12]);
    if let Some((class, number)) = code {
        message.extend([0, 9, 0, 6, 0, 0, class, number, b'N', b'o', 0, 0]);
    }
    message
}

#[test]
fn a_second_challenge_means_a_wrong_password_and_is_told_once() {
    let (servers, told) = servers(&["turn:t.example"]);
    let from = "192.0.2.1:3478".parse().unwrap();
    servers.resolved(0, Some(&[from]));
    servers.heard("192.0.2.9:3478".parse().unwrap(), &answer(0x113, Some((4, 1))));
    assert!(!servers.some_are_asked());
    servers.heard(from, &answer(0x113, Some((4, 1))));
    assert!(servers.some_are_asked() && told.lock().unwrap().is_empty());
    servers.heard(from, &answer(0x113, Some((4, 1))));
    servers.heard(from, &answer(0x113, Some((4, 1))));
    assert_eq!(*told.lock().unwrap(), [["turn:t.example: it refuses user or password"]]);
}

#[test]
fn a_server_that_gave_an_address_is_done_and_a_silent_one_is_given_up() {
    let (servers, told) = servers(&["turn:a.example", "stun:b.example"]);
    let from = "192.0.2.1:3478".parse().unwrap();
    servers.resolved(0, Some(&[from]));
    servers.heard(from, &answer(0x113, Some((4, 1))));
    servers.heard(from, &answer(0x103, None));
    assert!(!servers.some_are_asked());
    servers.give_up_silent();
    servers.give_up_silent();
    assert_eq!(*told.lock().unwrap(), [["stun:b.example: it does not answer"]]);
}

#[test]
fn servers_that_all_gave_an_address_are_told_as_well() {
    let (servers, told) = servers(&["stun:b.example"]);
    let from = "192.0.2.1:3478".parse().unwrap();
    servers.resolved(0, Some(&[from]));
    servers.heard(from, &answer(0x101, None));
    assert_eq!(*told.lock().unwrap(), [Vec::<String>::new()]);
}

#[test]
fn a_name_without_an_address_is_told() {
    let (servers, told) = servers(&["turn:a.example"]);
    servers.resolved(0, None);
    assert_eq!(told.lock().unwrap().len(), 1);
}
