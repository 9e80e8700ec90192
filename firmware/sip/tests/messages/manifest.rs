//! The list of messages with what becomes of them.

use roombox_sip::api::Transport;

pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/messages");

/// In the order of the verdicts of an [`Entry`].
pub(crate) const TRANSPORTS: [Transport; 3] = [Transport::Ws, Transport::Udp, Transport::Tcp];
const KEYS: [&str; 3] = ["ws", "udp", "tcp"];

#[derive(Debug, Default)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) rfc: String,
    pub(crate) shows: String,
    /// By transport.
    pub(crate) verdicts: [String; 3],
    /// Justifies what an RFC leaves open or asks otherwise.
    pub(crate) why: Option<String>,
}

/// Every message of the manifest, in its order.
pub(crate) fn entries() -> Vec<Entry> {
    let text = std::fs::read_to_string(format!("{FOLDER}/manifest.txt")).expect("the manifest");
    let mut entries: Vec<Entry> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            let bytes = std::fs::read(format!("{FOLDER}/{name}.sip")).expect(name);
            entries.push(Entry { name: name.into(), bytes, ..Entry::default() });
            continue;
        }
        let (keys, value) = line.split_once(" = ").expect(line);
        let entry = entries.last_mut().expect("a message before its facts");
        match keys {
            "rfc" => entry.rfc = value.into(),
            "shows" => entry.shows = value.into(),
            "why" => entry.why = Some(value.into()),
            transports => {
                for key in transports.split(' ') {
                    entry.verdicts[KEYS.iter().position(|k| *k == key).expect(line)] = value.into();
                }
            }
        }
    }
    entries
}
