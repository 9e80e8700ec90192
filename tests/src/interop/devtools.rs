//! The Chrome `DevTools` protocol, as far as driving a page needs it: commands and their results over one WebSocket.

use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket, connect};

/// Longest time without a single message before a command counts as lost.
const LIMIT: Duration = Duration::from_mins(1);

/// Why a command came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The browser is gone, or silent for too long.
    #[error("the browser is lost: {0}")]
    Lost(#[from] tungstenite::Error),
    /// The page threw this.
    #[error("{0}")]
    Thrown(String),
}

/// A connection to the browser.
pub struct DevTools {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    last: u64,
    /// What pages wrote to their consoles and threw, oldest first.
    pub console: Vec<String>,
}

impl DevTools {
    /// Connects to the address that the browser printed.
    pub fn connect(url: &str) -> Self {
        let (socket, _) = connect(url).unwrap_or_else(|error| panic!("no DevTools at {url}: {error}"));
        let MaybeTlsStream::Plain(stream) = socket.get_ref() else { panic!("DevTools speak plain WebSocket") };
        stream.set_read_timeout(Some(LIMIT)).expect("the limit is not zero");
        Self { socket, last: 0, console: Vec::new() }
    }

    /// Opens a page in a tab of its own; gives the session to name in later commands.
    pub fn open(&mut self, url: &str) -> Result<String, Trouble> {
        let target = self.command(None, "Target.createTarget", &json!({ "url": "about:blank", "newWindow": true }))?;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = self.command(None, "Target.attachToTarget", &attach)?["sessionId"].as_str().map(str::to_owned);
        let session = session.expect("an attached target has a session");
        self.command(Some(&session), "Runtime.enable", &json!({}))?;
        self.command(Some(&session), "Page.enable", &json!({}))?;
        self.command(Some(&session), "Page.navigate", &json!({ "url": url }))?;
        Ok(session)
    }

    /// Evaluates an expression as if a person had asked for it, waits for its promise and gives its value.
    pub fn evaluate(&mut self, session: &str, expression: &str) -> Result<Value, Trouble> {
        let parameters =
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true });
        let mut outcome = self.command(Some(session), "Runtime.evaluate", &parameters)?;
        match outcome.get("exceptionDetails") {
            Some(details) => {
                Err(Trouble::Thrown(details["exception"]["description"].as_str().unwrap_or("thrown").to_owned()))
            }
            None => Ok(outcome["result"]["value"].take()),
        }
    }

    fn command(&mut self, session: Option<&str>, method: &str, parameters: &Value) -> Result<Value, Trouble> {
        self.last += 1;
        let mut command = json!({ "id": self.last, "method": method, "params": parameters });
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        self.socket.send(Message::text(command.to_string()))?;
        loop {
            let mut message = self.next()?;
            if message["id"] == self.last {
                assert!(message.get("error").is_none(), "{method}: {}", message["error"]);
                return Ok(message["result"].take());
            }
            self.note(&message);
        }
    }

    fn next(&mut self) -> Result<Value, Trouble> {
        loop {
            if let Message::Text(text) = self.socket.read()? {
                return Ok(serde_json::from_str(&text).expect("DevTools speak JSON"));
            }
        }
    }

    fn note(&mut self, message: &Value) {
        let parameters = &message["params"];
        match message["method"].as_str() {
            Some("Runtime.consoleAPICalled") => self.console.push(parameters["args"].to_string()),
            Some("Runtime.exceptionThrown") => self.console.push(parameters["exceptionDetails"].to_string()),
            _ => {}
        }
    }
}
