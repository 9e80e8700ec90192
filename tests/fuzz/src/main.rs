//! Mutation fuzzing of the SIP core: parsers by themselves, and a live user agent in every scene. Prints what was done; a
//! violation prints its input and seed and ends with exit code 1.
#![allow(clippy::disallowed_methods, reason = "a program that measures itself; virtual time needs a first instant")]

mod corpus;
mod live;
mod mutate;
mod parsers;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser as _;
use mutate::Mutator;
use peak_alloc::PeakAlloc;
use roombox_sip::api::Transport;

use live::{Scene, World};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Mutated messages between two looks at what is left behind.
const ROUND: usize = 100;
/// Rounds in the life of one user agent.
const ROUNDS: usize = 20;
/// What a user agent may hold more after its last round than after its first: buffers keep their capacity.
const GROWTH: usize = 256 * 1024;

/// Feeds broken input to everything that reads from the network.
#[derive(clap::Parser)]
struct Arguments {
    /// Mutated inputs altogether; a quarter goes to live user agents.
    #[arg(long, default_value_t = 1_000_000)]
    inputs: usize,
    /// The same seed makes the same inputs.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let start = Instant::now();
    let live = arguments.inputs / 4;
    let each = (arguments.inputs - live).div_ceil(parsers::PARSERS.len());
    let mut done = 0;
    for parser in parsers::PARSERS {
        done += fuzz_parser(parser, each, arguments.seed);
    }
    match fuzz_live(live, arguments.seed) {
        Ok(count) => done += count,
        Err(violation) => {
            eprintln!("{violation}");
            return ExitCode::FAILURE;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{done} mutated inputs in {seconds:.1} s, peak memory {:.1} MiB: no violation", MEMORY.peak_usage_as_mb());
    ExitCode::SUCCESS
}

/// A panic of the parser ends the program after telling seed and input.
fn fuzz_parser(parser: &parsers::Parser, count: usize, seed: u64) -> usize {
    let start = Instant::now();
    let mut mutator = Mutator::new(seed);
    let seeds: Vec<Vec<u8>> = match parser.seeds {
        [] => corpus::messages(),
        seeds => seeds.iter().map(|text| text.as_bytes().to_vec()).collect(),
    };
    for n in 0..count {
        let (Some(base), Some(other)) = (mutator.pick(&seeds).cloned(), mutator.pick(&seeds).cloned()) else { break };
        let input = mutator.mutate(&base, &other);
        let guard = Told { what: parser.name, seed, n, input: &input };
        (parser.run)(&input);
        std::mem::forget(guard);
    }
    report(parser.name, count, start);
    count
}

/// Tells about an input when it is dropped by a panic.
struct Told<'a> {
    what: &'a str,
    seed: u64,
    n: usize,
    input: &'a [u8],
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        eprintln!("{}: seed {}, input {}: {}", self.what, self.seed, self.n, self.input.escape_ascii());
    }
}

fn fuzz_live(count: usize, seed: u64) -> Result<usize, String> {
    let lives: Vec<(Scene, Transport)> = Scene::ALL
        .into_iter()
        .flat_map(|scene| [Transport::Wss, Transport::Tcp, Transport::Udp].map(|transport| (scene, transport)))
        .collect();
    let mut done = 0;
    let mut life = seed;
    while done < count {
        for (scene, transport) in &lives {
            let start = Instant::now();
            life += 1;
            let story = live(*scene, *transport, life)
                .map_err(|error| format!("{scene:?} {transport:?} life {life}: {error}"))?;
            done += ROUND * ROUNDS;
            if life <= seed + lives.len() as u64 {
                report(&format!("user agent {scene:?} {transport:?}{story}"), ROUND * ROUNDS, start);
            }
            if done >= count {
                break;
            }
        }
    }
    println!("  {:>9} inputs to {} live user agents", done, life - seed);
    Ok(done)
}

/// One user agent under attack, settled and used after every round.
fn live(scene: Scene, transport: Transport, life: u64) -> Result<String, String> {
    let mut mutator = Mutator::new(life);
    let spare = corpus::messages();
    let mut world = World::new(transport, life);
    let mut first = 0;
    for round in 0..ROUNDS {
        let mut last = Vec::new();
        for n in 0..ROUND {
            world.stay_in(scene);
            let input = world.broken(&mut mutator, &spare);
            let guard = Told { what: "live", seed: life, n, input: &input };
            world.attack(&mut mutator, &input);
            std::mem::forget(guard);
            last = input;
        }
        let told = |error| format!("round {round}: {error}; last input {}", last.escape_ascii());
        world.settle().map_err(told)?;
        world.clean_calls().map_err(told)?;
        let used = MEMORY.current_usage();
        if round == 0 {
            first = used;
        } else if used > first + GROWTH {
            return Err(format!("round {round}: grew from {first} to {used} bytes"));
        }
    }
    let (connections, passed) = world.story();
    Ok(format!(", {connections} connections, {} virtual minutes", passed.as_secs() / 60))
}

fn report(what: &str, count: usize, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    #[allow(clippy::cast_precision_loss, reason = "a rate for the eye")]
    let rate = count as f64 / seconds.max(1e-9);
    println!("  {count:>9} {what}: {seconds:.1} s, {rate:.0}/s");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_input_leaves_nothing_behind() {
        for parser in parsers::PARSERS {
            fuzz_parser(parser, 500, 7);
        }
        assert_eq!(fuzz_live(ROUND * ROUNDS * 12, 7), Ok(ROUND * ROUNDS * 12));
    }
}
