//! The lines of the control socket as types.

use roombox_appliance::tree::{Cause, Command};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// Longest line accepted, in bytes. Requests are far shorter; this bounds what a broken client can make us keep.
pub(crate) const LONGEST_LINE: usize = 64 * 1024;

/// One line from a client.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    pub(crate) id: u64,
    pub(crate) method: String,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) params: Value,
}

/// What is asked.
#[derive(Debug, PartialEq)]
pub(crate) enum Call {
    Command(Command),
    Events(EventFilter),
    Statistics,
    Status(Branch),
    TestSound,
    Watch(Branch),
}

/// Which branch of the status tree.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Branch {
    /// Keys joined by dots; the whole tree when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
}

/// Which events.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EventFilter {
    /// Events whose name begins so.
    pub(crate) filter: String,
    /// Those kept from before first.
    pub(crate) history: bool,
}

/// One line to a client: a result, an error, or one more item of a subscription.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(crate) struct Reply {
    /// The request's; absent when the line was no request.
    pub(crate) id: Option<u64>,
    #[serde(flatten)]
    pub(crate) content: Content,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Content {
    Error(Problem),
    Item(Value),
    Result(Value),
}

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(crate) struct Problem {
    /// Stable name: a cause of the catalogue, or `bad-request`, `no-such-branch`, `closing`.
    pub(crate) code: String,
    /// One sentence for people.
    pub(crate) message: String,
    /// Who can mend it, where a cause of the catalogue says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) who: Option<String>,
    /// What was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
}

impl Problem {
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), who: None, detail: None }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new("bad-request", message)
    }

    /// The house is going down.
    pub(crate) fn closing() -> Self {
        Self::new("closing", "roombox is stopping.")
    }
}

impl From<Cause> for Problem {
    fn from(cause: Cause) -> Self {
        Self { code: word(&cause.code), message: cause.sentence, who: Some(word(&cause.who)), detail: cause.detail }
    }
}

/// A kebab-case name as serde writes it.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

impl Request {
    /// The request in one line of text.
    pub(crate) fn parse(line: &str) -> Result<Self, Problem> {
        serde_json::from_str(line).map_err(|error| Problem::bad_request(format!("Not a request: {error}.")))
    }

    /// What it asks, with its parameters checked.
    pub(crate) fn call(self) -> Result<Call, Problem> {
        match self.method.as_str() {
            "command" => parameters(self.params).map(Call::Command),
            "events" => optional(self.params).map(Call::Events),
            "statistics" => Ok(Call::Statistics),
            "status" => optional(self.params).map(Call::Status),
            "test-sound" => Ok(Call::TestSound),
            "watch" => optional(self.params).map(Call::Watch),
            other => Err(Problem::bad_request(format!(
                "There is no method `{other}`; there are command, events, statistics, status, test-sound and watch."
            ))),
        }
    }
}

fn optional<T: DeserializeOwned + Default>(params: Value) -> Result<T, Problem> {
    if params.is_null() { Ok(T::default()) } else { parameters(params) }
}

fn parameters<T: DeserializeOwned>(params: Value) -> Result<T, Problem> {
    serde_json::from_value(params).map_err(|error| Problem::bad_request(format!("Wrong parameters: {error}.")))
}

/// A branch of `tree`; keys joined by dots, numbers for places in lists.
pub(crate) fn branch<'a>(tree: &'a Value, path: Option<&str>) -> Result<&'a Value, Problem> {
    let Some(path) = path.filter(|path| !path.is_empty()) else { return Ok(tree) };
    path.split('.').try_fold(tree, |at, key| step(at, key)).ok_or_else(|| {
        let keys = tree.as_object().map(|tree| tree.keys().cloned().collect::<Vec<_>>().join(", "));
        let message = format!("The status tree has no `{path}`; it begins with {}.", keys.unwrap_or_default());
        Problem::new("no-such-branch", message)
    })
}

fn step<'a>(at: &'a Value, key: &str) -> Option<&'a Value> {
    match at {
        Value::Object(map) => map.get(key),
        Value::Array(list) => list.get(key.parse::<usize>().ok()?),
        _ => None,
    }
}

/// What opens every subscription.
pub(crate) fn subscribed() -> Value {
    json!({ "subscribed": true })
}

#[cfg(test)]
mod tests {
    use roombox_appliance::tree::CauseCode;

    use super::*;

    fn call(line: &str) -> Result<Call, Problem> {
        Request::parse(line)?.call()
    }

    #[test]
    fn requests_with_and_without_parameters_are_understood() {
        assert_eq!(call(r#"{"id":1,"method":"status"}"#), Ok(Call::Status(Branch::default())));
        let branch = Branch { path: Some("call".into()) };
        assert_eq!(call(r#"{"id":1,"method":"watch","params":{"path":"call"}}"#), Ok(Call::Watch(branch)));
        let mute = Call::Command(Command::Mute { on: Some(true) });
        assert_eq!(call(r#"{"id":1,"method":"command","params":{"command":"mute","on":true}}"#), Ok(mute));
    }

    #[test]
    fn an_unknown_method_is_answered_with_the_known_ones() {
        assert!(call(r#"{"id":1,"method":"stat"}"#).unwrap_err().message.contains("statistics"));
    }

    #[test]
    fn an_unknown_parameter_is_refused() {
        assert_eq!(call(r#"{"id":1,"method":"events","params":{"filer":"x"}}"#).unwrap_err().code, "bad-request");
    }

    #[test]
    fn a_reply_is_flat() {
        let reply = Reply { id: Some(3), content: Content::Result(json!(true)) };
        assert_eq!(serde_json::to_string(&reply).unwrap(), r#"{"id":3,"result":true}"#);
    }

    #[test]
    fn a_refused_command_tells_its_cause() {
        let problem = Problem::from(Cause::with_detail(CauseCode::NoCall, "idle"));
        assert_eq!(problem.code, "no-call");
        assert_eq!(problem.who.as_deref(), Some("owner"));
    }

    #[test]
    fn branches_go_through_lists() {
        let tree = json!({ "causes": [{ "code": "no-camera" }] });
        assert_eq!(branch(&tree, Some("causes.0.code")).unwrap(), "no-camera");
        assert_eq!(branch(&tree, Some("causes.1")).unwrap_err().code, "no-such-branch");
        assert_eq!(branch(&tree, None).unwrap(), &tree);
    }
}
