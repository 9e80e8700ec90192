//! Other formats for an m-line, or another order.

use super::Section;

/// Attributes that begin with a payload type (RFC 8866 sections 6.6 and 6.15, RFC 4585 section 4.2, RFC 6236).
const OF_A_FORMAT: [&str; 4] = ["rtpmap", "fmtp", "rtcp-fb", "imageattr"];

impl Section {
    /// Makes these the payload types of the m-line, in this order. The lines of those that are no longer there go, all
    /// other lines stay as they are. Does nothing where the m-line cannot be read.
    pub fn set_formats(&mut self, formats: &[u8]) {
        let Some(m) = self.value('m') else { return };
        let parts: Vec<&str> = m.splitn(4, ' ').collect();
        let [kind, port, protocol, before] = parts[..] else { return };
        let gone: Vec<String> = before
            .split_whitespace()
            .filter(|old| old.parse().is_ok_and(|old: u8| !formats.contains(&old)))
            .map(str::to_owned)
            .collect();
        let list: Vec<String> = formats.iter().map(ToString::to_string).collect();
        let text = format!("m={kind} {port} {protocol} {}", list.join(" "));
        if let Some(line) = self.line_mut('m') {
            line.set_text(text);
        }
        self.retain_lines(|line| {
            let value = OF_A_FORMAT.iter().find_map(|name| line.attribute(name));
            value.and_then(|value| value.split_whitespace().next()).is_none_or(|of| !gone.iter().any(|gone| gone == of))
        });
    }
}
