//! Many seeds, over several threads; the result does not depend on how many.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use roombox_sip::virtual_network::Tracing;

use crate::scenario::{Scenario, scenario_of};
use crate::{Run, run};

/// What is to be played.
#[derive(Clone, Debug)]
pub struct Batch {
    /// This scenario for every seed; `None` = all of them in turn.
    pub scenario: Option<Scenario>,
    /// The seeds.
    pub seeds: Range<u64>,
    /// Threads, at least one.
    pub threads: usize,
}

/// What came of one scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScenarioSummary {
    /// Of all its runs, in the order of their seeds.
    pub hash: u64,
    /// How many runs.
    pub runs: u64,
    /// Those that broke a rule, without their traces.
    pub violations: Vec<Run>,
}

/// Plays all seeds; `progress` is called now and then with how many are done, from any thread.
pub fn run_batch(
    batch: &Batch,
    start: Instant,
    progress: &(impl Fn(u64) + Sync),
) -> BTreeMap<&'static str, ScenarioSummary> {
    let next = AtomicU64::new(batch.seeds.start);
    let work = || {
        let mut runs = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= batch.seeds.end {
                return runs;
            }
            let scenario = batch.scenario.unwrap_or_else(|| scenario_of(seed));
            runs.push(run(scenario, start, seed, Tracing::Hash));
            progress(seed - batch.seeds.start + 1);
        }
    };
    let mut runs: Vec<Run> = thread::scope(|scope| {
        let threads: Vec<_> = (0..batch.threads.max(1)).map(|_| scope.spawn(work)).collect();
        // A run catches its own panics.
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    });
    runs.sort_by_key(|run| run.seed);
    summed(runs)
}

fn summed(runs: Vec<Run>) -> BTreeMap<&'static str, ScenarioSummary> {
    let mut summaries = BTreeMap::<_, ScenarioSummary>::new();
    for run in runs {
        let summary = summaries.entry(run.scenario).or_default();
        summary.hash = (summary.hash.rotate_left(7) ^ run.hash).wrapping_mul(0x0000_0100_0000_01b3);
        summary.runs += 1;
        if run.violation.is_some() {
            summary.violations.push(run);
        }
    }
    summaries
}
