//! What a process costs, from `/proc`, and medians.
#![allow(clippy::cast_precision_loss, reason = "counts of ticks and kibibytes are far inside the exact range")]

use std::time::{Duration, Instant};

/// Processor time and memory of a process over a while.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Processor seconds, user and system, per minute; 60 = one core.
    pub cpu_seconds_per_minute: f64,
    /// Proportional set size in MiB at the end.
    pub memory_mib: f64,
}

/// Watches a process for this long.
pub fn cost(pid: u32, length: Duration) -> Cost {
    let (began, before) = (Instant::now(), cpu_seconds(pid));
    std::thread::sleep(length);
    let used = cpu_seconds(pid) - before;
    Cost { cpu_seconds_per_minute: used * 60.0 / began.elapsed().as_secs_f64(), memory_mib: pss_mib(pid) }
}

/// Processor seconds so far (proc(5): fields 14 and 15 of `stat`).
fn cpu_seconds(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process runs");
    // The name in field 2 may hold blanks; it ends with the last bracket.
    let fields = stat.rsplit_once(')').map(|(_, fields)| fields).expect("a name in brackets");
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum::<u64>();
    ticks as f64 / rustix::param::clock_ticks_per_second() as f64
}

/// Proportional set size (proc(5): `Pss` of `smaps_rollup`, in KiB).
fn pss_mib(pid: u32) -> f64 {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).expect("the process runs");
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).expect("a line about Pss");
    line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).expect("a number") as f64 / 1024.0
}

/// The middle value; of an even number the lower one.
///
/// # Panics
/// When there is no value.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() - 1) / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_value() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(vec![4.0, 1.0, 2.0, 3.0]) - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_process_has_memory_and_time() {
        let own = cost(std::process::id(), Duration::from_millis(20));
        assert!(own.memory_mib > 0.1 && own.cpu_seconds_per_minute >= 0.0);
    }
}
