//! The page of what is read of statistics, made of the table in the code.

use std::fmt::Write;

use roombox_conference::STATISTICS_FIELDS;

const HEAD: &str = "\
# What the conference client reads of statistics

Made of `roombox_conference::STATISTICS_FIELDS` by `cargo run -p roombox-conference --example statistics_page`; a test compares the
two, and another takes everything that is not named here out of a sample and wants the same to follow from it.

`MediaRequest::SampleStatistics` asks for the W3C webrtc-stats entries of one connection: that of the call, or the receive
connection of a spectator (`source`). `MediaFact::Statistics` brings them, each an object with `type` and `id`, and says how
many milliseconds it took to collect them. An empty list is a gap and no error. Counters count from the beginning of their
stream and never run backwards; what nobody counts is left out: a 0 means that nothing came.

Entries go out in `stats:collected` as they are, sorted into the leaves of the protocol description (section 8.2): `inbound-rtp`,
`outbound-rtp`, `remote-inbound-rtp`, `remote-outbound-rtp`, `media-source`, `codec`, `transport`, `candidate-pair`,
`local-candidate`, `remote-candidate`, `certificate`. These fields are read:
";

/// The whole page.
pub(crate) fn page() -> String {
    let mut page = format!("{HEAD}\n| Entry | Field | Is | Read for |\n|---|---|---|---|\n");
    for field in STATISTICS_FIELDS {
        let entries = field.entries.join("`<br>`");
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| `{entries}` | `{}` | {} | {} |", field.name, field.kind, field.purpose);
    }
    page
}
