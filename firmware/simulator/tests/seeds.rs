//! Seeds of all scenarios: no rule is broken, and a seed repeats its run.
#![allow(clippy::disallowed_methods, reason = "virtual time needs some first instant")]

use std::time::Instant;

use roombox_simulator::{Batch, run, run_batch, scenario, scenarios};
use roombox_sip::virtual_network::Tracing;

/// As many as are played at every landing; `make simulate` plays more.
const SEEDS: u64 = 280;

#[test]
fn no_rule_is_broken() {
    let batch = Batch { scenario: None, seeds: 0..SEEDS, threads: 2 };
    let summaries = run_batch(&batch, Instant::now(), &|_| {});
    assert_eq!(summaries.values().map(|summary| summary.runs).sum::<u64>(), SEEDS);
    assert_eq!(summaries.len(), scenarios().len());
    let broken: Vec<_> = summaries.values().flat_map(|summary| &summary.violations).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn a_seed_repeats_its_run_with_and_without_text_and_whatever_the_first_instant() {
    for (seed, scenario) in (500..).zip(scenarios()) {
        let first = run(scenario, Instant::now(), seed, Tracing::Hash);
        let again = run(scenario, Instant::now(), seed, Tracing::Text);
        assert_eq!(first.hash, again.hash, "{} {seed}", scenario.name());
        assert_eq!(first.violation, again.violation);
        assert!(first.trace.is_empty() && again.trace.lines().count() > 50);
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let with = |threads| {
        let batch = Batch { scenario: None, seeds: 100..140, threads };
        run_batch(&batch, Instant::now(), &|_| {})
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn another_seed_is_another_run() {
    let calls = scenario("calls").expect("a scenario");
    let hash = |seed| run(calls, Instant::now(), seed, Tracing::Hash).hash;
    assert_ne!(hash(1), hash(2));
}
