//! The local control socket from outside: JSON lines over a UNIX stream socket.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;

use serde_json::{Value, json};

use crate::feed::Feed;

/// A client of the socket at this path; each request takes a connection of its own.
#[derive(Clone, Debug)]
pub struct Control(PathBuf);

impl Control {
    /// Nothing is opened yet.
    pub fn new(socket: &Path) -> Self {
        Self(socket.to_owned())
    }

    /// Does somebody listen?
    pub fn answers(&self) -> bool {
        UnixStream::connect(&self.0).is_ok()
    }

    /// Asks once: the result, or the error object.
    pub fn ask(&self, method: &str, parameters: &Value) -> Result<Value, Value> {
        let mut lines = self.send(method, parameters).lines();
        let line = lines.next().expect("the daemon answers").expect("the daemon answers");
        let mut reply: Value = serde_json::from_str(&line).expect("the daemon speaks JSON");
        match reply.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(reply["result"].take()),
        }
    }

    /// Subscribes; every item goes to the feed until the daemon ends.
    pub fn follow(&self, method: &str, parameters: &Value) -> Feed<Value> {
        let reader = self.send(method, parameters);
        let feed = Feed::default();
        let filled = feed.clone();
        thread::spawn(move || {
            for line in reader.lines().map_while(Result::ok) {
                let mut reply: Value = serde_json::from_str(&line).expect("the daemon speaks JSON");
                if let Some(item) = reply.get_mut("item") {
                    filled.push(item.take());
                }
            }
        });
        feed
    }

    fn send(&self, method: &str, parameters: &Value) -> BufReader<UnixStream> {
        let path = self.0.display();
        let mut stream = UnixStream::connect(&self.0).unwrap_or_else(|error| panic!("nobody at {path}: {error}"));
        let request = json!({ "id": 1, "method": method, "params": parameters });
        writeln!(stream, "{request}").expect("the daemon listens");
        BufReader::new(stream)
    }
}
