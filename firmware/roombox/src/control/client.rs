//! The command line's side of the control socket.

use std::{
    io::{self, BufRead, BufReader, Write},
    os::unix::net::UnixStream,
    path::Path,
};

use serde_json::Value;

use super::protocol::{Content, Problem, Reply, Request};
use crate::exit::{Exit, Refusal};

/// A connection to the running house. Blocking: a command-line call does one thing.
pub(crate) struct Client {
    reader: BufReader<UnixStream>,
    next_id: u64,
}

impl Client {
    pub(crate) fn connect(socket: &Path) -> Result<Self, Refusal> {
        let stream = UnixStream::connect(socket).map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => {
                Refusal::refused(format!("You may not use the control socket {}: {error}.", socket.display()))
            }
            _ => Refusal::no_daemon(format!("No roombox is running here ({}: {error}).", socket.display())),
        })?;
        Ok(Self { reader: BufReader::new(stream), next_id: 1 })
    }

    /// Asks once and returns the result.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Result<Value, Refusal> {
        let id = self.send(method, params)?;
        loop {
            match self.receive()? {
                Some(Reply { id: Some(of), content: Content::Result(value) }) if of == id => return Ok(value),
                Some(Reply { content: Content::Error(problem), .. }) => return Err(refusal(problem)),
                Some(_) => {}
                None => return Err(ended()),
            }
        }
    }

    /// Asks and hands every item to `each` until the house ends.
    pub(crate) fn follow(
        &mut self,
        method: &str,
        params: Value,
        mut each: impl FnMut(Value) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        self.send(method, params)?;
        loop {
            match self.receive()? {
                Some(Reply { content: Content::Item(item), .. }) => each(item)?,
                Some(Reply { content: Content::Error(problem), .. }) => return Err(refusal(problem)),
                Some(_) => {}
                None => return Err(ended()),
            }
        }
    }

    fn send(&mut self, method: &str, params: Value) -> Result<u64, Refusal> {
        let id = self.next_id;
        self.next_id += 1;
        let request = Request { id, method: method.into(), params };
        let mut line = serde_json::to_vec(&request).map_err(|error| Refusal::refused(error.to_string()))?;
        line.push(b'\n');
        self.reader.get_mut().write_all(&line).map_err(|_| ended())?;
        Ok(id)
    }

    fn receive(&mut self) -> Result<Option<Reply>, Refusal> {
        let mut line = String::new();
        if self.reader.read_line(&mut line).map_err(|_| ended())? == 0 {
            return Ok(None);
        }
        serde_json::from_str(&line)
            .map(Some)
            .map_err(|error| Refusal::refused(format!("The running roombox speaks another protocol: {error}.")))
    }
}

fn ended() -> Refusal {
    Refusal::no_daemon("roombox has ended.")
}

fn refusal(problem: Problem) -> Refusal {
    let exit = match problem.code.as_str() {
        "bad-request" | "no-such-branch" => Exit::Usage,
        "closing" => Exit::NoDaemon,
        _ => Exit::Refused,
    };
    let detail = problem.detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
    Refusal { exit, message: format!("{}{detail}", problem.message) }
}
