//! Socket and client against each other.

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    path::{Path, PathBuf},
    sync::Arc,
};

use roombox_appliance::tree::{Cause, CauseCode, CommandResult};
use serde_json::{Value, json};
use tokio::{runtime::Runtime, task::JoinHandle};

use super::{
    client::Client,
    server::{ControlSocket, SocketError},
};
use crate::{
    events::EventBus,
    exit::Exit,
    house::{House, HouseEnds},
};

/// A served house in a folder of its own.
struct Served {
    folder: PathBuf,
    house: House,
    ends: Option<HouseEnds>,
    runtime: Runtime,
    server: JoinHandle<()>,
}

impl Served {
    fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("roombox-control-{:016x}", rand::random::<u64>()));
        let runtime = Runtime::new().unwrap();
        let (house, ends) = House::new(EventBus::new(), Value::Null);
        ends.status.send_replace(Arc::new(json!({ "call": { "state": "idle" }, "volume": 70 })));
        let socket = runtime.block_on(async { ControlSocket::bind(&folder.join("control.sock")).unwrap() });
        let server = runtime.spawn(socket.serve(house.clone()));
        Self { folder, house, ends: Some(ends), runtime, server }
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("control.sock")
    }

    fn client(&self) -> Client {
        Client::connect(&self.socket()).unwrap()
    }

    fn raw(&self) -> BufReader<UnixStream> {
        BufReader::new(UnixStream::connect(self.socket()).unwrap())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn line(reader: &mut BufReader<UnixStream>) -> Value {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

#[test]
fn a_branch_of_the_tree_is_answered() {
    let served = Served::start();
    assert_eq!(served.client().ask("status", json!({ "path": "call.state" })).unwrap(), "idle");
    let refusal = served.client().ask("status", json!({ "path": "coll" })).unwrap_err();
    assert_eq!(refusal.exit, Exit::Usage);
}

#[test]
fn a_refused_command_ends_with_its_cause() {
    let mut served = Served::start();
    let mut ends = served.ends.take().unwrap();
    served.runtime.spawn(async move {
        let asked = ends.commands.recv().await.unwrap();
        asked.answer.send(CommandResult::Refused { cause: Cause::new(CauseCode::NothingRings) }).unwrap();
    });
    let refusal = served.client().ask("command", json!({ "command": "answer" })).unwrap_err();
    assert_eq!((refusal.exit, refusal.message.as_str()), (Exit::Refused, CauseCode::NothingRings.sentence()));
}

#[test]
fn a_watched_branch_is_told_now_and_at_changes_of_its_own() {
    let served = Served::start();
    let mut reader = served.raw();
    reader.get_mut().write_all(b"{\"id\":5,\"method\":\"watch\",\"params\":{\"path\":\"volume\"}}\n").unwrap();
    assert_eq!(line(&mut reader), json!({ "id": 5, "result": { "subscribed": true } }));
    assert_eq!(line(&mut reader), json!({ "id": 5, "item": 70 }));
    let publish = |tree| served.ends.as_ref().unwrap().status.send_replace(Arc::new(tree));
    publish(json!({ "call": { "state": "waiting" }, "volume": 70 }));
    publish(json!({ "call": { "state": "waiting" }, "volume": 40 }));
    assert_eq!(line(&mut reader), json!({ "id": 5, "item": 40 }));
}

#[test]
fn events_come_filtered_with_their_past() {
    let served = Served::start();
    served.house.events.publish("call", json!({ "state": "idle" }));
    served.house.events.publish("volume", json!({ "level": 1 }));
    let mut reader = served.raw();
    let request = json!({ "id": 1, "method": "events", "params": { "filter": "call", "history": true } });
    writeln!(reader.get_mut(), "{request}").unwrap();
    assert_eq!(line(&mut reader)["result"]["subscribed"], true);
    assert_eq!(line(&mut reader)["item"]["data"]["state"], "idle");
    served.house.events.publish("volume", json!({ "level": 2 }));
    served.house.events.publish("call-ended", json!({}));
    assert_eq!(line(&mut reader)["item"]["event"], "call-ended");
}

#[test]
fn a_line_that_is_no_request_gets_an_error_and_the_connection_goes_on() {
    let served = Served::start();
    let mut reader = served.raw();
    reader.get_mut().write_all(b"hello\n").unwrap();
    let answer = line(&mut reader);
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&Value::Null, &json!("bad-request")));
    reader.get_mut().write_all(b"{\"id\":2,\"method\":\"status\",\"params\":{\"path\":\"volume\"}}\n").unwrap();
    assert_eq!(line(&mut reader)["result"], 70);
}

#[test]
fn an_endless_line_ends_the_connection() {
    let served = Served::start();
    let mut reader = served.raw();
    // The server may hang up before all of it is written.
    let _ = reader.get_mut().write_all(&vec![b'x'; 200_000]);
    let mut rest = String::new();
    assert!(matches!(reader.read_line(&mut rest), Ok(0) | Err(_)));
}

#[test]
fn the_socket_is_for_owner_and_group() {
    let served = Served::start();
    let mode = std::fs::metadata(served.socket()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
}

#[test]
fn a_living_owner_keeps_its_socket_and_a_dead_one_is_replaced() {
    let served = Served::start();
    let again = served.runtime.block_on(async { ControlSocket::bind(&served.socket()) });
    assert!(matches!(again, Err(SocketError::InUse(_))));
    let stale = served.folder.join("stale.sock");
    drop(std::os::unix::net::UnixListener::bind(&stale).unwrap());
    assert!(served.runtime.block_on(async { ControlSocket::bind(&stale) }).is_ok());
}

#[test]
fn the_file_goes_away_with_the_server() {
    let mut served = Served::start();
    served.server.abort();
    served.runtime.block_on(async { (&mut served.server).await.unwrap_err() });
    assert!(!served.socket().exists());
}

#[test]
fn nobody_there_is_exit_code_3() {
    let refusal = Client::connect(Path::new("/nonexistent/control.sock")).err().unwrap();
    assert_eq!(refusal.exit, Exit::NoDaemon);
}
