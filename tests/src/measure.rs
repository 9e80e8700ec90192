//! What programs cost, from `/proc`, and medians.
#![allow(clippy::cast_precision_loss, reason = "counts of ticks and kibibytes are far inside the exact range")]

use std::time::{Duration, Instant};

/// Processor time and memory of a program over a while.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Processor seconds, user and system, per minute; 60 = one core.
    pub cpu_seconds_per_minute: f64,
    /// Proportional set size in MiB at the end.
    pub memory_mib: f64,
    /// Threads at the end.
    pub threads: f64,
}

impl Cost {
    /// The mean of several.
    pub fn mean(costs: &[Self]) -> Self {
        let mean = |of: fn(&Self) -> f64| costs.iter().map(of).sum::<f64>() / costs.len() as f64;
        Self {
            cpu_seconds_per_minute: mean(|cost| cost.cpu_seconds_per_minute),
            memory_mib: mean(|cost| cost.memory_mib),
            threads: mean(|cost| cost.threads),
        }
    }
}

/// Watches these programs, each with all its children, for this long.
pub fn costs(programs: &[u32], length: Duration) -> Vec<Cost> {
    let used = |programs: &[u32]| programs.iter().map(|pid| sum(&family(*pid), cpu_seconds)).collect::<Vec<f64>>();
    let (began, before) = (Instant::now(), used(programs));
    std::thread::sleep(length);
    let (after, minutes) = (used(programs), began.elapsed().as_secs_f64() / 60.0);
    let cost = |(place, pid): (usize, &u32)| {
        let family = family(*pid);
        Cost {
            cpu_seconds_per_minute: (after[place] - before[place]) / minutes,
            memory_mib: sum(&family, pss_mib),
            threads: sum(&family, threads),
        }
    };
    programs.iter().enumerate().map(cost).collect()
}

/// What ended meanwhile counts as nothing.
fn sum(family: &[u32], of: fn(u32) -> Option<f64>) -> f64 {
    family.iter().filter_map(|pid| of(*pid)).sum()
}

/// A process and all that descend from it.
fn family(pid: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let all: Vec<u32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    let parents: Vec<(u32, u32)> = all.into_iter().filter_map(|pid| Some((pid, field(pid, 4)?))).collect();
    let mut family = vec![pid];
    let mut next = 0;
    while let Some(parent) = family.get(next).copied() {
        family.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| pid));
        next += 1;
    }
    family
}

/// A field of `stat`, counted as proc(5) does, from 4 on.
fn field<T: std::str::FromStr>(pid: u32, number: usize) -> Option<T> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in field 2 may hold blanks; it ends with the last bracket.
    stat.rsplit_once(')')?.1.split_whitespace().nth(number - 3)?.parse().ok()
}

/// Processor seconds so far (proc(5): fields 14 and 15 of `stat`).
fn cpu_seconds(pid: u32) -> Option<f64> {
    let ticks = field::<u64>(pid, 14)? + field::<u64>(pid, 15)?;
    Some(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// Proportional set size (proc(5): `Pss` of `smaps_rollup`, in KiB).
fn pss_mib(pid: u32) -> Option<f64> {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? as f64 / 1024.0)
}

/// proc(5): field 20 of `stat`.
fn threads(pid: u32) -> Option<f64> {
    field(pid, 20)
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
    use std::process::Command;

    use super::*;

    #[test]
    fn the_median_is_the_middle_value() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(vec![4.0, 1.0, 2.0, 3.0]) - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_program_has_memory_threads_and_time() {
        let own = Cost::mean(&costs(&[std::process::id()], Duration::from_millis(20)));
        assert!(own.memory_mib > 0.1 && own.threads >= 1.0 && own.cpu_seconds_per_minute >= 0.0);
    }

    #[test]
    fn children_and_their_children_belong_to_a_program() {
        let mut shell = Command::new("sh").args(["-c", "sleep 60 & wait"]).spawn().unwrap();
        while family(shell.id()).len() < 2 {
            std::thread::sleep(Duration::from_millis(5));
        }
        let own = family(std::process::id());
        assert!(family(shell.id()).iter().all(|pid| own.contains(pid)));
        for pid in family(shell.id()).into_iter().filter_map(|pid| rustix::process::Pid::from_raw(pid.cast_signed())) {
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        }
        shell.wait().unwrap();
    }
}
