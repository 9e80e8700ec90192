//! A program under test: its output line by line, its end, and no survivor when the test is over.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::wait::until;

/// Which output a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

#[derive(Default)]
struct Output {
    lines: Mutex<Vec<(Stream, String)>>,
    grew: Condvar,
}

/// A running program. Dropping it ends it: SIGTERM, and SIGKILL when that does not help.
pub struct Program {
    name: String,
    child: Child,
    output: Arc<Output>,
}

/// Time a program gets to end by itself when its fixture is dropped.
const FAREWELL: Duration = Duration::from_secs(5);

/// Lines of output shown when a wait fails.
const TAIL: usize = 40;

impl Program {
    /// Starts a program; it gets SIGTERM by itself should the test die.
    pub fn start(program: &str, arguments: &[String]) -> Self {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "--", program]).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot start {program}: {error}"));
        let output = Arc::new(Output::default());
        follow(Stream::Out, child.stdout.take().expect("stdout is piped"), &output);
        follow(Stream::Err, child.stderr.take().expect("stderr is piped"), &output);
        Self { name: program.to_owned(), child, output }
    }

    /// Process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// All lines of one output so far.
    pub fn lines(&self, stream: Stream) -> Vec<String> {
        let lines = self.output.lines.lock().expect("no reader panics");
        lines.iter().filter(|(from, _)| *from == stream).map(|(_, line)| line.clone()).collect()
    }

    /// Everything it wrote to standard error.
    pub fn errors(&self) -> String {
        self.lines(Stream::Err).join("\n")
    }

    /// Waits for the first line that `pick` takes, among those already there and those to come, skipping `from` lines.
    /// Gives what was picked and the number of lines up to it, to go on from.
    pub fn pick_from<T>(
        &self,
        from: usize,
        what: &str,
        limit: Duration,
        mut pick: impl FnMut(Stream, &str) -> Option<T>,
    ) -> (T, usize) {
        let end = Instant::now() + limit;
        let mut lines = self.output.lines.lock().expect("no reader panics");
        let mut seen = from;
        loop {
            for (index, (stream, line)) in lines.iter().enumerate().skip(seen) {
                if let Some(found) = pick(*stream, line) {
                    return (found, index + 1);
                }
            }
            seen = lines.len();
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let tail: Vec<_> = lines.iter().rev().take(TAIL).rev().map(|(_, line)| line.as_str()).collect();
                panic!("waited {limit:?} in vain for {what} of {}; it said last:\n{}", self.name, tail.join("\n"));
            }
            lines = self.output.grew.wait_timeout(lines, left).expect("no reader panics").0;
        }
    }

    /// [`Self::pick_from`] the beginning.
    pub fn pick<T>(&self, what: &str, limit: Duration, pick: impl FnMut(Stream, &str) -> Option<T>) -> T {
        self.pick_from(0, what, limit, pick).0
    }

    /// Waits for its end.
    pub fn ended(&mut self, limit: Duration) -> ExitStatus {
        let name = self.name.clone();
        until(&format!("the end of {name}"), limit, || self.child.try_wait().expect("the child is ours"))
    }

    /// Still there?
    pub fn running(&mut self) -> bool {
        self.child.try_wait().expect("the child is ours").is_none()
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill(&mut self) {
        // Fails only when it is gone already.
        let _ = self.child.kill();
        self.child.wait().expect("the child is ours");
    }

    /// SIGTERM.
    pub fn terminate(&mut self) {
        if self.running() {
            let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a child has a number");
            kill_process(pid, Signal::TERM).expect("our own child takes signals");
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.terminate();
        let end = Instant::now() + FAREWELL;
        while self.running() && Instant::now() < end {
            thread::sleep(Duration::from_millis(10));
        }
        self.kill();
    }
}

/// Reads until the end of the stream, on a thread of its own.
fn follow(stream: Stream, source: impl Read + Send + 'static, output: &Arc<Output>) {
    let output = Arc::clone(output);
    thread::spawn(move || {
        for line in BufReader::new(source).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            output.lines.lock().expect("no reader panics").push((stream, line));
            output.grew.notify_all();
        }
    });
}
