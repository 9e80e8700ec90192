//! The page about the quality of a call is made from the bounds.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test, and the page is a file")]

use std::fmt::Write;

use roombox_appliance::{POOR_BITRATE, QUALITY_LEVELS, tree::QualityCause};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operator/quality.md");

#[test]
fn the_page_about_quality_tells_every_bound_and_cause() {
    let page = page();
    if std::env::var_os("ROOMBOX_RENEW").is_some() {
        std::fs::write(PAGE, &page).unwrap();
    }
    let kept = std::fs::read_to_string(PAGE).unwrap();
    assert!(kept == page, "renew with ROOMBOX_RENEW=1 cargo test -p roombox-appliance --test quality");
}

fn page() -> String {
    let mut page = String::from(
        "# How good a call is\n\nIn a call the box says `good`, `fair` or `poor`, and what makes it less than good: in \
         `roombox status quality`, as event\n`quality`, on the panel, and on the status display (two bars of the network \
         symbol for fair, one for poor, and a few words).\n\nWhat was measured in the last eight seconds is judged every \
         second. A verdict gets worse when the judgement was so for three\nseconds, and better after ten; a call that \
         has just begun has none. Of several figures the worst decides, of equal ones the\nfirst cause of this \
         table.\n\n| cause | what it says |\n|---|---|\n",
    );
    for cause in QualityCause::ALL {
        let name = serde_json::to_value(cause).unwrap();
        writeln!(page, "| `{}` | {} |", name.as_str().unwrap(), cause.sentence()).unwrap();
    }
    page += "\n| figure | fair from | poor from | unit | cause | source |\n|---|---|---|---|---|---|\n";
    for level in QUALITY_LEVELS {
        let cause = serde_json::to_value(level.cause).unwrap();
        let (cause, figure, unit, source) = (cause.as_str().unwrap(), level.figure, level.unit, level.source);
        writeln!(page, "| {figure} | {} | {} | {unit} | `{cause}` | {source} |", level.fair, level.poor).unwrap();
    }
    writeln!(
        page,
        "\nBesides: nothing received or no pictures of the own camera for the whole span is poor; an encoder that does not \
         get through\n(`qualityLimitationReason` `cpu`) is fair; a picture limited by the path (`bandwidth`) is fair, below \
         {} kbit/s poor.\nOn hold nothing is expected.",
        POOR_BITRATE / 1000.0
    )
    .unwrap();
    page
}
