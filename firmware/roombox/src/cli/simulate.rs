//! `roombox simulate`.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::ops::Range;
use std::time::Instant;

use roombox_simulator::{Batch, Run, Scenario, ScenarioSummary, run, run_batch, scenario, scenario_of, scenarios};
use roombox_sip::virtual_network::Tracing;
use serde_json::{Value, json};

use super::{arguments::SimulateArguments, ask::say};
use crate::exit::{Outcome, Refusal};

/// Lines of the trace that are shown before a broken rule.
const LAST_LINES: usize = 30;
/// Broken runs whose traces are shown; all are named.
const SHOWN: usize = 3;
/// Longest line shown, in characters: messages are long.
const WIDTH: usize = 240;

/// `A..B` (B not included) or one seed.
pub(super) fn seeds(text: &str) -> Result<Range<u64>, String> {
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| format!("{text:?} is not a seed"));
    let range = match text.split_once("..") {
        Some((from, to)) => number(from)?..number(to)?,
        None => number(text)?..number(text)?.saturating_add(1),
    };
    if range.is_empty() { Err("there is no seed in it".into()) } else { Ok(range) }
}

/// Plays seeds and tells which rules were broken; a broken rule is a failure.
pub(crate) fn simulate(arguments: &SimulateArguments) -> Outcome {
    if arguments.list {
        return list(arguments.json);
    }
    let chosen = arguments.scenario.as_deref().map(named).transpose()?;
    if arguments.trace {
        return trace(chosen, arguments.seeds.clone());
    }
    let threads = arguments.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, Into::into);
    let batch = Batch { scenario: chosen, seeds: arguments.seeds.clone(), threads };
    let start = Instant::now();
    let total = batch.seeds.end - batch.seeds.start;
    let summaries = run_batch(&batch, start, &|done| progress(done, total));
    let seconds = start.elapsed().as_secs_f64();
    if arguments.json {
        say(&object(&summaries, total, seconds).to_string())?;
    } else {
        words(&summaries, total, seconds)?;
    }
    let broken: Vec<_> = summaries.values().flat_map(|summary| &summary.violations).collect();
    if broken.is_empty() {
        return Ok(());
    }
    if !arguments.json {
        broken.iter().take(SHOWN).try_for_each(|run| last_lines(run))?;
    }
    Err(Refusal::refused(format!("{} of {total} runs broke a rule.", broken.len())))
}

fn named(name: &str) -> Result<Scenario, Refusal> {
    let names = || scenarios().into_iter().map(Scenario::name).collect::<Vec<_>>().join(", ");
    scenario(name).ok_or_else(|| Refusal::usage(format!("There is no scenario {name:?}. There are: {}.", names())))
}

fn list(as_json: bool) -> Outcome {
    if as_json {
        let all = scenarios().into_iter().map(|scenario| json!({ "name": scenario.name(), "about": scenario.about() }));
        return say(&all.collect::<Value>().to_string());
    }
    scenarios().iter().try_for_each(|scenario| say(&format!("{:18} {}", scenario.name(), scenario.about())))
}

/// Everything that happens in these runs.
fn trace(chosen: Option<Scenario>, mut seeds: Range<u64>) -> Outcome {
    seeds.try_for_each(|seed| {
        let run = run(chosen.unwrap_or_else(|| scenario_of(seed)), Instant::now(), seed, Tracing::Text);
        say(&format!("{} {seed} {:016x}\n{}", run.scenario, run.hash, run.trace))?;
        run.violation.map_or(Ok(()), |broken| Err(Refusal::refused(format!("{}: {}", broken.rule, broken.detail))))
    })
}

/// How far it is, for people who wait.
fn progress(done: u64, total: u64) {
    let mut out = std::io::stderr();
    if done.is_multiple_of(50) && out.is_terminal() {
        // Nobody misses a line of progress that could not be written.
        let _ = write!(out, "\r{done} of {total}\r").and_then(|()| out.flush());
    }
}

fn words(summaries: &BTreeMap<&'static str, ScenarioSummary>, total: u64, seconds: f64) -> Outcome {
    for (name, summary) in summaries {
        let broken = summary.violations.len();
        say(&format!("{name:18} {:6} runs  trace {:016x}  {broken} broken", summary.runs, summary.hash))?;
        for run in &summary.violations {
            if let Some(broken) = &run.violation {
                let detail = shortened(&broken.detail);
                say(&format!("  seed {}: {} after {} ms: {detail}", run.seed, broken.rule, broken.at_ms))?;
            }
        }
    }
    say(&format!("{total} seeds in {seconds:.1} seconds, {:.0} a second", rate(total, seconds)))
}

fn object(summaries: &BTreeMap<&'static str, ScenarioSummary>, total: u64, seconds: f64) -> Value {
    let broken = |run: &Run| {
        run.violation
            .as_ref()
            .map(|v| json!({ "seed": run.seed, "rule": v.rule, "at_ms": v.at_ms, "detail": v.detail }))
    };
    let one = |(name, summary): (&&str, &ScenarioSummary)| {
        json!({
            "scenario": name,
            "runs": summary.runs,
            "trace": format!("{:016x}", summary.hash),
            "broken": summary.violations.iter().filter_map(broken).collect::<Vec<_>>(),
        })
    };
    let scenarios: Vec<_> = summaries.iter().map(one).collect();
    json!({ "scenarios": scenarios, "seeds": total, "seconds": seconds, "seeds_per_second": rate(total, seconds) })
}

#[allow(clippy::cast_precision_loss, reason = "a figure for people")]
fn rate(total: u64, seconds: f64) -> f64 {
    total as f64 / seconds.max(0.001)
}

/// Plays a run again to show how it came to the broken rule.
fn last_lines(broken: &Run) -> Outcome {
    let again = run(named(broken.scenario)?, Instant::now(), broken.seed, Tracing::Text);
    say(&format!("\n{} seed {}, the last lines before the broken rule:", again.scenario, again.seed))?;
    let lines: Vec<_> = again.trace.lines().collect();
    let end = lines.iter().position(|line| line.contains("\"--\" BROKEN")).map_or(lines.len(), |at| at + 1);
    lines[end.saturating_sub(LAST_LINES)..end].iter().try_for_each(|line| say(&shortened(line)))
}

fn shortened(line: &str) -> String {
    line.chars().take(WIDTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_a_range_or_one() {
        assert_eq!(seeds("3..7"), Ok(3..7));
        assert_eq!(seeds("9"), Ok(9..10));
        assert!(seeds("7..3").is_err() && seeds("a..b").is_err() && seeds("").is_err());
    }

    #[test]
    fn the_object_has_the_documented_keys() {
        let batch = Batch { scenario: scenario("transfer"), seeds: 0..2, threads: 1 };
        let summaries = run_batch(&batch, Instant::now(), &|_| {});
        let value = object(&summaries, 2, 1.0);
        assert_eq!((&value["seeds"], &value["seeds_per_second"]), (&json!(2), &json!(2.0)));
        let scenario = &value["scenarios"][0];
        assert_eq!((&scenario["scenario"], &scenario["runs"]), (&json!("transfer"), &json!(2)));
        assert!(scenario["trace"].is_string() && scenario["broken"].is_array());
    }
}
